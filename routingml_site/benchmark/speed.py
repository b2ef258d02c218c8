"""How fast and how large: one prediction, many, the first of a fresh process, index and disk."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from threadpoolctl import threadpool_limits

from registry.core import artifacts
from registry.core.errors import RoutingMLError
from registry.core.index import NeighbourIndex
from registry.core.model import RoutingModel
from registry.core.routing import Item
from routingml_site.benchmark import cold

ASKED_ALONE = 200
ASKED_TOGETHER = 256
WARM_UP = 5
RECALL_AT = 50
PATIENCE_SECONDS = 600


class ColdStartFailed(RoutingMLError):
    """A fresh process could not answer from a version's folder."""

    code = "cold_start_failed"


def latency(model: RoutingModel, items: Sequence[Item]) -> dict[str, float]:
    """Return p50 and p95 milliseconds of one prediction with its explanation, on one thread."""
    asked = [items[number % len(items)] for number in range(WARM_UP + ASKED_ALONE)]
    taken = []
    with threadpool_limits(limits=1):
        for item in asked:
            started = time.perf_counter()
            model.predict([item])
            taken.append(1000 * (time.perf_counter() - started))
    p50, p95 = np.quantile(taken[WARM_UP:], [0.5, 0.95])
    return {"latency_p50_ms": float(p50), "latency_p95_ms": float(p95)}


def throughput(model: RoutingModel, items: Sequence[Item]) -> float:
    """Return items answered in a second when many are asked at once, without explanations."""
    started = time.perf_counter()
    for start in range(0, len(items), ASKED_TOGETHER):
        model.predict(items[start : start + ASKED_TOGETHER], explain=False)
    return len(items) / (time.perf_counter() - started)


def on_disk(model: RoutingModel, item: Item) -> dict[str, float]:
    """Write a version; return its size, and what a fresh process takes until its first answer."""
    key = secrets.token_bytes(32)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = time.perf_counter()
        artifacts.write(folder, model.to_states(), {"name": "benchmark"}, {}, key)
        written = time.perf_counter() - started
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        return {
            "version_mb": size / 2**20,
            "version_write_seconds": written,
            **_cold_start(folder, key, item),
        }


def _cold_start(folder: Path, key: bytes, item: Item) -> dict[str, float]:
    question = {"key": key.hex(), "code": item.code, "attributes": dict(item.attributes)}
    started = time.perf_counter()
    done = subprocess.run(  # noqa: S603 -- our own module in our own interpreter
        [sys.executable, "-m", cold.__name__, str(folder)],
        input=json.dumps(artifacts.plain(question)),
        capture_output=True,
        cwd=settings.BASE_DIR,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no word"]
        raise ColdStartFailed(f"A fresh process could not answer from the version: {last[0]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return {
        "cold_start_seconds": seconds,
        "cold_read_seconds": answer["read_seconds"],
        "cold_answer_seconds": answer["answer_seconds"],
        "cold_memory_mb": answer["memory_mb"],
    }


def index(model: RoutingModel, seed: int) -> dict[str, float | None]:
    """Return recall of the version's search, and of a graph over the same vectors at any size."""
    built = model.base.index
    figures: dict[str, float | None] = {
        "distinct_vectors": len(built),
        "index_exact": built.exact,
    }
    figures |= _recall(built, "recall", seed)
    graph, seconds = _rebuilt(built, seed)
    if graph.exact:  # hnswlib is not installed here
        return figures
    return figures | {"graph_build_seconds": seconds} | _recall(graph, "graph_recall", seed)


def _recall(built: NeighbourIndex, name: str, seed: int) -> dict[str, float | None]:
    measured = built.recall(RECALL_AT, seed=seed)
    return {f"{name}_mean": measured["mean"], f"{name}_minimum": measured["minimum"]}


def _rebuilt(built: NeighbourIndex, seed: int) -> tuple[NeighbourIndex, float]:
    """Build the graph again from every item's vector, whatever the size."""
    whole = np.asarray(built.vectors, dtype=np.float32)
    vectors = np.repeat(whole, np.diff(built.start), axis=0)
    started = time.perf_counter()
    graph = NeighbourIndex.build(
        vectors, built.members, replace(built.spec, exact_below=0), seed=seed
    )
    return graph, time.perf_counter() - started
