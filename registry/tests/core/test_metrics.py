"""The scores mean what they say, on cases small enough to count by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core import metrics
from registry.core.metrics import SequenceCase

SEQUENCES = st.lists(st.sampled_from("ABCDE"), max_size=8).map(tuple)


def jobs(text: str) -> tuple[str, ...]:
    """Return a routing whose codes are the letters of a text."""
    return tuple(text)


def test_any_of_an_items_valid_routings_makes_it_a_match() -> None:
    valid = [jobs("ABC"), jobs("ABD")]
    assert metrics.exact(jobs("ABD"), valid)
    assert not metrics.exact(jobs("ADB"), valid)
    assert not metrics.exact(jobs("ABCD"), valid)


@pytest.mark.parametrize(
    ("predicted", "true", "expected"),
    [
        ("ABCD", "ABCD", 1.0),
        ("ABCD", "ABDC", 0.75),  # two neighbours changed places: one edit, not two
        ("ABC", "ABCD", 0.75),
        ("ABCDE", "ABCD", 0.8),
        ("XY", "AB", 0.0),
        ("", "AB", 0.0),
    ],
)
def test_similarity_is_the_share_that_needs_no_edit(
    predicted: str, true: str, expected: float
) -> None:
    assert metrics.similarity(jobs(predicted), [jobs(true)]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("predicted", "true", "expected"),
    [
        ("ABC", "ABC", 1.0),
        ("ABCD", "ABC", 3 / 4),  # an operation too many costs
        ("AB", "ABC", 2 / 3),
        ("ACB", "ABC", 2 / 4),  # two in order; B is missed and B is superfluous
        ("XYZ", "ABC", 0.0),
        ("", "ABC", 0.0),
    ],
)
def test_process_match_counts_operations_right_among_all_named(
    predicted: str, true: str, expected: float
) -> None:
    assert metrics.process_match(jobs(predicted), [jobs(true)]) == pytest.approx(expected)


def test_an_item_is_judged_by_the_valid_routing_nearest_to_the_answer() -> None:
    valid = [jobs("XYZ"), jobs("ABC")]
    assert metrics.similarity(jobs("ABC"), valid) == 1.0
    assert metrics.process_match(jobs("AB"), valid) == pytest.approx(2 / 3)


@given(SEQUENCES, SEQUENCES)
def test_an_alignment_pairs_equal_operations_in_order(
    one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    pairs = metrics.align(one, other)
    assert all(one[i] == other[j] for i, j in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))
    assert metrics.align(one, one) == [(i, i) for i in range(len(one))]


@given(SEQUENCES, SEQUENCES, SEQUENCES)
def test_edits_are_a_distance(
    one: tuple[str, ...], other: tuple[str, ...], third: tuple[str, ...]
) -> None:
    assert metrics.edits(one, other) == metrics.edits(other, one)
    assert (metrics.edits(one, other) == 0) == (one == other)
    assert metrics.edits(one, third) <= metrics.edits(one, other) + metrics.edits(other, third)
    assert abs(len(one) - len(other)) <= metrics.edits(one, other) <= max(len(one), len(other))


def test_sequence_scores_are_means_over_items_and_hits_look_further_down() -> None:
    cases = [
        SequenceCase([jobs("ABC"), jobs("AB")], [jobs("ABC")]),
        SequenceCase([jobs("AB"), jobs("AC"), jobs("AD"), jobs("ABC")], [jobs("ABC")]),
    ]
    scores = metrics.sequence_scores(cases)
    assert scores["exact_match"] == 0.5
    assert scores["hit_at_3"] == 0.5
    assert scores["hit_at_5"] == 1.0
    assert scores["sequence_similarity"] == pytest.approx((1 + 2 / 3) / 2)
    assert scores["process_match"] == pytest.approx((1 + 2 / 3) / 2)


def test_an_item_without_an_answer_counts_as_wrong() -> None:
    scores = metrics.sequence_scores([SequenceCase([], [jobs("AB")])])
    assert scores["exact_match"] == scores["hit_at_5"] == scores["sequence_similarity"] == 0.0


def test_an_item_whose_truth_nobody_knows_is_left_out_and_counted() -> None:
    right = SequenceCase([jobs("AB")], [jobs("AB")])
    scores = metrics.sequence_scores([right, SequenceCase([jobs("AB")], [])])
    assert scores["items_without_truth"] == 1
    assert scores["exact_match"] == scores["process_match"] == scores["hit_at_5"] == 1.0


def test_time_scores_by_hand() -> None:
    scores = metrics.time_scores(
        np.array([11.0, 8.0, 30.0, 5.0]), np.array([10.0, 10.0, 20.0, np.nan])
    )
    assert scores["operations"] == 3
    assert scores["mae"] == pytest.approx((1 + 2 + 10) / 3)
    assert scores["rmse"] == pytest.approx(((1 + 4 + 100) / 3) ** 0.5)
    assert scores["wape"] == pytest.approx(13 / 40)
    assert scores["mape_median"] == pytest.approx(0.2)
    assert scores["bias"] == pytest.approx((1 - 2 + 10) / 40)
    assert scores["interval_coverage"] is None


def test_an_interval_covers_what_lies_inside_it_ends_included() -> None:
    actual = np.array([10.0, 10.0, 10.0, 20.0])
    low, high = np.array([9.0, 10.0, 11.0, 1.0]), np.array([11.0, 12.0, 13.0, 5.0])
    scores = metrics.time_scores(actual, actual, low, high)
    assert scores["interval_coverage"] == 0.5
    assert scores["interval_width"] == pytest.approx(2.0 / 10.0)


def test_trimming_takes_a_tenth_from_each_end() -> None:
    assert metrics.trimmed_mean(np.array([0, 2, 2, 2, 2, 2, 2, 2, 2, 900.0])) == 2.0
    assert metrics.trimmed_mean(np.array([1.0, 900.0])) == 450.5


def test_outsourcing_by_hand() -> None:
    predicted = np.array([True, True, False, False, False])
    actual = np.array([True, False, False, False, True])
    scores = metrics.outsourcing_scores(predicted, actual)
    assert scores["outsourcing_success"] == pytest.approx(3 / 5)
    assert scores["outsourcing_precision"] == 0.5
    assert scores["outsourcing_recall"] == 0.5


def test_variation_is_the_median_groups_spread_over_mean() -> None:
    minutes = np.array([1.0, 2.0, 3.0, 10.0, 10.0, 10.0, 7.0])
    assert metrics.variation(minutes, np.array([0, 0, 0, 1, 1, 1, 2])) == pytest.approx(0.25)
    assert metrics.variation(minutes[:3], np.array([0, 0, 0])) == pytest.approx(0.5)


def test_what_cannot_be_measured_is_none_and_never_nought() -> None:
    nothing, no_flags = np.zeros(0), np.zeros(0, dtype=bool)
    for cases in ([], [SequenceCase([jobs("AB")], [])]):
        scores = metrics.sequence_scores(cases)
        assert scores.pop("items_without_truth") == len(cases)
        assert set(scores.values()) == {None}
    times = metrics.time_scores(np.array([3.0, 4.0]), np.array([np.nan, 0.0]))
    assert times.pop("operations") == 0
    assert set(times.values()) == {None}
    assert set(metrics.outsourcing_scores(no_flags, no_flags).values()) == {None}
    in_house = metrics.outsourcing_scores(np.array([False]), np.array([False]))
    assert in_house["outsourcing_success"] == 1.0
    assert in_house["outsourcing_precision"] is in_house["outsourcing_recall"] is None
    assert metrics.variation(nothing, nothing.astype(int)) is None
    assert metrics.variation(np.array([1.0, 2.0]), np.array([0, 0])) is None
    assert metrics.error_at_coverage(nothing, no_flags, 0.8) is None
    assert metrics.risk_coverage(nothing, no_flags)["error"] == []


def test_the_surest_answers_are_judged_first() -> None:
    sure = np.array([0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.6, 0.4, 0.5, 0.95])
    right = sure > 0.35
    assert metrics.error_at_coverage(sure, right, 0.5) == 0.0
    assert metrics.error_at_coverage(sure, right, 1.0) == pytest.approx(0.3)
    curve = metrics.risk_coverage(sure, right)
    at = dict(zip(curve["coverage"], curve["error"], strict=True))
    assert at[0.7] == 0.0
    assert at[0.8] == pytest.approx(1 / 8)
    assert at[1.0] == pytest.approx(0.3)
    assert curve["limit"][-1] == pytest.approx(0.1)


def test_a_gain_everywhere_excludes_nought_and_a_coin_toss_does_not() -> None:
    champion = np.arange(40.0)
    assert metrics.gain_interval(champion + 0.1, champion) == pytest.approx((0.1, 0.1))
    toss = metrics.gain_interval(champion + np.tile([1.0, -1.0], 20), champion)
    assert toss is not None and toss[0] < 0 < toss[1]


def test_without_an_item_no_gain_can_be_measured() -> None:
    assert metrics.gain_interval(np.zeros(0), np.zeros(0)) is None


def test_weights_count_like_repeated_items() -> None:
    rng = np.random.default_rng(0)
    predicted, actual = rng.uniform(1, 9, 40), rng.uniform(1, 9, 40)
    times = rng.integers(1, 4, 40)
    weighted = metrics.time_scores(predicted, actual, predicted - 1, predicted + 1, times)
    one = [np.repeat(values, times) for values in (predicted, actual)]
    repeated = metrics.time_scores(one[0], one[1], one[0] - 1, one[0] + 1)
    assert {k: v for k, v in weighted.items() if k not in ("operations", "trim_mae")} == (
        pytest.approx({k: repeated[k] for k in weighted if k not in ("operations", "trim_mae")})
    )
    assert weighted["trim_mae"] == pytest.approx(repeated["trim_mae"], rel=0.02)
    cases = [SequenceCase([jobs("AB")], [jobs("AB")]), SequenceCase([jobs("AC")], [jobs("AB")])]
    assert metrics.sequence_scores(cases, weights=np.array([3.0, 1.0]))["exact_match"] == 0.75
