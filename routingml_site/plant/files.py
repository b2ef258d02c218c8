"""A plant as files: the three ERP tables, the new items, and the truth about them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from registry.core.errors import BadInput
from routingml_site.plant.plant import Plant

FILES: dict[str, str] = {
    "item_info": "item_info",
    "routing": "routing",
    "work_order_results": "work_order_results",
    "new_items": "new_items",
    "new_truth": "new_items_truth",
    "new_results": "new_work_order_results",
}
FORMATS = ("csv", "parquet")


def write_plant(plant: Plant, folder: Path, format: str = "csv") -> list[Path]:  # noqa: A002 -- the word for it everywhere
    """Write the plant's six tables into the folder and return the files.

    Raises:
        BadInput: when the format is neither ``csv`` nor ``parquet``.
    """
    if format not in FORMATS:
        raise BadInput(f"A plant is written as csv or parquet, not as {format!r}.", format=format)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, stem in FILES.items():
        path = folder / f"{stem}.{format}"
        table = _table(getattr(plant, name))
        if format == "csv":
            pyarrow.csv.write_csv(table, path)
        else:
            pyarrow.parquet.write_table(table, path, compression="zstd")
        written.append(path)
    return written


def _table(frame: pd.DataFrame) -> pa.Table:
    """Turn a frame into plain text, number and date columns."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    for number, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type) or pa.types.is_null(field.type):
            column = table.column(number).cast(pa.string())
            table = table.set_column(number, field.name, column)
    return table
