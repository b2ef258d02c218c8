"""Makes what registry tests are about: real version folders with their rows, as small as can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from registry import store
from registry.core.state import State
from registry.services import versions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry.models import ModelVersion

FIRST, SECOND, THIRD = "2026.11.20_1", "2026.11.21_1", "2026.11.21_2"


def metrics_of(
    exact_match: float | None = 0.87, *, recall: float | None = 0.999, **figures: float | None
) -> dict[str, Any]:
    """Figures as training writes them."""
    model = {
        "exact_match": exact_match,
        "hit_at_5": 0.96,
        "sequence_similarity": 0.98,
        "wape": 0.09,
        "interval_coverage": 0.80,
        **figures,
    }
    baselines = {
        "onehot_nearest": {"exact_match": 0.22, "sequence_similarity": 0.79, "wape": 0.35},
        "group_commonest": {"exact_match": 0.19, "sequence_similarity": 0.80},
        "boosting": {"wape": 0.15},
    }
    return {
        "backtest": {"model": model, "baselines": baselines, "items": 1000},
        "recall": {"at_50": recall},
    }


def make_version(
    name: str = FIRST,
    *,
    metrics: Mapping[str, Any] | None = None,
    states: Mapping[str, State] | None = None,
    **details: Any,
) -> ModelVersion:
    """Write, sign, publish and register a version that holds its own name."""
    metrics = metrics_of() if metrics is None else metrics
    content = states or {"part": State(meta={"name": name}, arrays={"numbers": np.arange(10)})}
    about = {"name": name, "schema_hash": "s1", "dataset_hash": "d1", **details}
    with store.staging() as folder:
        manifest = store.write(folder, content, about, metrics)
        return versions.register(
            name=name, folder=folder, manifest=manifest, metrics=metrics, by="ana@plant.example"
        )


def spoil(name: str) -> None:
    """Flip one bit of a version's array."""
    path = store.version_path(name) / "part" / "numbers.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
