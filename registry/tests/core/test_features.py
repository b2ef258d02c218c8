"""Items become features that were learned once and are the same for every item ever asked about."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from registry.core.blocks import FeatureLimits, words_of
from registry.core.cleaning import Attribute, AttributeKind, CleanItems, clean_items
from registry.core.features import EVEN_NUMBER, FeatureAssembler
from registry.core.items import RawItems
from registry.core.routing import Item

ATTRIBUTES = (
    Attribute("NAME"),
    Attribute("UNIT"),
    Attribute("OD", AttributeKind.NUMBER, "UNIT"),
    Attribute("ID", AttributeKind.NUMBER, "UNIT"),
)
LIMITS = FeatureLimits()


def clean(*items: dict[str, Any]) -> CleanItems:
    """Clean items that are given by their attributes."""
    named = [Item(str(n), attributes) for n, attributes in enumerate(items)]
    return clean_items(RawItems.from_items(named, [a.name for a in ATTRIBUTES]), ATTRIBUTES)


def plant(count: int = 60) -> list[dict[str, Any]]:
    """Return items of four names whose outside is twice their inside, more or less."""
    kinds = ["SEAL RING", "SEAL CAP", "BUSH LONG", "PLATE"]
    return [{"NAME": kinds[n % 4], "OD": 20.0 + 3 * n, "ID": 10.0 + n} for n in range(count)]


@pytest.fixture(scope="module")
def learned() -> FeatureAssembler:
    """What sixty items teach."""
    return FeatureAssembler.fit(clean(*plant()), ATTRIBUTES, LIMITS)


def dense(assembler: FeatureAssembler, *items: dict[str, Any]) -> np.ndarray:
    """Return the features of items as a plain table."""
    return np.asarray(assembler.transform(clean(*items)).toarray())


def test_spellings_and_units_of_the_same_item_give_the_same_features(
    learned: FeatureAssembler,
) -> None:
    in_mm, in_inch, in_nothing = dense(
        learned,
        {"NAME": "seal  ring", "OD": 50.8},
        {"NAME": "SEAL RING", "OD": 2, "UNIT": "Inch"},
        {"NAME": "SEAL RING", "OD": 2},
    )
    np.testing.assert_allclose(in_mm, in_inch, atol=1e-6)
    assert not np.array_equal(in_mm, in_nothing)


def test_near_sizes_are_nearer_than_far_ones(learned: FeatureAssembler) -> None:
    small, near, far = dense(learned, {"OD": 50}, {"OD": 56}, {"OD": 180})
    assert np.linalg.norm(small - near) < np.linalg.norm(small - far)


def test_a_missing_a_never_seen_and_a_known_value_are_three_things(
    learned: FeatureAssembler,
) -> None:
    missing, unseen, other_unseen, known = dense(
        learned, {}, {"NAME": "GEAR"}, {"NAME": "SHAFT"}, {"NAME": "PLATE"}
    )
    assert not np.array_equal(missing, unseen)
    assert not np.array_equal(unseen, known)
    np.testing.assert_array_equal(unseen, other_unseen)


def test_part_of_a_name_is_recognised(learned: FeatureAssembler) -> None:
    partly, unseen, known = dense(
        learned, {"NAME": "SEAL SPECIAL"}, {"NAME": "SPECIAL"}, {"NAME": "SEAL RING"}
    )
    assert np.linalg.norm(partly - known) < np.linalg.norm(unseen - known)


def test_the_wall_between_two_sizes_is_a_feature_of_its_own(learned: FeatureAssembler) -> None:
    sources = [block.to_json().get("source", {}).get("of") for block in learned.blocks]
    assert {"ratio", "difference"} <= set(sources)


@pytest.mark.parametrize("company", [1, 7, 300])
def test_an_item_has_the_same_features_in_any_company(
    learned: FeatureAssembler, company: int
) -> None:
    item = {"NAME": "BUSH LONG", "OD": 77.0, "UNIT": "mm"}
    (alone,) = dense(learned, item)
    np.testing.assert_array_equal(dense(learned, *plant(company), item)[-1], alone)


def test_extreme_figures_stay_finite_and_bounded(learned: FeatureAssembler) -> None:
    table = dense(learned, {"OD": 1e300, "ID": 1e-300}, {"OD": -1e300}, {"OD": 0, "ID": 0})
    assert np.isfinite(table).all()
    assert np.abs(table).max() <= 4


def test_a_weight_scales_the_blocks_of_its_attribute_only(learned: FeatureAssembler) -> None:
    item = clean({"NAME": "PLATE", "OD": 50, "ID": 20})
    plain = learned.transform(item).toarray()[0]
    heavy = learned.transform(item, {"NAME": 3.0, "NO SUCH": 9.0}).toarray()[0]
    (block,) = learned.blocks_of("NAME")
    mine = slice(learned.offsets[block], learned.offsets[block + 1])
    np.testing.assert_allclose(heavy[mine], 3 * plain[mine])
    np.testing.assert_array_equal(np.delete(heavy, mine), np.delete(plain, mine))


def test_what_was_learned_survives_json_and_keeps_its_hash(learned: FeatureAssembler) -> None:
    again = FeatureAssembler.from_json(json.loads(json.dumps(learned.to_json())))
    assert again.schema_hash == learned.schema_hash
    item = {"NAME": "SEAL X", "OD": 33}
    np.testing.assert_array_equal(dense(again, item), dense(learned, item))
    other = FeatureAssembler.fit(clean(*plant(30)), ATTRIBUTES, LIMITS)
    assert other.schema_hash != learned.schema_hash


def test_a_column_that_says_the_same_everywhere_or_nothing_adds_nothing() -> None:
    rows = [{"NAME": "SEAL", "OD": None, "ID": 5.0} for _ in range(20)]
    assembler = FeatureAssembler.fit(clean(*rows), ATTRIBUTES, LIMITS)
    assert assembler.blocks_of("OD") == assembler.blocks_of("ID") == []
    same = dense(assembler, {"NAME": "SEAL"}, {"NAME": "SEAL", "OD": 9})
    np.testing.assert_array_equal(same[0], same[1])


def test_words_are_chunks_their_parts_and_neighbours() -> None:
    assert words_of("SUS316L RING") >= {"SUS316L", "RING", "SUS", "316", "L", "SUS316L RING"}


def test_without_learning_every_attribute_counts_the_same_and_what_is_missing_not_at_all(
    learned: FeatureAssembler,
) -> None:
    matrix = learned.transform(clean({"NAME": "SEAL RING"}, {"OD": 50.0, "ID": 20.0}, {}))
    evened = learned.evened(matrix)
    name, sizes, nothing = np.asarray(evened.multiply(evened).sum(axis=1)).ravel()
    assert name == pytest.approx(1.0, rel=1e-5)
    assert sizes == pytest.approx(2 * EVEN_NUMBER**2, rel=1e-5)
    assert nothing == 0.0
    assert evened.shape == matrix.shape
