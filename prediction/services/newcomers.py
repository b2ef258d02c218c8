"""Items that came into the ERP after the active version was trained: looked up there by their code.

An ERP that does not answer must not make every question with a typing error slow: the wait is
short, and after a failure the ERP is left alone for a while.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings

from prediction.core.asking import Asked, ItemError
from registry.core import erp_urls
from registry.core.erp import ErpReader, Timeouts
from registry.core.errors import RoutingMLError
from registry.core.items import items_of_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.core.mapping import ColumnMap
    from registry.core.routing import Item

log = logging.getLogger(__name__)

QUICK = Timeouts(connect=2, query=5)
LEFT_ALONE_SECONDS = 30.0

_silent_until = 0.0


def look_up(asked: Sequence[Asked], columns: ColumnMap) -> list[Asked]:
    """Return what was asked, with items instead of errors where the ERP knows an unknown code."""
    unknown = [one.code for one in asked if one.error and one.error.code == "unknown_item"]
    if not unknown or _is_left_alone():
        return list(asked)
    try:
        with erp_urls.open_reader(
            settings.ERP_URL, base=settings.BASE_DIR, timeouts=QUICK, sleep=_do_not_wait
        ) as reader:
            found = _read(reader, list(dict.fromkeys(unknown)), columns)
    except RoutingMLError as error:
        _leave_alone()
        log.warning("prediction.erp.unreachable", extra={"reason": error.message})
        return [_told(one) for one in asked]
    return [_found(one, found) for one in asked]


def _read(reader: ErpReader, codes: list[str], columns: ColumnMap) -> dict[str, Item]:
    table = columns.items
    header = columns.header("items", reader.columns(table.view))
    key = next(column.source for column in table if column.name == "ITEM_CD")
    frame = reader.find(table.view, list(header.pairs), key, codes)
    items = items_of_frame(columns.apply("items", frame).frame)
    return {item.code: item for item in items}


def _found(one: Asked, found: dict[str, Item]) -> Asked:
    item = found.get(one.code) if one.error else None
    return replace(one, item=item, error=None) if item else one


def _told(one: Asked) -> Asked:
    """Say that the ERP was not asked: the code may be right.  Why it was not is in the log."""
    if one.error is None or one.error.code != "unknown_item":
        return one
    message = f"{one.error.message} The ERP does not answer, so it may be a newer item."
    return replace(one, error=ItemError(one.code, one.error.code, message))


def _is_left_alone() -> bool:
    return time.monotonic() < _silent_until


def _leave_alone() -> None:
    global _silent_until
    _silent_until = time.monotonic() + LEFT_ALONE_SECONDS


def _do_not_wait(seconds: float) -> None:
    """Try again at once: somebody is waiting for the answer."""
