"""The runtime parameters of predictions as they are in force, looked up at most once a second."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from registry import selectors
from registry.params import ABSTAIN_NEVER

if TYPE_CHECKING:
    from registry.core.routing import Prediction

LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Runtime:
    """What an administrator may change without a restart."""

    cache_size: int
    cache_seconds: int
    top_k: int
    abstains: bool

    def marked(self, prediction: Prediction) -> Prediction:
        """Return an answer with the mark "needs a planner" only where marks are wanted."""
        if self.abstains or not prediction.abstained or not prediction.candidates:
            return prediction
        return replace(prediction, abstained=False, doubt=None)


_seen: tuple[float, Runtime] | None = None


def current() -> Runtime:
    """Return the parameters in force; a change is seen within a second."""
    global _seen
    seen, now = _seen, time.monotonic()
    if seen is None or now - seen[0] >= LOOK_SECONDS:
        _seen = seen = (now, _look())
    return seen[1]


def forget() -> None:
    """Look again at the next call."""
    global _seen
    _seen = None


def _look() -> Runtime:
    values = selectors.runtime_config()
    return Runtime(
        cache_size=int(values["prediction_cache_size"]),
        cache_seconds=int(values["prediction_cache_seconds"]),
        top_k=int(values["top_k"]),
        abstains=values["abstention"] != ABSTAIN_NEVER,
    )
