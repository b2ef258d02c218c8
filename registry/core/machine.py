"""What this process has used of the machine it runs on."""

from __future__ import annotations

import sys

import psutil


def peak_memory_mb() -> float:
    """Return the most memory this process has held at once, in MiB."""
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 2**20
    import resource  # not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
