"""What a routing must obey, declared as JSON and checked: each violation names condition and limit.

Five kinds of rules, one declared table of what each needs.  An operation is meant by its code, by a
list of codes, or by ``*`` for any.  ``items`` narrows a rule to a family of items: column names to
the values that are meant.  ``outsourced`` narrows it to subcontracted or in-house operations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from prediction.core.drafts import Step
from registry.core.errors import BadInput

ANY = "*"
ROUTING_FIELDS = ("operations", "setup_total", "run_total")
"""Figures of a whole routing that a limit may hold."""
TIMES = ("setup_minutes", "run_minutes", "queue_minutes", "wait_minutes", "move_minutes", "price")
REQUIRABLE = (*TIMES, "resource", "partner", "currency", "job_name")


class BadRule(BadInput):
    """A rule cannot be understood; the message lists every reason."""

    code = "bad_rule"


class RuleKind(StrEnum):
    """What sort of thing a rule says."""

    LIMIT = "limit"
    REQUIRED = "required"
    ORDER = "order"
    FORBIDDEN_PAIR = "forbidden_pair"
    MAX_COUNT = "max_count"


class Severity(StrEnum):
    """What a violation does: nothing, ask for a reason, or block."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Fault(StrEnum):
    """What is wrong, for words in the reader's language."""

    TOO_LOW = "too_low"
    TOO_HIGH = "too_high"
    FIELD_MISSING = "field_missing"
    OPERATION_MISSING = "operation_missing"
    WRONG_ORDER = "wrong_order"
    NOT_TOGETHER = "not_together"
    NOT_NEXT_TO = "not_next_to"
    TOO_MANY = "too_many"
    REPEATED = "repeated"


KEYS: dict[RuleKind, tuple[frozenset[str], frozenset[str]]] = {
    RuleKind.LIMIT: (frozenset({"field"}), frozenset({"min", "max", "job", "outsourced"})),
    RuleKind.REQUIRED: (frozenset(), frozenset({"field", "job", "outsourced"})),
    RuleKind.ORDER: (frozenset({"before", "after"}), frozenset()),
    RuleKind.FORBIDDEN_PAIR: (frozenset({"first", "second"}), frozenset({"adjacent"})),
    RuleKind.MAX_COUNT: (frozenset({"most"}), frozenset({"job", "in_a_row"})),
}
"""For each kind: what it must say, and what it may say."""
COMMON = frozenset({"name", "kind", "severity", "items"})
JOBS = ("job", "before", "after", "first", "second")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; ``says`` holds what its kind needs."""

    name: str
    kind: RuleKind
    severity: Severity
    says: Mapping[str, Any] = field(default_factory=dict)
    items: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def applies_to(self, attributes: Mapping[str, Any]) -> bool:
        """Return whether an item belongs to the family that is meant."""
        return all(
            str(attributes.get(column, "")) in values for column, values in self.items.items()
        )


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that a routing does against a rule.

    ``places`` are the steps it is about, counted from 0, none for the routing as a whole;
    ``figures`` are the operations, the condition and the limit, for words.
    """

    rule: str
    kind: RuleKind
    severity: Severity
    fault: Fault
    places: tuple[int, ...]
    figures: Mapping[str, Any]


Found = tuple[Fault, tuple[int, ...], dict[str, Any]]


def rule_from_json(given: Any) -> Rule:
    """Read a rule.

    Raises
    ------
    BadRule
        When it is none; the message lists everything that is wrong with it.
    """
    if not isinstance(given, dict):
        raise BadRule("A rule is an object with name, kind and severity.")
    problems = list(_problems(given))
    if problems:
        name = str(given.get("name") or "A rule without a name")
        raise BadRule(f"{name}: {'; '.join(problems)}.", problems=problems)
    says = {key: value for key, value in given.items() if key not in COMMON}
    items = {
        column: tuple(map(str, values if isinstance(values, list) else [values]))
        for column, values in (given.get("items") or {}).items()
    }
    severity = Severity(given.get("severity", Severity.WARNING))
    return Rule(given["name"].strip(), RuleKind(given["kind"]), severity, says, items)


def check(
    rules: Sequence[Rule], steps: Sequence[Step], attributes: Mapping[str, Any] | None = None
) -> list[Violation]:
    """Return every violation, errors first, otherwise in the order of the rules.

    Parameters
    ----------
    rules
        What to check.
    steps
        The routing.
    attributes
        The item's columns, for rules about a family of items.
    """
    found = [
        Violation(rule.name, rule.kind, rule.severity, *each)
        for rule in rules
        if rule.applies_to(attributes or {})
        for each in CHECKS[rule.kind](rule.says, steps)
    ]
    rank = list(Severity)
    return sorted(found, key=lambda violation: -rank.index(violation.severity))


def _problems(given: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(given.get("name"), str) or not given["name"].strip():
        yield "it has no name"
    if given.get("severity", Severity.WARNING) not in set(Severity):
        yield f"severity must be one of {', '.join(Severity)}"
    yield from _item_problems(given.get("items"))
    kind = given.get("kind")
    if kind not in set(RuleKind):
        yield f"kind must be one of {', '.join(RuleKind)}"
        return
    needed, allowed = KEYS[RuleKind(kind)]
    for key in sorted(needed - given.keys()):
        yield f"a rule of kind {kind} needs {key}"
    for key in sorted(given.keys() - needed - allowed - COMMON):
        yield f"a rule of kind {kind} has no {key}"
    for key in JOBS:
        if key in given and not _is_jobs(given[key]):
            yield f"{key} must be the code of an operation, a list of codes, or {ANY}"
    for key in ("outsourced", "adjacent", "in_a_row"):
        if key in given and not isinstance(given[key], bool):
            yield f"{key} must be true or false"
    yield from _kind_problems(RuleKind(kind), given)


def _item_problems(items: Any) -> Iterator[str]:
    if items is None:
        return
    if not isinstance(items, dict) or not all(
        isinstance(values, str | list) for values in items.values()
    ):
        yield "items must be an object of column names to a value or a list of values"


def _kind_problems(kind: RuleKind, given: Mapping[str, Any]) -> Iterator[str]:
    if kind is RuleKind.LIMIT:
        yield from _limit_problems(given)
    elif kind is RuleKind.REQUIRED:
        if ("field" in given) and given["field"] not in REQUIRABLE:
            yield f"field must be one of {', '.join(REQUIRABLE)}"
        if "field" not in given and given.get("job", ANY) == ANY:
            yield "it must name a field, or the operation that is required"
    elif kind is RuleKind.MAX_COUNT and "most" in given:
        most = given["most"]
        if type(most) is not int or most < 0:
            yield "most must be a whole number from 0"


def _limit_problems(given: Mapping[str, Any]) -> Iterator[str]:
    known = (*TIMES, *ROUTING_FIELDS)
    if "field" in given and given["field"] not in known:
        yield f"field must be one of {', '.join(known)}"
    ends = [given[end] for end in ("min", "max") if given.get(end) is not None]
    if not ends:
        yield "it must have a min or a max"
    if any(isinstance(end, bool) or not isinstance(end, int | float) for end in ends):
        yield "min and max must be numbers"
    elif len(ends) == 2 and ends[0] > ends[1]:
        yield "min is above max"


def _is_jobs(value: Any) -> bool:
    codes = value if isinstance(value, list) else [value]
    return bool(codes) and all(isinstance(code, str) and code.strip() for code in codes)


def _means(value: Any, step: Step) -> bool:
    """Return whether a step is one of the operations that are meant."""
    codes = value if isinstance(value, list) else [value]
    return ANY in codes or step.job in codes


def _meant(says: Mapping[str, Any], steps: Sequence[Step]) -> Iterator[tuple[int, Step]]:
    """Yield the steps that a rule is about."""
    outsourced = says.get("outsourced")
    for place, step in enumerate(steps):
        if _means(says.get("job", ANY), step) and outsourced in (None, step.outsourced):
            yield place, step


def _limit(says: Mapping[str, Any], steps: Sequence[Step]) -> Iterator[Found]:
    name = says["field"]
    if name in ROUTING_FIELDS:
        yield from _beyond(says, (), _of_routing(name, steps), {})
        return
    for place, step in _meant(says, steps):
        yield from _beyond(says, (place,), getattr(step, name), {"job": step.job})


def _of_routing(name: str, steps: Sequence[Step]) -> float:
    if name == "operations":
        return len(steps)
    part = "setup_minutes" if name == "setup_total" else "run_minutes"
    return sum(getattr(step, part) or 0.0 for step in steps)


def _beyond(
    says: Mapping[str, Any], places: tuple[int, ...], value: float | None, figures: dict[str, Any]
) -> Iterator[Found]:
    if value is None:
        return
    told = figures | {"field": says["field"], "value": value}
    least, most = says.get("min"), says.get("max")
    if least is not None and value < least:
        yield Fault.TOO_LOW, places, told | {"limit": least}
    if most is not None and value > most:
        yield Fault.TOO_HIGH, places, told | {"limit": most}


def _required(says: Mapping[str, Any], steps: Sequence[Step]) -> Iterator[Found]:
    name = says.get("field")
    if name is None:
        if not any(True for _ in _meant(says, steps)):
            yield Fault.OPERATION_MISSING, (), {"job": _codes(says["job"])}
        return
    for place, step in _meant(says, steps):
        if getattr(step, name) in (None, ""):
            yield Fault.FIELD_MISSING, (place,), {"job": step.job, "field": name}


def _order(says: Mapping[str, Any], steps: Sequence[Step]) -> Iterator[Found]:
    """Yield where an ``after`` stands before the last ``before``."""
    earlier = [place for place, step in enumerate(steps) if _means(says["before"], step)]
    for place, step in enumerate(steps):
        if earlier and _means(says["after"], step) and place < earlier[-1]:
            late = earlier[-1]
            told = {"before": steps[late].job, "after": step.job}
            yield Fault.WRONG_ORDER, (place, late), told


def _forbidden_pair(says: Mapping[str, Any], steps: Sequence[Step]) -> Iterator[Found]:
    first, second = (
        [place for place, step in enumerate(steps) if _means(says[key], step)]
        for key in ("first", "second")
    )
    adjacent = says.get("adjacent", False)
    pairs = [
        (one, two)
        for one in first
        for two in second
        if (two - one == 1 if adjacent else one != two)
    ]
    fault = Fault.NOT_NEXT_TO if adjacent else Fault.NOT_TOGETHER
    for one, two in pairs if adjacent else pairs[:1]:
        yield fault, (one, two), {"first": steps[one].job, "second": steps[two].job}


def _max_count(says: Mapping[str, Any], steps: Sequence[Step]) -> Iterator[Found]:
    meant = [(place, step.job) for place, step in _meant(says, steps)]
    most = says["most"]
    if says.get("in_a_row"):
        yield from _runs(meant, most)
        return
    for job, count in Counter(job for _place, job in meant).items():
        if count > most:
            places = tuple(place for place, each in meant if each == job)
            yield Fault.TOO_MANY, places, {"job": job, "value": count, "limit": most}


def _runs(meant: Sequence[tuple[int, str]], most: int) -> Iterator[Found]:
    run: list[int] = []
    job = ""
    for place, each in [*meant, (-1, "")]:
        if run and each == job and place == run[-1] + 1:
            run.append(place)
            continue
        if len(run) > most:
            yield Fault.REPEATED, tuple(run), {"job": job, "value": len(run), "limit": most}
        run, job = [place], each


def _codes(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


CHECKS: dict[RuleKind, Callable[[Mapping[str, Any], Sequence[Step]], Iterator[Found]]] = {
    RuleKind.LIMIT: _limit,
    RuleKind.REQUIRED: _required,
    RuleKind.ORDER: _order,
    RuleKind.FORBIDDEN_PAIR: _forbidden_pair,
    RuleKind.MAX_COUNT: _max_count,
}
