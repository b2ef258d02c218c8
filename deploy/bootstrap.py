"""Make ``.venv`` ready: used by the Makefile, by the PowerShell scripts and by CI.

Needs only Python's standard library.  Installs the locked packages with uv when it is there and
with plain pip otherwise, then the neighbour search's C++ package in a step that may fail: without
it the product says so and searches exactly.  What has been installed is noted in the environment
itself, so a second call returns at once.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEARCH_LOCK = ROOT / "requirements-search.lock"
LEAST_PYTHON = (3, 11)


def main() -> int:
    """Prepare the environment; return the exit code."""
    arguments = _arguments()
    if sys.version_info < LEAST_PYTHON:
        found = ".".join(str(part) for part in sys.version_info[:3])
        print(f"RoutingML needs Python 3.11 or newer; this is {found} ({sys.executable}).")
        print("Name a newer one, for example:  make demo PYTHON=python3.12")
        return 1
    lock = ROOT / ("requirements-dev.lock" if arguments.dev else "requirements.lock")
    folder = arguments.venv.resolve()
    stamp = folder / ("ready-dev" if arguments.dev else "ready")
    wanted = _fingerprint(lock)
    if stamp.exists() and stamp.read_text() == wanted:
        return 0
    python = _environment(folder)
    install = _installer(python)
    print(f"Installing {lock.name} into {folder.name} (once; a minute or two) ...", flush=True)
    subprocess.run([*install, "--require-hashes", "-r", str(lock)], check=True)
    _install_search(install)
    stamp.write_text(wanted)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv")
    return parser.parse_args()


def _fingerprint(lock: Path) -> str:
    """Return what a finished installation is recognised by."""
    content = lock.read_bytes() + SEARCH_LOCK.read_bytes() + sys.version.encode()
    return hashlib.sha256(content).hexdigest()


def _environment(folder: Path) -> Path:
    """Make the virtual environment when it is missing; return its Python."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=shutil.which("uv") is None, clear=folder.exists())
    return python


def _installer(python: Path) -> list[str]:
    """Return the command that installs into the environment."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", str(python)]
    has_pip = subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True)
    if has_pip.returncode:
        subprocess.run([str(python), "-m", "ensurepip", "--upgrade"], check=True)
    return [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]


def _install_search(install: list[str]) -> None:
    """Compile the neighbour search; a failure is told and is not the end."""
    print("Compiling the neighbour search (hnswlib) ...", flush=True)
    command = [*install, "--no-deps", "--require-hashes", "-r", str(SEARCH_LOCK)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        return
    lines = [line.strip() for line in done.stderr.splitlines()]
    causes = [line for line in lines if line.startswith("error:") and "subprocess" not in line]
    reason = causes[-1] if causes else f"exit code {done.returncode}"
    print(f"hnswlib could not be compiled ({reason[:160]}).")
    print("RoutingML works without it and searches exactly, which is slower on large plants.")
    print("With a C++ compiler installed, remove .venv and try again.")


if __name__ == "__main__":
    sys.exit(main())
