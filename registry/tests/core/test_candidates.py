"""Candidates are coherent: known routings, or chains in which each step has happened."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.candidates import (
    SCORES,
    GroupVotes,
    SequenceBook,
    beam_search,
    build_pool,
    vote,
)
from registry.core.embedding import StepVocabulary
from registry.core.graphs import IndexSpec
from registry.core.index import NeighbourIndex
from registry.core.library import RoutingLibrary
from registry.tests.core.libraries import library

PLANT = [["ABCD"], ["ABD"], ["BCD"], ["ACB", "AB"], ["DCBA"]]


def book_of(packed: RoutingLibrary) -> SequenceBook:
    """Return the known sequences of a library."""
    return SequenceBook(packed, StepVocabulary.of(packed))


def indexed(packed: RoutingLibrary, vectors: list[list[float]]) -> NeighbourIndex:
    """Index one vector an item."""
    table = np.array(vectors, dtype=np.float32)
    return NeighbourIndex.build(table, np.arange(len(packed)), IndexSpec(), seed=0)


@given(st.integers(0, 10_000))
def test_a_composed_routing_joins_only_pairs_that_happened(seed: int) -> None:
    packed = library(PLANT)
    book = book_of(packed)
    odds = np.random.default_rng(seed).normal(0, 3, book.vocabulary.size).astype(np.float32)
    happened = {
        pair for item in PLANT for routing in item for pair in pairwise(["start", *routing, "end"])
    }
    for jobs in beam_search(book, odds):
        codes = packed.job_codes(jobs)
        assert set(pairwise(["start", *codes, "end"])) <= happened
        assert len(set(codes)) == len(codes)


def test_the_likeliest_chain_is_composed_though_no_item_has_it() -> None:
    packed = library([["ABC"], ["BCD"]])
    book = book_of(packed)
    sure = np.full(book.vocabulary.size, 3.0, dtype=np.float32)
    assert packed.job_codes(beam_search(book, sure)[0]) == tuple("ABCD")
    pool = build_pool(book, sure, {0: 1.0}, {0: 0.9}, [{}, {}])
    composed = [p for p, known in zip(pool.sequences, pool.known, strict=True) if known < 0]
    assert tuple("ABCD") in [packed.job_codes(jobs) for jobs in composed]
    assert pool.scores.shape == (len(pool.sequences), len(SCORES))
    assert len(set(pool.sequences)) == len(pool.sequences)


def test_a_known_and_the_same_composed_sequence_score_alike() -> None:
    book = book_of(library(PLANT))
    odds = np.random.default_rng(0).normal(0, 2, book.vocabulary.size).astype(np.float32)
    operations, pairs = book.score_known(odds)
    for number, jobs in enumerate(book.jobs):
        assert book.score(jobs, odds) == pytest.approx(
            (operations[number], pairs[number]), abs=1e-4
        )


def test_the_nearest_have_the_most_say_and_shares_add_up() -> None:
    packed = library([["AB"], ["BA"], ["A"]])
    votes = GroupVotes(packed, indexed(packed, [[1, 0], [0, 1], [0.6, 0.8]]))
    shares, nearest = vote(votes, np.array([0, 2, 1]), np.array([0.99, 0.97, 0.5]))
    first, second, last = (packed.sequences_of(row)[0] for row in (0, 2, 1))
    assert shares[first] > shares[second] > shares[last] > 0
    assert sum(shares.values()) == pytest.approx(1.0)
    assert nearest == {first: 0.99, second: 0.97, last: 0.5}


def test_an_item_never_votes_for_itself() -> None:
    packed = library([["AB"], ["BA"]])
    index = indexed(packed, [[1, 0], [0, 1]])
    votes, groups, cosines = GroupVotes(packed, index), np.array([0, 1]), np.array([1.0, 0.1])
    own = packed.sequences_of(0)
    shares, nearest = vote(votes, groups, cosines, (0, own))
    assert set(shares) == set(nearest) == set(packed.sequences_of(1))
    assert shares[packed.sequences_of(1)[0]] == 1.0


def test_a_twin_with_the_same_vector_still_votes() -> None:
    packed = library([["AB"], ["AB"], ["BA"]])
    votes = GroupVotes(packed, indexed(packed, [[1, 0], [1, 0], [0, 1]]))
    own = packed.sequences_of(0)
    shares, _ = vote(votes, np.array([0, 1]), np.array([1.0, 0.1]), (0, own))
    assert shares[own[0]] > 0.9


def test_without_any_neighbour_the_networks_own_favourites_remain() -> None:
    packed = library(PLANT)
    book = book_of(packed)
    votes = GroupVotes(packed, indexed(packed, np.eye(5).tolist()))
    assert vote(votes, np.zeros(0, int), np.zeros(0)) == ({}, {})
    pool = build_pool(book, np.zeros(book.vocabulary.size, np.float32), {}, {}, [{}, {}])
    assert set(pool.known[pool.known >= 0]) == set(range(packed.sequence_count))
    assert np.isfinite(pool.scores).all()
