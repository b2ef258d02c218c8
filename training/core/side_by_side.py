"""Runs fits side by side, and says how far each of them is while they run.

In threads of this process each fit tells its own share.  Where joblib was given a cluster, the fits
go there, and only their ends are heard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from threading import Event
from typing import TypeVar

from joblib import Parallel, delayed
from joblib.parallel import get_active_backend

from registry.core.progress import Cancelled, Report, tell_nobody

Result = TypeVar("Result")
Told = Callable[[Sequence[float]], None]

TICK_SECONDS = 1.0


def run(tasks: Sequence[Callable[[Report], Result]], n_jobs: int, told: Told) -> list[Result]:
    """Run tasks, some at once, and return their results in order.

    Args:
        tasks: each is given whom to tell its share.
        n_jobs: how many at once.
        told: given the share of every task, each second or so; may raise to stop.
    """
    backend, _ = get_active_backend(prefer="threads")
    shares = [0.0] * len(tasks)
    if getattr(backend, "supports_sharedmem", False):  # a cluster's backend says nothing
        return _in_threads(tasks, n_jobs, shares, told)
    return _far_away(tasks, n_jobs, shares, told)


def _in_threads(
    tasks: Sequence[Callable[[Report], Result]], n_jobs: int, shares: list[float], told: Told
) -> list[Result]:
    stopped = Event()

    def teller(number: int) -> Report:
        def tell(share: float) -> None:
            if stopped.is_set():
                raise Cancelled("Stopped with what ran beside it.")
            shares[number] = share

        return tell

    with ThreadPoolExecutor(n_jobs) as pool:
        found = [pool.submit(task, teller(number)) for number, task in enumerate(tasks)]
        try:
            open_ones = set(found)
            while open_ones:
                done, open_ones = wait(open_ones, TICK_SECONDS, FIRST_COMPLETED)
                for future in done:
                    future.result()
                    shares[found.index(future)] = 1.0
                told(shares)
        finally:
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
        return [future.result() for future in found]


def _far_away(
    tasks: Sequence[Callable[[Report], Result]], n_jobs: int, shares: list[float], told: Told
) -> list[Result]:
    parallel = Parallel(n_jobs, return_as="generator_unordered")
    found: dict[int, Result] = {}
    for number, result in parallel(delayed(_numbered)(n, task) for n, task in enumerate(tasks)):
        found[number] = result
        shares[number] = 1.0
        told(shares)
    return [found[number] for number in range(len(tasks))]


def _numbered(number: int, task: Callable[[Report], Result]) -> tuple[int, Result]:
    return number, task(tell_nobody)
