"""Where the fits that run side by side run: on this machine, or on a Dask cluster."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from joblib import parallel_config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registry.core.progress import Progress

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10


@contextmanager
def computing(progress: Progress) -> Iterator[None]:
    """Send what joblib runs side by side to the cluster of ``DASK_SCHEDULER``, when one is set.

    A cluster that cannot be had makes a training slower and not impossible: then this machine
    does it, and the job's log says why.

    Args:
        progress: told why, when this machine does it all the same.
    """
    with ExitStack() as stack:
        if settings.DASK_SCHEDULER:
            try:
                _enter(stack)
            except (ImportError, OSError, ValueError) as error:  # no package, no answer, no address
                log.warning("training.cluster.unreachable", extra={"reason": str(error)})
                progress.report(0.0, "the cluster cannot be reached: fitting on this machine")
        yield


def _enter(stack: ExitStack) -> None:
    """Connect, and let joblib use what is there.

    Raises:
        OSError: nobody answers, or the cluster has no worker.
    """
    from distributed import Client  # an extra: most plants train on one machine

    client = stack.enter_context(Client(settings.DASK_SCHEDULER, timeout=CONNECT_SECONDS))
    cores = sum(client.nthreads().values())
    if not cores:
        raise OSError("the cluster has no worker")
    stack.enter_context(parallel_config(backend="dask"))
    log.info("training.cluster.entered", extra={"cores": cores})
