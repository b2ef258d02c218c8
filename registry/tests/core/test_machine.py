"""How much memory a process has used is about that process alone."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from registry.core.machine import peak_memory_mb

ASK = "from registry.core.machine import peak_memory_mb; print(peak_memory_mb())"


def test_the_peak_stays_after_the_memory_is_given_back() -> None:
    before = peak_memory_mb()
    np.ones(int(before) * 2**20, dtype=np.uint8)
    assert peak_memory_mb() > 1.5 * before


def test_a_child_process_does_not_count_what_its_parent_held() -> None:
    held = np.ones(400 * 2**20, dtype=np.uint8)
    told = subprocess.run([sys.executable, "-c", ASK], capture_output=True, check=True, text=True)
    assert 1 < float(told.stdout) < 200 < peak_memory_mb()
    assert held.all()
