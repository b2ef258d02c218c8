"""What a training is told: one plain, frozen object that turns into JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from registry.core.blocks import FeatureLimits
from registry.core.boosting import BoostingSpec
from registry.core.index import IndexSpec
from registry.core.network import NetworkSpec


@dataclass(frozen=True, slots=True)
class TrainingSpec:
    """Settings of one training.

    Attributes:
        seed: of everything random; equal data, seed and settings give equal bits.
        held_out_share: the newest share of items that calibrate the rest.
        held_out_limit: most items held out.
        folds_below: routed items under which every item is held out once, in ``folds`` turns.
        backtest_share: the newest share of items that the backtest predicts.
    """

    seed: int = 42
    features: FeatureLimits = field(default_factory=FeatureLimits)
    network: NetworkSpec = field(default_factory=NetworkSpec)
    times: BoostingSpec = field(default_factory=BoostingSpec)
    index: IndexSpec = field(default_factory=IndexSpec)
    held_out_share: float = 0.15
    held_out_limit: int = 6000
    folds: int = 5
    folds_below: int = 800
    backtest_share: float = 0.20

    def to_json(self) -> dict[str, Any]:
        """Return what ``from_json`` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TrainingSpec:
        """Rebuild a specification."""
        plain = dict(data)
        return cls(
            features=FeatureLimits(**plain.pop("features")),
            network=NetworkSpec(**plain.pop("network")),
            times=BoostingSpec(**plain.pop("times")),
            index=IndexSpec(**plain.pop("index")),
            **plain,
        )
