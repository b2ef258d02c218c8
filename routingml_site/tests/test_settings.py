"""Settings that stop the start when they are wrong, and need nothing when they are not given."""

from __future__ import annotations

import os
import re
import runpy
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from routingml_site import databases, env

LONG = "x" * env.SECRET_LENGTH


def surroundings(tmp_path: Path) -> dict[str, str]:
    """Return an environment that says nothing but where the data are."""
    data = str(tmp_path / "var")
    return {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "DATA_DIR": data}


def start(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of their own and print some."""
    program = (
        "from routingml_site import settings as s; "
        "print(s.DATA_DIR, s.ERP_URL, s.DEBUG, s.SECURE_SSL_REDIRECT, len(s.MODEL_SIGNING_KEY))"
    )
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env=surroundings(tmp_path) | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_fresh_machine_needs_no_setting_at_all(tmp_path: Path) -> None:
    done = start(tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"sqlite:///{tmp_path}/var/erp.sqlite3 False False" in done.stdout


def test_the_keys_of_development_are_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    start(tmp_path)
    key = tmp_path / "var" / "model_signing_key"
    first = key.read_text()
    start(tmp_path)
    assert key.read_text() == first
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"PROFILE": "prod"}, "PROFILE is 'prod': expected one of development, production"),
        ({"PROFILE": "production"}, "SECRET_KEY (or SECRET_KEY_FILE"),
        ({"PROFILE": "production", "SECRET_KEY": LONG}, "MODEL_SIGNING_KEY (or"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short"),
        ({"DEBUG": "maybe"}, "DEBUG is 'maybe': expected true or false"),
        ({"PREDICTION_CACHE_SIZE": "many"}, "PREDICTION_CACHE_SIZE is 'many'"),
        ({"PREDICTION_CACHE_SIZE": "-1"}, "expected at least 0"),
        ({"DATABASE_URL": "oracle://x"}, "DATABASE_URL starts with 'oracle'"),
        ({"SECRET_KEY_FILE": "/nowhere"}, "SECRET_KEY_FILE is '/nowhere': cannot be read"),
        ({"LOG_STYLE": "xml"}, "LOG_STYLE is 'xml'"),
        ({"TIME_ZONE": "Mars/Base"}, "TIME_ZONE is 'Mars/Base': expected one like Asia/Seoul"),
        ({"DATA_DIR": "/dev/null/x"}, "DATA_DIR is '/dev/null/x': cannot be made"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], complaint: str
) -> None:
    monkeypatch.setattr(os, "environ", surroundings(tmp_path) | variables)
    with pytest.raises(ImproperlyConfigured) as refused:
        runpy.run_path(str(Path(settings.BASE_DIR) / "routingml_site" / "settings.py"))
    assert complaint in str(refused.value)


def test_a_value_that_cannot_be_used_stops_the_start_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env=surroundings(tmp_path) | {"PROFILE": "prod"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    expected = "Wrong setting: PROFILE is 'prod': expected one of development, production\n"
    assert done.stderr == expected


def test_a_database_without_its_driver_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(databases, "find_spec", lambda _name: None)
    with pytest.raises(ImproperlyConfigured, match=r"install \"psycopg\[binary\]\""):
        databases.database("postgresql://u:p@h/d", Path())


def test_production_takes_its_secrets_from_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(LONG + "\n")
    done = start(
        tmp_path,
        PROFILE="production",
        SECRET_KEY_FILE=str(secret),
        MODEL_SIGNING_KEY_FILE=str(secret),
        ALLOWED_HOSTS="routingml.example",
    )
    assert done.stdout.endswith(f"False True {env.SECRET_LENGTH}\n"), done.stderr


def test_the_env_file_is_read_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRST", "from the environment")
    monkeypatch.delenv("SECOND", raising=False)
    file = tmp_path / ".env"
    file.write_text("# a comment\n\nFIRST=from the file\nSECOND='from the file'\n")
    env.load_file(file)
    monkeypatch.setenv("SECOND", os.environ["SECOND"])
    assert env.text("FIRST") == "from the environment"
    assert env.text("SECOND") == "from the file"


def test_a_broken_line_of_the_env_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("GOOD=1\nthis is no setting\n")
    with pytest.raises(ImproperlyConfigured, match="line 2"):
        env.load_file(file)


def test_a_relative_path_is_taken_from_the_project_not_from_where_one_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STORE", "elsewhere/models")
    monkeypatch.chdir(tmp_path)
    assert env.path("STORE", Path("/srv/app/store")) == Path("/srv/app/elsewhere/models")


def test_sqlite_is_set_up_so_that_writers_wait_instead_of_failing() -> None:
    options = databases.database("sqlite:///var/app.sqlite3", Path("/srv"))["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    assert "journal_mode=WAL" in options["init_command"]


@pytest.mark.django_db
def test_these_tests_keep_their_sqlite_as_the_product_does() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("these tests run on a server")
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    ("url", "engine", "name"),
    [
        ("sqlite:///var/app.sqlite3", "django.db.backends.sqlite3", "/srv/var/app.sqlite3"),
        ("sqlite:////data/app.sqlite3", "django.db.backends.sqlite3", "/data/app.sqlite3"),
        ("postgresql://u:p@h/plant", "django.db.backends.postgresql", "plant"),
        ("mssql://u:p@h:1433/plant", "mssql", "plant"),
    ],
)
def test_one_address_chooses_the_database(url: str, engine: str, name: str) -> None:
    found = databases.database(url, Path("/srv"))
    assert (found["ENGINE"], found["NAME"]) == (engine, name)


def test_sql_server_gets_a_driver_unless_one_is_named() -> None:
    plain = databases.database("mssql://h/plant", Path("/srv"))
    named = databases.database("mssql://h/plant?driver=FreeTDS", Path("/srv"))
    assert plain["OPTIONS"]["driver"] == databases.SQL_SERVER_DRIVER
    assert named["OPTIONS"]["driver"] == "FreeTDS"


def test_the_example_file_names_every_variable_and_no_other() -> None:
    folder = Path(settings.BASE_DIR)
    example = (folder / ".env.example").read_text()
    source = (folder / "routingml_site" / "settings.py").read_text()
    readers = r"env\.[a-z_]+\(\s*\"([A-Z_]+)\""
    asked = set(re.findall(readers, source))
    named = set(re.findall(r"^#? ?([A-Z_]+)=", example, flags=re.MULTILINE))
    assert asked == named
