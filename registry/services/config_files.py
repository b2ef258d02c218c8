"""The settings of iterative training as a YAML file: written for people, read with suspicion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from django.utils.translation import gettext as _

from registry import selectors
from registry.core.errors import BadInput
from registry.iter_training import SECTIONS, SETTINGS
from registry.services import config

if TYPE_CHECKING:
    from accounts.models import User
    from registry.models import ConfigRevision

LARGEST = 100_000
"""Characters of a file; a full one has about two thousand."""


class UnreadableFile(BadInput):
    """The file is no YAML, or not of the form that is exported."""

    code = "unreadable_settings"


def export() -> str:
    """Return all settings in force as YAML."""
    revision, values = selectors.config_revision(), selectors.iter_values()
    head = f"# Settings of iterative training, revision {revision.number if revision else 0}\n"
    return head + yaml.safe_dump(nested(values), sort_keys=False, allow_unicode=True)


def nested(values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return values by dotted name as section to field to value."""
    tree: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    for name, value in values.items():
        setting = SETTINGS[name]
        tree[setting.section][setting.field] = list(value) if isinstance(value, tuple) else value
    return tree


def load(text: str, *, by: User | str | None, comment: str = "") -> ConfigRevision | None:
    """Set what a file says; settings that it does not name stay as they are.

    Raises:
        UnreadableFile: when it is too large, no YAML, or no sections with fields.
        InvalidSettings: when some settings cannot be.
        ConfigConflict: when somebody was faster.
    """
    if len(text) > LARGEST:
        raise UnreadableFile(
            _("The file is too large: %(most)s characters at most.") % {"most": f"{LARGEST:,}"}
        )
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = _("Line %(line)s cannot be read.") % {"line": where.line + 1} if where else ""
        message = _("This is no YAML that can be read. %(line)s") % {"line": line}
        raise UnreadableFile(message.strip()) from error
    if not isinstance(found, dict) or not found:
        raise UnreadableFile(
            _("The file has no sections. Export the settings to see what it looks like.")
        )
    return config.change_iter_training(values=found, by=by, comment=comment)
