"""Rules as sentences: what each demands, of which operations, of which items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prediction import words
from prediction.core.rules import ANY, ROUTING_FIELDS, RuleKind
from prediction.services import rule_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from prediction.core.rules import Rule


def demand(rule: Rule) -> str:
    """Return what a rule demands."""
    return DEMANDS[rule.kind](rule.says)


def family(rule: Rule) -> str:
    """Return for which items it holds; empty where it holds for all."""
    told = [
        _("%(attribute)s %(values)s")
        % {"attribute": words.attribute(column, column).word, "values": _any_of(values)}
        for column, values in rule.items.items()
    ]
    return _("Only for items with %(family)s.") % {"family": ", ".join(told)} if told else ""


def _limit(says: Mapping[str, Any]) -> str:
    told = {"field": str(rule_words.FIELDS[says["field"]]), "range": _range(says)}
    if says["field"] in ROUTING_FIELDS:
        return _("The %(field)s is %(range)s.") % told
    told["operations"] = _meant(says)
    return _("%(operations)s: the %(field)s is %(range)s.") % told


def _required(says: Mapping[str, Any]) -> str:
    if "field" not in says:
        return _("The routing has the operation %(job)s.") % {"job": _any_of(says["job"])}
    told = {"operations": _meant(says), "field": rule_words.FIELDS[says["field"]]}
    return _("%(operations)s: the %(field)s is given.") % told


def _order(says: Mapping[str, Any]) -> str:
    told = {"before": _any_of(says["before"]), "after": _any_of(says["after"])}
    return _("%(before)s comes before %(after)s.") % told


def _forbidden_pair(says: Mapping[str, Any]) -> str:
    told = {"first": _any_of(says["first"]), "second": _any_of(says["second"])}
    if says.get("adjacent"):
        return _("%(second)s does not follow %(first)s directly.") % told
    return _("%(first)s and %(second)s are not in one routing.") % told


def _max_count(says: Mapping[str, Any]) -> str:
    job = says.get("job", ANY)
    same = _("The same operation") if ANY in _codes(job) else _any_of(job)
    told = {"job": same, "most": says["most"]}
    if says.get("in_a_row"):
        text = ngettext(
            "%(job)s is there at most %(most)s time in a row.",
            "%(job)s is there at most %(most)s times in a row.",
            says["most"],
        )
    else:
        text = ngettext(
            "%(job)s is there at most %(most)s time in a routing.",
            "%(job)s is there at most %(most)s times in a routing.",
            says["most"],
        )
    return text % told


DEMANDS: dict[RuleKind, Callable[[Mapping[str, Any]], str]] = {
    RuleKind.LIMIT: _limit,
    RuleKind.REQUIRED: _required,
    RuleKind.ORDER: _order,
    RuleKind.FORBIDDEN_PAIR: _forbidden_pair,
    RuleKind.MAX_COUNT: _max_count,
}


def _meant(says: Mapping[str, Any]) -> str:
    """Return which operations a rule is about."""
    job, outsourced = says.get("job", ANY), says.get("outsourced")
    if ANY in _codes(job):
        return {
            None: _("Every operation"),
            False: _("Every in-house operation"),
            True: _("Every subcontracted operation"),
        }[outsourced]
    codes = _any_of(job)
    return {
        None: codes,
        False: _("%(job)s in-house") % {"job": codes},
        True: _("%(job)s subcontracted") % {"job": codes},
    }[outsourced]


def _codes(told: str | Sequence[str]) -> Sequence[str]:
    return [told] if isinstance(told, str) else told


def _any_of(told: str | Sequence[str]) -> str:
    """Return codes or values as alternatives."""
    *others, last = _codes(told)
    if ANY in (*others, last):
        return _("Any operation")
    if not others:
        return last
    return _("%(others)s or %(last)s") % {"others": ", ".join(others), "last": last}


def _range(says: Mapping[str, Any]) -> str:
    is_time = says["field"] in rule_words.TIMES
    ends = {
        name: rule_words.written(says[name], is_time=is_time)
        for name in ("min", "max")
        if says.get(name) is not None
    }
    if len(ends) == 2:
        return _("from %(min)s to %(max)s") % ends
    return (_("at least %(min)s") if "min" in ends else _("at most %(max)s")) % ends
