"""Fits run on a Dask cluster where one is set, and on this machine where it cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from joblib import effective_n_jobs

from registry.core.progress import Silent
from routingml_site import servers
from training.core import dataset, time_candidates
from training.core.specs import BASELINE, BOOSTING, CandidateSpec
from training.core.time_candidates import Selected
from training.services.computing import computing
from training.tests.core.shops import ATTRIBUTES, QUICK, shop

WORKERS = 2


class Heard:
    """Keeps what was reported."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def report(self, share: float, step: str) -> None:
        self.steps.append(step)


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a scheduler with two workers."""
    try:
        with servers.dask(WORKERS) as address:
            client = pytest.importorskip("distributed").Client(address, timeout=240)
            client.wait_for_workers(WORKERS, timeout=240)
            client.close()
            yield address
    except servers.ServerMissing as missing:
        pytest.skip(str(missing))


def compare() -> Selected:
    wanted = CandidateSpec(names=(BASELINE, BOOSTING), folds=3, n_jobs=effective_n_jobs(-1))
    return time_candidates.compare(dataset.prepare(shop(90), ATTRIBUTES), QUICK, wanted, Silent())


def errors(selected: Selected) -> dict[str, Any]:
    return {name: each["trim_mae"] for name, each in selected.figures["results"].items()}


def test_a_comparison_on_a_cluster_finds_what_this_machine_finds(
    cluster: str, settings: Any
) -> None:
    from distributed import Client

    here = compare()
    settings.DASK_SCHEDULER = cluster
    with computing(Silent()):
        assert effective_n_jobs(-1) == WORKERS
        there = compare()
        with Client(cluster) as client:
            keys = client.run(lambda dask_worker: len(dask_worker.state.log))
    assert errors(there) == errors(here)
    assert all(keys.values())  # each worker has had something to do


def test_without_its_cluster_a_training_goes_on_here_and_says_so(settings: Any) -> None:
    heard = Heard()
    settings.DASK_SCHEDULER = f"tcp://127.0.0.1:{servers.free_port()}"
    with computing(heard):
        compare()
    assert heard.steps == ["the cluster cannot be reached: fitting on this machine"]
