"""SQL Server: every migration and hot query compiles to T-SQL, without a server to try it on.

What T-SQL cannot say, or Django cannot say in T-SQL, fails here.  Running the statements needs a
server and has not been tried; ``docs/not-yet-tried.md`` keeps that in mind.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from routingml_site.tests.hot_queries import HOT_QUERIES

pytest.importorskip("pyodbc", reason="its ODBC library is missing", exc_type=ImportError)
DatabaseWrapper: Any = pytest.importorskip("mssql.base").DatabaseWrapper
OURS = {"accounts", "registry", "training", "prediction", "quality"}


class NothingThere:
    """A connection and its cursor: takes every statement and finds no rows."""

    def cursor(self) -> NothingThere:
        return self

    def execute(self, *_: Any) -> NothingThere:
        return self

    def fetchone(self) -> tuple[int]:
        return (0,)

    def fetchall(self) -> list[Any]:
        return []

    def __enter__(self) -> NothingThere:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


class SqlServer(DatabaseWrapper):  # type: ignore[misc]  # the backend has no types
    """Django's view of a SQL Server 2022 that nobody answers for."""

    sql_server_version = 2022
    to_azure_sql_db = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> NothingThere:
        return NothingThere()

    def init_connection_state(self) -> None:
        """Ask the server nothing."""


@pytest.fixture
def sql_server(django_db_blocker: Any) -> Iterator[SqlServer]:
    settings: dict[str, Any] = {
        "ENGINE": "mssql", "NAME": "routingml", "USER": "", "PASSWORD": "", "HOST": "", "PORT": "",
        "OPTIONS": {}, "TIME_ZONE": None, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False,
        "AUTOCOMMIT": True, "ATOMIC_REQUESTS": False, "TEST": {},
    }  # fmt: skip
    server = SqlServer(settings, alias="sql_server")
    connections["sql_server"] = server
    with django_db_blocker.unblock():
        yield server
    del connections["sql_server"]


def test_every_migration_compiles(sql_server: SqlServer) -> None:
    loader = MigrationLoader(None)
    state = loader.project_state([])
    written: dict[tuple[str, str], list[str]] = {}
    for key in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True):
        with sql_server.schema_editor(collect_sql=True, atomic=False) as editor:
            state = loader.graph.nodes[key].apply(state, editor, collect_sql=True)
        written[key] = editor.collected_sql
    ours = {key for key in written if key[0] in OURS}
    assert all(written[key] for key in ours)
    assert {app for app, _name in ours} >= {"accounts", "registry", "prediction"}
    assert any("nvarchar" in line for line in written["accounts", "0001_users"])


def test_every_table_keeps_its_check_constraints(sql_server: SqlServer) -> None:
    """A constraint that the backend does not support would be left out in silence."""
    dropped = []
    for model in (model for app in OURS for model in apps.get_app_config(app).get_models()):
        with sql_server.schema_editor(collect_sql=True, atomic=False) as editor:
            dropped += [
                f"{model.__name__}: {constraint.name}"
                for constraint in model._meta.constraints
                if not constraint.create_sql(model, editor)
            ]
    assert dropped == []


@pytest.mark.parametrize("meaning", HOT_QUERIES)
def test_every_hot_query_compiles(sql_server: SqlServer, meaning: str) -> None:
    query = HOT_QUERIES[meaning]().query
    statement, _parameters = query.get_compiler(connection=sql_server).as_sql()
    assert statement.startswith(("SELECT", "WITH"))
    assert "LIMIT" not in statement
