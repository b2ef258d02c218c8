"""How pure code reports progress and is told to stop.

Long computations take a ``Progress`` and call ``report(share, step)``.  A command prints it, a
worker stores it, a test ignores it; the computation does not know.  ``span`` gives a part of a
computation its own 0..1 scale inside the whole.  A caller that wants to stop makes ``report`` raise
``Cancelled``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from registry.core.errors import RoutingMLError

DETAIL = " · "
"""Parts a step from a detail of it that moves often: shown, but no line of a log on its own."""


Report = Callable[[float], None]
"""Told the share (0..1) of a single step that is done; may raise ``Cancelled``."""


class Cancelled(RoutingMLError):
    """Somebody asked for the computation to stop."""

    code = "cancelled"


class Progress(Protocol):
    """Receives how far a computation is."""

    def report(self, share: float, step: str) -> None:
        """Take note that ``share`` (0..1) is done and ``step`` is under way.

        Raises:
            Cancelled: when the computation must stop here.
        """


class Silent:
    """A progress that tells nobody."""

    def report(self, share: float, step: str) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of another progress, with its own scale from 0 to 1."""

    parent: Progress
    start: float
    end: float

    def report(self, share: float, step: str) -> None:
        """Report to the parent, scaled into this stretch."""
        inside = min(max(share, 0.0), 1.0)
        self.parent.report(self.start + (self.end - self.start) * inside, step)


def span(parent: Progress, start: float, end: float) -> Span:
    """Return a progress whose 0..1 is ``start``..``end`` of ``parent``."""
    return Span(parent, start, end)


def saying(progress: Progress, step: str) -> Report:
    """Return what tells a progress the share of one step, as a detail of it."""
    return lambda share: progress.report(share, f"{step}{DETAIL}{share:.1%}")


def within(report: Report, start: float, end: float) -> Report:
    """Return what tells the share of a part that is ``start``..``end`` of what is reported."""
    return lambda share: report(start + (end - start) * share)


def tell_nobody(share: float) -> None:
    """Tell nobody: where it runs there may be nobody to tell."""
