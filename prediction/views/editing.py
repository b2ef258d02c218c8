"""What the page of a draft sends and shows: a form read as steps, steps shown as rows."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from prediction.core import drafts as core
from prediction.core.comparison import sum_of
from prediction.core.drafts import BadDraft, Change, Step, Steps
from prediction.core.rules import Severity
from prediction.core.timeline import known_cards
from prediction.services import drafts, palette, rule_words
from registry import numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import QueryDict

    from prediction.core.palette import Usual
    from prediction.models import Draft

OFFERED = 14
"""Operations of the palette that are shown before anybody searches."""


@dataclass(frozen=True, slots=True)
class Row:
    """One operation on the page."""

    place: int
    sequence: int
    step: Step
    proposed: Step | None
    violations: list[dict[str, Any]]
    stored_json: str

    @property
    def who(self) -> str:
        """The subcontractor of what is subcontracted, else the resource."""
        return self.step.partner if self.step.outsourced else self.step.resource

    @property
    def who_name(self) -> str:
        """Its name."""
        return self.step.partner_name if self.step.outsourced else self.step.resource_name


@dataclass(frozen=True, slots=True)
class Offer:
    """One operation of the palette."""

    step: Step
    uses: int
    stored_json: str


EMPTY = Row(0, 0, Step("-"), None, [], "")
"""The row that the script copies."""


def steps_of(given: QueryDict, proposed: int) -> Steps:
    """Read the form: what it was filled with, and what was typed over it.

    Raises:
        BadDraft: it is no form of ours, or a time is no number.
    """
    try:
        stored = json.loads(given.get("steps", ""))
    except (ValueError, RecursionError):
        raise BadDraft(_("The form cannot be read: load the page again.")) from None
    steps = core.from_json(stored, proposed)
    return tuple(_typed(given, place, step) for place, step in enumerate(steps))


def done(given: QueryDict, steps: Steps) -> Steps:
    """Return the steps after the button that was pressed, ``do``: ``up:2``, ``remove:0`` …

    Raises:
        BadDraft: the operation is not there, or the plant has none of this code.
    """
    verb, _colon, what = given.get("do", "save").partition(":")
    if verb == "insert":
        at = numbers.whole(given.get("at"))
        at = len(steps) if at is None else at
        return core.inserted(steps, at, _usual(what or given.get("job", "")))
    if verb not in EDITS:
        return steps
    place = numbers.whole(what)
    return EDITS[verb](steps, -1 if place is None else place, given)


def _up(steps: Steps, place: int, given: QueryDict) -> Steps:
    return core.moved(steps, place, place - 1)


def _down(steps: Steps, place: int, given: QueryDict) -> Steps:
    return core.moved(steps, place, place + 1)


def _remove(steps: Steps, place: int, given: QueryDict) -> Steps:
    return core.removed(steps, place)


def _split(steps: Steps, place: int, given: QueryDict) -> Steps:
    return core.split(steps, place)


def _replace(steps: Steps, place: int, given: QueryDict) -> Steps:
    return core.replaced(steps, place, _usual(given.get("job", "")))


EDITS = {"up": _up, "down": _down, "remove": _remove, "split": _split, "replace": _replace}


def shown(draft: Draft, steps: Steps | None = None) -> dict[str, Any]:
    """Return what the page of a draft shows; ``steps`` are those of a save that was refused."""
    steps = draft.to_steps() if steps is None else steps
    violations = rule_words.as_json(drafts.violations_of(draft, steps))
    proposal = draft.to_proposal()
    return {
        "draft": draft,
        "rows": _rows(steps, proposal, violations),
        "stored": _json(core.to_json(steps)),
        "empty_row": EMPTY,
        "history": drafts.history(draft),
        "palette": offered(palette.operations()[:OFFERED]),
        "all_operations": palette.operations(),
        "resources": palette.resource_names(),
        "partners": palette.partner_names(),
    } | checked(draft, steps, violations)


def offered(found: Sequence[Usual]) -> list[Offer]:
    """Return operations of the palette as buttons."""
    return [Offer(usual.step, usual.uses, _json(asdict(usual.step))) for usual in found]


def checked(
    draft: Draft, steps: Steps | None = None, violations: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Return what the fragment beside the operations shows: figures, violations, comparison."""
    steps = draft.to_steps() if steps is None else steps
    if violations is None:
        violations = rule_words.as_json(drafts.violations_of(draft, steps))
    proposal = draft.to_proposal()
    names = {step.job: step.job_name for step in (*proposal, *steps)}
    change: Change = core.change_between(proposal, steps)
    return {
        "draft": draft,
        "violations": violations,
        "blocked": any(each["severity"] == Severity.ERROR for each in violations),
        "warned": any(each["severity"] == Severity.WARNING for each in violations),
        "change": change,
        "cards": known_cards([step.job for step in steps], [step.job for step in proposal], names),
        "count": len(steps),
        "setup": sum_of([step.setup_minutes for step in steps]),
        "run": sum_of([step.run_minutes for step in steps]),
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _rows(steps: Steps, proposal: Steps, violations: list[dict[str, Any]]) -> list[Row]:
    stored = core.to_json(steps)
    return [
        Row(
            place,
            core.sequence_of(place),
            step,
            _proposed(step, proposal),
            [each for each in violations if place in each["places"]],
            _json(stored[place]),
        )
        for place, step in enumerate(steps)
    ]


def _proposed(step: Step, proposal: Steps) -> Step | None:
    found = proposal[step.origin] if step.origin is not None else None
    return found if found and found.job == step.job else None


def _typed(given: QueryDict, place: int, step: Step) -> Step:
    """Return a step with what was typed into its row."""
    if f"who-{place}" not in given:
        return step
    outsourced = given.get(f"outsourced-{place}") == "yes"
    who = given.get(f"who-{place}", "").strip()
    step = replace(
        step,
        outsourced=outsourced,
        setup_minutes=_minutes(given.get(f"setup_minutes-{place}", ""), step),
        run_minutes=_minutes(given.get(f"run_minutes-{place}", ""), step),
    )
    was = step.partner if outsourced else step.resource
    if who == was:
        return step
    if outsourced:
        return replace(step, partner=who, partner_name="")
    return replace(step, resource=who, resource_name="")


def _minutes(text: str, step: Step) -> float | None:
    if not text.strip():
        return None
    try:
        return core.minutes(float(text.replace(",", "")))
    except ValueError:
        told = {"job": step.job, "text": text[:20]}
        raise BadDraft(_("%(job)s: “%(text)s” is no number of minutes.") % told) from None


def _usual(job: str) -> Step:
    found = palette.named_or_coded(job)
    if found is None:
        raise BadDraft(palette.unknown(job))
    return found
