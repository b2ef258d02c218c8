"""A prediction as rows: one row an operation, in the plant's 52-column layout and what follows it.

The 52 columns are the "7.1" layout of the plant's Access form; eleven more carry what the product
knows beyond it: rank, intervals, support, confidence.  One declared table says where every column
comes from; a column that a model cannot know (documents, NC programs, the names of people) stays
empty rather than guessed.

Times are minutes, and ``TIME_UNIT`` says so in the plant's word.  ``RUN_TIME_QTY`` is 1, so that
run times are minutes a piece.  ``MACH_WORKED_HOURS`` keeps the unit of its name: hours a piece.
``ACT_SETUP_TIME`` and ``ACT_RUN_TIME`` are filled only where work results stand behind the figure,
because everything else is not an actual.  A time that nobody knows is an empty cell, never 0;
``TIME_SOURCE``, which is about the run time, then says ``unknown``.  ``MFG_LT`` stays empty: plants
keep lead times in days, and nothing that a version learned says how long an order waits.
``ROUT_ORDER`` is 1, 2, 3 and on.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING

from registry.core.routing import Candidate, Operation, Prediction, TimeEstimate, TimeSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Cell = str | int | float | dt.date | None

IN_HOUSE = "사내"
SUBCONTRACT = "외주"
MINUTES = "분"
PIECE = "EA"
PRIMARY = "primary"
FALLBACK = "fallback"
STILL_VALID = dt.date(2999, 12, 31)
MINUTES_AN_HOUR = 60


class Part(StrEnum):
    """What of a row a column looks at: cells of a candidate or an operation are worked out once.

    Candidates of one answer have most of their operations in common.
    """

    CANDIDATE = "candidate"
    OPERATION = "operation"
    PLACE = "place"


class CellKind(StrEnum):
    """What a column holds, for formats that have types."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Line:
    """One operation of one candidate of one answer: what a row is made of."""

    prediction: Prediction
    candidate: Candidate
    operation: Operation
    place: int
    valid_from: dt.date | None


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column of the export: its header, its type, and where its value comes from."""

    name: str
    kind: CellKind
    value: Callable[[Line], Cell]
    part: Part = Part.PLACE


def candidate_id(item: str, rank: int) -> str:
    """Return the identity of a candidate: ``{ITEM_CD}_C01`` and on."""
    return f"{item}_C{rank:02d}"


def rounded(value: float | None, digits: int = 4) -> float | None:
    """Round for people; what is missing, NaN or infinite is an empty cell."""
    if value is None or not math.isfinite(value):
        return None
    return round(value, digits)


def rows(
    prediction: Prediction, *, valid_from: dt.date | None = None
) -> Iterator[tuple[Cell, ...]]:
    """Yield one row for each operation of each candidate, best candidate first.

    Parameters
    ----------
    prediction
        The answer for one item.
    valid_from
        The day ``VALID_FROM_DT`` shows; empty when not given.

    Yields
    ------
    tuple
        Cells in the order of ``COLUMNS``.
    """
    told: dict[int, tuple[Cell, ...]] = {}
    for candidate in prediction.candidates:
        of_candidate: tuple[Cell, ...] = ()
        for place, operation in enumerate(candidate.operations, start=1):
            line = Line(prediction, candidate, operation, place, valid_from)
            of_candidate = of_candidate or _cells(Part.CANDIDATE, line)
            if id(operation) not in told:
                told[id(operation)] = _cells(Part.OPERATION, line)
            yield _IN_ORDER((*of_candidate, *told[id(operation)], *_cells(Part.PLACE, line)))


def _cells(part: Part, line: Line) -> tuple[Cell, ...]:
    return tuple([column.value(line) for column in _COLUMNS_OF[part]])


CANDIDATE, OPERATION, PLACE = Part.CANDIDATE, Part.OPERATION, Part.PLACE


def _text(name: str, part: Part, value: Callable[[Line], Cell]) -> ExportColumn:
    return ExportColumn(name, CellKind.TEXT, value, part)


def _number(
    name: str, part: Part, value: Callable[[Line], float | None], digits: int = 4
) -> ExportColumn:
    return ExportColumn(name, CellKind.NUMBER, lambda line: rounded(value(line), digits), part)


def _integer(name: str, part: Part, value: Callable[[Line], int]) -> ExportColumn:
    return ExportColumn(name, CellKind.INTEGER, value, part)


def _date(name: str, part: Part, value: Callable[[Line], dt.date | None]) -> ExportColumn:
    return ExportColumn(name, CellKind.DATE, value, part)


def _empty(name: str, kind: CellKind = CellKind.TEXT) -> ExportColumn:
    return ExportColumn(name, kind, lambda line: None, CANDIDATE)


def _resource(line: Line) -> tuple[str, str] | tuple[None, None]:
    chosen = line.operation.resource
    return (chosen.code, chosen.name) if chosen else (None, None)


def _partner(line: Line) -> tuple[str, str] | tuple[None, None]:
    """Return the subcontractor; an in-house operation has none, whatever its neighbours had."""
    chosen = line.operation.partner if line.operation.outsourced else None
    return (chosen.code, chosen.name) if chosen else (None, None)


def _price(line: Line) -> float | None:
    return line.operation.price if line.operation.outsourced else None


def _currency(line: Line) -> str | None:
    return line.operation.currency if line.operation.outsourced else None


def _hours(estimate: TimeEstimate) -> float | None:
    return None if estimate.minutes is None else estimate.minutes / MINUTES_AN_HOUR


def _actual(estimate: TimeEstimate) -> float | None:
    return estimate.minutes if estimate.source is TimeSource.WORK_RESULTS else None


BUILT_IN: tuple[ExportColumn, ...] = (
    _text("ITEM_CD", CANDIDATE, lambda line: line.prediction.item),
    _text(
        "CANDIDATE_ID",
        CANDIDATE,
        lambda line: candidate_id(line.prediction.item, line.candidate.rank),
    ),
    _text("ROUTING_SIGNATURE", CANDIDATE, lambda line: line.candidate.signature),
    _text("PRIORITY", CANDIDATE, lambda line: PRIMARY if line.candidate.rank == 1 else FALLBACK),
    _text("SIMILARITY_TIER", CANDIDATE, lambda line: line.candidate.tier),
    _integer("PROC_SEQ", OPERATION, lambda line: line.operation.sequence),
    _text(
        "INSIDE_FLAG",
        OPERATION,
        lambda line: SUBCONTRACT if line.operation.outsourced else IN_HOUSE,
    ),
    _text("dbo_BI_ROUTING_VIEW_JOB_CD", OPERATION, lambda line: line.operation.job),
    _text("JOB_NM", OPERATION, lambda line: line.operation.job_name),
    _text("RES_CD", OPERATION, lambda line: _resource(line)[0]),
    _text("RES_DIS", OPERATION, lambda line: _resource(line)[1]),
    _text("TIME_UNIT", CANDIDATE, lambda line: MINUTES),
    _empty("MFG_LT", CellKind.NUMBER),
    _number("QUEUE_TIME", OPERATION, lambda line: line.operation.queue_minutes),
    _number("SETUP_TIME", OPERATION, lambda line: line.operation.setup.minutes),
    _number("MACH_WORKED_HOURS", OPERATION, lambda line: _hours(line.operation.run), 6),
    _number("ACT_SETUP_TIME", OPERATION, lambda line: _actual(line.operation.setup)),
    _number("ACT_RUN_TIME", OPERATION, lambda line: _actual(line.operation.run)),
    _number("WAIT_TIME", OPERATION, lambda line: line.operation.wait_minutes),
    _number("MOVE_TIME", OPERATION, lambda line: line.operation.move_minutes),
    _integer("RUN_TIME_QTY", CANDIDATE, lambda line: 1),
    _text("RUN_TIME_UNIT", CANDIDATE, lambda line: PIECE),
    _empty("BATCH_OPER"),
    _text("BP_CD", OPERATION, lambda line: _partner(line)[0]),
    _text("dbo_BI_ROUTING_VIEW_CUST_NM", OPERATION, lambda line: _partner(line)[1]),
    _text("CUR_CD", OPERATION, _currency),
    _number("SUBCONTRACT_PRC", OPERATION, _price),
    _empty("TAX_TYPE"),
    _empty("MILESTONE_FLG"),
    _empty("INSP_FLG"),
    _integer("ROUT_ORDER", PLACE, lambda line: line.place),
    _date("VALID_FROM_DT", CANDIDATE, lambda line: line.valid_from),
    _date("VALID_TO_DT", CANDIDATE, lambda line: STILL_VALID),
    _empty("dbo_BI_ROUTING_VIEW_REMARK"),
    _empty("ROUT_DOC"),
    _empty("DOC_INSIDE"),
    _empty("DOC_NO"),
    _empty("NC_PROGRAM"),
    _empty("NC_PROGRAM_WRITER"),
    _empty("NC_WRITER_NM"),
    _empty("NC_WRITE_DATE", CellKind.DATE),
    _empty("NC_REVIEWER"),
    _empty("NC_REVIEWER_NM"),
    _empty("NC_REVIEW_DT", CellKind.DATE),
    _empty("RAW_MATL_SIZE"),
    _empty("JAW_SIZE"),
    _empty("VALIDITY"),
    _empty("PROGRAM_REMARK"),
    _empty("OP_DRAW_NO"),
    _empty("MTMG_NUMB"),
    _text("REFERENCE_ITEM_CD", CANDIDATE, lambda line: line.candidate.reference_item),
    _number("SIMILARITY_SCORE", CANDIDATE, lambda line: line.candidate.similarity),
)
"""The built-in output layout, in the order the plant's Access form wants."""

EXTRA: tuple[ExportColumn, ...] = (
    _integer("RANK", CANDIDATE, lambda line: line.candidate.rank),
    _number("RUN_TIME", OPERATION, lambda line: line.operation.run.minutes),
    _number("RUN_TIME_LO", OPERATION, lambda line: line.operation.run.low),
    _number("RUN_TIME_HI", OPERATION, lambda line: line.operation.run.high),
    _number("SETUP_TIME_LO", OPERATION, lambda line: line.operation.setup.low),
    _number("SETUP_TIME_HI", OPERATION, lambda line: line.operation.setup.high),
    _number("SUPPORT", OPERATION, lambda line: line.operation.support),
    _number("CONFIDENCE", CANDIDATE, lambda line: line.candidate.confidence),
    _text("ABSTAINED", CANDIDATE, lambda line: "Y" if line.prediction.abstained else "N"),
    _integer("SAMPLE_COUNT", OPERATION, lambda line: line.operation.run.sample_count),
    _text("TIME_SOURCE", OPERATION, lambda line: line.operation.run.source.value),
)
"""What the product knows beyond the layout."""

COLUMNS = BUILT_IN + EXTRA

_COLUMNS_OF = {part: tuple(each for each in COLUMNS if each.part is part) for part in Part}
_PLACES = {each.name: place for place, each in enumerate(chain.from_iterable(_COLUMNS_OF.values()))}
_IN_ORDER = itemgetter(*(_PLACES[each.name] for each in COLUMNS))
"""Puts the cells of the parts, laid end to end, in the order of ``COLUMNS``."""
