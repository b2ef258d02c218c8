"""A fresh process that opens a version and answers once; ``speed`` runs it and takes its time."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import psutil

from registry.core import artifacts
from registry.core.model import RoutingModel
from registry.core.routing import Item


def main() -> None:
    """Read key and item as JSON from stdin, the version from the folder named; say what it took."""
    question = json.loads(sys.stdin.read())
    started = time.perf_counter()
    _, states = artifacts.read(Path(sys.argv[1]), bytes.fromhex(question["key"]))
    model = RoutingModel.from_states(states)
    read = time.perf_counter()
    model.predict([Item(question["code"], question["attributes"])])
    answered = time.perf_counter()
    figures = {
        "read_seconds": read - started,
        "answer_seconds": answered - read,
        # The peak would count what the process that started this one holds.
        "memory_mb": psutil.Process().memory_info().rss / 2**20,
    }
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
