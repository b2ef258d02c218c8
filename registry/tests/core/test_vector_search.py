"""Vectors are kept as halves; what is compared is exactly what was kept."""

from __future__ import annotations

import numpy as np

from registry.core.vector_search import nearest_of, widened


def test_every_finite_half_is_widened_to_itself() -> None:
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = halves[np.isfinite(halves)].reshape(-1, 64)
    np.testing.assert_array_equal(widened(finite), finite.astype(np.float32))


def test_wider_vectors_stay_as_they_are() -> None:
    vectors = np.random.default_rng(0).normal(size=(5, 3))
    np.testing.assert_array_equal(widened(vectors), vectors.astype(np.float32))


def test_the_nearest_of_many_queries_are_those_of_each() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(200, 8)).astype(np.float16)
    queries = rng.normal(size=(50, 8)).astype(np.float32)
    named = np.stack([rng.permutation(200)[:40] for _ in queries])
    groups, cosines = nearest_of(vectors, queries, named, 5)
    for query, names, found, near in zip(queries, named, groups, cosines, strict=True):
        exact = vectors[names].astype(np.float32) @ query
        assert set(found) == set(names[np.argsort(-exact)[:5]])
        np.testing.assert_allclose(near, np.sort(exact)[::-1][:5], rtol=1e-5)
