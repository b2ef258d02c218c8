"""The plant's operations with what is usual, from the active version; worked out once for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prediction import loader
from prediction.core import palette

if TYPE_CHECKING:
    from prediction.core.drafts import Step
    from prediction.core.palette import Usual

_kept: tuple[str, tuple[Usual, ...]] = ("", ())


def operations() -> tuple[Usual, ...]:
    """Return every operation of the plant, the most used first.

    Raises:
        RoutingMLError: no version is active, or it cannot be read.
    """
    global _kept
    loaded = loader.active()
    identity, found = _kept
    if identity != loaded.identity:
        found = palette.usual_operations(loaded.model.base.library)
        _kept = (loaded.identity, found)
    return found


def search(typed: str) -> list[Usual]:
    """Return the operations whose code or name holds what was typed."""
    return palette.find(operations(), typed)


def usual(job: str) -> Step | None:
    """Return an operation as the plant usually does it, None when it has none of this code."""
    wanted = job.strip().casefold()
    found = (each.step for each in operations() if each.step.job.casefold() == wanted)
    return next(found, None)
