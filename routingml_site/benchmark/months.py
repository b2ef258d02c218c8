"""The sample plant as its ERP showed it at the end of each month, with one thing changed or none.

Items appear when their first routing was entered, work results when they were reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from routingml_site.plant import Plant

MATERIAL = "TITANIUM GR5"


@dataclass(frozen=True)
class Change:
    """What happens to the plant from a day on; ``alert`` is how the product names it.

    Attributes:
        since: the day.
        slower: the resource whose work takes ``factor`` times as long.
        column: the column of new items that is filled otherwise.
        value: what it holds then; None is nothing at all.
        share: of the new items that this happens to.
    """

    since: datetime
    slower: str = ""
    factor: float = 1.3
    column: str = ""
    value: str | None = None
    share: float = 1.0

    @property
    def alert(self) -> tuple[str, str]:
        """Rule and subject of the alert that says so."""
        if self.slower:
            return "plant_shift", self.slower
        if self.value is None:
            return "missing", self.column
        return "new_value", f"{self.column}={self.value}"


class PlantInTime:
    """The tables of a plant up to a day."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        entered = pd.to_datetime(plant.routing["INSRT_DT"], errors="coerce")
        self._entered = entered
        self._born = entered.groupby(plant.routing["ITEM_CD"]).min()
        self._reported = pd.to_datetime(plant.work_order_results["REPORT_DT"], errors="coerce")

    def until(self, day: datetime, *changes: Change) -> Mapping[str, pd.DataFrame]:
        """Return the views of the ERP as they were on a day, with what had changed by then."""
        items = self.plant.item_info
        born = items["ITEM_CD"].map(self._born)
        tables = {
            "BI_ITEM_INFO_VIEW": items[(born < day) | born.isna()].copy(),
            "BI_ROUTING_VIEW": self.plant.routing[self._entered < day],
            "BI_WORK_ORDER_RESULTS": self.plant.work_order_results[self._reported < day].copy(),
        }
        for change in changes:
            if change.slower:
                results = tables["BI_WORK_ORDER_RESULTS"]
                late = self._reported.reindex(results.index) >= change.since
                rows = late & (results["RES_CD"] == change.slower)
                results.loc[rows, "MACH_WORKED_HOURS"] *= change.factor
            if change.column:
                fresh = tables["BI_ITEM_INFO_VIEW"]
                new = fresh[born.reindex(fresh.index) >= change.since]
                chosen = new.sample(frac=change.share, random_state=1).index
                fresh.loc[chosen, change.column] = change.value
        return tables

    def busiest(self, since: datetime, until: datetime) -> str:
        """Return the resource with the most reports in a stretch of time."""
        rows = (self._reported >= since) & (self._reported < until)
        return str(self.plant.work_order_results["RES_CD"][rows].value_counts().index[0])


def months(start: datetime, count: int) -> Iterator[datetime]:
    """Yield the first days of the months after one."""
    for number in range(1, count + 1):
        yield (pd.Timestamp(start) + pd.DateOffset(months=number)).to_pydatetime()
