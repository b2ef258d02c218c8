"""How long does a running job say nothing new?

    .venv/bin/python benchmarks/progress_gaps.py JOB

Reads the row of a waiting or running job ten times a second until it ends, which is what pages, API
and events show, and prints the stretches in which neither its percentage nor its step changed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from collections.abc import Iterator

PAUSE_SECONDS = 0.1
SHOWN = 10


def main() -> None:
    """Follow the job and print the longest stretches, the median, and how busy the machine was."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("job", type=int)
    number = parser.parse_args().job
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routingml_site.settings")
    import django

    django.setup()
    stretches = list(silences(number))
    for seconds, step in sorted(stretches, reverse=True)[:SHOWN]:
        say(f"{seconds:6.1f} s  {step}")
    if stretches:
        median = statistics.median(seconds for seconds, _step in stretches)
        load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
        say(f"{len(stretches):,} changes, median {median:.1f} s; load now {load}")


def silences(number: int) -> Iterator[tuple[float, str]]:
    """Yield how long each state of a running job stood, and what it was."""
    from registry.models import Job, JobState

    rows = Job.objects.filter(pk=number).values_list("state", "progress", "step")
    shown, since = rows.get(), time.monotonic()
    while shown[0] in (JobState.QUEUED, JobState.RUNNING):
        time.sleep(PAUSE_SECONDS)
        now, seen = time.monotonic(), rows.get()
        if seen != shown:
            if shown[0] == JobState.RUNNING:
                yield now - since, f"{shown[1]} % {shown[2]}"
            shown, since = seen, now


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201 -- a script's output


if __name__ == "__main__":
    main()
