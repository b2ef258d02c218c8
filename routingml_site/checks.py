"""What must hold before the site starts; each finding says what to do."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.utils.module_loading import import_string

from accounts.models import Role


def _unwritable(path: Path) -> bool:
    """Return whether nothing can be written at a path, or where it would be made."""
    existing = next(place for place in (path, *path.parents) if place.exists())
    return not (existing.is_dir() and os.access(existing, os.W_OK))


@register(Tags.files)
def folders_are_writable(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Versions and data must have somewhere to go."""
    return [
        Error(
            f"{name} ({path}) cannot be written.",
            hint=f"Make the folder writable for this process, or point {name} elsewhere.",
            id="routingml.E001",
        )
        for name, path in (("DATA_DIR", settings.DATA_DIR), ("MODELS_STORE", settings.MODELS_STORE))
        if _unwritable(path)
    ]


@register("queue")
def queue_is_sane(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A job must never be delivered again while it runs, nor for ever after it failed."""
    clusters = {"default": settings.Q_CLUSTER, **settings.Q_CLUSTER.get("ALT_CLUSTERS", {})}
    found: list[CheckMessage] = []
    for name, cluster in clusters.items():
        if not cluster["retry"] > cluster["timeout"]:
            found.append(Error(f"Queue {name}: retry must exceed timeout.", id="routingml.E002"))
        if cluster["max_attempts"] != 1 or not cluster["ack_failures"]:
            found.append(
                Error(f"Queue {name}: a failed job would be repeated.", id="routingml.E003")
            )
    return found


@register("queue")
def job_handlers_import(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Every kind of job must lead to a function, and so must what follows its end."""
    found: list[CheckMessage] = []
    for kind, path in (*settings.JOB_HANDLERS.items(), *settings.JOB_FOLLOWERS.items()):
        try:
            import_string(path)
        except ImportError as error:
            found.append(Error(f"Job kind {kind!r} leads to {path}: {error}", id="routingml.E004"))
    return found


@register(Tags.security)
def second_factor_names_roles(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """A role that is misspelt would stay without a second factor unnoticed."""
    unknown = sorted(set(settings.REQUIRE_SECOND_FACTOR) - set(Role.values))
    return [
        Error(
            f"REQUIRE_SECOND_FACTOR names {name!r}, which is no role.",
            hint=f"The roles are {', '.join(Role.values)}.",
            id="routingml.E005",
        )
        for name in unknown
    ]


@register(Tags.security, deploy=True)
def one_worker_on_sqlite(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """SQLite has one writer at a time: more workers only wait for one another."""
    if settings.SQLITE and settings.Q_CLUSTER["workers"] > 1:
        return [
            checks.Warning(
                "Several queue workers share one SQLite file.",
                hint="Set QUEUE_WORKERS=1 or a DATABASE_URL of a database server.",
                id="routingml.W001",
            )
        ]
    return []
