"""What is true of the new items: their valid routings, and what the shop reported for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from registry.core import casting
from registry.core.errors import BadInput
from registry.core.file_formats import CsvFile, ParquetFile
from training.core.truths import TrueRouting
from training.core.work_reports import robust_centres

CODES = ("ITEM_CD", "ROUT_NO", "JOB_CD", "OUTSOURCED")
NUMBERS = ("PROC_SEQ", "SETUP_MINUTES", "RUN_MINUTES")
YES_NO = {"Y": True, "N": False}


def read(path: Path) -> pd.DataFrame:
    """Return the truth of a CSV or Parquet file as it stands there.

    Raises:
        BadInput: when the file cannot be read or a column is not there.
    """
    file = ParquetFile(path) if path.suffix == ".parquet" else CsvFile(path)
    absent = [name for name in (*CODES, *NUMBERS) if name not in file.header]
    if absent:
        raise BadInput(
            f"{path.name} lacks {', '.join(absent)}; it has {', '.join(file.header)}.",
            columns=absent,
        )
    chunks = [chunk.frame for chunk in file.chunks([*CODES, *NUMBERS])]
    return pd.concat(chunks) if chunks else pd.DataFrame(columns=[*CODES, *NUMBERS], dtype="str")


def routings(rows: pd.DataFrame) -> dict[str, list[TrueRouting]]:
    """Return the valid routings of each item of the truth, in the order of their numbers.

    Raises:
        BadInput: when a cell cannot be read; the message names row and column.
    """
    table = _typed(rows).sort_values(["ITEM_CD", "ROUT_NO", "PROC_SEQ"], kind="stable")
    found: dict[str, list[TrueRouting]] = {}
    for (item, _), steps in table.groupby(["ITEM_CD", "ROUT_NO"], sort=False):
        found.setdefault(str(item), []).append(
            TrueRouting(
                tuple(steps["JOB_CD"]),
                steps["RUN_MINUTES"].to_numpy(),
                steps["SETUP_MINUTES"].to_numpy(),
                steps["OUTSOURCED"].to_numpy(dtype=bool),
                np.zeros(len(steps), dtype=int),
            )
        )
    return found


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    typed: dict[str, pd.Series] = {}
    for name in CODES:
        typed[name] = casting.codes(rows[name]).values
        _refuse(rows, name, typed[name].isna().to_numpy(), "is blank")
    for name in NUMBERS:
        cast = casting.numbers(rows[name])
        typed[name] = cast.values
        _refuse(rows, name, cast.bad, "is not a number")
    _refuse(rows, "PROC_SEQ", typed["PROC_SEQ"].isna().to_numpy(), "is blank")
    flags = typed["OUTSOURCED"].str.upper().map(YES_NO)
    _refuse(rows, "OUTSOURCED", flags.isna().to_numpy(), "is neither Y nor N")
    return pd.DataFrame(typed | {"OUTSOURCED": flags.astype(bool)})


def _refuse(rows: pd.DataFrame, column: str, bad: np.ndarray, what: str) -> None:
    """Raise for the first bad cell: a truth that is partly unreadable is none."""
    places = np.flatnonzero(bad)
    if len(places):
        number, cell = rows.index[places[0]], rows[column].iloc[places[0]]
        raise BadInput(
            f"The truth's row {number}: {column} {cell!r} {what} ({len(places)} such rows).",
            column=column,
        )


def reported(
    truths: Sequence[Sequence[TrueRouting]], codes: Sequence[str], reports: pd.DataFrame
) -> list[list[TrueRouting]]:
    """Return the routings with the robust centres of the shop's reports as their minutes.

    A report is judged as in training; where training has the planner's standard, this has the
    expected minutes, so that only typing errors are set aside.

    Args:
        truths: the valid routings of n items, with expected minutes.
        codes: the n items.
        reports: work results under canonical names, of these items and perhaps of others.
    """
    steps = [
        (item, job, routing.run[i], routing.setup[i])
        for item, valid in enumerate(truths)
        for routing in valid
        for i, job in enumerate(routing.jobs)
    ]
    item, job, run, setup = (np.array(column) for column in zip(*steps, strict=True))
    names, number = np.unique(job, return_inverse=True)
    keys, first, place = np.unique(
        item.astype(np.int64) * len(names) + number, return_index=True, return_inverse=True
    )
    row = pd.Index(codes).get_indexer(pd.Index(reports["ITEM_CD"])).astype(np.int64)
    did = pd.Index(names).get_indexer(pd.Index(reports["JOB_CD"]))
    key = np.searchsorted(keys, row * len(names) + did).clip(max=len(keys) - 1)
    ours = (row >= 0) & (did >= 0) & (keys[key] == row * len(names) + did)
    minutes = []
    for column, expected in (("RUN_MINUTES", run), ("SETUP_MINUTES", setup)):
        told = reports[column].to_numpy(dtype=float)[ours]
        standard = expected[first][key[ours]].astype(float)
        centres = robust_centres(told, key[ours], did[ours], standard, len(keys))
        minutes.append((np.exp(centres.log)[place], centres.count[place]))
    (run, counts), (setup, _) = minutes
    return _with_minutes(truths, run, setup, counts)


def _with_minutes(
    truths: Sequence[Sequence[TrueRouting]],
    run: np.ndarray,
    setup: np.ndarray,
    reports: np.ndarray,
) -> list[list[TrueRouting]]:
    """Return the routings with other minutes and reports, given one after the other."""
    start = 0
    result: list[list[TrueRouting]] = []
    for valid in truths:
        result.append([])
        for routing in valid:
            part = slice(start, start + len(routing.jobs))
            told = replace(routing, run=run[part], setup=setup[part], reports=reports[part])
            result[-1].append(told)
            start = part.stop
    return result
