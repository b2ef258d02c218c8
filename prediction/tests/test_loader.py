"""The model in memory is exchanged while it answers; a bad version never takes a good one away."""

from __future__ import annotations

import shutil
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError

from prediction.loader import LOOK_SECONDS, RETRY_SECONDS, LoadedModel, Loader, NoActiveVersion
from registry import selectors, store
from registry.core.artifacts import VersionIncompatible, VersionMissing, VersionTampered
from registry.selectors import ActiveVersion
from registry.services import versions
from registry.tests.factories import FIRST, SECOND, THIRD, make_version, spoil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from accounts.models import User
    from registry.core.state import State

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("models_store")]
PATIENCE = 120.0


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Database:
    """What threads see of the database: the test says when, and whether it answers at all."""

    def __init__(self) -> None:
        self.seen: ActiveVersion | None = None
        self.is_down = False
        self.looks = 0

    def refresh(self) -> None:
        self.seen = selectors.active_version()

    def __call__(self) -> ActiveVersion | None:
        self.looks += 1
        if self.is_down:
            raise OperationalError("database is locked")
        return self.seen


def name_inside(states: Mapping[str, State], name: str) -> str:
    """The tiniest model there is: the name that its version holds."""
    assert name == states["part"].meta["name"]
    return str(states["part"].meta["name"])


def content(loaded: LoadedModel) -> object:
    """What the tiniest model says."""
    return loaded.model


def go_live(name: str, database: Database) -> None:
    versions.activate(make_version(name), by="ana@plant.example")
    database.refresh()


def eventually(holds: Callable[[], bool]) -> bool:
    """Wait until something holds that another thread does; only a broken loader takes long."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.01)):
        if holds():
            return True
        pause.wait(0.01)
    return False


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def loader(clock: Clock, database: Database) -> Iterator[Loader]:
    loader = Loader(name_inside, look=database, clock=clock)
    yield loader
    loader.stop()


def test_the_active_version_is_loaded_when_it_is_first_asked_for(
    loader: Loader, database: Database
) -> None:
    go_live(FIRST, database)

    loaded = loader.active()
    assert (loaded.name, content(loaded)) == (FIRST, FIRST)
    assert loader.active() is loaded


def test_without_an_active_version_the_answer_says_what_to_do(loader: Loader) -> None:
    make_version(FIRST)

    with pytest.raises(NoActiveVersion, match="activate it in the administration"):
        loader.active()


def test_the_database_is_asked_no_more_often_than_agreed(
    loader: Loader, database: Database, clock: Clock
) -> None:
    go_live(FIRST, database)
    loader.active()
    before = database.looks
    for _ in range(160):
        clock.now += LOOK_SECONDS / 16
        loader.active()

    assert database.looks - before == 10


def test_the_old_version_answers_until_the_new_one_is_ready(
    database: Database, clock: Clock
) -> None:
    may_finish = threading.Event()

    def build(states: Mapping[str, State], name: str) -> str:
        assert name == FIRST or may_finish.wait(PATIENCE)
        return name_inside(states, name)

    loader = Loader(build, look=database, clock=clock)
    go_live(FIRST, database)
    loader.active()
    go_live(SECOND, database)
    clock.now += LOOK_SECONDS

    assert [loader.active().name for _ in range(20)] == [FIRST] * 20
    may_finish.set()
    assert eventually(lambda: loader.active().name == SECOND)
    assert content(loader.active()) == SECOND


def test_many_threads_never_miss_an_answer_while_versions_change(database: Database) -> None:
    loader = Loader(name_inside, look=database)
    go_live(FIRST, database)
    answers: list[tuple[str, Any]] = []
    failures: list[BaseException] = []
    done = threading.Event()

    def is_loaded(name: str) -> bool:
        return loader.status().loaded == name

    def ask() -> None:
        try:
            while not done.wait(0.001):
                loaded = loader.active()
                answers.append((loaded.name, loaded.model))
        except Exception as error:  # noqa: BLE001 -- whatever it is, a request would have failed
            failures.append(error)

    loader.watch()
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for name in (SECOND, THIRD):
        go_live(name, database)
        assert eventually(partial(is_loaded, name))
    done.set()
    for thread in threads:
        thread.join()
    loader.stop()

    assert not failures
    assert {name for name, _model in answers} == {FIRST, SECOND, THIRD}
    assert all(name == model for name, model in answers)


def test_of_many_first_callers_one_loads_and_all_get_the_same(database: Database) -> None:
    builds: list[str] = []
    gate = threading.Barrier(8)

    def build(states: Mapping[str, State], name: str) -> str:
        builds.append(name_inside(states, name))
        return builds[-1]

    loader = Loader(build, look=database)
    go_live(FIRST, database)
    loaded: list[Any] = []

    def ask() -> None:
        gate.wait()
        loaded.append(loader.active())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert builds == [FIRST]
    assert len(loaded) == 8
    assert all(one is loaded[0] for one in loaded)


def test_a_server_that_nobody_asks_still_loads_the_new_version(
    loader: Loader, database: Database
) -> None:
    go_live(FIRST, database)
    loader.watch()
    assert eventually(lambda: loader.status().loaded == FIRST)

    go_live(SECOND, database)
    assert eventually(lambda: loader.status().loaded == SECOND)


def test_what_requests_need_is_worked_out_while_the_old_version_still_answers(
    loader: Loader, database: Database
) -> None:
    seen: list[tuple[str, str]] = []
    go_live(FIRST, database)
    loader.watch(lambda loaded: seen.append((loaded.name, loader.status().loaded)))
    assert eventually(lambda: loader.status().loaded == FIRST)
    go_live(SECOND, database)
    assert eventually(lambda: loader.status().loaded == SECOND)
    assert seen == [(FIRST, ""), (SECOND, FIRST)]


def test_a_spoilt_version_leaves_the_old_one_answering_and_says_so(
    loader: Loader, database: Database, clock: Clock
) -> None:
    go_live(FIRST, database)
    loader.active()
    go_live(SECOND, database)
    spoil(SECOND)
    clock.now += LOOK_SECONDS
    loader.active()

    assert eventually(lambda: loader.status().error != "")
    assert loader.active().name == FIRST
    status = loader.status()
    assert (status.loaded, status.wanted) == (FIRST, SECOND)
    assert "checksum" in status.error


def test_a_restored_folder_is_loaded_after_a_while(
    loader: Loader, database: Database, clock: Clock
) -> None:
    go_live(FIRST, database)
    folder = store.version_path(FIRST)
    shutil.move(folder, folder.with_suffix(".lost"))
    with pytest.raises(VersionMissing):
        loader.active()
    shutil.move(folder.with_suffix(".lost"), folder)

    with pytest.raises(VersionMissing):
        loader.active()
    clock.now += RETRY_SECONDS
    assert loader.active().name == FIRST
    assert loader.status().error == ""


def test_a_process_that_has_nothing_yet_says_why_it_cannot_load(
    loader: Loader, database: Database
) -> None:
    go_live(FIRST, database)
    spoil(FIRST)

    with pytest.raises(VersionTampered):
        loader.active()


def test_another_genuine_version_in_its_place_is_not_loaded(
    loader: Loader, database: Database
) -> None:
    go_live(FIRST, database)
    assert database.seen
    database.seen = ActiveVersion(FIRST, "another digest", 0)

    with pytest.raises(VersionTampered, match="not the one that was registered"):
        loader.active()


def test_a_version_that_this_release_cannot_build_is_incompatible(database: Database) -> None:
    def build(states: Mapping[str, State], name: str) -> str:
        return str(states["a part of another release"])

    go_live(FIRST, database)
    with pytest.raises(VersionIncompatible, match="another release"):
        Loader(build, look=database).active()


def test_a_silent_database_changes_nothing(
    loader: Loader, database: Database, clock: Clock
) -> None:
    go_live(FIRST, database)
    loader.active()
    database.is_down = True
    clock.now += LOOK_SECONDS
    assert loader.active().name == FIRST

    database.is_down = False
    go_live(SECOND, database)
    clock.now += LOOK_SECONDS
    assert eventually(lambda: loader.active().name == SECOND)


def test_rolling_back_is_followed_too(loader: Loader, database: Database, clock: Clock) -> None:
    go_live(FIRST, database)
    go_live(SECOND, database)
    assert loader.active().name == SECOND
    versions.roll_back(by="ana@plant.example")
    database.refresh()
    clock.now += LOOK_SECONDS

    assert eventually(lambda: loader.active().name == FIRST)


def test_invalidating_loads_anew_and_gives_kept_answers_another_identity(
    loader: Loader, database: Database, clock: Clock, ana: User
) -> None:
    go_live(FIRST, database)
    before = loader.active()
    versions.invalidate_caches(by=ana)
    database.refresh()
    clock.now += LOOK_SECONDS

    assert eventually(lambda: loader.active() is not before)
    assert loader.active().name == before.name
    assert loader.active().identity != before.identity


def test_the_same_version_has_the_same_identity_in_every_process(database: Database) -> None:
    go_live(FIRST, database)

    identities = {Loader(name_inside, look=database).active().identity for _ in range(2)}
    assert len(identities) == 1
