"""What the site does while something that it needs is away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prediction import loader

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from registry.core.model import RoutingModel
    from registry.models import ModelVersion


def test_answers_go_on_while_the_shared_folder_is_away_and_the_monitor_is_told(
    active_version: ModelVersion, models_store: Path, tiny_model: RoutingModel, client: Client
) -> None:
    code = tiny_model.item_codes[0]
    item = tiny_model.item(code)
    assert item is not None
    assert loader.active().name == active_version.name
    away = models_store.rename(models_store.with_name("unplugged"))

    assert loader.active().model.predict([item]) == tiny_model.predict([item])
    told = client.get("/api/health/ready")
    assert told.status_code == 503
    assert active_version.name in told.json()["checks"]["model"]
    assert told.json()["model"]["loaded"] == active_version.name

    away.rename(models_store)
    assert client.get("/api/health/ready").status_code == 200
