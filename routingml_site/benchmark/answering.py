"""A fresh process that opens a version and answers, as a web process does; ``speed`` runs it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import psutil

from registry.core import artifacts
from registry.core.machine import collect_seldom
from registry.core.model import RoutingModel
from registry.core.routing import Item

ASKED_ALONE = 200
ASKED_TOGETHER = 256
WARM_UP = 5


def main() -> None:
    """Read two lines of JSON from stdin and say what it took to answer.

    The first line has the key of the version in the folder named, when this process was started,
    and one item; the second has all items.
    """
    question = json.loads(sys.stdin.readline())
    begun = time.perf_counter()
    _, states = artifacts.read(Path(sys.argv[1]), bytes.fromhex(question["key"]))
    model = RoutingModel.from_states(states)
    read = time.perf_counter()
    model.predict([Item(**question["item"])])
    answered = time.perf_counter()
    figures = {
        "cold_start_seconds": time.time() - question["started"],
        "cold_read_seconds": read - begun,
        "cold_answer_seconds": answered - read,
        # The peak would count what the process that started this one holds.
        "cold_memory_mb": psutil.Process().memory_info().rss / 2**20,
    }
    items = [Item(**item) for item in json.loads(sys.stdin.readline())]
    collect_seldom()
    figures |= latency(model, items) | {"items_per_second": throughput(model, items)}
    sys.stdout.write(json.dumps(figures))


def latency(model: RoutingModel, items: Sequence[Item]) -> dict[str, float]:
    """Return p50 and p95 milliseconds of one prediction with its explanation."""
    taken = []
    for number in range(WARM_UP + ASKED_ALONE):
        started = time.perf_counter()
        model.predict([items[number % len(items)]])
        taken.append(1000 * (time.perf_counter() - started))
    p50, p95 = np.quantile(taken[WARM_UP:], [0.5, 0.95])
    return {"latency_p50_ms": float(p50), "latency_p95_ms": float(p95)}


def throughput(model: RoutingModel, items: Sequence[Item]) -> float:
    """Return items answered in a second when many are asked at once, without explanations."""
    started = time.perf_counter()
    for start in range(0, len(items), ASKED_TOGETHER):
        model.predict(items[start : start + ASKED_TOGETHER], explain=False)
    return len(items) / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
