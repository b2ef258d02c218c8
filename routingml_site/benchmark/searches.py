"""What the search buys: the product's beside exact search, bare libraries and the predecessor's.

Every way gets the same known items and the same new ones, on one thread, and says which 50 known
items are nearest.  Recall is told against exact search over all items, identical vectors included;
the predecessor's way has a measure of likeness of its own, so its recall is told within that.
How good the answers are is told for all alike: how often the nearest item's routing is right.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from registry.core.graphs import TIE, IndexSpec
from registry.core.index import NeighbourIndex
from registry.core.metrics import Jobs
from routingml_site.benchmark.plants import KnownPlant
from routingml_site.benchmark.quality import Trained
from training.core import baselines

try:
    import hnswlib
except ImportError:  # no compiler on the machine
    hnswlib = None

K = 50
PRODUCT = "the product"
BARE_DISTINCT = "bare hnswlib, distinct vectors"
MOST_ASKED = 500
USUAL_LINKS = 32
"""Links of a vector (M) in the graphs beside the product's; the other figures are the version's."""
Find = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Vectors:
    """The known items and the asked ones in one measure of likeness, at unit length."""

    known: np.ndarray
    asked: np.ndarray


def compare(trained: Trained, plant: KnownPlant, *, seed: int) -> dict[str, dict[str, Any]]:
    """Return for each way: seconds to build, milliseconds a query, recall and right copies."""
    index = trained.model.base.index
    rows = index.members
    asked = plant.asked.take(np.arange(min(len(plant.asked), MOST_ASKED)))
    whole = np.repeat(np.asarray(index.vectors, np.float32), np.diff(index.start), axis=0)
    learned = Vectors(whole, trained.model.base.encoder.encode(asked).vectors)
    known = baselines.Known.of(trained.data)
    table, wanted = baselines.ordinal(known, baselines.plain_of(asked, known))
    ordinal = Vectors(_unit(table[np.searchsorted(known.rows, rows)]), _unit(wanted))
    right = _right_copies(trained, plant, rows)
    spec = replace(index.spec, m=USUAL_LINKS)
    ways: list[tuple[str, Vectors, Callable[[], Find]]] = [
        ("exact search (numpy)", learned, lambda: _exact(learned.known)),
        (PRODUCT, learned, lambda: _product(learned.known, index.spec, seed)),
    ]
    if hnswlib is not None:
        ways += [
            (BARE_DISTINCT, learned, lambda: _bare_distinct(index, spec, seed)),
            ("bare hnswlib, all items", learned, lambda: _bare(learned.known, spec, seed)),
            ("the predecessor's way", ordinal, lambda: _bare(ordinal.known, spec, seed)),
        ]
    if find_spec("faiss"):  # measured where it is installed
        ways.append(("faiss, all items", learned, lambda: _faiss(learned.known, spec)))
    with threadpool_limits(limits=1):
        return {name: _measure(vectors, build, right) for name, vectors, build in ways}


def build_ratio(searched: Mapping[str, Mapping[str, Any]]) -> float | None:
    """Return the product's seconds to build over bare hnswlib's on the same distinct vectors."""
    if BARE_DISTINCT not in searched:
        return None
    bare = searched[BARE_DISTINCT]["build_seconds"]
    return float(searched[PRODUCT]["build_seconds"] / bare) if bare else None


def _measure(
    vectors: Vectors, build: Callable[[], Find], right: Callable[[np.ndarray], float]
) -> dict[str, Any]:
    started = time.perf_counter()
    find = build()
    seconds = time.perf_counter() - started
    find(vectors.asked[:1])
    taken, found = [], []
    for query in vectors.asked:
        started = time.perf_counter()
        found.append(find(query[None])[:K])
        taken.append(1000 * (time.perf_counter() - started))
    recalls = [
        _recall(vectors.known, query, items)
        for query, items in zip(vectors.asked, found, strict=True)
    ]
    return {
        "build_seconds": seconds,
        "query_p50_ms": float(np.median(taken)),
        "query_p95_ms": float(np.quantile(taken, 0.95)),
        "recall_mean": float(np.mean(recalls)),
        "recall_minimum": float(np.min(recalls)),
        "right_copies": right(np.array([items[0] if len(items) else -1 for items in found])),
    }


def _recall(known: np.ndarray, query: np.ndarray, items: np.ndarray) -> float:
    cosines = known @ query
    count = min(K, len(known))
    least = np.partition(cosines, len(known) - count)[len(known) - count]
    return float((cosines[items] >= least - TIE).sum() / count)


def _right_copies(
    trained: Trained, plant: KnownPlant, rows: np.ndarray
) -> Callable[[np.ndarray], float]:
    """Return what says how often the routing of the item at each place is a right one."""
    library = trained.data.library

    def jobs(place: int) -> Jobs | None:
        if place < 0:
            return None
        sequence = library.sequences_of(int(rows[place]))[0]
        return library.job_codes(library.jobs_of_sequence(sequence))

    def right(places: np.ndarray) -> float:
        hits = [
            jobs(place) in {routing.jobs for routing in valid}
            for place, valid in zip(places.tolist(), plant.truths, strict=False)
        ]
        return float(np.mean(hits))

    return right


def _exact(known: np.ndarray) -> Find:
    count = min(K, len(known))

    def find(queries: np.ndarray) -> np.ndarray:
        cosines = known @ queries[0]
        best = np.argpartition(-cosines, count - 1)[:count]
        return np.asarray(best[np.argsort(-cosines[best], kind="stable")])

    return find


def _product(known: np.ndarray, spec: IndexSpec, seed: int) -> Find:
    index = NeighbourIndex.build(known, np.arange(len(known)), spec, seed=seed)

    def find(queries: np.ndarray) -> np.ndarray:
        groups, _ = index.search(queries, K)
        return np.concatenate(index.items_of(groups[0]))

    return find


def _bare_distinct(index: NeighbourIndex, spec: IndexSpec, seed: int) -> Find:
    vectors = np.asarray(index.vectors, np.float32)
    graph = _graph(vectors, spec, seed)

    def find(queries: np.ndarray) -> np.ndarray:
        groups = _reached(graph, queries)
        places = [np.arange(index.start[g], index.start[g + 1]) for g in groups.tolist()]
        return np.concatenate(places) if places else np.empty(0, dtype=np.int64)

    return find


def _bare(known: np.ndarray, spec: IndexSpec, seed: int) -> Find:
    graph = _graph(known, spec, seed)
    return lambda queries: _reached(graph, queries)


def _graph(vectors: np.ndarray, spec: IndexSpec, seed: int) -> Any:
    graph = hnswlib.Index(space="ip", dim=vectors.shape[1])
    graph.init_index(len(vectors), M=spec.m, ef_construction=spec.ef_construction, random_seed=seed)
    graph.add_items(vectors, num_threads=1)
    graph.set_ef(spec.ef_search)
    graph.set_num_threads(1)
    return graph


def _reached(graph: Any, queries: np.ndarray) -> np.ndarray:
    """Return what the graph finds; where it reaches fewer than 50 it gives up: nothing found."""
    try:
        return np.asarray(graph.knn_query(queries, k=min(K, graph.get_current_count()))[0][0])
    except RuntimeError:
        return np.empty(0, dtype=np.int64)


def _faiss(known: np.ndarray, spec: IndexSpec) -> Find:
    import faiss  # no part of the product, and slow to load

    faiss.omp_set_num_threads(1)
    graph = faiss.IndexHNSWFlat(known.shape[1], spec.m, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction, graph.hnsw.efSearch = spec.ef_construction, spec.ef_search
    graph.add(known)

    def find(queries: np.ndarray) -> np.ndarray:
        items = graph.search(queries, K)[1][0]
        return np.asarray(items[items >= 0])

    return find


def _unit(table: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    return np.asarray(table / np.maximum(lengths, 1e-9), dtype=np.float32)
