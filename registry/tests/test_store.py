"""Where versions are kept: written aside, moved into place in one step, never written over."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from registry import store
from registry.core.artifacts import VersionMissing, VersionTampered
from registry.core.errors import BadInput
from registry.core.graphs import IndexSpec
from registry.core.index import NeighbourIndex
from registry.core.state import State

pytestmark = pytest.mark.usefixtures("models_store")
NAME = "2026.11.21_1"
TODAY = date(2026, 11, 21)


def written(folder: Path, name: str = NAME) -> str:
    """Write a small version and return its digest."""
    return store.write(folder, {"part": State(meta={"x": 1})}, {"name": name}, {}).digest


def left_in_staging(models_store: Path) -> list[str]:
    return [path.name for path in (models_store / "staging").iterdir()]


def test_a_published_version_is_where_its_name_says_and_can_be_read(models_store: Path) -> None:
    with store.staging() as folder:
        digest = written(folder)
        path = store.publish(folder, NAME)

    assert path == store.version_path(NAME) == models_store / "versions" / NAME
    assert store.read(NAME, digest)[1]["part"].meta == {"x": 1}
    assert store.manifest(NAME).digest == digest
    assert left_in_staging(models_store) == []


def test_what_is_not_published_is_removed(models_store: Path) -> None:
    with store.staging() as folder:
        written(folder)

    assert left_in_staging(models_store) == []
    with pytest.raises(VersionMissing):
        store.manifest(NAME)


def test_a_failure_leaves_nothing_half_done(models_store: Path) -> None:
    with pytest.raises(RuntimeError, match="power"), store.staging() as folder:
        written(folder)
        raise RuntimeError("power")

    assert left_in_staging(models_store) == []
    assert not store.version_path(NAME).exists()


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """Let no file grow beyond ``room`` bytes, as a disk does that has no more."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def graph(count: int = 2000) -> State:
    """Return an index whose graph is a file that its library writes."""
    pytest.importorskip("hnswlib")
    vectors = np.random.default_rng(1).normal(size=(count, 8))
    unit = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    spec = IndexSpec(m=4, ef_construction=10, exact_below=0)
    return NeighbourIndex.build(unit, np.arange(count), spec, seed=1).to_state()


@pytest.mark.parametrize(
    "make", [lambda: State(arrays={"x": np.zeros(100_000)}), graph], ids=["arrays", "graph"]
)
def test_a_full_disk_leaves_nothing_half_written_and_says_what_to_do(
    models_store: Path, make: Callable[[], State]
) -> None:
    part = make()
    with (
        pytest.raises(store.StoreUnwritable, match=r"MB are free: .*Make room.*train again"),
        store.staging() as folder,
        full_disk(70_000),
    ):
        store.write(folder, {"part": part}, {"name": NAME}, {})
        store.publish(folder, NAME)

    assert left_in_staging(models_store) == []
    assert not store.version_path(NAME).exists()


def test_a_shared_folder_that_has_gone_is_said(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.MODELS_STORE = tmp_path / "file" / "store"  # no folder can be made under a file
    with pytest.raises(store.StoreUnwritable, match="shared folder"), store.staging():
        pass


def test_a_version_is_never_written_over() -> None:
    with store.staging() as folder:
        digest = written(folder)
        store.publish(folder, NAME)

    with pytest.raises(store.VersionExists, match=NAME), store.staging() as folder:
        store.write(folder, {"part": State(meta={"x": 2})}, {"name": NAME}, {})
        store.publish(folder, NAME)
    assert store.verify(NAME, digest)


def test_an_unfinished_folder_is_not_published() -> None:
    with store.staging() as folder:
        (folder / "part").mkdir()
        with pytest.raises(VersionMissing, match=r"manifest\.json"):
            store.publish(folder, NAME)

    assert not store.version_path(NAME).exists()


def test_a_version_is_not_published_under_another_name() -> None:
    with store.staging() as folder:
        written(folder)
        with pytest.raises(VersionTampered, match=f"holds version {NAME}"):
            store.publish(folder, "2026.11.21_2")


def test_a_version_that_another_key_signed_is_refused(settings: Any) -> None:
    with store.staging() as folder:
        digest = written(folder)
        store.publish(folder, NAME)
    settings.MODEL_SIGNING_KEY = b"the key of another installation"

    with pytest.raises(VersionTampered, match="signature"):
        store.read(NAME, digest)


def test_a_version_that_was_not_registered_is_refused() -> None:
    with store.staging() as folder:
        written(folder)
        store.publish(folder, NAME)

    with pytest.raises(VersionTampered, match="not the one that was registered"):
        store.verify(NAME, "0" * 64)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../staging", "2026.11.21_1/..", "2026.11.21_1\n", "2026.00.21_1"]
)
def test_a_name_never_leads_out_of_the_store(name: str) -> None:
    with pytest.raises(BadInput, match="not a version name"):
        store.version_path(name)


def test_names_count_the_builds_of_a_day(models_store: Path) -> None:
    assert store.next_name(TODAY) == "2026.11.21_1"
    for name in ("2026.11.20_7", "2026.11.21_2", "2026.11.21_10", "2026.11.21_old"):
        (models_store / "versions" / name).mkdir(parents=True)

    assert store.next_name(TODAY) == "2026.11.21_11"
    assert store.next_name(TODAY, taken=["2026.11.21_20", "2026.11.22_30"]) == "2026.11.21_21"


def test_leftovers_of_killed_writers_go_and_work_in_progress_stays(models_store: Path) -> None:
    staging = models_store / "staging"
    for name in ("killed", "working"):
        (staging / name).mkdir(parents=True)
    os.utime(staging / "killed", (0, 0))

    assert store.prune_staging() == ["killed"]
    assert left_in_staging(models_store) == ["working"]


def test_what_another_process_takes_away_meanwhile_is_no_obstacle(models_store: Path) -> None:
    staging = models_store / "staging"
    staging.mkdir(parents=True)
    (staging / "gone").symlink_to(staging / "nowhere")  # listed, and not there when looked at

    assert store.prune_staging() == []
    with store.staging() as folder:
        assert folder.is_dir()


def test_free_space_is_known_before_the_store_exists(settings: Any, tmp_path: Path) -> None:
    settings.MODELS_STORE = tmp_path / "not" / "yet"

    assert store.free_bytes() > 0
