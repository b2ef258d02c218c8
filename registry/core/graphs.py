"""A navigable graph (HNSW; Malkov & Yashunin, 2018) over vectors that are made narrower for it.

hnswlib holds every vector inside its graph and cannot map its file, so each process pays for all of
it.  The graph is therefore built over the vectors turned onto the axes along which they differ most
and cut there: it names more vectors than are wanted, and their cosines are taken from the whole
ones, which are mapped and shared.  Less than half the memory, and quicker to build and to search.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from registry.core.errors import BadInput, RoutingMLError
from registry.core.progress import Report, tell_nobody, within
from registry.core.vector_search import nearest_of

try:
    import hnswlib
except ImportError:  # no compiler on the machine: exact search takes its place
    hnswlib = None

INSTALLED = hnswlib is not None
EXACT_BELOW = 20_000
"""Vectors below which exact search is as fast as the graph."""
NARROW = 48
"""Width at which vectors are in the graph."""
REACH, LEAST_REACH = 4, 100
"""For each vector that is wanted the graph names this many, and this many at least."""
LEAST = {
    "m": 4,
    "ef_construction": 1,
    "ef_search": 1,
    "exact_below": 0,
    "build_threads": 1,
    "narrow": 1,
}
"""What the figures of an ``IndexSpec`` have to be at least."""
TIE = 1e-6
"""Cosines that differ by less are equal."""
HASTY = (1, 8)
"""Thoroughness (ef) that reaches nineteen of twenty, and all but one or two in a thousand."""
REPAIRS = 2
"""Times that vectors which the graph does not find are inserted again."""
MENDABLE = 0.3
"""Share of lost vectors from which on a graph is too thin for its data, and moving links about
would cut more than it joins."""
FOR_AXES = 50_000
"""Vectors that the axes are found from at most."""
SIDES = 20
"""Columns by which vectors that join a graph are sorted."""
JOIN_FIRST = 0.3
"""Share of the vectors that join a graph in any order, before the others are sorted."""
ADDED_AT_ONCE, SOUGHT_AT_ONCE = 1_000, 10_000
"""Vectors that join a graph, or are looked for in it, between two reports: about a second's."""
ADDED_SHARE = 0.85
"""Share of building a graph until all vectors have joined; the rest looks for what it lost."""


class BadIndexSpec(BadInput):
    """The graph cannot be built or searched as it is asked to be."""

    code = "bad_index_spec"


class IndexUnreadable(RoutingMLError):
    """A version's graph cannot be opened here."""

    code = "index_unreadable"


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """How the graph is built and searched (names are hnswlib's)."""

    m: int = 16
    ef_construction: int = 200
    ef_search: int = 128
    exact_below: int = EXACT_BELOW
    build_threads: int = 1
    """More than one builds faster, but then two builds may differ."""
    narrow: int = NARROW

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


class Graph:
    """Finds the nearest of some vectors by walking from one to the next.

    Attributes:
        vectors: (n, width) of unit length, as they are kept.
        axes: (width, narrow) float32 that they are turned onto; None where they are no wider.
    """

    def __init__(
        self, hnsw: Any, vectors: np.ndarray, axes: np.ndarray | None, spec: IndexSpec
    ) -> None:
        self._hnsw, self.vectors, self.axes, self.spec = hnsw, vectors, axes, spec

    @classmethod
    def build(
        cls, vectors: np.ndarray, spec: IndexSpec, *, seed: int, report: Report = tell_nobody
    ) -> Graph:
        """Build the graph of vectors (n, width); with one thread equal seeds give equal graphs."""
        axes = _axes(vectors, spec.narrow)
        narrowed = _narrowed(vectors, axes)
        hnsw = hnswlib.Index(space="ip", dim=narrowed.shape[1])
        hnsw.init_index(
            max_elements=len(vectors),
            M=spec.m,
            ef_construction=spec.ef_construction,
            random_seed=seed,
        )
        order = _like_beside_like(narrowed, seed)
        for begin in range(0, len(order), ADDED_AT_ONCE):
            report(ADDED_SHARE * begin / len(order))
            part = order[begin : begin + ADDED_AT_ONCE]
            hnsw.add_items(narrowed[part], part, num_threads=spec.build_threads)
        _mend(hnsw, narrowed, order, spec, within(report, ADDED_SHARE, 1.0))
        return cls(hnsw, vectors, axes, spec)

    def grown(self, vectors: np.ndarray) -> Graph:
        """Return a copy that knows all of ``vectors``, of which its own are the first."""
        with TemporaryDirectory() as folder:  # the file is the only copy that hnswlib makes
            path = Path(folder, "graph.bin")
            self.save(path)
            hnsw = hnswlib.Index(space="ip", dim=self._hnsw.dim)
            hnsw.load_index(str(path), max_elements=len(vectors))
        numbers = np.arange(len(self), len(vectors))
        added = _narrowed(vectors[len(self) :], self.axes)
        for _ in range(1 + REPAIRS):
            if not len(added):
                break
            hnsw.add_items(added, numbers, num_threads=self.spec.build_threads)
            lost = _unreached(hnsw, added, self.spec.ef_search)
            added, numbers = added[lost], numbers[lost]
        return Graph(hnsw, vectors, self.axes, self.spec)

    def __len__(self) -> int:
        return len(self.vectors)

    def search(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the numbers (n, k') and cosines (n, k') of the nearest vectors, nearest first.

        Raises:
            RuntimeError: fewer than are asked for can be reached from where one query begins.
        """
        k = min(k, len(self))
        reach = k if self.axes is None else min(max(REACH * k, LEAST_REACH), len(self))
        self._hnsw.set_ef(max(self.spec.ef_search, 2 * k, reach))
        named = self._hnsw.knn_query(_narrowed(queries, self.axes), k=reach)[0].astype(np.int64)
        return nearest_of(self.vectors, queries, named, k)

    def save(self, path: Path) -> None:
        """Write the graph; hnswlib does not notice when the disk takes only a part of it.

        Raises:
            OSError: only a part could be written.
        """
        self._hnsw.save_index(str(path))
        if path.stat().st_size != self._hnsw.index_file_size():
            raise OSError(f"only a part of {path.name} could be written")

    @classmethod
    def open(
        cls, path: Path, vectors: np.ndarray, axes: np.ndarray | None, spec: IndexSpec
    ) -> Graph:
        """Read what ``save`` wrote.

        Raises:
            IndexUnreadable: it holds other vectors.
        """
        width = vectors.shape[1] if axes is None else axes.shape[1]
        hnsw = hnswlib.Index(space="ip", dim=width)
        hnsw.load_index(str(path), max_elements=len(vectors))
        if hnsw.get_current_count() != len(vectors):
            raise IndexUnreadable("The graph of this version does not hold its vectors.")
        return cls(hnsw, vectors, axes, spec)


def _axes(vectors: np.ndarray, width: int) -> np.ndarray | None:
    """Return the (columns, width) axes that keep most of the vectors' cosines."""
    if vectors.shape[1] <= width:
        return None
    some = vectors[:: -(-len(vectors) // FOR_AXES)].astype(np.float32)
    _, axes = np.linalg.eigh(some.T @ some)  # from the least to the greatest
    return np.ascontiguousarray(axes[:, : -width - 1 : -1])


def _narrowed(vectors: np.ndarray, axes: np.ndarray | None) -> np.ndarray:
    """Return vectors (n, columns) as they are in the graph: turned onto axes, of unit length."""
    whole = vectors.astype(np.float32)
    if axes is None:
        return np.asarray(whole)
    turned = whole @ axes
    length = np.linalg.norm(turned, axis=1, keepdims=True)
    return np.asarray(turned / np.maximum(length, TIE))


def _like_beside_like(vectors: np.ndarray, seed: int) -> np.ndarray:
    """Return the order in which vectors (n, width) join a graph: what is alike joins together.

    A graph lies in memory in this order, and a search goes from like to like: it finds more of what
    it reads in the processor's caches (Coleman et al., 2022, "Graph Reordering for Cache-Efficient
    Near Neighbor Search").  Alike are vectors on the same side of the medians of the first columns,
    the main axes.  Some of all kinds join first and link the kinds: without them a search would not
    find its way from one to another.
    """
    if not len(vectors):
        return np.zeros(0, dtype=np.int64)
    columns = vectors[:, :SIDES]
    side = columns > np.median(columns, axis=0)
    order = np.lexsort(side.T[::-1])
    first = np.random.default_rng(seed).permutation(len(vectors))[: int(JOIN_FIRST * len(vectors))]
    others = np.ones(len(vectors), dtype=bool)
    others[first] = False
    return np.concatenate([first, order[others[order]]])


def _mend(
    hnsw: Any, vectors: np.ndarray, order: np.ndarray, spec: IndexSpec, report: Report
) -> None:
    """Insert vectors again that a search for them does not reach.

    A few in a thousand stand on islands that no path leads to: near items of one routing, far from
    all others.  Who asks about their like would get neighbours from elsewhere.  Inserting them once
    more links them; that moves links about them, so those are looked at again.
    """
    lost = order[_unreached(hnsw, vectors[order], spec.ef_search, report)]
    for _ in range(REPAIRS):
        if not 0 < len(lost) < MENDABLE * len(vectors):
            break
        hnsw.add_items(vectors[lost], lost, num_threads=1)
        near = np.union1d(lost, _around(hnsw, vectors[lost], 2 * spec.m))
        lost = near[_unreached(hnsw, vectors[near], spec.ef_search)]


def _unreached(hnsw: Any, vectors: np.ndarray, ef: int, report: Report = tell_nobody) -> np.ndarray:
    """Return the places of vectors of a graph that a search for them does not reach.

    What a hasty search reaches, a thorough one does too, so only the few others are searched for
    as thoroughly as an answer is: a tenth of the time.

    Args:
        hnsw: the graph.
        vectors: (n, width) that it holds.
        ef: how thoroughly an answer is searched for.
        report: told after every batch of searches; may raise to stop.
    """
    places = np.arange(len(vectors))
    for thoroughness in (*HASTY, ef):
        hnsw.set_ef(thoroughness)
        missed = [places[:0]]
        for begin in range(0, len(places), SOUGHT_AT_ONCE):
            report(begin / len(vectors))
            part = places[begin : begin + SOUGHT_AT_ONCE]
            missed.append(part[_missed(hnsw, vectors[part])])
        places = np.concatenate(missed)
    return places


def _around(hnsw: Any, vectors: np.ndarray, k: int) -> np.ndarray:
    """Return the places in a graph that are among the ``k`` nearest to any of some vectors."""
    k = min(k, hnsw.get_current_count())
    hnsw.set_ef(max(hnsw.ef, k))
    try:
        return np.unique(hnsw.knn_query(vectors, k=k)[0].astype(np.int64))
    except RuntimeError:  # fewer than k can be reached: a graph in pieces is looked at as a whole
        return np.arange(hnsw.get_current_count())


def _missed(hnsw: Any, vectors: np.ndarray) -> np.ndarray:
    """Return for each vector whether its search ends at another."""
    _, distances = hnsw.knn_query(vectors, k=1)
    own = np.einsum("ij,ij->i", vectors, vectors)
    return np.asarray(1.0 - distances[:, 0] < own - TIE)
