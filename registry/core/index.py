"""The items nearest to a vector, by cosine.

Items with identical vectors are merged first: with many duplicates a navigable graph loses recall,
down to none at all for some queries.  A *group* is one distinct vector and its items.  Below
``EXACT_BELOW`` groups, or without hnswlib, search is exact; above, the graph answers and its recall
against exact search is measured when it is built.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from registry.core import graphs
from registry.core.graphs import TIE, Graph, IndexSpec, IndexUnreadable
from registry.core.progress import Report, tell_nobody
from registry.core.state import State
from registry.core.vector_search import VectorSearch

GRAPH_FILE = "graph.bin"
KEPT = np.float16
"""Vectors are kept, and are equal, at this precision: batches differ in the last bits, cosines
change by less than 0.0001, and a version is a quarter smaller."""


class NeighbourIndex:
    """Groups of items by vector, searchable.

    Attributes:
        vectors: (groups, width) float16, distinct, unit length.
        members: item rows, laid out group after group.
        start: (groups + 1,) into ``members``.
    """

    def __init__(
        self,
        vectors: np.ndarray,
        members: np.ndarray,
        start: np.ndarray,
        spec: IndexSpec,
        graph: Graph | None = None,
    ) -> None:
        self.vectors, self.members, self.start = vectors, members, start
        self.spec, self.graph = spec, graph
        self.elsewhere: VectorSearch | None = None

    def delegate(self, search: VectorSearch) -> None:
        """Let another search answer from now on, which knows the same vectors; the graph goes.

        Raises:
            IndexUnreadable: when it knows others.
        """
        if len(search) != len(self):
            raise IndexUnreadable("The search outside this process holds other vectors.")
        self.elsewhere, self.graph = search, None

    @classmethod
    def build(
        cls,
        vectors: np.ndarray,
        rows: np.ndarray,
        spec: IndexSpec,
        *,
        seed: int,
        report: Report = tell_nobody,
    ) -> NeighbourIndex:
        """Merge identical vectors and index the distinct ones.

        Args:
            vectors: (n, width) float32, unit length.
            rows: (n,) the item row of each vector.
            spec: graph parameters.
            seed: of the graph's levels; with one thread equal seeds give equal graphs.
            report: told after every batch of a graph; may raise to stop.
        """
        rounded = _rounded(vectors)
        size = rounded.shape[1] * rounded.itemsize
        packed = np.ascontiguousarray(rounded).view(np.dtype((np.void, size)))
        _, first, group = np.unique(packed.ravel(), return_index=True, return_inverse=True)
        # Groups are numbered by their first item, so that numbering does not depend on bytes.
        rank = np.empty(len(first), dtype=np.int64)
        rank[np.argsort(first)] = np.arange(len(first))
        group = rank[group]
        order = np.argsort(group, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(group, minlength=len(first)))])
        distinct = rounded[np.sort(first)]
        index = cls(distinct, rows[order].astype(np.int32), start.astype(np.int64), spec)
        index._build_graph(seed, report)
        return index

    def with_items(self, vectors: np.ndarray, rows: np.ndarray, *, seed: int) -> NeighbourIndex:
        """Return the index with more items: in a known group where the vector is one, else new.

        Groups keep their numbers and this index, which may be answering, is left as it is.

        Args:
            vectors: (n, width) float32, unit length.
            rows: (n,) the item row of each.
            seed: of the graph, where the index grows past the size for exact search.
        """
        rounded = _rounded(vectors)
        known = {key: number for number, key in enumerate(_keys(self.vectors))}
        groups, first = np.empty(len(rows), dtype=np.int64), []
        for place, key in enumerate(_keys(rounded)):
            if key not in known:
                known[key] = len(known)
                first.append(place)
            groups[place] = known[key]
        whole = np.concatenate([self.vectors, rounded[first]])
        group = np.concatenate([np.repeat(np.arange(len(self)), np.diff(self.start)), groups])
        order = np.argsort(group, kind="stable")
        members = np.concatenate([self.members, rows.astype(np.int32)])[order]
        start = np.concatenate([[0], np.cumsum(np.bincount(group, minlength=len(whole)))])
        index = NeighbourIndex(whole, members, start.astype(np.int64), self.spec)
        if self.graph is not None:
            index.graph = self.graph.grown(whole)
        else:
            index._build_graph(seed)
        return index

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def exact(self) -> bool:
        """Whether search is exact."""
        return self.graph is None and self.elsewhere is None

    @cached_property
    def _whole(self) -> np.ndarray:
        """The vectors in float32, for comparing with all of them."""
        return np.asarray(self.vectors, dtype=np.float32)

    def items_of(self, groups: np.ndarray) -> list[np.ndarray]:
        """Return the item rows of each of some groups."""
        bounds = zip(self.start[groups].tolist(), self.start[groups + 1].tolist(), strict=True)
        return [self.members[begin:end] for begin, end in bounds]

    def group_of(self, row: int) -> int | None:
        """Return the group of an item row, None when it is not indexed."""
        group = int(self._groups[row]) if 0 <= row < len(self._groups) else -1
        return None if group < 0 else group

    def groups_of(self, rows: np.ndarray) -> np.ndarray:
        """Return the group of each item row, -1 where it is not indexed."""
        known = np.append(self._groups, np.int32(-1))
        return np.asarray(known[np.minimum(rows, len(self._groups))], dtype=np.int64)

    @cached_property
    def _groups(self) -> np.ndarray:
        """The group of each item row up to the last that is indexed, -1 where there is none."""
        groups = np.full(int(self.members.max(initial=-1)) + 1, -1, dtype=np.int32)
        groups[self.members] = np.repeat(np.arange(len(self)), np.diff(self.start))
        return groups

    def search(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the nearest groups (n, k') and their cosines (n, k'), nearest first."""
        k = min(k, len(self))
        if self.elsewhere is not None:
            return self.elsewhere.search(queries, k)
        if self.graph is None or k == 0:
            return self.search_exact(queries, k)
        try:
            return self.graph.search(queries, k)
        except RuntimeError:  # fewer than it looks at can be reached from where one query begins
            return self.search_exact(queries, k)

    def search_exact(
        self, queries: np.ndarray, k: int, batch: int = 64
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return what ``search`` approximates, by comparing with every group."""
        k = min(k, len(self))
        groups = np.empty((len(queries), k), dtype=np.int64)
        cosines = np.empty((len(queries), k), dtype=np.float32)
        if k == 0:
            return groups, cosines
        for begin in range(0, len(queries), batch):
            near = queries[begin : begin + batch] @ self._whole.T
            for row, values in enumerate(near, start=begin):
                # Ties are broken by number, also between the last taken and the first left out.
                least = np.partition(values, len(self) - k)[len(self) - k]
                best = np.flatnonzero(values >= least)
                best = best[np.argsort(-values[best], kind="stable")[:k]]
                groups[row], cosines[row] = best, values[best]
        return groups, cosines

    def recall(self, k: int = 50, sample: int = 200, *, seed: int = 0) -> dict[str, float | None]:
        """Measure the graph against exact search on indexed vectors; ties count as found.

        Returns:
            ``at_k``: k, ``mean`` and ``minimum`` recall over ``queries`` queries, None without
            any vector.
        """
        if not len(self):
            return {"at_k": k, "mean": None, "minimum": None, "queries": 0}
        rng = np.random.default_rng(seed)
        chosen = rng.choice(len(self), size=min(sample, len(self)), replace=False)
        queries = self._whole[np.sort(chosen)]
        _, true = self.search_exact(queries, k)
        _, found = self.search(queries, k)
        share = (found >= true[:, -1:] - TIE).mean(axis=1)
        return {
            "at_k": k,
            "mean": float(share.mean()),
            "minimum": float(share.min()),
            "queries": len(queries),
        }

    def _build_graph(self, seed: int, report: Report = tell_nobody) -> None:
        if graphs.INSTALLED and len(self) >= self.spec.exact_below:
            self.graph = Graph.build(self.vectors, self.spec, seed=seed, report=report)

    def to_state(self) -> State:
        """Return groups and graph."""
        meta = {
            "m": self.spec.m,
            "ef_construction": self.spec.ef_construction,
            "ef_search": self.spec.ef_search,
            "exact_below": self.spec.exact_below,
            "graph": self.graph is not None,
        }
        arrays = {"vectors": self.vectors, "members": self.members, "start": self.start}
        if self.graph is None:
            return State(meta=meta, arrays=arrays)
        if self.graph.axes is not None:
            arrays["axes"] = self.graph.axes
        return State(meta=meta, arrays=arrays, writers={GRAPH_FILE: self.graph.save})

    @classmethod
    def from_state(cls, state: State) -> NeighbourIndex:
        """Rebuild from ``to_state``; where hnswlib is missing, search is exact."""
        names: Mapping[str, Any] = state.meta
        spec = IndexSpec(
            names["m"], names["ef_construction"], names["ef_search"], names["exact_below"]
        )
        arrays = state.arrays
        index = cls(arrays["vectors"], arrays["members"], arrays["start"], spec)
        if names["graph"] and graphs.INSTALLED:
            path = state.files[GRAPH_FILE]
            index.graph = Graph.open(path, index.vectors, arrays.get("axes"), spec)
        return index


def _rounded(vectors: np.ndarray) -> np.ndarray:
    """Return vectors as they are kept and compared; -0.0 and 0.0 are one."""
    return np.ascontiguousarray(vectors.astype(KEPT) + KEPT(0.0))


def _keys(vectors: np.ndarray) -> Iterator[bytes]:
    """Yield the bytes of each vector: equal bytes, equal vectors."""
    packed, size = vectors.tobytes(), vectors.shape[1] * vectors.itemsize
    return (packed[begin : begin + size] for begin in range(0, len(packed), size))
