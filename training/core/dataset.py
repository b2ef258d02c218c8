"""Canonical ERP tables to a clean training set.

Takes the three tables as mapping gives them, drops what cannot be used and counts it, numbers
operations and resources, sums up the work reports, and packs everything into the item store and the
routing library.  The content hash names the training set: equal data, equal hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from registry.core.cleaning import Attribute, AttributeKind
from registry.core.columns import Kind
from registry.core.errors import NotEnoughData
from registry.core.items import RawItems
from registry.core.library import RoutingLibrary
from registry.core.mapping import ColumnMap
from registry.core.progress import Report, tell_nobody
from registry.core.tables import ROUTING_KEY, Tables
from training.core.work_reports import robust_centres

DAY = np.timedelta64(1, "D")
OF_ITEMS = "/"
"""Parts the hash of a plant's contents from how many routed items of it are a sample's."""


@dataclass(frozen=True)
class TrainingSet:
    """Items as read, what to look at, their routings, and what was counted on the way."""

    raw: RawItems
    attributes: tuple[Attribute, ...]
    library: RoutingLibrary
    statistics: Mapping[str, Any] = field(default_factory=dict)
    content_hash: str = ""

    def take(self, rows: np.ndarray) -> TrainingSet:
        """Return the training set of the items at the given rows (increasing)."""
        return TrainingSet(
            self.raw.take(rows), self.attributes, self.library.take(rows),
            self.statistics, self.content_hash,
        )  # fmt: skip


def attributes_of(columns: ColumnMap) -> tuple[Attribute, ...]:
    """Return what the model looks at: the item attributes that a mapping profile declares."""
    return tuple(
        Attribute(
            column.name,
            AttributeKind.NUMBER if column.kind is Kind.NUMBER else AttributeKind.TEXT,
            column.unit_column,
            column.sentinels,
        )
        for column in columns.attributes
    )


def prepare(
    tables: Tables, attributes: Sequence[Attribute], report: Report = tell_nobody
) -> TrainingSet:
    """Clean and pack the tables.

    Args:
        tables: as mapping gives them.
        attributes: what the model looks at.
        report: told after every part; may raise to stop.

    Raises:
        NotEnoughData: when there is no item, or no item with a routing.
    """
    counts: dict[str, int] = {}
    # A view gives its rows in any order; a training must not depend on it.
    items = tables.items.drop_duplicates("ITEM_CD").sort_values("ITEM_CD", ignore_index=True)
    counts["duplicate items"] = len(tables.items) - len(items)
    if items.empty:
        raise NotEnoughData("There are no items. Load item_info first (load_erp DIR).")
    rows = pd.Index(items["ITEM_CD"])
    report(0.1)
    operations = _operations(tables.routings, rows, counts)
    if operations.empty:
        raise NotEnoughData(
            "No item has a routing, so there is nothing to learn from. Check that the routing "
            "table is loaded and that its item codes are those of the item table (check_erp "
            "shows both)."
        )
    report(0.3)
    names = _number_names(operations)
    report(0.5)
    variation = _add_times(operations, tables.results, rows, names["jobs"], counts)
    report(0.7)
    library = RoutingLibrary.build(len(items), operations, names)
    report(0.8)
    raw = RawItems.from_frame(items, [attribute.name for attribute in attributes])
    report(0.9)
    statistics = _statistics(items, attributes, library, tables, counts, variation)
    return TrainingSet(raw, tuple(attributes), library, statistics, _hash(tables))


def _operations(routings: pd.DataFrame, rows: pd.Index, counts: dict[str, int]) -> pd.DataFrame:
    """Return routing rows that can be used, with the item's row number."""
    table = routings.dropna(subset=["ITEM_CD", "PROC_SEQ", "JOB_CD"])
    counts["operations without item, sequence or code"] = len(routings) - len(table)
    table = table.assign(JOB_CD=_one_spelling(table["JOB_CD"]))
    item = rows.get_indexer(pd.Index(table["ITEM_CD"]))
    counts["operations of unknown items"] = int((item < 0).sum())
    table = table[item >= 0].assign(item=item[item >= 0])
    unique = ~table.duplicated(list(ROUTING_KEY))
    counts["duplicate operations"] = int((~unique).sum())
    return _in_force(table[unique], counts).reset_index(drop=True)


def _in_force(table: pd.DataFrame, counts: dict[str, int]) -> pd.DataFrame:
    """Leave out routings that have expired, unless the item has no other."""
    newest = table["INSRT_DT"].max()
    if pd.isna(newest):
        return table
    valid = table["VALID_TO_DT"].isna() | (table["VALID_TO_DT"] >= newest)
    keep = valid | ~valid.groupby(table["item"]).transform("any")
    counts["operations of expired routings"] = int((~keep).sum())
    return pd.DataFrame(table[keep])


def _one_spelling(codes: pd.Series) -> pd.Series:
    """Return operation codes with case and blanks as they are written most often."""
    trimmed = codes.str.strip()
    upper = trimmed.str.upper()
    counts = pd.DataFrame({"upper": upper, "code": trimmed}).value_counts().reset_index()
    counts = counts.sort_values(["count", "code"], ascending=[False, True])
    usual = counts.drop_duplicates("upper").set_index("upper")["code"]
    return upper.map(usual)


def _number_names(operations: pd.DataFrame) -> dict[str, list[str]]:
    """Replace codes by numbers in place; return what the numbers mean."""
    names: dict[str, list[str]] = {}
    for code, label, number, plural in (
        ("JOB_CD", "JOB_NM", "job", "job"),
        ("RES_CD", "RES_DIS", "resource", "resource"),
        ("BP_CD", "CUST_NM", "partner", "partner"),
    ):
        numbers, codes = pd.factorize(operations[code], sort=True)
        operations[number] = numbers
        labels = _commonest(operations[label], numbers, len(codes))
        names[f"{plural}s"] = [str(c) for c in codes]
        names[f"{plural}_names"] = [name or str(c) for name, c in zip(labels, codes, strict=True)]
    numbers, codes = pd.factorize(operations["CUR_CD"], sort=True)
    operations["currency"] = numbers
    names["currencies"] = [str(c) for c in codes]
    operations["proc_seq"] = operations["PROC_SEQ"].astype(np.int64)
    operations["outsourced"] = operations["OUTSOURCED"].eq(other=True).to_numpy(dtype=bool)
    operations["age"] = (operations["INSRT_DT"].to_numpy() - np.datetime64("1970-01-01")) / DAY
    for column, name in (
        ("SETUP_MINUTES", "setup"), ("RUN_MINUTES", "run"), ("QUEUE_MINUTES", "queue"),
        ("WAIT_MINUTES", "wait"), ("MOVE_MINUTES", "move"), ("SUBCONTRACT_PRC", "price"),
    ):  # fmt: skip
        operations[name] = operations[column].astype(float)
    return names


def _commonest(labels: pd.Series, numbers: np.ndarray, size: int) -> list[str]:
    """Return the commonest label of each number, ties by the alphabet."""
    known = labels.notna().to_numpy() & (numbers >= 0)
    counts = (
        pd.DataFrame({"number": numbers[known], "label": labels[known].astype(str)})
        .value_counts(["number", "label"])
        .reset_index()
        .sort_values(["number", "count", "label"], ascending=[True, False, True])
        .drop_duplicates("number")
    )
    found = dict(zip(counts["number"], counts["label"], strict=True))
    return [found.get(number, "") for number in range(size)]


def _add_times(
    operations: pd.DataFrame,
    results: pd.DataFrame,
    rows: pd.Index,
    jobs: Sequence[str],
    counts: dict[str, int],
) -> float | None:
    """Add the robust centres of work reports to each operation; return the plant's variation."""
    key_of_operation = operations["item"].to_numpy().astype(np.int64) * len(jobs)
    key_of_operation += operations["job"].to_numpy()
    keys, inverse = np.unique(key_of_operation, return_inverse=True)
    item = rows.get_indexer(pd.Index(results["ITEM_CD"]))
    spelled = pd.Index(results["JOB_CD"].str.strip().str.upper())
    job = pd.Index([code.upper() for code in jobs]).get_indexer(spelled)
    wanted = item.astype(np.int64) * len(jobs) + job
    place = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    known = (item >= 0) & (job >= 0) & (keys[place] == wanted)
    counts["reports"] = len(results)
    counts["reports of no known operation"] = int((~known).sum())
    place, job = place[known], job[known]
    variation = None
    for name, column in (("run", "RUN_MINUTES"), ("setup", "SETUP_MINUTES")):
        minutes = results[column].to_numpy(dtype=float)[known]
        standard = np.full(len(keys), np.nan)
        standard[inverse[::-1]] = operations[name].to_numpy()[::-1]
        centres = robust_centres(minutes, place, job, standard[place], len(keys))
        operations[f"log_{name}"] = centres.log[inverse]
        operations[f"{name}_count"] = centres.count[inverse]
        counts[f"{name} times set aside as typing errors"] = centres.rejected
        variation = centres.variation if name == "run" else variation
    return variation


def sampled(data: TrainingSet, rows: np.ndarray, results: pd.Series) -> TrainingSet:
    """Return the training set of some items, counted anew; it is not the same data any more.

    Args:
        data: a whole plant.
        rows: of the items, increasing.
        results: the item code of each of the plant's work results.
    """
    part = data.take(rows)
    codes = [str(code) for code in part.raw.codes]
    counts = sizes(len(part.raw), part.library)
    counts["work_results"] = int(results.isin(codes).sum())
    name = f"{data.content_hash}{OF_ITEMS}{len(part.library.routed)}"
    return replace(part, statistics={**data.statistics, **counts}, content_hash=name)


def sizes(items: int, library: RoutingLibrary) -> dict[str, int]:
    """Return how much there is to learn from."""
    return {
        "items": items,
        "routed_items": len(library.routed),
        "routings": len(library.routing_numbers),
        "distinct_sequences": library.sequence_count,
        "operations": len(library.arrays["operation_job"]),
    }


def _statistics(
    items: pd.DataFrame,
    attributes: Sequence[Attribute],
    library: RoutingLibrary,
    tables: Tables,
    counts: Mapping[str, int],
    variation: float | None,
) -> dict[str, Any]:
    present = [a.name for a in attributes if a.name in items.columns]
    return {
        **sizes(len(items), library),
        "operation_codes": len(library.names["jobs"]),
        "work_results": len(tables.results),
        "cv": variation,
        "counts": dict(counts),
        "missing_rates": {
            a.name: float(items[a.name].isna().mean()) if a.name in present else 1.0
            for a in attributes
        },
    }


def _hash(tables: Tables) -> str:
    """Return a hash of the contents that does not depend on the order of rows."""
    digest = hashlib.sha256()
    for frame in (tables.items, tables.routings, tables.results):
        digest.update(",".join(map(str, frame.columns)).encode())
        rows = pd.util.hash_pandas_object(frame, index=False).to_numpy()
        digest.update(np.sort(rows).tobytes())
    return digest.hexdigest()
