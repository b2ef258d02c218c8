"""How long the server needs for the pages of quality, with thirty cycles of some hundred items.

    .venv/bin/python benchmarks/quality_pages.py DATA_DIR [--cycles 30]

``DATA_DIR`` is a data folder of the product with a finished quality cycle; its database is copied,
and in the copy that cycle is repeated, with figures that differ a little, until there are enough.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test import Client

    from quality.models import QualityCycle

TIMES = 20
GOAL_MS = 200


def main() -> None:
    """Fill a copy of the database and ask for each page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--cycles", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="quality-pages-") as folder:
        set_up(options.data_dir, Path(folder))
        last = fill(options.cycles)
        client = browser()
        items = last.results.count()
        say(f"{options.cycles} cycles of {items} items, {TIMES} requests of each page")
        for address in addresses(last):
            measure(client, address)


def set_up(source: Path, folder: Path) -> None:
    """Copy the database into a folder of its own and let the product live there."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    shutil.copy(source / "app.sqlite3", folder / "app.sqlite3")
    os.environ.update(
        DJANGO_SETTINGS_MODULE="routingml_site.settings", ENV_FILE=os.devnull, DEBUG="0",
        PROFILE="development", DATA_DIR=str(folder), MODELS_STORE=str(folder / "models"),
        LOG_LEVEL="ERROR", ALLOWED_HOSTS="testserver", SECRET_KEY="benchmark-" * 6,
    )  # fmt: skip
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def fill(count: int) -> QualityCycle:
    """Repeat the newest finished cycle, a day apart, until there are enough; return the last."""
    from quality.models import QualityCycle, SampleResult

    pattern = QualityCycle.objects.finished().newest_first().first()
    if pattern is None:
        sys.exit("This database has no finished quality cycle: run manage.py quality_cycle first.")
    rows = list(pattern.results.all())
    rng = random.Random(1)  # noqa: S311 -- no secret
    for number in range(QualityCycle.objects.finished().count(), count):
        cycle = QualityCycle.objects.get(pk=pattern.pk)
        cycle.pk, cycle.job = None, None
        cycle.started_at += timedelta(days=number)
        cycle.finished_at = cycle.started_at + timedelta(seconds=30)
        for name in ("process_match", "trim_mae", "mae", "wape"):
            cycle.metrics[name] *= rng.uniform(0.97, 1.03)
        cycle.save()
        for row in rows:
            row.pk, row.cycle = None, cycle
        SampleResult.objects.bulk_create(rows, batch_size=100)
    last = QualityCycle.objects.finished().newest_first().first()
    if last is None:
        sys.exit("The filled database has no cycle.")
    return last


def browser() -> Client:
    """Return the browser of an engineer who is signed in."""
    from django.test import Client

    from accounts.models import User

    eva = User.objects.create_user(
        "benchmark@plant.example", "a long enough passphrase", role="engineer", by="benchmark"
    )
    client = Client()
    client.force_login(eva)
    return client


def addresses(last: QualityCycle) -> list[str]:
    """Return the pages, each with what makes it large."""
    family = next(iter(last.groups["family"]))
    operation = next(iter(last.groups["operation"]))
    item = last.results.filter(mean_error__isnull=False)[0]
    return [
        "/quality/", f"/quality/?family={family}", f"/quality/?operation={operation}",
        last.get_absolute_url(), item.get_absolute_url(), "/quality/drift", "/quality/data",
        "/quality/log",
    ]  # fmt: skip


def measure(client: Client, address: str) -> None:
    """Ask for a page some times; print its median, its worst, its work and its size."""
    client.get(address)  # templates are compiled once
    taken, busy = [], []
    for _ in range(TIMES):
        started, worked = time.perf_counter(), time.process_time()
        answer = client.get(address)
        taken.append((time.perf_counter() - started) * 1000)
        busy.append((time.process_time() - worked) * 1000)
        if answer.status_code != 200:
            sys.exit(f"{address} answered {answer.status_code}.")
    middle = statistics.median(taken)
    verdict = "reached" if middle < GOAL_MS else "MISSED"
    say(
        f"{middle:7.1f} ms median {max(taken):7.1f} ms worst "
        f"{statistics.median(busy):7.1f} ms CPU "
        f"{len(answer.content) / 1024:6.0f} kB  {verdict:8} {address}"
    )


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
