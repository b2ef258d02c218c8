"""Fixtures for every test: the cast, their browsers and programs, an empty house, closed doors.

Loaded by ``-p routingml_site.testing`` before Django reads its settings, so the environment is made
here: each test process has its own empty data folder and its own keys.  Models are imported inside
the fixtures, because Django is not configured yet when this module is.
"""

from __future__ import annotations

import gc
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from django.test import Client
    from rest_framework.test import APIClient

    from accounts.models import User

PASSWORD = "a long enough passphrase"  # noqa: S105 -- of the cast, in tests only
_HOME = Path(tempfile.mkdtemp(prefix="routingml-test-"))
os.environ.update(
    ENV_FILE=os.devnull,
    PROFILE="development",
    DATA_DIR=str(_HOME / "var"),
    MODELS_STORE=str(_HOME / "models_store"),
    SECRET_KEY="test-" * 10,
    MODEL_SIGNING_KEY="sign-" * 10,
    QUEUE_SYNCHRONOUS="true",
    LOG_LEVEL="WARNING",
    OMP_NUM_THREADS="1",  # small fits on several threads wait for each other more than they work
)
for _name in ("ERP_URL", "STATIC_ROOT", "LANGUAGE_CODE", "TIME_ZONE", "DEBUG", "BROKER_URL"):
    os.environ.pop(_name, None)
# Where Python is told to keep no compiled modules (often in containers), each of the suite's many
# processes would compile Django, pandas and all of ours again: a third of its work.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


hypothesis.settings.register_profile(
    "suite",
    deadline=None,  # an example may take its time on a busy machine
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=True,
    database=None,
)
hypothesis.settings.load_profile("suite")
pytest_plugins = ["routingml_site.tiny", "routingml_site.browsing"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that nobody waits for it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(_HOME, ignore_errors=True)


class NetworkClosed(RuntimeError):
    """A test tried to reach another machine."""


@pytest.fixture(autouse=True, scope="session")
def closed_network() -> Iterator[None]:
    """Let sockets reach this machine only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        is_local = self.family not in (socket.AF_INET, socket.AF_INET6)
        if not is_local and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise NetworkClosed(f"tests may not connect to {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(autouse=True, scope="session")
def database_in_a_file() -> None:
    """Keep an SQLite database in a file, as the product does.

    One in memory is shared by the threads of a running server without any patience: who reads a
    table that another thread writes to is refused at once.  Not by overriding a fixture of
    pytest-django's: that plugin is loaded after this one, so its own would win.
    """
    from django.conf import settings

    database = settings.DATABASES["default"]
    if "sqlite3" in database["ENGINE"]:
        database["TEST"]["NAME"] = str(_HOME / "test.sqlite3")


@pytest.fixture(autouse=True, scope="session")
def no_power_cut() -> Iterator[None]:
    """Take a file as kept once it is written: a version is two hundred waits for the disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", os.fstat)  # which also refuses what is no open file
        yield


@pytest.fixture(autouse=True, scope="session")
def what_stays() -> None:
    """Load every page, and let the collector skip what stays for the whole suite."""
    from django.conf import settings

    import_module(settings.ROOT_URLCONF)
    gc.freeze()


@pytest.fixture(autouse=True)
def fast_passwords(settings: Any) -> None:
    """Hash the cast's passwords with the cheapest hasher: most tests are not about hashing."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def files_when_asked_for(settings: Any) -> None:
    """Find static files when a page asks for them: each client would look at hundreds first."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Begin in English, whatever language a page of the test before was asked for."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture
def models_store(settings: Any, tmp_path: Path) -> Path:
    """Give the test an empty models_store of its own."""
    settings.MODELS_STORE = tmp_path / "models_store"
    settings.MODELS_STORE.mkdir()
    return tmp_path / "models_store"


@pytest.fixture
def data_dir(settings: Any, tmp_path: Path) -> Path:
    """Give the test an empty data folder, and with it an ERP file, of its own."""
    settings.DATA_DIR = tmp_path / "var"
    settings.DATA_DIR.mkdir()
    settings.ERP_URL = f"sqlite:///{(settings.DATA_DIR / 'erp.sqlite3').as_posix()}"
    return tmp_path / "var"


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh application's database, to copy: migrating each anew would take many seconds."""
    from django.conf import settings

    home = tmp_path_factory.mktemp("migrated")
    surroundings = os.environ | {"DATA_DIR": str(home)}
    surroundings.pop("DATABASE_URL", None)
    program = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "migrate", "-v0"]
    subprocess.run(program, env=surroundings, check=True)  # noqa: S603 -- our own command line
    return home / "app.sqlite3"


def _person(name: str, role: str) -> User:
    from accounts.models import User

    return User.objects.create_user(
        f"{name.lower()}@plant.example", PASSWORD, role=role, name=name, by="tests"
    )


@pytest.fixture
def ana(db: None) -> User:
    """Ana, the administrator."""
    return _person("Ana", "administrator")


@pytest.fixture
def ben(db: None) -> User:
    """Ben, the planner."""
    return _person("Ben", "planner")


@pytest.fixture
def eva(db: None) -> User:
    """Eva, the engineer."""
    return _person("Eva", "engineer")


@pytest.fixture
def otto(db: None) -> User:
    """Otto, the auditor."""
    return _person("Otto", "auditor")


@pytest.fixture
def cleo(db: None) -> User:
    """Cleo, whose signup is pending."""
    from accounts.models import User

    person = User(email="cleo@plant.example", name="Cleo")
    person.set_password(PASSWORD)
    person.save()
    return person


def _browser(person: User) -> Client:
    from django.test import Client

    client = Client()
    client.force_login(person)
    return client


def _program(person: User) -> APIClient:
    from rest_framework.test import APIClient

    client = APIClient()
    client.force_authenticate(person)
    return client


@pytest.fixture
def ana_browser(ana: User) -> Client:
    """Ana's browser, signed in."""
    return _browser(ana)


@pytest.fixture
def ben_browser(ben: User) -> Client:
    """Ben's browser, signed in."""
    return _browser(ben)


@pytest.fixture
def eva_browser(eva: User) -> Client:
    """Eva's browser, signed in."""
    return _browser(eva)


@pytest.fixture
def anonymous_api() -> APIClient:
    """A program that nobody has signed in."""
    from rest_framework.test import APIClient

    return APIClient()


@pytest.fixture
def ana_api(ana: User) -> APIClient:
    """A program of Ana's."""
    return _program(ana)


@pytest.fixture
def ben_api(ben: User) -> APIClient:
    """A program of Ben's."""
    return _program(ben)


@pytest.fixture
def eva_api(eva: User) -> APIClient:
    """A program of Eva's."""
    return _program(eva)


@pytest.fixture
def otto_api(otto: User) -> APIClient:
    """A program of Otto's."""
    return _program(otto)


@pytest.fixture
def password() -> str:
    """The cast's password."""
    return PASSWORD
