"""What planners ask for: the items of their newest requests beside those asked for before.

Only the items' attributes are looked at, never who asked.  What is new is held against earlier
requests, because people describe an item with fewer columns than the ERP has; while there are too
few of those, the version's newest items stand in, and nothing is raised.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

import pandas as pd

from prediction.core.asking import again
from prediction.models import Channel, PredictionRequest
from prediction.services import newcomers
from prediction.services.predictions import columns_of
from quality.core import column_changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np

    from prediction.loader import LoadedModel
    from quality.core.column_changes import ColumnChange
    from registry.core.routing import Item

MOST_REQUESTS = 2000
MOST_ITEMS = 1000
FEWEST = 50
"""Different items under which requests are no basis to compare with."""


@dataclass(frozen=True)
class Asked:
    """How many different items planners asked for, and how their columns have changed.

    ``earlier`` counts the items of earlier requests they are compared with; 0 where the version's
    own items stand in.
    """

    items: int
    earlier: int
    columns: tuple[ColumnChange, ...] = ()

    @property
    def judged(self) -> tuple[ColumnChange, ...]:
        """What may raise an alert."""
        return self.columns if self.earlier else ()


def asked(
    loaded: LoadedModel, usual: Mapping[str, list[str]], day: np.datetime64, window_days: int
) -> Asked:
    """Compare the items asked for within a window with those asked for before.

    Args:
        loaded: the version, which knows the items that were named by code.
        usual: the columns of the version's newest items.
        day: now.
        window_days: how long ago "now" begins.

    Raises:
        RoutingMLError: when the ERP cannot be read.
    """
    since = pd.Timestamp(day).tz_localize(UTC) - pd.Timedelta(days=window_days)
    live = PredictionRequest.objects.filter(leave_out=False).exclude(channel=Channel.QUALITY)
    newest = live.newest_first().values_list("items", flat=True)
    now = _items(loaded, newest.filter(asked_at__gte=since)[:MOST_REQUESTS])
    if len(now) < column_changes.FEWEST_ITEMS:
        return Asked(len(now), 0)
    earlier = _items(loaded, newest.filter(asked_at__lt=since)[:MOST_REQUESTS])
    texts = _texts(loaded, now)
    before = _texts(loaded, earlier) if len(earlier) >= FEWEST else usual
    return Asked(
        len(now),
        len(earlier) if len(earlier) >= FEWEST else 0,
        column_changes.changes(loaded.model, texts, before),
    )


def _items(loaded: LoadedModel, requests: Iterable[list[dict[str, object]]]) -> list[Item]:
    """Return the different items of some requests, newest first."""
    different: dict[str, dict[str, object]] = {}
    for stored in requests:
        for one in stored:
            different.setdefault(f"{one['ITEM_CD']} {one['attributes']}", one)
        if len(different) >= MOST_ITEMS:
            break
    kept = list(different.values())[:MOST_ITEMS]
    found = newcomers.look_up([again(one, loaded.model.item) for one in kept], columns_of(loaded))
    return [one.item for one in found if one.item is not None]


def _texts(loaded: LoadedModel, items: list[Item]) -> dict[str, list[str]]:
    return column_changes.texts_of(loaded.model.base.encoder.raw(items), loaded.model)
