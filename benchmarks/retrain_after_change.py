"""Is a retraining after the plant changed better on later items?

    .venv/bin/python benchmarks/retrain_after_change.py [--items 6000] [--control] [--json FILE]

From a day on, a share of the sample plant's new items are of a material that nobody had seen, which
takes longer to machine, and one operation takes longer than it used to.  One model knows the ERP as
it was on that day; one is trained some time later.  Both are asked about the items that came after
that, which neither has seen, and are held against each other by the rule by which a version wins.
The control does the same where nothing changes: what it gains it owes to more items alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from registry.core.mapping import ColumnMap
    from registry.core.tables import Tables
    from routingml_site.plant import Plant
    from training.core.comparison import Comparison

SEED = 7
CHANGED_AT, TRAINED_AT = 0.60, 0.85
"""Shares of the items that are there when the plant changes, and when it is trained again."""
MATERIAL, MATERIAL_SHARE, MATERIAL_FACTOR = "NOVEL ALLOY X", 0.3, 1.6
OPERATION_FACTOR = 1.4
HOURS = "MACH_WORKED_HOURS"


def main() -> None:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=6000)
    parser.add_argument("--control", action="store_true", help="let nothing change")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    began = time.monotonic()
    found, told = measured(options.items, control=options.control)
    told["seconds"] = round(time.monotonic() - began)
    for line in (found.overall, *found.families):
        if line is not None:
            say(
                f"{line.family or 'all later items':<24}{line.items:>6} items"
                f"  trim_mae {line.trim_mae_before:.3f} -> {line.trim_mae:.3f} min"
                f"  process_match {line.process_match_before:.3f} -> {line.process_match:.3f}"
            )
    say(f"{' '.join(found.verdict.words)} ({told})")
    if options.json:
        options.json.write_text(json.dumps(told | found.to_json(), indent=1), encoding="utf-8")


def measured(items: int, *, control: bool) -> tuple[Comparison, dict[str, Any]]:
    """Train before and after the change and compare on what came later."""
    from registry.core.mapping import ColumnMap
    from registry.core.progress import Silent
    from routingml_site.plant import make_plant
    from training.core import backtest, comparison, dataset, trainer
    from training.core.specs import TrainingSpec

    profile = ROOT / "registry" / "profiles" / "seal_plant.json"
    columns = ColumnMap.from_json(json.loads(profile.read_text(encoding="utf-8")))
    plant = make_plant(items, 1, SEED)
    born = pd.to_datetime(plant.routing["INSRT_DT"], errors="coerce")
    born = born.groupby(plant.routing["ITEM_CD"]).min()
    changed_on, trained_on = born.quantile(CHANGED_AT), born.quantile(TRAINED_AT)
    operation = str(plant.work_order_results["JOB_CD"].value_counts().index[0])
    # Nothing that is born after the last item has changed.
    views = changed(plant, born, pd.Timestamp.max if control else changed_on, operation)
    attributes = dataset.attributes_of(columns)

    def data_until(day: pd.Timestamp | None) -> dataset.TrainingSet:
        return dataset.prepare(until(views, born, day, columns), attributes)

    whole = data_until(None)
    later = [row for row in whole.library.routed if born.get(whole.raw.codes[row]) >= trained_on]
    asked = whole.take(np.array(later))
    asked = asked.take(comparison.sample([str(code) for code in asked.raw.codes]))
    figures, family = [], ""
    for day in (changed_on, trained_on):
        say(f"training on what was there on {day:%Y-%m-%d} ...")
        model = trainer.fit(data_until(day), TrainingSpec(), Silent())
        family = family or model.base.group.column
        figures.append(backtest.ask_again(model, asked, family, Silent()))
    before, after = figures
    found = comparison.compare(after, before, version="retrained", champion="before")
    told = {"items": items, "changed": None if control else f"{changed_on:%Y-%m-%d}",
            "trained": f"{trained_on:%Y-%m-%d}", "operation": operation}  # fmt: skip
    return found, told


def changed(
    plant: Plant, born: pd.Series[Any], day: pd.Timestamp, operation: str
) -> Mapping[str, pd.DataFrame]:
    """Return the plant's tables with what has changed since a day."""
    items, results = plant.item_info.copy(), plant.work_order_results.copy()
    fresh = items[items["ITEM_CD"].map(born) >= day]
    novel = fresh.sample(frac=MATERIAL_SHARE, random_state=SEED)
    items.loc[novel.index, ["RAW_MATL_KIND", "RAW_MATL_KINDNM"]] = ["X99", MATERIAL]
    items.loc[novel.index, ["ITEM_MATERIAL", "MATERIAL_DESC"]] = ["X99", MATERIAL]
    results.loc[results["ITEM_CD"].isin(novel["ITEM_CD"]), HOURS] *= MATERIAL_FACTOR
    since = pd.to_datetime(results["REPORT_DT"], errors="coerce") >= day
    results.loc[since & (results["JOB_CD"] == operation), HOURS] *= OPERATION_FACTOR
    return {"items": items, "routings": plant.routing, "results": results}


def until(
    views: Mapping[str, pd.DataFrame],
    born: pd.Series[Any],
    day: pd.Timestamp | None,
    columns: ColumnMap,
) -> Tables:
    """Return what the ERP held on a day, under canonical names; all of it when None."""
    from registry.core.relating import relate

    parts = dict(views)
    if day is not None:
        known = set(born[born < day].index)
        reported = pd.to_datetime(views["results"]["REPORT_DT"], errors="coerce") < day
        parts = {name: view[view["ITEM_CD"].isin(known)] for name, view in views.items()}
        parts["results"] = parts["results"][reported.reindex(parts["results"].index)]
    tables, _rejected = relate(
        columns, {name: columns.apply(name, view) for name, view in parts.items()}
    )
    return tables


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
