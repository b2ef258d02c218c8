"""The nearest items are found: exactly in small plants, almost surely in large ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from registry.core import artifacts
from registry.core.graphs import BadIndexSpec, IndexSpec
from registry.core.index import NeighbourIndex

KEY = b"k" * 32
EXACT, GRAPH = IndexSpec(), IndexSpec(exact_below=1)
NARROWED = replace(GRAPH, narrow=12)
"""A graph that holds less of the vectors than they are wide."""


def units(count: int, width: int = 16, seed: int = 0) -> np.ndarray:
    """Return random unit vectors (count, width)."""
    vectors = np.random.default_rng(seed).standard_normal((count, width)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def build(vectors: np.ndarray, spec: IndexSpec = EXACT) -> NeighbourIndex:
    """Index vectors as the items 0, 1, 2..."""
    return NeighbourIndex.build(vectors, np.arange(len(vectors)), spec, seed=1)


@pytest.fixture
def crowded() -> np.ndarray:
    """Vectors of 3,000 items: one vector 1,000 times, a hundred others 10 times, 1,000 alone."""
    pytest.importorskip("hnswlib")
    alone = units(1101)
    shares = np.concatenate([np.zeros(1000, int), np.repeat(np.arange(1, 101), 10)])
    order = np.concatenate([shares, np.arange(101, 1101)])
    return np.asarray(alone[np.random.default_rng(2).permutation(order)])


def test_items_with_the_same_vector_are_one_group_and_lose_nobody(crowded: np.ndarray) -> None:
    index = build(crowded)
    assert len(index) == 1101
    assert sorted(index.members.tolist()) == list(range(3000))
    for row in (0, 1, 2999):
        group = index.group_of(row)
        assert group is not None
        assert group is not None
        (members,) = index.items_of(np.array([group]))
        assert row in members
        same = (np.abs(crowded - crowded[row]) < 1e-6).all(axis=1)
        assert sorted(members) == np.flatnonzero(same).tolist()


def test_vectors_that_differ_in_the_last_bits_are_the_same() -> None:
    one = units(1)
    assert len(build(np.vstack([one, one * (1 + 1e-7), -0.0 * one + one]))) == 1


def test_the_graph_finds_what_exact_search_finds_among_duplicates(crowded: np.ndarray) -> None:
    index = build(crowded, GRAPH)
    assert not index.exact
    recall = index.recall(50, 200)
    assert (recall["mean"] or 0.0) >= 0.99
    assert (recall["minimum"] or 0.0) >= 0.9
    groups, cosines = index.search(units(50, seed=9), 10)
    true_groups, true_cosines = build(crowded).search(units(50, seed=9), 10)
    assert (groups == true_groups).mean() >= 0.99
    np.testing.assert_allclose(cosines, true_cosines, atol=1e-5)


def test_a_graph_of_narrowed_vectors_finds_what_the_whole_ones_say(tmp_path: Path) -> None:
    pytest.importorskip("hnswlib")
    few = units(3000, 10) @ units(10, 64, seed=7)  # vary along ten axes, and a little beside them
    many = few + 0.05 * units(3000, 64, seed=8)
    vectors = (many / np.linalg.norm(many, axis=1, keepdims=True)).astype(np.float32)
    narrowed, wide = build(vectors, NARROWED), build(vectors, replace(GRAPH, narrow=64))
    assert (narrowed.recall(50, 200)["mean"] or 0.0) > 0.99
    cosines = narrowed.search(vectors[:40], 20)[1]
    np.testing.assert_allclose(cosines, build(vectors).search(vectors[:40], 20)[1], atol=1e-3)
    sizes = []
    for index in (narrowed, wide):
        assert index.graph is not None
        index.graph.save(tmp_path / "graph.bin")
        sizes.append((tmp_path / "graph.bin").stat().st_size)
    assert sizes[0] < 0.6 * sizes[1]


def test_a_recall_that_is_poor_is_reported_as_poor(crowded: np.ndarray) -> None:
    index = build(crowded, replace(GRAPH, m=4, ef_construction=6, ef_search=10))
    found, _ = index.search(index.vectors, 10)
    true, _ = index.search_exact(index.vectors, 10)
    shared = [len(set(a) & set(b)) / 10 for a, b in zip(found, true, strict=True)]
    assert np.mean(shared) < 0.95
    assert index.recall(10, len(index))["mean"] == pytest.approx(np.mean(shared), abs=0.01)


def test_the_recall_of_nothing_is_not_measurable() -> None:
    nothing = build(np.zeros((0, 4), dtype=np.float32))
    assert nothing.recall(10) == {"at_k": 10, "mean": None, "minimum": None, "queries": 0}


@pytest.mark.parametrize(("name", "value"), [("m", 1), ("m", 0), ("ef_search", 0)])
def test_a_graph_that_cannot_be_built_is_refused_by_name(name: str, value: int) -> None:
    with pytest.raises(BadIndexSpec, match=rf"index's {name} is {value}: at least \d"):
        replace(GRAPH, **{name: value})


def test_nearest_come_first_and_equals_go_by_number() -> None:
    index = build(np.eye(4, dtype=np.float32))
    groups, cosines = index.search(np.array([[0, 1, 0, 0.5]], dtype=np.float32), 4)
    assert groups.tolist() == [[1, 3, 0, 2]]
    assert cosines.tolist() == [[1.0, 0.5, 0.0, 0.0]]


def test_equals_go_by_number_also_where_only_some_of_them_are_wanted() -> None:
    index = build(np.eye(300, dtype=np.float32))
    query = np.zeros((1, 300), dtype=np.float32)
    query[0, 299] = 1.0
    assert index.search(query, 20)[0].tolist() == [[299, *range(19)]]


@pytest.mark.parametrize("spec", [EXACT, GRAPH, NARROWED])
def test_one_item_is_its_own_nearest_however_many_are_wanted(spec: IndexSpec) -> None:
    groups, cosines = build(units(1), spec).search(units(1), 50)
    assert groups.tolist() == [[0]]
    assert cosines[0, 0] == pytest.approx(1.0, abs=1e-4)


def test_an_empty_index_finds_nothing() -> None:
    groups, cosines = build(units(1)[:0]).search(units(3), 5)
    assert groups.shape == cosines.shape == (3, 0)


@pytest.mark.parametrize("spec", [EXACT, GRAPH, NARROWED, replace(GRAPH, m=8, ef_search=40)])
def test_a_stored_index_answers_as_before(spec: IndexSpec, tmp_path: Path) -> None:
    index = build(np.repeat(units(200), 2, axis=0), spec)
    artifacts.write(tmp_path, {"index": index.to_state()}, {"name": "v"}, {}, KEY)
    again = NeighbourIndex.from_state(artifacts.read(tmp_path, KEY)[1]["index"])
    assert again.exact == index.exact
    assert (again.spec.m, again.spec.ef_search) == (spec.m, spec.ef_search)
    for before, after in zip(
        index.search(units(20, seed=3), 7), again.search(units(20, seed=3), 7), strict=True
    ):
        np.testing.assert_array_equal(before, after)


def test_equal_seeds_build_equal_graphs(crowded: np.ndarray) -> None:
    first, second = build(crowded, GRAPH), build(crowded, GRAPH)
    for one, other in zip(
        first.search(units(50, seed=4), 20), second.search(units(50, seed=4), 20), strict=True
    ):
        np.testing.assert_array_equal(one, other)


@pytest.fixture
def islands() -> np.ndarray:
    """Vectors of a hundred crowds, far from each other, of 60 near ones."""
    pytest.importorskip("hnswlib")
    centres = np.repeat(units(100, 32), 60, axis=0)
    noise = np.random.default_rng(3).standard_normal(centres.shape)
    crowds = (centres + 0.01 * noise).astype(np.float32)
    return np.asarray(crowds / np.linalg.norm(crowds, axis=1, keepdims=True))


def test_items_on_an_island_are_found_too(islands: np.ndarray) -> None:
    index = build(islands, replace(GRAPH, m=8, ef_construction=50, ef_search=32))
    found, _ = index.search(np.asarray(index.vectors, np.float32), 1)
    assert (found[:, 0] == np.arange(len(index))).mean() > 0.99
    assert (index.recall(50, 200)["mean"] or 0.0) > 0.97


def test_a_graph_too_thin_to_reach_enough_items_is_searched_exactly(islands: np.ndarray) -> None:
    index = build(islands, replace(GRAPH, m=4, ef_construction=4, ef_search=4))
    found, _ = index.search(islands[:200], 500)
    true, _ = index.search_exact(islands[:200], 500)
    assert found.shape == true.shape


@pytest.mark.parametrize("spec", [EXACT, GRAPH, NARROWED])
def test_new_items_are_found_and_the_index_that_answers_stays_as_it_is(spec: IndexSpec) -> None:
    known, new = units(400), units(30, seed=9)
    index = build(known, spec)
    before = index.search(new, 5)
    grown = index.with_items(np.concatenate([new, known[:3]]), np.arange(400, 433), seed=1)
    groups, cosines = grown.search(new, 5)
    assert groups[:, 0].tolist() == list(range(400, 430))
    assert cosines[:, 0] == pytest.approx(np.ones(30), abs=1e-3)
    assert [rows.tolist() for rows in grown.items_of(np.arange(3))] == [
        [0, 430],
        [1, 431],
        [2, 432],
    ]
    assert grown.exact == index.exact and len(grown) == 430
    assert (grown.recall(10)["mean"] or 0.0) > 0.99
    for one, other in zip(before, index.search(new, 5), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_grown_index_is_the_one_built_of_everything() -> None:
    vectors = np.concatenate([units(200), units(200)[:20], units(50, seed=5)])
    grown = build(vectors[:150]).with_items(vectors[150:], np.arange(150, 270), seed=1)
    whole = build(vectors)
    for name in ("vectors", "members", "start"):
        np.testing.assert_array_equal(getattr(grown, name), getattr(whole, name))


def test_an_index_that_outgrows_exact_search_gets_its_graph() -> None:
    spec = IndexSpec(exact_below=100)
    index = build(units(90), spec)
    assert index.exact
    grown = index.with_items(units(20, seed=2), np.arange(90, 110), seed=1)
    assert not grown.exact
    assert grown.search(units(20, seed=2), 1)[0][:, 0].tolist() == list(range(90, 110))
