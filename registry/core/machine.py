"""What this process has used of the machine it runs on."""

from __future__ import annotations

import ctypes
import gc
import re
import sys
from pathlib import Path

import psutil

STATUS = Path("/proc/self/status")
COLLECT_AFTER = (50_000, 20, 20)
"""New objects after which the collector looks at the young ones, and how seldom at older ones."""
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


def peak_memory_mb() -> float:
    """Return the most memory this process has held at once, in MiB.

    On Linux ``ru_maxrss`` of a child process begins with what its parent held when it started the
    child, also after another program was executed, so the kernel's own mark comes first.
    """
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 2**20
    import resource  # not on Windows

    if sys.platform == "linux" and STATUS.exists():
        found = _PEAK.search(STATUS.read_text(encoding="ascii", errors="replace"))
        if found:
            return int(found.group(1)) / 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def release_memory() -> None:
    """Give memory that is free but still held back to the system.

    After tables of millions of rows have gone, Arrow's pool and the C library keep gigabytes of
    what they held; a training's next step would come on top of that.
    """
    arrow = sys.modules.get("pyarrow")  # who has not loaded it has nothing of its memory
    if arrow is not None:
        arrow.default_memory_pool().release_unused()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it, musl has not
        if trim is not None:
            trim(0)


def collect_seldom() -> None:
    """Look less often for objects that only hold each other.

    An answer is some hundred small objects, none of which does.  At the interpreter's own setting,
    made for programs with few objects, a fifth of a long list's time goes into looking at them.
    """
    gc.set_threshold(*COLLECT_AFTER)
