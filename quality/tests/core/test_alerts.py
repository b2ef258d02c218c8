"""Alerts: raised once, kept while it is bad, cleared when it is good again, silent on nothing."""

from __future__ import annotations

from quality.core.alerts import Limits, Rule, Severity, Signal, decide, signals_of

GOOD = {"operations": 50, "mae": 1.0, "trim_mae": 0.5, "process_match": 0.95, "cv": 0.2}
MAE = (str(Rule.MAE), "")


def bad(**figures: float | None) -> list[Signal]:
    return signals_of(GOOD | figures, Limits())


def raised(signals: list[Signal], open_keys: set[tuple[str, str]] | None = None) -> list[str]:
    return [str(signal.rule) for signal in decide(signals, open_keys or set()).raised]


def test_good_figures_raise_nothing_and_bad_ones_their_own_alert() -> None:
    assert raised(bad()) == []
    assert raised(bad(mae=5.1)) == ["mae"]
    assert raised(bad(process_match=0.79, trim_mae=9, cv=0.6)) == [
        "trim_mae", "process_match", "cv",
    ]  # fmt: skip


def test_an_alert_is_raised_once_and_kept_until_the_figure_is_back_by_a_margin() -> None:
    again = decide(bad(mae=6.0), {MAE})
    assert (again.raised, [s.rule for s in again.kept], again.cleared) == ((), [Rule.MAE], ())
    near = decide(bad(mae=4.9), {MAE})
    assert (len(near.kept), near.cleared) == (1, ())
    assert decide(bad(mae=4.7), {MAE}).cleared == (MAE,)


def test_no_data_is_no_pass_it_raises_too_few_samples_and_clears_nothing() -> None:
    nothing = signals_of({"operations": 0}, Limits())
    assert raised(nothing) == ["samples"]
    assert decide(nothing, {MAE}).cleared == ()
    assert raised(bad(operations=2, mae=99.0)) == ["samples"], "two samples prove nothing"


def test_far_past_the_limit_is_critical() -> None:
    weights = {s.rule: s.weight for s in bad(mae=5.1, trim_mae=9.0, process_match=0.3)}
    assert weights[Rule.MAE] is Severity.WARNING
    assert weights[Rule.TRIM_MAE] is weights[Rule.PROCESS_MATCH] is Severity.CRITICAL


def test_a_cause_that_is_not_found_again_is_cleared() -> None:
    shift = Signal(Rule.PLANT_SHIFT, 0.3, 0.15, subject="LT01")
    assert decide([shift], set()).raised == (shift,)
    assert decide([], {shift.key}).cleared == (shift.key,)
