"""What a training is told: one plain, frozen object that turns into JSON and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from registry.core.blocks import FeatureLimits
from registry.core.boosting import BoostingSpec
from registry.core.errors import BadInput
from registry.core.graphs import IndexSpec
from registry.core.network import NetworkSpec

BASELINE, MLP, STACKING, BOOSTING = "baseline", "mlp", "stacking", "boosting"
CANDIDATES = (BASELINE, MLP, STACKING, BOOSTING)
"""Ways to learn times."""
NO_SEARCH, RANDOM, GRID = "none", "random", "grid"


@dataclass(frozen=True, slots=True)
class TrainingSpec:
    """Settings of one training.

    Attributes:
        seed: of everything random; equal data, seed and settings give equal bits.
        held_out_share: the newest share of items that calibrate the rest.
        held_out_limit: most items held out.
        folds_below: routed items under which every item is held out once, in ``folds`` turns.
        backtest_share: the newest share of items that the backtest predicts.
        time_model: how times are learned, one of ``CANDIDATES`` that a version can hold.
        time_settings: of that way where a search has found better than the usual ones.
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
    time_model: str = BOOSTING
    time_settings: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return what ``from_json`` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TrainingSpec:
        """Rebuild a specification; what another release wrote is taken as far as it is known."""
        parts = {
            "features": FeatureLimits(**_known(FeatureLimits, data.get("features", {}))),
            "network": NetworkSpec(**_known(NetworkSpec, data.get("network", {}))),
            "times": BoostingSpec(**_known(BoostingSpec, data.get("times", {}))),
            "index": IndexSpec(**_known(IndexSpec, data.get("index", {}))),
        }
        return cls(**_known(cls, data) | parts)


def _known(of: type, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that a specification of this release has."""
    return {one.name: data[one.name] for one in fields(of) if one.name in data}


@dataclass(frozen=True, slots=True)
class CandidateSpec:
    """What is compared, and how much that may cost.

    Attributes:
        names: of ``CANDIDATES``; boosting, the present way, always takes part.
        folds: turns; every item is held out in one of them.
        max_items: most items that take part.
        max_rows: most operations learned from in a fold.
        n_jobs: fits at once; more than there are cores only costs memory.
        least_gain: share by which a challenger's typical error must be lower.
        search: ``none``, ``random`` or ``grid`` over ``time_learners.GRIDS``.
        tries: most settings tried in all.
        seconds: after which no further settings are tried.
    """

    names: tuple[str, ...] = CANDIDATES
    folds: int = 5
    max_items: int = 5_000
    max_rows: int = 30_000
    n_jobs: int = 2
    least_gain: float = 0.05
    search: str = NO_SEARCH
    tries: int = 20
    seconds: float = 600.0

    def all_names(self) -> tuple[str, ...]:
        """Return the names, boosting first, each once."""
        return tuple(dict.fromkeys((BOOSTING, *self.names)))


def check_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return names of candidates.

    Raises:
        BadInput: when one is unknown.
    """
    for name in names:
        if name not in CANDIDATES:
            known = ", ".join(CANDIDATES)
            raise BadInput(f"There is no candidate {name!r}. Choose from: {known}.")
    return tuple(dict.fromkeys(names))
