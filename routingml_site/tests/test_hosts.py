"""A site of several hosts: one database, one broker, one folder of versions, real processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import psutil
import psycopg
import pytest

from registry import store
from routingml_site import hosts, servers

if TYPE_CHECKING:
    from registry.core.model import RoutingModel
    from routingml_site.plant import Plant

pytestmark = pytest.mark.slow
T = TypeVar("T")
PATIENCE = 240.0
AWAY_SECONDS = 5.0
KEYS = {"SECRET_KEY": "test-" * 10, "MODEL_SIGNING_KEY": "sign-" * 10}
FIRST, SECOND = "2026.11.21_1", "2026.11.21_2"
REGISTER = """
import shutil, sys
from pathlib import Path
from registry import store
from registry.core import artifacts
from registry.services import versions
from django.conf import settings
for folder in sorted(Path({folder!r}).iterdir()):
    with store.staging() as staged:
        shutil.copytree(folder, staged, dirs_exist_ok=True)
        manifest = artifacts.signed_manifest(staged, settings.MODEL_SIGNING_KEY)
        versions.register(
            name=folder.name, folder=staged, manifest=manifest, metrics={metrics!r}, by="tests"
        )
"""
START = """
from training.services.starts import start
print(start(by='eva', candidates=[{candidate!r}], {more}).pk)
"""
LONG, SHORT = ("boosting", ""), ("baseline", "sample_size=20, dry_run=True")
RETRY = """
from registry.services import jobs
print(jobs.retry(jobs.named({number}), by='eva').pk)
"""
CANCEL = """
from registry.models import Job, JobState
from registry.services import jobs
for job in Job.objects.filter(state__in=(JobState.QUEUED, JobState.RUNNING)):
    jobs.cancel(job, by='eva')
"""
IDLE = "SELECT count(*) = 0 FROM registry_job WHERE state IN ('queued', 'running')"


def wait_for(site: hosts.Site, ask: Callable[[], T], what: str) -> T:
    """Return the first answer that says yes."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if answer := ask():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come about in {PATIENCE:.0f} s\n{site.logs()}")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[hosts.Site]:
    """A site whose hosts the tests start."""
    try:
        with hosts.site(tmp_path_factory.mktemp("site"), secrets=KEYS) as made:
            yield made
    except servers.ServerMissing as missing:
        pytest.skip(str(missing))


def ask(site: hosts.Site, question: str, *values: Any) -> Any:
    """Return the first cell that the site's database answers with."""
    with psycopg.connect(site.shared["DATABASE_URL"]) as connection:
        row = connection.execute(question, values).fetchone()
        return row[0] if row else None


def test_an_activation_reaches_every_web_host_and_all_outlive_a_lost_database(
    site: hosts.Site, tiny_model: RoutingModel, tiny_metrics: dict[str, Any], tmp_path: Path
) -> None:
    for name in (FIRST, SECOND):
        about = {"name": name, "schema_hash": tiny_model.schema_hash, "dataset_hash": "tiny"}
        folder = tmp_path / "made" / name
        folder.mkdir(parents=True)
        store.write(folder, tiny_model.to_states(), about, {})
    register = REGISTER.format(folder=str(tmp_path / "made"), metrics=tiny_metrics)
    site.manage("shell", "-c", register)
    site.manage("activate", FIRST)
    webs = [site.start_web(), site.start_web()]
    wait_for(site, lambda: {web.version() for web in webs} == {FIRST}, f"{FIRST} at both")
    site.manage("activate", SECOND)
    wait_for(site, lambda: {web.version() for web in webs} == {SECOND}, f"{SECOND} at both")

    def states() -> set[str]:
        return {web.ready().get("status", "no answer") for web in webs}

    assert states() == {"ok"}
    site.database.stop()
    wait_for(site, lambda: states() == {"not ready"}, "the loss being told")
    assert {web.ready()["checks"]["database"] for web in webs} == {"the database does not answer"}
    assert {web.version() for web in webs} == {SECOND}  # what is loaded stays
    site.database.start()
    wait_for(site, lambda: states() == {"ok"}, "both being ready again")
    for web in webs:
        hosts.kill_host(web.process)


def runs_on(worker: Any) -> bool:
    """Return whether a worker has a process that does a job's work."""
    for each in psutil.Process(worker.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it ended while we looked
            if "run_job" in each.cmdline():
                return True
    return False


def start(site: hosts.Site, candidate: str, more: str) -> int:
    """Ask for a training; return the number of its job."""
    return int(site.manage("shell", "-c", START.format(candidate=candidate, more=more)).split()[-1])


def test_a_job_of_a_host_that_died_is_found_lost_and_done_by_another(
    site: hosts.Site, tiny_plant: Plant, tmp_path: Path
) -> None:
    from routingml_site.plant import write_plant

    versions = site.home / "models_store" / "versions"
    write_plant(tiny_plant, tmp_path / "files")
    site.manage("load_erp", str(tmp_path / "files"))
    first, second = site.start_worker(), site.start_worker()
    number = start(site, *LONG)
    wait_for(site, lambda: runs_on(first) or runs_on(second), "a start")
    dying, staying = (first, second) if runs_on(first) else (second, first)
    hosts.kill_host(dying)
    # The clock is moved on rather than waited for: the worker was last heard of a minute ago.
    ask(
        site,
        "UPDATE registry_job SET heartbeat_at = heartbeat_at - interval '1 minute' "
        "WHERE id = %s RETURNING id",
        number,
    )
    state = "SELECT state FROM registry_job WHERE id = %s"
    wait_for(site, lambda: ask(site, state, number) == "lost", "the loss")
    again = int(site.manage("shell", "-c", RETRY.format(number=number)).split()[-1])
    wait_for(site, lambda: ask(site, state, again) == "running", "the second start")
    wait_for(site, lambda: runs_on(staying), "the work on the other host")
    assert ask(site, "SELECT retry_of_id FROM registry_job WHERE id = %s", again) == number
    assert not [path for path in versions.glob("*") if path.name not in (FIRST, SECOND)]


def test_what_is_asked_for_while_the_broker_is_away_is_done_when_it_is_back(
    site: hosts.Site, tiny_plant: Plant
) -> None:
    """And when the database goes away for a moment while it is done, it is done all the same."""
    state = "SELECT state FROM registry_job WHERE id = %s"
    site.manage("shell", "-c", CANCEL)  # what another test has left running
    wait_for(site, lambda: ask(site, IDLE), "the end of what ran")
    site.broker.stop()
    number = start(site, *SHORT)
    assert ask(site, state, number) == "queued"
    site.broker.start()
    # A minute passes: what waits is then handed to the queue once more.
    ask(
        site,
        "UPDATE registry_job SET offered_at = offered_at - interval '2 minutes' "
        "WHERE id = %s RETURNING id",
        number,
    )
    wait_for(site, lambda: ask(site, state, number) != "queued", "the start")
    site.database.stop()
    time.sleep(AWAY_SECONDS)
    site.database.start()
    succeeded = (
        "SELECT count(*) FROM registry_job WHERE state = 'succeeded' AND %s IN (id, retry_of_id)"
    )
    wait_for(site, lambda: ask(site, succeeded, number), "the success, at once or the second time")
    assert ask(site, state, number) in {"succeeded", "lost"}
