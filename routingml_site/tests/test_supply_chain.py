"""What the product consists of, and what is known against it."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "deploy" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_bill_of_materials_names_what_is_delivered_and_no_tools(tmp_path: Path) -> None:
    file = tmp_path / "bill.json"
    subprocess.run([sys.executable, "deploy/sbom.py", str(file)], cwd=ROOT, check=True)
    bill = json.loads(file.read_text(encoding="utf-8"))
    parts = {part["name"].lower(): part for part in bill["components"]}
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "routingml"
    assert parts["django"]["version"] == version("django")
    assert parts["django"]["licenses"]
    assert not {"pytest", "ruff", "schemathesis"} & set(parts)
    refs = {part["bom-ref"] for part in bill["components"]} | {"root-component"}
    assert {ref for link in bill["dependencies"] for ref in link.get("dependsOn", ())} <= refs


def test_a_bill_that_is_not_cyclonedx_is_refused() -> None:
    bill = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": "one"}
    assert "'one' is not of type 'integer'" in script("sbom").fault_of(json.dumps(bill), "1.6")


def looked_up(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(packages), "fixes": []})


CLEAN = {"name": "a", "version": "1", "vulns": []}
UNKNOWN = {"name": "b", "skip_reason": "not found"}
WEAK = {"name": "c", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}


@pytest.mark.parametrize(
    ("answer", "complaints", "code", "words"),
    [
        (looked_up(CLEAN), "", 0, "1 packages, none with a known weakness"),
        (looked_up(CLEAN, WEAK), "", 1, "c 1: CVE-1, mended in 2"),
        (looked_up(UNKNOWN, WEAK), "", 1, "c 1: CVE-1"),
        (looked_up(CLEAN, UNKNOWN), "", 1, "Not looked up: b"),
        (looked_up(UNKNOWN), "", 0, "NOT AUDITED"),
        ("", "requests.exceptions.ConnectionError: refused", 0, "NOT AUDITED"),
        ("", "invalid requirement", 1, "pip-audit failed"),
    ],
)
def test_nothing_counts_as_audited_that_was_not_looked_up(
    answer: str, complaints: str, code: int, words: str
) -> None:
    said = script("audit").verdict(answer, complaints)
    assert said[0] == code
    assert words in said[1]


def test_without_the_source_of_advisories_the_audit_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert script("audit").main() == 0
    assert "NOT AUDITED" in capsys.readouterr().out
