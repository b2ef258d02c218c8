"""A size that its column lacks is taken from where the plant's own items show it stands."""

from __future__ import annotations

import json

import numpy as np
import pytest

from registry.core.cleaning import Attribute, AttributeKind, CleanItems, clean_items
from registry.core.completion import Completion
from registry.core.items import RawItems
from registry.core.routing import Item

ATTRIBUTES = (Attribute("NAME"), Attribute("DRAWING"), Attribute("OD", AttributeKind.NUMBER))


def clean(rows: list[tuple[str | None, str | None, float | None]]) -> CleanItems:
    """Clean items given as name, drawing and outside diameter."""
    items = [Item(str(n), {"NAME": a, "DRAWING": b, "OD": c}) for n, (a, b, c) in enumerate(rows)]
    return clean_items(RawItems.from_items(items, [a.name for a in ATTRIBUTES]), ATTRIBUTES)


@pytest.fixture
def named() -> Completion:
    """What twenty items teach whose names tell their size."""
    return Completion.fit(clean([(f"SEAL OD{20 + n}", None, 20 + n) for n in range(20)]))


@pytest.fixture
def drawn() -> Completion:
    """What twenty items teach of which two each share a drawing and a size."""
    return Completion.fit(clean([(None, f"D-{n // 2}A", 50 + n // 2) for n in range(20)]))


def test_a_name_fills_in_the_size_that_is_missing(named: Completion) -> None:
    filled = named.apply(clean([("RING OD77", None, None), ("RING", None, None)]))
    np.testing.assert_equal(filled.numbers["OD"], [77.0, np.nan])
    assert named.reads("OD") == ("NAME",)


def test_a_size_that_is_there_is_never_overruled(named: Completion) -> None:
    assert named.apply(clean([("RING OD77", None, 5.0)])).numbers["OD"][0] == 5.0


def test_the_same_drawing_tells_the_size_however_it_is_spelled(drawn: Completion) -> None:
    filled = drawn.apply(clean([(None, "d 3a", None), (None, "D-99A", None)]))
    np.testing.assert_equal(filled.numbers["OD"], [53.0, np.nan])


def test_a_text_that_disagrees_with_the_column_is_not_believed() -> None:
    rng = np.random.default_rng(0)
    wrong = Completion.fit(
        clean([(f"SEAL OD{rng.integers(900)}", None, 20 + n) for n in range(40)])
    )
    assert wrong.reads("OD") == ()
    untouched = wrong.apply(clean([("RING OD77", None, None)]))
    assert np.isnan(untouched.numbers["OD"][0])


def test_items_of_one_drawing_and_many_sizes_teach_nothing() -> None:
    mixed = Completion.fit(clean([(None, f"D-{n % 4}", float(n * 7 % 83 + 1)) for n in range(40)]))
    assert mixed.reads("OD") == ()


def test_a_few_items_are_not_enough_to_believe_a_text() -> None:
    few = Completion.fit(clean([(f"SEAL OD{20 + n}", None, 20 + n) for n in range(5)]))
    assert few.reads("OD") == ()


@pytest.mark.parametrize("source", ["named", "drawn"])
def test_what_was_learned_survives_json(source: str, request: pytest.FixtureRequest) -> None:
    learned: Completion = request.getfixturevalue(source)
    again = Completion.from_json(json.loads(json.dumps(learned.to_json())))
    asked = clean([("X OD31", "D-2A", None)])
    assert np.isfinite(learned.apply(asked).numbers["OD"][0])
    np.testing.assert_equal(again.apply(asked).numbers["OD"], learned.apply(asked).numbers["OD"])
