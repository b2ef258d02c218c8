"""How many threads the numeric libraries may start; imported before any of them is.

Answers and training steps are products too small to share: on a busy machine a second BLAS thread
that spins while it waits made a training step five times slower.  Boosting does gain from threads,
and sleeps while it waits.  What the environment says already stands.
"""

from __future__ import annotations

import os


def limit() -> None:
    """Set the defaults for this process and those it starts."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("MKL_NUM_THREADS", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
