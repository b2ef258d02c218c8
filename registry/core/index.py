"""The items nearest to a vector, by cosine.

Items with identical vectors are merged first: with many duplicates a navigable graph (HNSW; Malkov
& Yashunin, 2018) loses recall, down to none at all for some queries.  A *group* is one distinct
vector and its items.  Below ``EXACT_BELOW`` groups, or without hnswlib, search is exact; above, the
graph answers and its recall against exact search is measured when it is built.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from registry.core import graphs
from registry.core.errors import BadInput, RoutingMLError
from registry.core.graphs import TIE
from registry.core.state import State
from registry.core.vector_search import VectorSearch

try:
    import hnswlib
except ImportError:  # no compiler on the machine: exact search takes its place
    hnswlib = None

EXACT_BELOW = 20_000
"""Groups below which exact search is as fast as the graph."""
LEAST = {"m": 4, "ef_construction": 1, "ef_search": 1, "exact_below": 0, "build_threads": 1}
"""What the figures of an ``IndexSpec`` have to be at least."""
REPAIRS = 2
"""Times that vectors which the graph does not find are inserted again."""
MENDABLE = 0.3
"""Share of lost vectors from which on a graph is too thin for its data, and moving links about
would cut more than it joins."""
KEPT = np.float16
"""Vectors are kept, and are equal, at this precision: batches differ in the last bits, cosines
change by less than 0.0001, and a version is a quarter smaller."""


class BadIndexSpec(BadInput):
    """The graph cannot be built or searched as it is asked to be."""

    code = "bad_index_spec"


class IndexUnreadable(RoutingMLError):
    """A version's graph cannot be opened here."""

    code = "index_unreadable"


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """How the graph is built and searched (names are hnswlib's)."""

    m: int = 32
    ef_construction: int = 200
    ef_search: int = 128
    exact_below: int = EXACT_BELOW
    build_threads: int = 1
    """More than one builds faster, but then two builds may differ."""

    def __post_init__(self) -> None:
        """Refuse what hnswlib cannot survive: with ``m`` 1 it fails, with 0 the process dies.

        Raises:
            BadIndexSpec: a figure is too small.
        """
        for name, least in LEAST.items():
            if getattr(self, name) < least:
                raise BadIndexSpec(
                    f"The index's {name} is {getattr(self, name)}: at least {least}.", name=name
                )


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
        graph: Any = None,
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
        cls, vectors: np.ndarray, rows: np.ndarray, spec: IndexSpec, *, seed: int
    ) -> NeighbourIndex:
        """Merge identical vectors and index the distinct ones.

        Args:
            vectors: (n, width) float32, unit length.
            rows: (n,) the item row of each vector.
            spec: graph parameters.
            seed: of the graph's levels; with one thread equal seeds give equal graphs.
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
        if hnswlib is not None and len(distinct) >= spec.exact_below:
            index.graph = index._build_graph(seed)
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
            index.graph = self._extended_graph(whole[len(self) :])
        elif hnswlib is not None and len(whole) >= self.spec.exact_below:
            index.graph = index._build_graph(seed)
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

    def items_of(self, group: int) -> np.ndarray:
        """Return the item rows of a group."""
        return self.members[self.start[group] : self.start[group + 1]]

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
        self.graph.set_ef(max(self.spec.ef_search, 2 * k))
        try:
            groups, distances = self.graph.knn_query(queries, k=k)
        except RuntimeError:  # fewer than k can be reached from where one query begins
            return self.search_exact(queries, k)
        return groups.astype(np.int64), (1.0 - distances).astype(np.float32)

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

    def _build_graph(self, seed: int) -> Any:
        graph = hnswlib.Index(space="ip", dim=self.vectors.shape[1])
        graph.init_index(
            max_elements=len(self),
            M=self.spec.m,
            ef_construction=self.spec.ef_construction,
            random_seed=seed,
        )
        graph.add_items(self._whole, np.arange(len(self)), num_threads=self.spec.build_threads)
        self._mend(graph)
        return graph

    def _mend(self, graph: Any) -> None:
        """Insert groups again that a search for their own vector does not reach.

        A few in a thousand stand on islands that no path leads to: near items of one routing, far
        from all others.  Who asks about their like would get neighbours from elsewhere.  Inserting
        them once more links them; that moves links about them, so those are looked at again.
        """
        lost = graphs.unreached(graph, self._whole, self.spec.ef_search)
        for _ in range(REPAIRS):
            if not 0 < len(lost) < MENDABLE * len(self):
                break
            graph.add_items(self._whole[lost], lost, num_threads=1)
            near = np.union1d(lost, graphs.around(graph, self._whole[lost], 2 * self.spec.m))
            lost = near[graphs.unreached(graph, self._whole[near], self.spec.ef_search)]

    def _extended_graph(self, vectors: np.ndarray) -> Any:
        """Return a copy of the graph with more groups."""
        graph = hnswlib.Index(space="ip", dim=self.vectors.shape[1])
        with TemporaryDirectory() as folder:  # the file is the only copy that hnswlib makes
            path = str(Path(folder, "graph.bin"))
            self.graph.save_index(path)
            graph.load_index(path, max_elements=len(self) + len(vectors))
        added, numbers = vectors.astype(np.float32), len(self) + np.arange(len(vectors))
        for _ in range(1 + REPAIRS):
            if not len(added):
                break
            graph.add_items(added, numbers, num_threads=self.spec.build_threads)
            lost = graphs.unreached(graph, added, self.spec.ef_search)
            added, numbers = added[lost], numbers[lost]
        return graph

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
        graph = self.graph
        return State(
            meta=meta,
            arrays=arrays,
            writers={"graph.bin": lambda path: graphs.save(graph, path)},
        )

    @classmethod
    def from_state(cls, state: State) -> NeighbourIndex:
        """Rebuild from ``to_state``; where hnswlib is missing, search is exact."""
        names: Mapping[str, Any] = state.meta
        spec = IndexSpec(
            names["m"], names["ef_construction"], names["ef_search"], names["exact_below"]
        )
        arrays = state.arrays
        index = cls(arrays["vectors"], arrays["members"], arrays["start"], spec)
        if names["graph"] and hnswlib is not None:
            graph = hnswlib.Index(space="ip", dim=index.vectors.shape[1])
            graph.load_index(str(state.files["graph.bin"]), max_elements=len(index))
            if graph.get_current_count() != len(index):
                raise IndexUnreadable("The graph of this version does not hold its vectors.")
            index.graph = graph
        return index


def _rounded(vectors: np.ndarray) -> np.ndarray:
    """Return vectors as they are kept and compared; -0.0 and 0.0 are one."""
    return np.ascontiguousarray(vectors.astype(KEPT) + KEPT(0.0))


def _keys(vectors: np.ndarray) -> Iterator[bytes]:
    """Yield the bytes of each vector: equal bytes, equal vectors."""
    packed, size = vectors.tobytes(), vectors.shape[1] * vectors.itemsize
    return (packed[begin : begin + size] for begin in range(0, len(packed), size))
