"""The commands of the house: serve, worker, setup_schedules, compile_texts."""

from __future__ import annotations

import gettext
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import psutil
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.contrib.staticfiles.utils import get_files
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django_q.models import Schedule

from registry.schedules import Periodic
from routingml_site.management.commands import setup_schedules
from routingml_site.packages import folder_of

PATIENCE = 240.0  # for a machine that has much else to do; mostly it is seconds


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *arguments]


def wait_until(condition: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.1)
    return pytest.fail(f"waited {PATIENCE} s for {what}")


@pytest.fixture
def house(tmp_path: Path, migrated_database: Path) -> dict[str, str]:
    """The environment of a house of its own, its database migrated."""
    shutil.copy(migrated_database, tmp_path)
    surroundings = os.environ | {"DATA_DIR": str(tmp_path), "QUEUE_SYNCHRONOUS": "false"}
    surroundings.pop("DATABASE_URL", None)
    return surroundings


@pytest.fixture
def started(house: dict[str, str]) -> Iterator[Callable[..., psutil.Popen]]:
    """Start commands, and leave none of their processes behind."""
    running: list[psutil.Popen] = []

    def start(*arguments: str) -> psutil.Popen:
        running.append(psutil.Popen(manage(*arguments), env=house, stdout=subprocess.PIPE))
        return running[-1]

    yield start
    for process in running:
        if process.is_running():
            for child in [*process.children(recursive=True), process]:
                child.kill()
        process.communicate()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def queued_result(house: dict[str, str], number: int) -> str:
    """Ask the queue, in a process of its own, for the square root of a number."""
    program = (
        "from django_q.tasks import async_task, result;"
        f"print(result(async_task('math.sqrt', {number}), wait={int(PATIENCE * 1000)}))"
    )
    done = subprocess.run(
        manage("shell", "-v0", "-c", program), env=house, capture_output=True, text=True, check=True
    )
    return done.stdout.strip().splitlines()[-1]


def test_the_worker_does_what_is_queued_and_stops_with_all_its_processes(
    house: dict[str, str], started: Callable[..., psutil.Popen]
) -> None:
    worker = started("worker")
    assert queued_result(house, 49) == "7.0"
    family = worker.children(recursive=True)
    assert len(family) > 2
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0
    assert psutil.wait_procs(family, timeout=PATIENCE)[1] == []


def test_a_killed_worker_leaves_no_cluster_behind(started: Callable[..., psutil.Popen]) -> None:
    worker = started("worker")
    family = wait_until(
        lambda: [each for each in [worker.children(recursive=True)] if len(each) > 6], "clusters"
    )[0]
    worker.kill()
    assert psutil.wait_procs(family, timeout=PATIENCE)[1] == []


def test_serve_answers_on_the_port_it_was_given(started: Callable[..., psutil.Popen]) -> None:
    port = free_port()
    server = started("serve", "--port", str(port), "--threads", "1")
    address = f"http://127.0.0.1:{port}"
    assert address in server.stdout.readline().decode()

    def answer() -> bytes | None:
        try:
            with urllib.request.urlopen(f"{address}/api/health", timeout=PATIENCE) as response:  # noqa: S310 -- our own server
                return bytes(response.read())
        except OSError:
            return None

    assert b'"status":"ok"' in wait_until(answer, "an answer")
    with urllib.request.urlopen(f"{address}/static/css/tokens.css", timeout=PATIENCE) as response:  # noqa: S310 -- our own server
        assert b"--accent" in response.read()


def test_a_port_that_is_taken_is_told_in_a_line(house: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            manage("serve", "--port", port), env=house, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert f"CommandError: 127.0.0.1:{port} cannot be used: " in done.stderr


@pytest.mark.django_db
def test_setting_up_schedules_twice_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nightly = Periodic("nightly", "registry.tasks.prune", "0 2 * * *", ("30",), long=True)
    monkeypatch.setattr(setup_schedules, "declared", lambda: [nightly])
    call_command("setup_schedules")
    before = list(Schedule.objects.values())
    call_command("setup_schedules")
    assert list(Schedule.objects.values()) == before
    assert (before[0]["name"], before[0]["cron"], before[0]["cluster"]) == (
        "routingml.nightly", "0 2 * * *", "long",
    )  # fmt: skip
    assert "1 schedules set up, 0 removed" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_schedule_no_longer_declared_goes_and_one_made_by_hand_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Schedule.objects.create(name="routingml.old", func="math.sqrt")
    Schedule.objects.create(name="by hand", func="math.sqrt")
    monkeypatch.setattr(setup_schedules, "declared", lambda: [])
    call_command("setup_schedules")
    assert [row.name for row in Schedule.objects.all()] == ["by hand"]


def test_every_declared_schedule_names_a_function_of_ours() -> None:
    for periodic in setup_schedules.declared():
        assert periodic.function.split(".")[0] in setup_schedules.APPS
        assert len(periodic.cron.split()) == 5


def test_texts_are_compiled_without_the_gettext_programs(
    settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "ko" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    (folder / "django.po").write_text(header + 'msgid "Sign in"\nmsgstr "로그인"\n', "utf-8")
    settings.LOCALE_PATHS = [tmp_path]
    call_command("compile_texts")
    texts = gettext.translation("django", str(tmp_path), ["ko"])
    assert texts.gettext("Sign in") == "로그인"
    call_command("compile_texts")
    assert capsys.readouterr().out.count("compiled ko") == 1


def test_of_the_wheel_of_plotly_js_only_what_pages_ask_for_is_collected() -> None:
    package = FileSystemStorage(folder_of("plotly", "package_data"))
    unused = cast("StaticFilesConfig", apps.get_app_config("staticfiles")).ignore_patterns
    assert list(get_files(package, unused)) == ["plotly.min.js"]


@pytest.mark.parametrize(
    ("proxy", "location"), [("127.0.0.1", "/login/"), ("10.9.9.9", "https://")]
)
def test_only_the_trusted_proxy_is_believed_about_tls(
    started: Callable[..., psutil.Popen], house: dict[str, str], proxy: str, location: str
) -> None:
    house.update(BEHIND_TLS="true", TRUSTED_PROXY=proxy)
    port = free_port()
    server = started("serve", "--port", str(port))
    server.stdout.readline()

    def answer() -> str | None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", "/", headers={"X-Forwarded-Proto": "https"})
            return connection.getresponse().getheader("Location")
        except OSError:
            return None
        finally:
            connection.close()

    assert wait_until(answer, "an answer").startswith(location)
