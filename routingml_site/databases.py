"""The application's database, from one address."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

SQLITE_OPTIONS = {
    # Four writers and two readers: without IMMEDIATE, hundreds of "database is locked" in seconds.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
}
SQL_SERVER_DRIVER = "ODBC Driver 18 for SQL Server"
ENGINES = {
    "sqlite": "django.db.backends.sqlite3",
    "postgresql": "django.db.backends.postgresql",
    "postgres": "django.db.backends.postgresql",
    "mssql": "mssql",  # only imported when it is asked for: it needs the ODBC library
}
DRIVER = ("psycopg", '"psycopg[binary]"')
PACKAGES = {"postgresql": DRIVER, "postgres": DRIVER, "mssql": ("mssql", "mssql-django pyodbc")}
"""The module that a database needs beside Django, and the packages it comes in."""


def database(url: str, base: Path) -> dict[str, Any]:
    """Return the ``DATABASES`` entry for an address; a relative SQLite file is under ``base``."""
    scheme = url.partition(":")[0]
    if scheme not in ENGINES:
        known = ", ".join(f"{name}://" for name in ENGINES)
        raise ImproperlyConfigured(f"DATABASE_URL starts with {scheme!r}: expected one of {known}")
    module, packages = PACKAGES.get(scheme, ("", ""))
    if module and find_spec(module) is None:
        raise ImproperlyConfigured(f"DATABASE_URL needs a driver: install {packages}")
    parsed = dict(dj_database_url.parse(url, engine=ENGINES[scheme]))
    options: dict[str, Any] = parsed.setdefault("OPTIONS", {})  # type: ignore[assignment]  # wider than the stubs say
    if scheme == "sqlite":
        parsed["NAME"] = str(base / str(parsed["NAME"]))
        parsed["OPTIONS"] = SQLITE_OPTIONS | options
    elif scheme == "mssql":
        options.setdefault("driver", SQL_SERVER_DRIVER)
    else:
        parsed["CONN_MAX_AGE"] = 60
        parsed["CONN_HEALTH_CHECKS"] = True
    return parsed
