"""What the ERP says now about the items of a cycle: their routings, their work results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from prediction.services.predictions import columns_of
from quality.core.sampling import Population, strata_of
from registry.core.errors import BadInput, NotEnoughData
from registry.core.progress import span
from registry.core.reading import new_codes, read_items
from registry.core.tables import Tables
from registry.services import mappings
from training.core import dataset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prediction.loader import LoadedModel
    from registry.core.mapping import ColumnMap
    from registry.core.model import RoutingModel
    from registry.core.progress import Progress
    from training.core.dataset import TrainingSet

MOST_NEW = 2000
"""New items that are looked at, drawn by the seed when there are more."""

MOST_WATCHED, MOST_REPORTS = 4000, 100_000
"""Items, and work results of them, that are looked at for changes in the plant."""
HALF_EACH_YEAR = 0.5


@dataclass(frozen=True)
class Shop:
    """The population of a cycle; ``new`` is what came since the version was trained."""

    population: Population
    new: TrainingSet | None
    new_codes: frozenset[str]


@dataclass(frozen=True)
class Truth:
    """The sampled items as the ERP has them; ``data`` is None when it has none of them."""

    data: TrainingSet | None
    results: pd.DataFrame


def watched(model: RoutingModel) -> list[str]:
    """Return items whose work results tell whether the plant has changed, the liveliest first.

    A sample of a large plant has too few reports of one month to say anything about a resource, so
    the items that were reported the most, and lately, are read as well.
    """
    library = model.base.library
    reports = np.concatenate([[0], np.cumsum(library.arrays["operation_run_count"])])
    starts = library.arrays["routing_start"][library.arrays["item_start"]]
    count = np.diff(reports[starts]).astype(float)
    age = np.nan_to_num(library.arrays["age"].astype(float))  # unknown: as old as can be
    years = (age.max() - age) / 365.25
    order = np.argsort(-count * HALF_EACH_YEAR**years, kind="stable")[:MOST_WATCHED]
    order = order[(count[order] > 0) & (np.cumsum(count[order]) <= MOST_REPORTS)]
    return [model.item_codes[row] for row in order.tolist()]


class _KnownTo:
    """The items a version was trained on, as a container of codes."""

    def __init__(self, model: RoutingModel) -> None:
        self._model = model

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self._model.knows(code)


def look_around(loaded: LoadedModel, column: str, seed: int, progress: Progress) -> Shop:
    """Return every routed item that can be sampled: those of the version, and what came since.

    Raises:
        BadInput: when the column that divides the population is none of the profile's.
        RoutingMLError: when the ERP cannot be read.
    """
    model, columns = loaded.model, columns_of(loaded)
    names = {one.name for one in columns.attributes}
    if column and column not in names:
        raise BadInput(
            f"The sample cannot be divided by {column!r}: the mapping profile has no such column. "
            f"It has {', '.join(sorted(names))}.",
            column=column,
        )
    new = _newcomers(model, columns, seed, progress)
    rows = model.base.library.routed
    codes = [model.item_codes[row] for row in rows.tolist()]
    strata = strata_of(model.base.raw, column, rows)
    days = model.base.library.arrays["age"][rows].astype(float)
    if new is None:
        return Shop(Population(codes, strata, days), None, frozenset())
    fresh = new.library.routed
    added = [new.raw.codes[row] for row in fresh.tolist()]
    return Shop(
        Population(
            [*codes, *added],
            [*strata, *strata_of(new.raw, column, fresh)],
            np.concatenate([days, new.library.arrays["age"][fresh].astype(float)]),
        ),
        new,
        frozenset(added),
    )


def usual_column(loaded: LoadedModel, wished: str) -> str:
    """Return the column that divides the population: the usual one where the profile has it."""
    return wished if wished in {one.name for one in columns_of(loaded).attributes} else ""


def read_truth(loaded: LoadedModel, codes: Sequence[str], progress: Progress) -> Truth:
    """Read the routings in force and the work results of some items, and of those watched.

    Raises:
        RoutingMLError: when the ERP cannot be read.
    """
    columns = columns_of(loaded)
    with mappings.open_reader() as reader:
        tables, _ = read_items(
            columns=columns,
            reader=reader,
            spellings={code: (code,) for code in (*codes, *watched(loaded.model))},
            progress=progress,
        )
    return Truth(_prepared(tables, loaded.model, columns), tables.results)


def _newcomers(
    model: RoutingModel, columns: ColumnMap, seed: int, progress: Progress
) -> TrainingSet | None:
    with mappings.open_reader() as reader:
        found = new_codes(
            columns=columns,
            reader=reader,
            known=_KnownTo(model),
            progress=span(progress, 0.0, 0.7),
        )
        codes = sorted(found)
        if len(codes) > MOST_NEW:
            rng = np.random.default_rng(seed)
            codes = sorted(rng.choice(np.array(codes, dtype=object), MOST_NEW, replace=False))
        if not codes:
            return None
        tables, _ = read_items(
            columns=columns,
            reader=reader,
            spellings={code: found[code] for code in codes},
            progress=span(progress, 0.7, 1.0),
        )
    return _prepared(tables, model, columns)


def _prepared(tables: Tables, model: RoutingModel, columns: ColumnMap) -> TrainingSet | None:
    """Clean what was read as a training does, with operations spelled as the version spells them.

    A sample is too small to tell which spelling of an operation is the usual one.
    """
    usual = {code.strip().upper(): code for code in model.base.library.names["jobs"]}
    jobs = tables.routings["JOB_CD"]
    spelled = jobs.str.strip().str.upper().map(usual).fillna(jobs)
    routings = tables.routings.assign(JOB_CD=spelled.astype(jobs.dtype))
    try:
        return dataset.prepare(
            Tables(tables.items, routings, tables.results), dataset.attributes_of(columns)
        )
    except NotEnoughData:
        return None
