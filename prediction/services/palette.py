"""The plant's operations with what is usual, from the active version; worked out once for each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from prediction import loader
from prediction.core import palette
from registry.core.errors import RoutingMLError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prediction.core.drafts import Step, Steps
    from prediction.core.palette import Usual

_kept: tuple[tuple[str, tuple[Usual, ...]], ...] = ()
"""Of the version that answers, and of the one that is about to."""


def operations() -> tuple[Usual, ...]:
    """Return every operation of the plant, the most used first.

    Raises:
        RoutingMLError: no version is active, or it cannot be read.
    """
    return _of(loader.active())


def prepare(loaded: loader.LoadedModel) -> None:
    """Work out what belongs to a version; servers do it before the version answers."""
    _of(loaded)


def _of(loaded: loader.LoadedModel) -> tuple[Usual, ...]:
    """Return the operations of this version; two threads may work it out at once, to no harm."""
    global _kept
    for identity, found in _kept:
        if identity == loaded.identity:
            return found
    found = palette.usual_operations(loaded.model.base.library)
    _kept = ((loaded.identity, found), *_kept[:1])
    return found


def search(typed: str) -> list[Usual]:
    """Return the operations whose code or name holds what was typed."""
    return palette.find(operations(), typed)


def usual(job: str) -> Step | None:
    """Return an operation as the plant usually does it, None when it has none of this code."""
    wanted = job.strip().casefold()
    found = (each.step for each in operations() if each.step.job.casefold() == wanted)
    return next(found, None)


def named_or_coded(typed: str) -> Step | None:
    """Return the operation of this code, or the only one of this name."""
    wanted = typed.strip().casefold()
    named = [each.step for each in operations() if each.step.job_name.casefold() == wanted]
    return usual(typed) or (named[0] if len(named) == 1 else None)


def unknown(typed: str) -> str:
    """Return what is told of an operation that the plant does not have."""
    return _("The plant has no operation “%(job)s”.") % {"job": typed[:40]}


def resource_names() -> Mapping[str, str]:
    """Return the names of the plant's resources by their codes."""
    names = loader.active().model.base.library.names
    return dict(zip(names["resources"], names["resource_names"], strict=True))


def partner_names() -> Mapping[str, str]:
    """Return the names of the plant's subcontractors by their codes."""
    names = loader.active().model.base.library.names
    return dict(zip(names["partners"], names["partner_names"], strict=True))


def named(steps: Sequence[Step]) -> Steps:
    """Return the steps with the names of the resources and subcontractors that the plant knows."""
    try:
        resources, partners = resource_names(), partner_names()
    except RoutingMLError:  # a draft can be saved while no version answers
        return tuple(steps)
    return tuple(
        replace(
            step,
            resource_name=resources.get(step.resource, step.resource_name),
            partner_name=partners.get(step.partner, step.partner_name),
        )
        for step in steps
    )
