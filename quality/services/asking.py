"""Predicts the sampled items as if they were new, in batches, with patience."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import DatabaseError

from prediction.models import Channel
from prediction.services import predictions
from registry.core.errors import RoutingMLError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prediction.loader import LoadedModel
    from registry.core.progress import Progress
    from registry.core.routing import Item, Prediction

log = logging.getLogger(__name__)

BATCH = 50
PAUSES = (2.0, 4.0)
"""Seconds before the second and the third try of a batch."""
CANDIDATES = 5


@dataclass
class Asked:
    """The answers by item code, and why the others have none."""

    answers: dict[str, Prediction] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def ask(loaded: LoadedModel, items: Sequence[Item], progress: Progress) -> Asked:
    """Predict every item without its own routing; what fails is listed, the rest goes on.

    Raises:
        Cancelled: when ``progress`` asks to stop.
    """
    asked = Asked()
    for start in range(0, len(items), BATCH):
        progress.report(start / len(items), f"predicting {start:,} of {len(items):,} items")
        _batch(loaded, items[start : start + BATCH], asked)
    progress.report(1.0, "predicted")
    return asked


def _batch(loaded: LoadedModel, items: Sequence[Item], asked: Asked) -> None:
    for pause in (*PAUSES, None):
        try:
            answer = predictions.predict(
                items=items,
                top_k=CANDIDATES,
                leave_out=True,
                explain=False,
                channel=Channel.QUALITY,
                by="quality",
                record=False,
                loaded=loaded,
            )
        except (RoutingMLError, DatabaseError, OSError) as error:
            if pause is None:
                log.warning("quality.batch.failed", extra={"items": len(items)})
                asked.problems |= {item.code: str(error) for item in items}
                return
            time.sleep(pause)
        else:
            asked.answers |= {one.item: one for one in answer.predictions}
            asked.problems |= {one.item: one.message for one in answer.errors}
            return
