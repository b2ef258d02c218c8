"""Installing: locked, hashed, quick the second time, and plain about what is missing."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-search.lock")


@pytest.fixture
def bootstrap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script, about to be run for an environment in an empty folder."""
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "deploy" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(sys, "argv", ["bootstrap.py", "--venv", str(tmp_path / "venv")])
    return module


def done(returncode: int, stderr: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess([], returncode, "", stderr)


def test_an_old_python_is_told_what_to_do(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "LEAST_PYTHON", (9, 0))
    assert bootstrap.main() == 1
    assert "make demo PYTHON=" in capsys.readouterr().out


def test_what_is_installed_is_not_installed_again(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []

    def run(*command: Any, **_: Any) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        return done(0)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda _name: "/usr/bin/uv")
    assert bootstrap.main() == 0
    assert any("requirements.lock" in str(call) for call in calls)
    calls.clear()
    assert bootstrap.main() == 0
    assert calls == []


def test_a_changed_lock_is_installed(bootstrap: ModuleType, tmp_path: Path) -> None:
    lock = tmp_path / "some.lock"
    lock.write_text("a==1")
    before = bootstrap._fingerprint(lock)
    lock.write_text("a==2")
    assert bootstrap._fingerprint(lock) != before


def test_without_a_compiler_the_install_goes_on_and_says_what_follows(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "error: command 'g++' failed: No such file\nerror: subprocess-exited-with-error"
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done(1, said))
    bootstrap._install_search(["pip"])
    told = capsys.readouterr().out
    assert "command 'g++' failed" in told
    assert "searches exactly" in told


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_pinned_and_hashed_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    packages = re.findall(r"^[a-z0-9][\w.-]*(?:\[[\w,]+\])?==", text, flags=re.MULTILINE)
    starts = re.findall(r"^[a-z0-9]", text, flags=re.MULTILINE)
    assert len(packages) == len(starts) > 0
    assert text.count("--hash=sha256:") >= len(packages)
    assert "://" not in text


def test_every_dependency_is_in_its_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {
        "requirements.lock": project["dependencies"],
        "requirements-dev.lock": project["dependencies"] + project["optional-dependencies"]["dev"],
        "requirements-search.lock": project["optional-dependencies"]["search"],
    }
    for lock, dependencies in wanted.items():
        locked = set(re.findall(r"^([a-z0-9][\w.-]*)", (ROOT / lock).read_text(), re.MULTILINE))
        names = {re.split(r"[\[<>=!; ]", line, maxsplit=1)[0].lower() for line in dependencies}
        assert names <= locked, lock
