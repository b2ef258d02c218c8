"""A real worker is killed in the middle of a training: the truth is found, nothing is harmed."""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from django.conf import settings

from registry import store

if TYPE_CHECKING:
    from registry.core.manifest import Manifest
    from routingml_site.plant import Plant

pytestmark = pytest.mark.slow
log = logging.getLogger(__name__)

PATIENCE = 600.0
KILLS = int(os.environ.get("KILLS", "1"))
"""How often a worker is killed; by hand: ``KILLS=20 pytest --log-cli-level=INFO -k whenever``."""
MANAGE = (sys.executable, str(Path(settings.BASE_DIR) / "manage.py"))
LOAD = """
from django.core.management import call_command
call_command("load_erp", {files!r}, verbosity=0)
"""
MORE = """
from training.services import starts
for _ in range({count}):
    starts.start(by="eva", candidates=[], sample_size=60)
"""
ANSWERS = """
from prediction.models import Channel
from prediction.services import predictions
from registry.selectors import champion
from registry.models import ModelVersion
from registry import store
name = champion().name
assert name == {name!r}, name
for version in ModelVersion.objects.all():
    store.verify(version.name, version.manifest_digest)
answer = predictions.predict(codes={codes!r}, channel=Channel.API, record=False)
assert answer.model_version == name
assert all(one.candidates for one in answer.predictions)
"""


class House:
    """A house of its own in a folder: its database, its versions, its worker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.surroundings = os.environ | {
            "DATA_DIR": str(folder),
            "MODELS_STORE": str(folder / "models"),
            "QUEUE_SYNCHRONOUS": "false",
        }
        self.surroundings.pop("DATABASE_URL", None)
        self.workers: list[psutil.Popen] = []

    def set_up(self, program: str) -> None:
        """Run a program inside the house."""
        subprocess.run([*MANAGE, "shell", "-v0", "-c", program], env=self.surroundings, check=True)

    def start_worker(self) -> psutil.Popen:
        """Start the worker's processes."""
        worker = psutil.Popen([*MANAGE, "worker"], env=self.surroundings, stdout=subprocess.DEVNULL)
        self.workers.append(worker)
        return worker

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the house's database, or change it."""
        with sqlite3.connect(self.folder / "app.sqlite3", timeout=30) as connection:
            return connection.execute(query, values).fetchall()

    def state(self, job: int) -> str:
        """Return how a job stands."""
        return str(self.sql("select state from registry_job where id = ?", job)[0][0])

    def versions(self) -> tuple[set[str], set[str]]:
        """Return the versions that are registered, and those that stand in the store."""
        rows = self.sql("select name from registry_modelversion")
        folder = self.folder / "models" / "versions"
        return {str(name) for (name,) in rows}, {path.name for path in folder.iterdir()}

    def step(self, job: int) -> str:
        """Return how far a job says that it is, and what it does."""
        query = "select progress || ' % ' || step from registry_job where id = ?"
        return str(self.sql(query, job)[0][0])

    def has_come(self, job: int, percent: int) -> bool:
        """Return whether a job has come so far, or has ended."""
        return self.is_at(job, percent) or self.state(job) not in ("queued", "running")

    def is_at(self, job: int, percent: int) -> bool:
        """Return whether a job's own process has come so far."""
        query = (
            "select 1 from registry_job where id = ? and state = 'running' and progress >= ? "
            "and step not like 'starting%'"
        )
        return bool(self.sql(query, job, percent))


@pytest.fixture(scope="module")
def furnished(
    tmp_path_factory: pytest.TempPathFactory,
    tiny_plant: Plant,
    tiny_program: str,
    migrated_database: Path,
) -> Path:
    """The folder of a house with the tiny plant, an active version, and two trainings that wait."""
    files = tmp_path_factory.mktemp("files")
    for name in ("item_info", "routing", "work_order_results"):
        getattr(tiny_plant, name).to_csv(files / f"{name}.csv", index=False)
    folder = tmp_path_factory.mktemp("furnished")
    shutil.copy(migrated_database, folder)
    program = LOAD.format(files=str(files)) + tiny_program + MORE.format(count=2)
    House(folder).set_up(program)
    return folder


@pytest.fixture
def house(furnished: Path, tmp_path: Path) -> Iterator[House]:
    """A house of its own, as it was furnished."""
    built = House(Path(shutil.copytree(furnished, tmp_path / "var")))
    yield built
    for worker in built.workers:
        if worker.is_running():
            kill(family_of(worker))


def family_of(worker: psutil.Popen) -> list[psutil.Process]:
    return [*worker.children(recursive=True), worker]


def kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        if process.is_running():
            process.kill()
    psutil.wait_procs(processes, timeout=PATIENCE)


def wait_until(condition: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {PATIENCE} s for {what}")
        time.sleep(0.1)


def does_a_job(process: psutil.Process) -> bool:
    try:
        return "run_job" in process.cmdline()
    except psutil.NoSuchProcess:
        return False


def test_a_killed_worker_leaves_a_lost_job_and_the_next_one_goes_on(
    house: House, tiny_version: tuple[Path, Manifest]
) -> None:
    name, digest = tiny_version[1].name, tiny_version[1].digest
    worker = house.start_worker()
    wait_until(lambda: house.is_at(1, 10), "the first training to learn")
    family = family_of(worker)
    child = next(process for process in family if does_a_job(process))
    kill([process for process in family if process != child])
    assert psutil.wait_procs([child], timeout=PATIENCE)[1] == [], "no child outlives its worker"
    assert house.state(1) == "running", "nobody was left to say so"

    house.sql("update registry_job set heartbeat_at = datetime('now', '-31 seconds') where id = 1")
    worker = house.start_worker()
    wait_until(lambda: house.state(1) == "lost", "the lost job")
    wait_until(lambda: house.is_at(2, 0), "the second training, which waited for the first")
    house.sql("update registry_job set cancel_at = datetime('now'), cancel_by = 'eva' where id = 2")
    wait_until(lambda: house.state(2) == "cancelled", "the end of the second training")
    wait_until(lambda: not any(map(does_a_job, family_of(worker))), "the end of its process")

    versions = house.sql("select name, state, manifest_digest from registry_modelversion")
    assert versions == [(name, "active", digest)]
    models = house.folder / "models"
    assert [path.name for path in (models / "versions").iterdir()] == [name]
    assert list((models / "staging").glob("*/manifest.json")) == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "MODELS_STORE", models)
        assert store.verify(name, digest).name == name


def kill_a_worker(house: House, job: int, percent: int) -> None:
    worker = house.start_worker()
    wait_until(lambda: house.has_come(job, percent), f"job {job} at {percent} %")
    kill(family_of(worker))
    log.info("killed: job %s was %s at %s", job, house.state(job), house.step(job))


def test_whenever_a_worker_is_killed_the_active_version_answers_and_every_job_ends_in_truth(
    house: House, tiny_version: tuple[Path, Manifest], tiny_plant: Plant
) -> None:
    codes = tiny_plant.item_info["ITEM_CD"][:3].tolist()
    if KILLS > 1:
        house.set_up(MORE.format(count=KILLS - 1))
    for job in range(1, KILLS + 1):
        moment = 100 * (job - random.random()) / KILLS  # noqa: S311 -- any moment of each stretch
        kill_a_worker(house, job, int(moment))
        house.set_up(ANSWERS.format(name=tiny_version[1].name, codes=codes))
        registered, written = house.versions()
        assert registered == written, "a version is whole, or it is not there"
        house.sql("update registry_job set heartbeat_at = datetime('now', '-31 seconds')")
    house.start_worker()
    wait_until(lambda: house.state(KILLS) in ("lost", "succeeded"), "the last one to be found")
    wait_until(lambda: house.is_at(KILLS + 1, 0), "the training after that")
    ends = [house.state(job) for job in range(1, KILLS + 1)]
    assert set(ends) <= {"lost", "succeeded"}
    kept = {json.loads(text)["version"] for (text,) in house.sql(
        "select result from registry_job where state = 'succeeded'"
    )}  # fmt: skip
    assert house.versions()[1] >= kept | {tiny_version[1].name}
