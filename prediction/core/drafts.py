"""A routing as a planner edits it: steps in order, what can be done to them, what was changed.

A step carries what a planner decides.  ``origin`` is its place in the proposal, None for a step
that the planner added: through it the evidence behind a proposed time is found again, so that no
browser has to carry it.  Sequence numbers are not kept: they follow from the order, in tens.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from rapidfuzz.distance import Levenshtein

from prediction.core.comparison import readable
from registry.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registry.core.routing import Operation

SEQUENCE_STEP = 10
MOST_STEPS = 200
LONGEST_TEXT = 200
TEXTS = ("job", "job_name", "resource", "resource_name", "partner", "partner_name", "currency")
NUMBERS = (
    "setup_minutes", "run_minutes", "queue_minutes", "wait_minutes", "move_minutes", "price",
)  # fmt: skip


class BadDraft(BadInput):
    """The operations of a draft cannot be read; the message says which and why."""

    code = "bad_draft"


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a draft; a time of None is not known."""

    job: str
    job_name: str = ""
    outsourced: bool = False
    resource: str = ""
    resource_name: str = ""
    partner: str = ""
    partner_name: str = ""
    setup_minutes: float | None = None
    run_minutes: float | None = None
    queue_minutes: float | None = None
    wait_minutes: float | None = None
    move_minutes: float | None = None
    price: float | None = None
    currency: str = ""
    origin: int | None = None


Steps = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """How a draft differs from its proposal.

    ``adoption`` is the share of proposed operations that are still there in their order;
    ``distance`` counts operations inserted, removed or replaced; ``retimed`` and ``reassigned``
    count kept operations whose times, or whose resource or subcontractor, are others.
    """

    adoption: float
    distance: int
    retimed: int
    reassigned: int

    @property
    def nothing(self) -> bool:
        """Whether the proposal was taken as it was."""
        return not (self.distance or self.retimed or self.reassigned)


def step_of(operation: Operation, origin: int) -> Step:
    """Return a proposed operation as a step of a draft."""
    resource, partner = operation.resource, operation.partner if operation.outsourced else None
    return Step(
        job=operation.job,
        job_name=operation.job_name,
        outsourced=operation.outsourced,
        resource=resource.code if resource else "",
        resource_name=resource.name if resource else "",
        partner=partner.code if partner else "",
        partner_name=partner.name if partner else "",
        setup_minutes=readable(operation.setup.minutes),
        run_minutes=readable(operation.run.minutes),
        queue_minutes=minutes(operation.queue_minutes),
        wait_minutes=minutes(operation.wait_minutes),
        move_minutes=minutes(operation.move_minutes),
        price=minutes(operation.price) if operation.outsourced else None,
        currency=(operation.currency or "") if operation.outsourced else "",
        origin=origin,
    )


def sequence_of(place: int) -> int:
    """Return the sequence number of the step at a place, counted from 0."""
    return (place + 1) * SEQUENCE_STEP


def to_json(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return steps as they are stored."""
    return [asdict(step) for step in steps]


def from_json(given: Any, proposed: int) -> Steps:
    """Read steps that a program, a page or the database gives.

    Parameters
    ----------
    given
        A list of objects; what an object leaves out is empty.
    proposed
        How many operations the proposal has; ``origin`` must name one of them.

    Raises
    ------
    BadDraft
        When it is no list of operations; the message names the first one that is wrong.
    """
    if not isinstance(given, list):
        raise BadDraft("The operations must be a list.")
    if len(given) > MOST_STEPS:
        raise BadDraft(f"A routing has at most {MOST_STEPS} operations; this one has {len(given)}.")
    return tuple(_step(place, entry, proposed) for place, entry in enumerate(given, start=1))


def moved(steps: Steps, place: int, to: int) -> Steps:
    """Return the steps with one of them at another place; past the ends is at the end."""
    _check(steps, place)
    rest = steps[:place] + steps[place + 1 :]
    to = min(max(to, 0), len(rest))
    return (*rest[:to], steps[place], *rest[to:])


def inserted(steps: Steps, place: int, step: Step) -> Steps:
    """Return the steps with a new one before ``place``."""
    place = min(max(place, 0), len(steps))
    return (*steps[:place], step, *steps[place:])


def removed(steps: Steps, place: int) -> Steps:
    """Return the steps without one of them."""
    _check(steps, place)
    return steps[:place] + steps[place + 1 :]


def replaced(steps: Steps, place: int, step: Step) -> Steps:
    """Return the steps with another operation in the place of one."""
    _check(steps, place)
    return (*steps[:place], step, *steps[place + 1 :])


def split(steps: Steps, place: int) -> Steps:
    """Return the steps with one of them done in two, half its run time each, set up twice."""
    _check(steps, place)
    whole = steps[place]
    half = None if whole.run_minutes is None else minutes(whole.run_minutes / 2)
    first = replace(whole, run_minutes=half)
    return (*steps[:place], first, replace(first, origin=None), *steps[place + 1 :])


def minutes(value: float | None) -> float | None:
    """Return a time as it is kept, None where it is not known."""
    return None if value is None or not math.isfinite(value) else round(value, 4)


def change_between(proposal: Sequence[Step], steps: Sequence[Step]) -> Change:
    """Return how much of a proposal a planner kept."""
    before, after = [step.job for step in proposal], [step.job for step in steps]
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    pairs = [
        (proposal[block.a + i], steps[block.b + i]) for block in blocks for i in range(block.size)
    ]
    retimed = sum(
        (old.setup_minutes, old.run_minutes) != (new.setup_minutes, new.run_minutes)
        for old, new in pairs
    )
    reassigned = sum(_who(old) != _who(new) for old, new in pairs)
    adoption = len(pairs) / len(before) if before else 0.0
    return Change(adoption, Levenshtein.distance(before, after), retimed, reassigned)


def _who(step: Step) -> tuple[bool, str, str]:
    return step.outsourced, step.resource, step.partner


def _check(steps: Steps, place: int) -> None:
    if not 0 <= place < len(steps):
        raise BadDraft(f"There is no operation number {place + 1}: the routing has {len(steps)}.")


def _step(place: int, entry: Any, proposed: int) -> Step:
    if not isinstance(entry, dict):
        raise BadDraft(f"Operation {place} is not an object.")
    unknown = entry.keys() - {field.name for field in fields(Step)} - {"sequence"}
    if unknown:
        raise BadDraft(f"Operation {place} has the unknown field {min(map(str, unknown))!r}.")
    texts = {name: _text(place, name, entry.get(name)) for name in TEXTS}
    if not texts["job"]:
        raise BadDraft(f"Operation {place} has no code (job).")
    origin = entry.get("origin")
    if origin is not None and not (type(origin) is int and 0 <= origin < proposed):
        raise BadDraft(f"Operation {place} does not come from the proposal: origin {origin!r}.")
    outsourced = entry.get("outsourced", False)
    if not isinstance(outsourced, bool):
        raise BadDraft(f"Operation {place}: outsourced must be true or false.")
    values: dict[str, Any] = texts | {name: _number(place, name, entry) for name in NUMBERS}
    return Step(**values, outsourced=outsourced, origin=origin)


def _text(place: int, name: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or "\x00" in value:
        raise BadDraft(f"Operation {place}: {name} must be text of at most {LONGEST_TEXT} letters.")
    return value.strip()


def _number(place: int, name: str, entry: Mapping[str, Any]) -> float | None:
    value = entry.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_sane(value):
        raise BadDraft(f"Operation {place}: {name} must be a number.")
    return minutes(float(value))


def _is_sane(value: float) -> bool:
    return abs(value) < 1e12 and math.isfinite(value)
