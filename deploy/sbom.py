"""Write the bill of materials: what an installation of RoutingML consists of, as CycloneDX JSON.

Reads the environment that runs it, where versions and licences are known, and keeps what the lock
files of the product name: what tests and checks need is not delivered.  What is written has been
held against CycloneDX's own schema.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-search.lock")


def main() -> int:
    """Write the file that is named on the command line; return the exit code."""
    target = Path(sys.argv[1])
    module = (sys.executable, "-m", "cyclonedx_py", "environment", "--of", "JSON", "--no-validate")
    project = ("--pyproject", str(ROOT / "pyproject.toml"))
    made = subprocess.run([*module, *project, sys.executable], check=True, capture_output=True)
    bill = delivered(json.loads(made.stdout), locked())
    text = json.dumps(bill, indent=2, ensure_ascii=False) + "\n"
    if fault := fault_of(text, bill["specVersion"]):
        print(f"The bill is not valid CycloneDX: {fault}", file=sys.stderr)
        return 1
    target.write_text(text, encoding="utf-8")
    print(f"{target}: {len(bill['components'])} components")
    return 0


def locked() -> set[str]:
    """Return the names of the packages that the product installs."""
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in LOCKS)
    return {normal(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


def delivered(bill: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """Return the bill without what is not delivered."""
    kept = [part for part in bill["components"] if normal(part["name"]) in names]
    refs = {part["bom-ref"] for part in kept} | {bill["metadata"]["component"]["bom-ref"]}
    links = [
        {**link, "dependsOn": [ref for ref in link.get("dependsOn", ()) if ref in refs]}
        for link in bill["dependencies"]
        if link["ref"] in refs
    ]
    return {**bill, "components": kept, "dependencies": links}


def fault_of(text: str, version: str) -> str:
    """Return where a bill departs from the schema of its version, empty when it does not."""
    fault = JsonStrictValidator(SchemaVersion.from_version(version)).validate_str(text)
    return str(fault) if fault else ""


def normal(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
