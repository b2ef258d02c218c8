"""Several hosts' worth of processes on one machine: two web servers and two workers as one site.

They share what hosts of one site share: a PostgreSQL, a Redis as the queue's broker, the folder of
versions and the secrets.  What a host keeps for itself (its data folder) each has of its own.
``deploy/cluster/run.py`` shows it; the tests kill parts of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from routingml_site import servers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MANAGE = Path(__file__).resolve().parents[1] / "manage.py"
STOP_SECONDS = 10.0


@dataclass
class Web:
    """A web host: its process and where it answers."""

    process: subprocess.Popen[bytes]
    address: str

    def ready(self) -> dict[str, Any]:
        """Return what it says about itself, empty while it does not answer."""
        try:
            with urllib.request.urlopen(f"{self.address}/api/health/ready", timeout=60) as answer:  # noqa: S310 -- our own server
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:  # 503: it answers that it is not ready
            with error:
                return dict(json.load(error))
        except OSError:
            return {}

    def version(self) -> str:
        """Return the version that answers there."""
        return str(self.ready().get("model", {}).get("loaded", ""))


@dataclass
class Site:
    """The hosts, and the environment they share."""

    home: Path
    database: servers.PostgreSQL
    broker: servers.Redis
    shared: Mapping[str, str]
    webs: list[Web] = field(default_factory=list)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def environment(self, host: str) -> dict[str, str]:
        """Return the environment of a host's processes."""
        data = self.home / host
        data.mkdir(parents=True, exist_ok=True)
        return os.environ | self.shared | {"DATA_DIR": str(data)}

    def manage(self, *command: str) -> str:
        """Run a management command as an administrator's host would; return what it prints."""
        done = subprocess.run(  # noqa: S603 -- our own command line
            [sys.executable, str(MANAGE), *command],
            env=self.environment("office"),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    def start_web(self) -> Web:
        """Start one more web host."""
        port = servers.free_port()
        process = self._start(f"web{len(self.webs) + 1}", "serve", "--port", str(port))
        self.webs.append(Web(process, f"http://127.0.0.1:{port}"))
        return self.webs[-1]

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start one more worker host."""
        worker = self._start(f"worker{len(self.workers) + 1}", "worker", "--grace", "5")
        self.workers.append(worker)
        return worker

    def logs(self, lines: int = 30) -> str:
        """Return the last lines that each host has written."""
        return "\n".join(
            f"--- {log.stem}\n" + "\n".join(log.read_text("utf-8").splitlines()[-lines:])
            for log in sorted(self.home.glob("*.log"))
        )

    def stop(self) -> None:
        """End every process, politely first."""
        processes = [*self.workers, *(web.process for web in self.webs)]
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                kill_host(process)

    def _start(self, host: str, *command: str) -> subprocess.Popen[bytes]:
        with (self.home / f"{host}.log").open("wb") as log:
            return subprocess.Popen(  # noqa: S603 -- our own command line
                [sys.executable, str(MANAGE), *command],
                env=self.environment(host),
                stdout=log,
                stderr=subprocess.STDOUT,
            )


def kill_host(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it has started with SIGKILL, as when a machine loses its power."""
    family = [psutil.Process(process.pid)] if process.poll() is None else []
    family += [child for each in family for child in each.children(recursive=True)]
    for each in family:
        with suppress(psutil.NoSuchProcess):
            each.suspend()  # so that nobody notices the end of another
    for each in family:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    process.wait()


@contextmanager
def site(home: Path, *, secrets: Mapping[str, str]) -> Iterator[Site]:
    """Run PostgreSQL and Redis, prepare the database, and lend a site that has no hosts yet.

    Args:
        home: where the hosts keep their data and the site its versions.
        secrets: ``SECRET_KEY`` and ``MODEL_SIGNING_KEY``.

    Raises:
        servers.ServerMissing: when one of the servers is not installed.
    """
    with ExitStack() as stack:
        database = stack.enter_context(servers.postgresql())
        broker = stack.enter_context(servers.redis())
        shared = {
            "DATABASE_URL": database.url,
            "BROKER_URL": broker.url,
            "MODELS_STORE": str(home / "models_store"),
            "ERP_URL": f"sqlite:///{(home / 'erp.sqlite3').as_posix()}",
            "QUEUE_SYNCHRONOUS": "false",
            "QUEUE_WORKERS": "1",
            "ENV_FILE": os.devnull,
            **secrets,
        }
        made = Site(home, database, broker, shared)
        stack.callback(made.stop)
        made.manage("migrate", "--verbosity", "0")
        yield made
