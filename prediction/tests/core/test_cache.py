"""Answers kept for a while."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from prediction.core.cache import AnswerCache, Options, key_of
from registry.core.routing import Item

PLAIN = Options()
GLAND = Item("G-1", {"PART_TYPE": "14", "OUTDIAMETER": 93.0, "ITEM_SPEC": None})


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def cache(size: int = 10, seconds: float = 60, clock: Clock | None = None) -> AnswerCache[str]:
    return AnswerCache(size, seconds, clock or Clock())


def test_an_answer_is_found_again_until_its_time_is_over() -> None:
    clock = Clock()
    answers = cache(seconds=60, clock=clock)
    answers.put(b"a", "answer")
    clock.now += 59
    assert answers.get(b"a") == "answer"
    clock.now += 1
    assert answers.get(b"a") is None
    assert len(answers) == 0


def test_the_answer_used_longest_ago_makes_room() -> None:
    answers = cache(size=2)
    answers.put(b"a", "1")
    answers.put(b"b", "2")
    answers.get(b"a")
    answers.put(b"c", "3")
    assert (answers.get(b"a"), answers.get(b"b"), answers.get(b"c")) == ("1", None, "3")


@pytest.mark.parametrize(("size", "seconds"), [(0, 60), (10, 0)])
def test_size_or_lifetime_zero_switches_it_off(size: int, seconds: float) -> None:
    answers = cache(size, seconds)
    answers.put(b"a", "1")
    assert answers.get(b"a") is None


def test_threads_share_it_without_losing_its_bound() -> None:
    answers = cache(size=50)

    def work(start: int) -> None:
        for number in range(start, start + 500):
            key = str(number % 80).encode()
            answers.put(key, key.decode())
            found = answers.get(key)
            assert found is None or found == key.decode()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(0, 400, 100)))
    assert len(answers) == 50


@pytest.mark.parametrize(
    "same",
    [
        {"OUTDIAMETER": 93.0, "PART_TYPE": "14"},
        {"PART_TYPE": " 14 ", "OUTDIAMETER": 93.0, "ITEM_SPEC": "  "},
        {"PART_TYPE": "14", "OUTDIAMETER": 93.0, "DRAW_NO": float("nan")},
    ],
)
def test_order_blanks_and_missing_values_do_not_make_another_item(same: dict[str, object]) -> None:
    assert key_of("v", Item("G-1", same), PLAIN) == key_of("v", GLAND, PLAIN)


@pytest.mark.parametrize(
    "other",
    [
        replace(GLAND, code="G-2"),
        Item("G-1", {"PART_TYPE": "14", "OUTDIAMETER": 94.0}),
        Item("G-1", {"PART_TYPE": "14"}),
        Item("G-1", {"PART_TYPE": "14", "INDIAMETER": 93.0}),
    ],
)
def test_another_code_or_value_is_another_item(other: Item) -> None:
    assert key_of("v", other, PLAIN) != key_of("v", GLAND, PLAIN)


@pytest.mark.parametrize(
    "options",
    [
        Options(top_k=3),
        Options(leave_out=True),
        Options(explain=False),
        Options(feature_weights={"size": 2.0}),
    ],
)
def test_another_version_or_option_is_another_question(options: Options) -> None:
    assert key_of("v", GLAND, options) != key_of("v", GLAND, PLAIN)
    assert key_of("w", GLAND, PLAIN) != key_of("v", GLAND, PLAIN)


def test_a_boolean_and_a_text_that_read_alike_are_kept_apart() -> None:
    flag, word = Item("A", {"X": True}), Item("A", {"X": "True"})
    assert key_of("v", flag, PLAIN) != key_of("v", word, PLAIN)
