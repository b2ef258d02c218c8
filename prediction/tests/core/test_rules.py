"""Rules: what each kind finds, and how a bad one is refused."""

from __future__ import annotations

from typing import Any

import pytest

from prediction.core.drafts import Step
from prediction.core.rules import BadRule, Fault, Severity, check, rule_from_json
from prediction.core.shipped_rules import SHIPPED
from prediction.tests.core.test_drafts import STEPS

TURN, PLATE, INSP = STEPS


def found(steps: tuple[Step, ...], **rule: Any) -> list[tuple[Fault, tuple[int, ...]]]:
    rules = [rule_from_json({"name": "R", "severity": "error"} | rule)]
    return [(each.fault, each.places) for each in check(rules, steps)]


def test_a_limit_holds_every_operation_it_means() -> None:
    rule = {"kind": "limit", "field": "run_minutes", "max": 3}
    assert found(STEPS, **rule) == [(Fault.TOO_HIGH, (0,)), (Fault.TOO_HIGH, (1,))]
    assert found(STEPS, **rule, job="PLATE") == [(Fault.TOO_HIGH, (1,))]
    assert found(STEPS, **rule, job=["INSP", "TURN"]) == [(Fault.TOO_HIGH, (0,))]
    assert found(STEPS, **rule, outsourced=True) == [(Fault.TOO_HIGH, (1,))]
    assert found(STEPS, kind="limit", field="run_minutes", min=5) == [
        (Fault.TOO_LOW, (1,)),
        (Fault.TOO_LOW, (2,)),
    ]


def test_a_limit_is_allowed_itself_and_an_unknown_time_breaks_none() -> None:
    assert found((TURN,), kind="limit", field="run_minutes", max=6.0) == []
    assert found((Step("X"),), kind="limit", field="run_minutes", min=1) == []


@pytest.mark.parametrize(
    ("field", "limit", "fault"),
    [("operations", 2, Fault.TOO_HIGH), ("setup_total", 34, Fault.TOO_HIGH)],
)
def test_a_limit_can_hold_the_whole_routing(field: str, limit: int, fault: Fault) -> None:
    assert found(STEPS, kind="limit", field=field, max=limit) == [(fault, ())]
    assert found(STEPS, kind="limit", field=field, max=limit + 1) == []


def test_a_required_field_is_missed_where_it_is_empty() -> None:
    assert found(STEPS, kind="required", field="resource", outsourced=False) == [
        (Fault.FIELD_MISSING, (2,))
    ]


def test_a_required_operation_is_missed_in_the_routing() -> None:
    assert found(STEPS, kind="required", job="CLEAN") == [(Fault.OPERATION_MISSING, ())]
    assert found(STEPS, kind="required", job=["CLEAN", "INSP"]) == []


def test_an_order_names_both_operations() -> None:
    rule = {"kind": "order", "before": "TURN", "after": "PLATE"}
    assert found(STEPS, **rule) == []
    assert found((PLATE, INSP, TURN), **rule) == [(Fault.WRONG_ORDER, (0, 2))]
    assert found((PLATE, INSP), **rule) == []


def test_a_forbidden_pair_may_be_forbidden_only_side_by_side() -> None:
    rule = {"kind": "forbidden_pair", "first": "TURN", "second": "INSP"}
    assert found(STEPS, **rule) == [(Fault.NOT_TOGETHER, (0, 2))]
    assert found(STEPS, **rule, adjacent=True) == []
    assert found((TURN, INSP), **rule, adjacent=True) == [(Fault.NOT_NEXT_TO, (0, 1))]
    assert found((INSP, TURN), **rule, adjacent=True) == []


def test_a_count_holds_each_operation_by_itself() -> None:
    steps = (TURN, INSP, TURN, TURN, INSP)
    assert found(steps, kind="max_count", most=2) == [(Fault.TOO_MANY, (0, 2, 3))]
    assert found(steps, kind="max_count", most=1, job="INSP") == [(Fault.TOO_MANY, (1, 4))]
    assert found(steps, kind="max_count", most=1, in_a_row=True) == [(Fault.REPEATED, (2, 3))]


def test_a_rule_for_a_family_leaves_other_items_alone() -> None:
    rule = rule_from_json(
        {"name": "R", "kind": "required", "job": "CLEAN", "items": {"PART_TYPE": ["14"]}}
    )
    assert len(check([rule], STEPS, {"PART_TYPE": "14"})) == 1
    assert check([rule], STEPS, {"PART_TYPE": "15"}) == []
    assert check([rule], STEPS, {}) == []


def test_errors_come_before_warnings() -> None:
    rules = [
        rule_from_json({"name": s, "severity": s, "kind": "required", "job": "CLEAN"})
        for s in ("info", "error", "warning")
    ]
    assert [each.severity for each in check(rules, STEPS)] == [
        Severity.ERROR,
        Severity.WARNING,
        Severity.INFO,
    ]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "A rule is an object"),
        ({"kind": "limit"}, "it has no name"),
        ({"name": "R"}, "kind must be one of limit"),
        ({"name": "R", "kind": "order", "before": "A"}, "needs after"),
        ({"name": "R", "kind": "order", "before": "A", "after": 7}, "after must be the code"),
        ({"name": "R", "kind": "limit", "field": "colour", "max": 1}, "field must be one of"),
        ({"name": "R", "kind": "limit", "field": "operations"}, "a min or a max"),
        ({"name": "R", "kind": "limit", "field": "operations", "max": "6"}, "must be numbers"),
        ({"name": "R", "kind": "limit", "field": "price", "min": 2, "max": 1}, "min is above"),
        ({"name": "R", "kind": "required"}, "it must name a field"),
        ({"name": "R", "kind": "max_count", "most": 1.5}, "whole number"),
        ({"name": "R", "kind": "max_count", "most": 1, "adjacent": True}, "has no adjacent"),
        ({"name": "R", "kind": "max_count", "most": 1, "items": []}, "items must be an object"),
        ({"name": "R", "kind": "max_count", "most": 1, "severity": "x"}, "severity must be"),
        ({"name": "R", "kind": "max_count", "most": 1, "in_a_row": 1}, "in_a_row must be true"),
    ],
)
def test_a_bad_rule_is_refused_with_its_reason(given: Any, told: str) -> None:
    with pytest.raises(BadRule, match=told):
        rule_from_json(given)


def test_every_reason_is_told_at_once() -> None:
    with pytest.raises(BadRule) as refused:
        rule_from_json({"kind": "order", "severity": "fatal"})
    assert len(refused.value.extra["problems"]) == 4


def test_the_shipped_rules_are_rules_and_find_nothing_wrong_with_a_sound_routing() -> None:
    rules = [rule_from_json(shipped) for shipped in SHIPPED]
    assert len({rule.name for rule in rules}) == len(rules) > 8
    assert [each.rule for each in check(rules, (TURN, PLATE))] == []
    assert check(rules, ())[0].severity is Severity.ERROR
