"""What a process loads: a library is a second of a start and tens of megabytes until its end."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

if TYPE_CHECKING:
    from registry.core.manifest import Manifest
    from routingml_site.plant import Plant

TABLES = {"pandas", "pyarrow", "openpyxl"}
LEARNING = {"sklearn", "lightgbm", "joblib", "scipy.stats"}
TERMINAL = {"rich"}
PROGRAM = """
import json, os, shutil, sys
from routingml_site import wsgi
from django.core.management import call_command
from prediction import loader
from prediction.models import Channel
from prediction.services import predictions
from registry import store
from registry.core import artifacts
from registry.core.routing import Item
from registry.services import versions
from django.conf import settings

written, code, *libraries = sys.argv[1:]
loaded = lambda: [name for name in libraries if name in sys.modules]
call_command("check")
told = {"checked": loaded()}
with store.staging() as folder:
    shutil.copytree(written, folder, dirs_exist_ok=True)
    manifest = artifacts.verify(folder, settings.MODEL_SIGNING_KEY)
    version = versions.register(
        name=manifest.name, folder=folder, manifest=manifest, by="tests",
        metrics={"recall": {"at_50": 1.0}},
    )
versions.activate(version, by="tests")
active = loader.active()
wsgi.prepare(active)
known = active.model.base.raw.item(0)
described = Item("NEW-1", known.attributes)
answer = predictions.predict(codes=[code], items=[described], channel=Channel.API)
told["answered"] = loaded()
told["routings"] = sum(bool(one.candidates) for one in answer.predictions)
print(json.dumps(told))
sys.stdout.flush()
os._exit(0)  # the thread that watches for versions has nothing to finish
"""


@pytest.fixture(scope="module")
def web(
    tiny_plant: Plant,
    tiny_version: tuple[Path, Manifest],
    migrated_database: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """What a web process had loaded after its checks, and after it had answered."""
    home = tmp_path_factory.mktemp("web")
    shutil.copy(migrated_database, home)
    surroundings = {"DATA_DIR": str(home), "MODELS_STORE": str(home / "models")}
    words = [str(tiny_version[0]), str(tiny_plant.item_info["ITEM_CD"].iloc[0])]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words, *sorted(TABLES | LEARNING | TERMINAL)],
        cwd=settings.BASE_DIR,
        env={k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_a_command_that_has_checked_the_settings_has_loaded_no_tables_and_nothing_that_learns(
    web: dict[str, Any],
) -> None:
    assert web["checked"] == []


def test_known_and_described_items_are_answered_without_tables_and_without_what_learns(
    web: dict[str, Any],
) -> None:
    assert web["routings"] == 2
    assert web["answered"] == []
