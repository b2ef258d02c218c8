"""Plants whose truth is known: the sample plant made here, or the folder of any other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from registry.core import files
from registry.core.cleaning import Attribute
from registry.core.errors import BadInput
from registry.core.items import RawItems
from registry.core.mapping import ColumnMap, TableMap, TableName
from registry.core.relating import relate
from registry.core.tables import Tables
from registry.services import mappings
from routingml_site.benchmark import truth
from routingml_site.plant import make_plant
from routingml_site.plant.files import FILES
from training.core.dataset import attributes_of
from training.core.truths import TrueRouting

SAMPLE = "sample"


@dataclass(frozen=True)
class KnownPlant:
    """A plant to learn from, new items to ask about, and what is true of those.

    Attributes:
        about: how to get the same plant again, as JSON.
        tables: what is learned from, under canonical names.
        asked: the new items whose truth is known, as the ERP holds them.
        truths: the valid routings of each of them, with expected minutes.
        reported: the same routings with the minutes that the shop reported, NaN where it did not.
        left_out: rows of new items that cannot be read, stand twice, or have no known truth.
    """

    about: Mapping[str, Any]
    columns: ColumnMap
    tables: Tables
    asked: RawItems
    truths: Sequence[Sequence[TrueRouting]]
    reported: Sequence[Sequence[TrueRouting]]
    left_out: int

    @property
    def is_sample(self) -> bool:
        """Whether it is the sample plant, which some goals are about."""
        return bool(self.about["plant"] == SAMPLE)

    @cached_property
    def attributes(self) -> tuple[Attribute, ...]:
        """What the model looks at."""
        return attributes_of(self.columns)


Frames = Mapping[str, pd.DataFrame]
"""A plant's tables as their source has them, by the names of ``FILES``."""


def profile(name: str | None = None) -> ColumnMap:
    """Return the columns of a stored profile, or of the seal plant's as it is shipped.

    Raises:
        UnknownProfile: when there is none of that name.
    """
    if name is not None:
        return mappings.named(name).to_columns()
    document = (mappings.SHIPPED / f"{mappings.DEFAULT}.json").read_text(encoding="utf-8")
    return ColumnMap.from_json(json.loads(document))


def made(items: int, new: int, seed: int, columns: ColumnMap) -> KnownPlant:
    """Make the sample plant.

    Raises:
        BadInput: when a number of items or the seed cannot be.
    """
    plant = make_plant(items, new, seed)
    frames = {name: getattr(plant, name) for name in FILES}
    return known({"plant": SAMPLE, "items": items, "new": new, "seed": seed}, columns, frames)


def read(folder: Path, columns: ColumnMap) -> KnownPlant:
    """Read a plant from files, named as ``make_plant`` names them.

    Raises:
        BadInput: when a file or a column is not there, or a cell of the truth cannot be read.
    """
    found = files.find_files(folder, columns)
    new = {table: _file(folder, FILES[table]) for table in ("new_items", "new_truth")}
    for table in ("items", "routings"):
        if table not in found:
            raise BadInput(f"{folder} lacks {files.GENERAL_NAMES[table]}: nothing to learn from.")
    frames = {
        "item_info": _read(found["items"], columns.items),
        "routing": _read(found["routings"], columns.routings),
        "work_order_results": _read(found.get("results"), columns.results),
        "new_items": _read(new["new_items"], columns.items),
        "new_truth": truth.read(new["new_truth"]),
        "new_results": _read(_find(folder, FILES["new_results"]), columns.results),
    }
    return known({"plant": folder.resolve().name}, columns, frames)


def known(about: Mapping[str, Any], columns: ColumnMap, frames: Frames) -> KnownPlant:
    """Map a plant's tables and join the new items to their truth.

    Raises:
        BadInput: when no new item has a truth.
        ColumnsMissing: when a table lacks a mandatory column.
    """
    sources: dict[TableName, str] = {
        "items": "item_info", "routings": "routing", "results": "work_order_results",
    }  # fmt: skip
    tables, _ = relate(columns, {t: columns.apply(t, frames[name]) for t, name in sources.items()})
    valid = truth.routings(frames["new_truth"])
    new = columns.apply("items", frames["new_items"]).frame.drop_duplicates("ITEM_CD")
    told = new[new["ITEM_CD"].isin(list(valid))]
    if told.empty:
        raise BadInput("None of the new items has a routing in the truth: nothing to compare with.")
    asked = RawItems.from_frame(told, [attribute.name for attribute in attributes_of(columns)])
    truths = [valid[code] for code in asked.codes]
    reports = columns.apply("results", frames["new_results"]).frame
    return KnownPlant(
        about=about,
        columns=columns,
        tables=tables,
        asked=asked,
        truths=truths,
        reported=truth.reported(truths, asked.codes, reports),
        left_out=len(frames["new_items"]) - len(asked),
    )


def _find(folder: Path, stem: str) -> Path | None:
    paths = (folder / f"{stem}{suffix}" for suffix in files.SUFFIXES)
    return next((path for path in paths if path.is_file()), None)


def _file(folder: Path, stem: str) -> Path:
    path = _find(folder, stem)
    if path is None:
        raise BadInput(
            f"{folder} lacks {stem}: a benchmark needs new items and their true routings "
            "(make_plant writes both).",
            folder=str(folder),
        )
    return path


def _read(path: Path | None, table: TableMap) -> pd.DataFrame:
    """Return the mapped columns of a file; of no file, no rows."""
    if path is None:
        return pd.DataFrame(columns=list(table.sources), dtype="str")
    file = files.open_file(path, table)
    wanted = {name.casefold() for name in table.sources}
    present = [name for name in file.header if name.casefold() in wanted]
    chunks = [chunk.frame for chunk in file.chunks(present)]
    return pd.concat(chunks) if chunks else pd.DataFrame(columns=present, dtype="str")
