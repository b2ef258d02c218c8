"""Candidates are coherent: known routings, or chains in which each step has happened."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.candidates import SCORES, GroupVotes, Near, Pool, build_pools, vote
from registry.core.embedding import StepVocabulary
from registry.core.graphs import IndexSpec
from registry.core.index import NeighbourIndex
from registry.core.library import RoutingLibrary
from registry.core.sequences import SequenceBook, compose
from registry.tests.core.libraries import library

PLANT = [["ABCD"], ["ABD"], ["BCD"], ["ACB", "AB"], ["DCBA"]]
NOWHERE = Near(np.zeros(0, np.int64), np.zeros(0))


def book_of(packed: RoutingLibrary) -> SequenceBook:
    """Return the known sequences of a library."""
    return SequenceBook(packed, StepVocabulary.of(packed))


def groups_of(packed: RoutingLibrary, vectors: list[list[float]]) -> GroupVotes:
    """Index one vector an item, and return what each group does."""
    table = np.array(vectors, dtype=np.float32)
    index = NeighbourIndex.build(table, np.arange(len(packed)), IndexSpec(), seed=0)
    return GroupVotes(packed, index)


def near(
    groups: Sequence[int], cosines: Sequence[float], own: tuple[int, Sequence[int]] | None = None
) -> Near:
    """Return groups with their cosines."""
    return Near(np.array(groups), np.array(cosines), own)


def voted(known: GroupVotes, asked: Near) -> tuple[dict[int, float], dict[int, float]]:
    """Return the shares and the nearest cosines of one item's vote, by sequence."""
    votes = vote(known, [asked])
    shares = dict(zip(votes.sequence.tolist(), votes.share.tolist(), strict=True))
    return shares, votes.nearest_by_item(1)[0]


def pool_of(packed: RoutingLibrary, log_odds: np.ndarray, asked: Near = NOWHERE) -> Pool:
    """Return the candidates of one item without habits."""
    votes = vote(groups_of(packed, np.eye(len(packed)).tolist()), [asked])
    (pool,) = build_pools(book_of(packed), log_odds[None], votes, [[{}], [{}]])
    return pool


@given(st.integers(0, 10_000))
def test_a_composed_routing_joins_only_pairs_that_happened(seed: int) -> None:
    packed = library(PLANT)
    book = book_of(packed)
    odds = np.random.default_rng(seed).normal(0, 3, book.vocabulary.size).astype(np.float32)
    happened = {
        pair for item in PLANT for routing in item for pair in pairwise(["start", *routing, "end"])
    }
    for jobs in compose(book.vocabulary, odds[None])[0]:
        codes = packed.job_codes(jobs)
        assert set(pairwise(["start", *codes, "end"])) <= happened
        assert len(set(codes)) == len(codes)


def test_the_likeliest_chain_is_composed_though_no_item_has_it() -> None:
    packed = library([["ABC"], ["BCD"]])
    book = book_of(packed)
    sure = np.full(book.vocabulary.size, 3.0, dtype=np.float32)
    assert packed.job_codes(compose(book.vocabulary, sure[None])[0][0]) == tuple("ABCD")
    pool = pool_of(packed, sure, near([0], [0.9]))
    composed = [p for p, known in zip(pool.sequences, pool.known, strict=True) if known < 0]
    assert tuple("ABCD") in [packed.job_codes(jobs) for jobs in composed]
    assert pool.scores.shape == (len(pool.sequences), len(SCORES))
    assert len(set(pool.sequences)) == len(pool.sequences)


def test_a_known_and_the_same_composed_sequence_score_alike() -> None:
    book = book_of(library(PLANT))
    odds = np.random.default_rng(0).normal(0, 2, book.vocabulary.size).astype(np.float32)
    (operations,), (pairs,) = book.score_known(odds[None])
    for number, jobs in enumerate(book.jobs):
        assert book.score(jobs, odds) == pytest.approx(
            (operations[number], pairs[number]), abs=1e-4
        )


def test_the_nearest_have_the_most_say_and_shares_add_up() -> None:
    packed = library([["AB"], ["BA"], ["A"]])
    known = groups_of(packed, [[1, 0], [0, 1], [0.6, 0.8]])
    shares, nearest = voted(known, near([0, 2, 1], [0.99, 0.97, 0.5]))
    first, second, last = (packed.sequences_of(row)[0] for row in (0, 2, 1))
    assert shares[first] > shares[second] > shares[last] > 0
    assert sum(shares.values()) == pytest.approx(1.0)
    assert nearest == {first: 0.99, second: 0.97, last: 0.5}


def test_an_item_never_votes_for_itself() -> None:
    packed = library([["AB"], ["BA"]])
    known = groups_of(packed, [[1, 0], [0, 1]])
    shares, nearest = voted(known, near([0, 1], [1.0, 0.1], (0, packed.sequences_of(0))))
    assert set(shares) == set(nearest) == set(packed.sequences_of(1))
    assert shares[packed.sequences_of(1)[0]] == 1.0


def test_a_twin_with_the_same_vector_still_votes() -> None:
    packed = library([["AB"], ["AB"], ["BA"]])
    known = groups_of(packed, [[1, 0], [1, 0], [0, 1]])
    own = packed.sequences_of(0)
    shares, _ = voted(known, near([0, 1], [1.0, 0.1], (0, own)))
    assert shares[own[0]] > 0.9


def test_without_any_neighbour_the_networks_own_favourites_remain() -> None:
    packed = library(PLANT)
    assert voted(groups_of(packed, np.eye(5).tolist()), NOWHERE) == ({}, {})
    pool = pool_of(packed, np.zeros(book_of(packed).vocabulary.size, np.float32))
    assert set(pool.known[pool.known >= 0]) == set(range(packed.sequence_count))
    assert np.isfinite(pool.scores).all()


@given(st.integers(0, 10_000))
def test_an_item_gets_the_same_candidates_alone_and_among_others(seed: int) -> None:
    rng = np.random.default_rng(seed)
    packed = library(PLANT)
    book, known = book_of(packed), groups_of(packed, np.eye(5).tolist())
    asked = [NOWHERE]
    for own in (None, (2, packed.sequences_of(2)), None):
        groups = rng.permutation(5)[: rng.integers(1, 5)]
        asked.append(near(groups.tolist(), np.sort(rng.random(len(groups)))[::-1].tolist(), own))
    odds = rng.normal(0, 3, (len(asked), book.vocabulary.size)).astype(np.float32)
    habits = [[{int(rng.integers(5)): 0.6} for _ in asked], [{}, {1: 0.5, 0: 0.5}, {}, {}]]
    together = build_pools(book, odds, vote(known, asked), habits)
    for place, pool in enumerate(together):
        mine = slice(place, place + 1)
        own_habits = [shares[mine] for shares in habits]
        (alone,) = build_pools(book, odds[mine], vote(known, asked[mine]), own_habits)
        assert pool.sequences == alone.sequences
        np.testing.assert_array_equal(pool.known, alone.known)
        np.testing.assert_allclose(pool.scores, alone.scores, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(pool.shares, alone.shares)
