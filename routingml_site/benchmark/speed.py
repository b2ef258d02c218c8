"""How fast and how large: answers of a fresh process, index and disk."""

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

import numpy as np
from django.conf import settings

from registry.core import artifacts
from registry.core.errors import RoutingMLError
from registry.core.index import NeighbourIndex
from registry.core.model import RoutingModel
from registry.core.routing import Item
from routingml_site.benchmark import answering

RECALL_AT = 50
PATIENCE_SECONDS = 600


class NoAnswer(RoutingMLError):
    """A fresh process could not answer from a version's folder."""

    code = "no_answer"


def answers(model: RoutingModel, items: Sequence[Item]) -> dict[str, float]:
    """Write a version; return its size, and how fast a fresh process answers from it."""
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
            **_asked(folder, key, items),
        }


def _asked(folder: Path, key: bytes, items: Sequence[Item]) -> dict[str, float]:
    everything = [{"code": item.code, "attributes": dict(item.attributes)} for item in items]
    first = {"key": key.hex(), "item": everything[0], "started": time.time()}
    done = subprocess.run(  # noqa: S603 -- our own module in our own interpreter
        [sys.executable, "-m", answering.__name__, str(folder)],
        input="\n".join(json.dumps(artifacts.plain(line)) for line in (first, everything)),
        capture_output=True,
        cwd=settings.BASE_DIR,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no word"]
        raise NoAnswer(f"A fresh process could not answer from the version: {last[0]}")
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


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
