"""Look up known weaknesses of the locked packages, and say so when that is not possible.

pip-audit alone ends well when its source knows none of the packages, which is what a closed
network's package mirror looks like.  Here nothing counts as looked at that was not.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements-dev.lock", "requirements-search.lock")
"""The first has everything of ``requirements.lock`` too."""
OUT_OF_REACH = (
    "ConnectionError",
    "ProxyError",
    "ConnectTimeout",
    "ReadTimeout",
    "SSLError",
    "HTTPError",
)


def main() -> int:
    """Look them all up; return the exit code."""
    arguments = [f"--requirement={ROOT / name}" for name in LOCKS]
    options = ("--no-deps", "--disable-pip", "--format=json", "--progress-spinner=off")
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", *options, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    code, words = verdict(done.stdout, done.stderr)
    print(words)
    return code


def verdict(answer: str, complaints: str) -> tuple[int, str]:
    """Return the exit code and what to say about pip-audit's answer."""
    if not answer.strip():
        if any(word in complaints for word in OUT_OF_REACH):
            return 0, "NOT AUDITED: the source of advisories cannot be reached from here."
        return 1, f"pip-audit failed:\n{complaints}"
    packages = json.loads(answer)["dependencies"]
    skipped = [each["name"] for each in packages if "skip_reason" in each]
    weak = [
        f"{each['name']} {each['version']}: {found['id']}, mended in "
        f"{', '.join(found['fix_versions']) or 'no version yet'}"
        for each in packages
        for found in each.get("vulns", ())
    ]
    if weak:
        return 1, "\n".join(weak)
    if len(skipped) == len(packages):
        return 0, "NOT AUDITED: the source of advisories knows none of the packages from here."
    if skipped:
        return 1, f"Not looked up: {', '.join(skipped)}"
    return 0, f"{len(packages)} packages, none with a known weakness"


if __name__ == "__main__":
    sys.exit(main())
