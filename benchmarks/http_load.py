"""Load on a running server: one item a request, some clients at once, for some seconds.

    python benchmarks/http_load.py http://127.0.0.1:8000 --key KEY --codes CODES.txt --clients 16

``KEY`` is an API key of a planner, ``CODES.txt`` has one item code a line.  Only the standard
library, so that it runs where the product is not installed.  Clients keep their connections open,
ask as fast as they are answered, and each takes the codes in an order of its own.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import statistics
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

OK = 200


@dataclass
class Client(threading.Thread):
    """One client: milliseconds of each answer, and what was no answer."""

    address: str
    key: str
    codes: list[str]
    until: float
    taken: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make it a thread."""
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        """Threads are told apart by what they are."""
        return id(self)

    def run(self) -> None:
        """Ask until the time is over."""
        connection = http.client.HTTPConnection(self.address, timeout=60)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
        while time.perf_counter() < self.until:
            body = json.dumps({"item_codes": [random.choice(self.codes)]})  # noqa: S311 -- no secret
            started = time.perf_counter()
            try:
                connection.request("POST", "/api/predict", body, headers)
                answer = connection.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
                connection.close()
                time.sleep(0.1)  # where nobody listens, asking on would only heat the machine
                continue
            if answer.status == OK:
                self.taken.append(1000 * (time.perf_counter() - started))
            else:
                self.failures.append(f"{answer.status} {text[:200]!r}")


def main() -> None:
    """Run the load and print what came of it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("urls", nargs="+", metavar="URL", help="the clients share them out")
    parser.add_argument("--key", required=True)
    parser.add_argument("--codes", type=Path, required=True)
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10.0)
    asked = parser.parse_args()
    codes = asked.codes.read_text(encoding="utf-8").split()
    until = time.perf_counter() + asked.seconds
    addresses = [urlsplit(url).netloc for url in asked.urls]
    clients = [
        Client(addresses[number % len(addresses)], asked.key, codes, until)
        for number in range(asked.clients)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    taken = sorted(ms for client in clients for ms in client.taken)
    failures = [text for client in clients for text in client.failures]
    told = {
        "clients": asked.clients,
        "answers": len(taken),
        "answers_per_second": round(len(taken) / asked.seconds, 1),
        "failures": len(failures),
        "first_failure": failures[0] if failures else None,
    }
    if taken:
        told["p50_ms"] = round(statistics.median(taken), 1)
        told["p95_ms"] = round(taken[int(0.95 * (len(taken) - 1))], 1)
    print(json.dumps(told, indent=1))  # noqa: T201 -- the result


if __name__ == "__main__":
    main()
