"""Run the queue's workers."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections

from registry.services import jobs

log = logging.getLogger(__name__)
POLL_SECONDS = 0.2
REAP_SECONDS = 5.0
ON_POSIX = os.name == "posix"


class Command(BaseCommand):
    """Keeps one process for each cluster of ``Q_CLUSTER``, and stops them together.

    Each cluster runs in a session of its own and stops when its standard input closes: a signal
    sent to the whole group, as by Ctrl-C, makes django-q's main process wait for ever, and a
    worker that is killed would otherwise leave its clusters behind.
    """

    help = "Run the queue: one cluster for short tasks, one for long jobs."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the patience at the end, and (for the processes it starts) a cluster's name."""
        parser.add_argument(
            "--grace", type=float, default=30.0, help="seconds left to running jobs"
        )
        parser.add_argument("--cluster", default="", help="run this one cluster until stdin closes")

    def handle(self, *args: Any, grace: float, cluster: str, **options: Any) -> None:
        """Run until stopped."""
        if cluster:
            run_cluster()
        else:
            self._supervise(grace)

    def _supervise(self, grace: float) -> None:
        """Start every cluster, wait for the end of one or a signal, stop all."""
        stop = threading.Event()
        next_look = time.monotonic() + REAP_SECONDS
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        names = [settings.Q_CLUSTER["name"], *settings.Q_CLUSTER["ALT_CLUSTERS"]]
        processes = [start_cluster(name) for name in names]
        self.stdout.write(f"worker: clusters {', '.join(names)} (Ctrl-C stops them)")
        try:
            while not stop.wait(POLL_SECONDS) and all(each.poll() is None for each in processes):
                if time.monotonic() >= next_look:
                    next_look = time.monotonic() + REAP_SECONDS
                    reap_jobs()
        finally:
            stop_clusters(processes, grace)
        if not stop.is_set():
            raise CommandError("A cluster ended by itself; the lines above say why.")


def reap_jobs() -> None:
    """Look for jobs whose worker has gone; a database that is away now is asked again later."""
    try:
        jobs.reap()
    except DatabaseError as error:
        log.warning("worker.reap.failed", extra={"reason": str(error)})
    finally:
        close_old_connections()


def start_cluster(name: str) -> subprocess.Popen[bytes]:
    """Start this command again for one cluster, out of reach of the terminal's signals.

    This process had the checks; they would load every page of the site once more for each.
    """
    return subprocess.Popen(  # noqa: S603 -- our own command line
        [sys.executable, sys.argv[0], "worker", "--skip-checks", "--cluster", name],
        stdin=subprocess.PIPE,
        env=os.environ | {"Q_CLUSTER_NAME": name},
        start_new_session=ON_POSIX,
        creationflags=0 if ON_POSIX else getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def stop_clusters(processes: list[subprocess.Popen[bytes]], grace: float) -> None:
    """Close every cluster's standard input; what still runs after ``grace`` seconds is killed."""
    for process in processes:
        if process.stdin:
            process.stdin.close()
    deadline = time.monotonic() + grace
    for process in processes:
        try:
            process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            if ON_POSIX:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
            process.wait()


def run_cluster() -> None:
    """Run the cluster that ``Q_CLUSTER_NAME`` chose until standard input closes or it ends."""
    from django_q.cluster import Cluster

    closed = threading.Event()
    threading.Thread(target=_wait_for_end_of_input, args=(closed,), daemon=True).start()
    cluster = Cluster()
    cluster.start()
    while cluster.sentinel.is_alive() and not closed.wait(POLL_SECONDS):
        pass
    cluster.stop()


def _wait_for_end_of_input(closed: threading.Event) -> None:
    """Tell when whoever started this process has gone."""
    while os.read(0, 1024):
        pass
    closed.set()
