"""The shape of the house, held by the tests: who imports whom, how long a file may grow."""

from __future__ import annotations

import ast
import logging.config
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands
from django.db import models
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(settings.BASE_DIR)
RANKS = {
    "accounts": 0, "registry": 1, "training": 2, "prediction": 2, "quality": 3, "routingml_site": 4,
}  # fmt: skip
LONGEST_FILE = 350
LONGEST_FUNCTION = 60


def sources(*, tests: bool) -> Iterator[Path]:
    for app in RANKS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts and ("tests" in path.parts) == tests:
                yield path


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def where(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_the_import_contracts_hold(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(logging.config, "dictConfig", lambda _: None)  # would silence our loggers
    status = lint_imports(no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_the_cores_work_where_django_cannot_be_imported() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for app in ("registry", "training", "prediction", "quality")
        for path in sorted((ROOT / app / "core").glob("*.py"))
        if path.stem != "__init__"
    ]
    closed = "import sys; sys.modules.update({'django': None, 'rest_framework': None})\n"
    program = closed + "".join(f"import {module}\n" for module in modules)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_foreign_keys_point_down_like_imports() -> None:
    upwards = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for app in RANKS
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.ManyToManyField)
        and isinstance(field.related_model, type)
        and (target := field.related_model._meta.app_label) in RANKS
        and target != app
        and RANKS[target] >= RANKS[app]
    ]
    assert upwards == []


def test_no_file_outgrows_its_room() -> None:
    lengths = {
        where(path): len(path.read_text("utf-8").splitlines()) for path in sources(tests=False)
    }
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_outgrows_a_screen() -> None:
    long = {
        f"{where(path)}:{function.name}": length
        for path in sources(tests=False)
        for function in functions(path)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


def test_every_public_function_says_what_it_does() -> None:
    silent = [
        f"{where(path)}:{function.name}"
        for path in sources(tests=False)
        for function in functions(path)
        if not function.name.startswith("_")
        and not ast.get_docstring(function)
        and not is_nested(path, function)
    ]
    assert silent == []


def is_nested(path: Path, inner: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether a function stands inside another one, where its name says enough."""
    return any(
        outer is not inner and outer.lineno < inner.lineno <= (outer.end_lineno or 0)
        for outer in functions(path)
    )


def test_every_command_has_a_test() -> None:
    tested = "\n".join(path.read_text("utf-8") for path in sources(tests=True))
    ours = [name for name, app in get_commands().items() if app in RANKS]
    assert "serve" in ours
    untested = [
        name for name in ours if f'"{name}"' not in tested and f"commands.{name}" not in tested
    ]
    assert untested == []


def test_every_kind_of_job_leads_to_a_function_of_ours() -> None:
    assert all(path.split(".")[0] in RANKS for path in settings.JOB_HANDLERS.values())


def test_broad_excepts_are_few_and_explained() -> None:
    broad = [
        f"{where(path)}:{number}"
        for path in sources(tests=False)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if "except Exception" in line or "except BaseException" in line or "except:" in line
    ]
    assert len(broad) <= 3, broad
