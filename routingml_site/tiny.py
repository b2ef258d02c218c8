"""A tiny plant and a tiny model really trained on it, for every test that needs an answer.

Loaded by ``routingml_site.testing``.  The plant is made and the model trained once a test process,
in about two seconds; its networks are too small to be good, but these tests are not about that.
"""

from __future__ import annotations

import gc
import os
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from registry.core.manifest import Manifest
    from registry.core.mapping import ColumnMap
    from registry.core.model import RoutingModel
    from registry.core.tables import Tables
    from registry.models import ModelVersion
    from routingml_site.plant import Plant
    from training.core.specs import TrainingSpec

ITEMS, NEW_ITEMS, SEED = 300, 40, 3
VERSION = "2026.11.21_1"


@pytest.fixture(scope="session")
def tiny_plant() -> Plant:
    """The sample plant at 300 items, and 40 new ones without a routing."""
    from routingml_site.plant import make_plant

    return make_plant(ITEMS, NEW_ITEMS, SEED)


@pytest.fixture(scope="session")
def tiny_columns() -> ColumnMap:
    """The mapping profile of the sample plant."""
    import json

    from registry.core.mapping import ColumnMap
    from registry.services.mappings import DEFAULT, SHIPPED

    document = (SHIPPED / f"{DEFAULT}.json").read_text(encoding="utf-8")
    return ColumnMap.from_json(json.loads(document))


@pytest.fixture(scope="session")
def tiny_tables(tiny_plant: Plant, tiny_columns: ColumnMap) -> Tables:
    """The tiny plant's tables under canonical names."""
    from registry.core.relating import relate

    tables, _rejected = relate(
        tiny_columns,
        {
            "items": tiny_columns.apply("items", tiny_plant.item_info),
            "routings": tiny_columns.apply("routings", tiny_plant.routing),
            "results": tiny_columns.apply("results", tiny_plant.work_order_results),
        },
    )
    return tables


@pytest.fixture(scope="session")
def tiny_spec() -> TrainingSpec:
    """Settings under which a tiny plant trains in seconds."""
    from registry.core.boosting import BoostingSpec
    from registry.core.network import NetworkSpec
    from training.core.specs import TrainingSpec

    return TrainingSpec(
        folds=2,
        network=NetworkSpec(hidden=48, last=24, steps=200, max_epochs=20),
        times=BoostingSpec(max_iter=20, min_samples_leaf=5),
    )


@pytest.fixture(scope="session")
def tiny_model(
    tiny_tables: Tables, tiny_columns: ColumnMap, tiny_spec: TrainingSpec
) -> RoutingModel:
    """A model trained on the tiny plant; nobody may change it."""
    from registry.core.progress import Silent
    from training.core import dataset, trainer

    data = dataset.prepare(tiny_tables, dataset.attributes_of(tiny_columns))
    model = trainer.fit(data, tiny_spec, Silent(), profile=tiny_columns.to_json())
    gc.freeze()  # with the libraries that learn
    return model


@pytest.fixture(scope="session")
def tiny_metrics(tiny_spec: TrainingSpec) -> dict[str, Any]:
    """The figures of the tiny model: who stands in for it has to learn as it did."""
    return {"recall": {"at_50": 1.0}, "spec": tiny_spec.to_json()}


@pytest.fixture(scope="session")
def tiny_version(
    tiny_model: RoutingModel,
    tiny_metrics: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, Manifest]:
    """The tiny model written and signed once: a folder to copy, and its manifest."""
    from registry import store

    folder = tmp_path_factory.mktemp("tiny-version")
    about = {"name": VERSION, "schema_hash": tiny_model.schema_hash, "dataset_hash": "tiny"}
    return folder, store.write(folder, tiny_model.to_states(), about, tiny_metrics)


@pytest.fixture(scope="session")
def tiny_program(tiny_version: tuple[Path, Manifest], tiny_metrics: dict[str, Any]) -> str:
    """What a process of a site of its own runs to have the tiny version active, too."""
    from django.conf import settings

    return f"""
import shutil
from registry import store
from registry.core import artifacts
from registry.services import versions
with store.staging() as folder:
    shutil.copytree({str(tiny_version[0])!r}, folder, dirs_exist_ok=True)
    manifest = artifacts.verify(folder, {settings.MODEL_SIGNING_KEY!r})
    version = versions.register(
        name=manifest.name, folder=folder, manifest=manifest, metrics={tiny_metrics!r}, by="ana"
    )
versions.activate(version, by="ana")
"""


@pytest.fixture
def active_version(
    db: None,
    models_store: Path,
    tiny_version: tuple[Path, Manifest],
    tiny_metrics: dict[str, Any],
) -> Iterator[ModelVersion]:
    """The tiny model as a version that is registered and active."""
    from prediction import loader
    from registry import store
    from registry.services import versions

    written, manifest = tiny_version
    with store.staging() as folder:
        # Links: two hundred files a test, which nobody may write to, as nobody may to a version's.
        shutil.copytree(written, folder, dirs_exist_ok=True, copy_function=os.link)
        version = versions.register(
            name=VERSION, folder=folder, manifest=manifest, metrics=tiny_metrics, by="tests"
        )
    versions.activate(version, by="tests")
    version.refresh_from_db()
    loader.reset()
    yield version
    loader.reset()
