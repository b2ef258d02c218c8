"""What the active version knows about items, for the pages: finding, describing, showing one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prediction import loader, words
from prediction.core.describing import ColumnShown, columns_shown, title_column
from prediction.core.search import CodeSearch, ValueSearch
from prediction.services.predictions import attributes_of, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prediction.words import Attribute
    from registry.core.known import KnownRouting
    from registry.core.routing import Item

LEAST_TYPED = 2
"""Characters from which names and drawing numbers are searched."""
DRAWING = "DRAW_NO"
SEARCHED = ("ITEM_NM", "ITEM_NM_ENG", DRAWING)
SAMPLE = 500
"""Known items that are looked at to see which columns are usually filled."""


@dataclass(frozen=True, slots=True)
class Known:
    """A known item as a search shows it."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What is worked out once for a version."""

    version: str
    codes: CodeSearch
    texts: tuple[ValueSearch, ...]
    columns: tuple[ColumnShown, ...]
    title: str | None


def search(typed: str, limit: int = 12) -> list[Known]:
    """Return known items whose code, name or drawing number holds what was typed, codes first.

    Raises:
        RoutingMLError: no version is active.
    """
    loaded = loader.active()
    shelf, known = _shelf(loaded), loaded.model.item_codes
    found = dict.fromkeys(shelf.codes.find(typed, limit))
    for texts in shelf.texts if len(typed.strip()) >= LEAST_TYPED else ():
        if len(found) < limit:
            found |= dict.fromkeys(known[place] for place in texts.find(typed, limit))
    return [Known(code, _told(loaded, shelf, code)) for code in list(found)[:limit]]


def _told(loaded: loader.LoadedModel, shelf: _Shelf, code: str) -> str:
    """Return an item's name and drawing number."""
    item = loaded.model.item(code)
    names = (shelf.title or "", DRAWING)
    told = (item.attributes.get(name) for name in names) if item else ()
    return " · ".join(str(value) for value in told if value is not None)


def columns() -> tuple[ColumnShown, ...]:
    """Return the columns that describe an item.

    Raises:
        RoutingMLError: no version is active.
    """
    return _shelf(loader.active()).columns


def title(asked: Mapping[str, Any]) -> str:
    """Return the name of an item as it was asked: described, or named by its code."""
    described = asked["attributes"]
    return title_of(asked["ITEM_CD"]) if described is None else _title(described)


def title_of(code: str) -> str:
    """Return a known item's name, empty when it has none."""
    item = loader.active().model.item(code)
    return _title(item.attributes) if item else ""


def _title(attributes: Mapping[str, object]) -> str:
    column = _shelf(loader.active()).title
    value = attributes.get(column) if column else None
    return "" if value is None else str(value)


def operation_names() -> Mapping[str, str]:
    """Return the names of operations by their codes."""
    return loader.active().model.operation_names


def routings_of(code: str) -> list[KnownRouting]:
    """Return the routings that a known item has, with what the shop reported."""
    return loader.active().model.routings_of(code)


def attributes() -> dict[str, Attribute]:
    """Return the attributes of items as people read them."""
    return {
        each.name: words.attribute(each.name, each.label, is_number=each.is_number)
        for each in columns()
    }


def find(code: str) -> Item | None:
    """Return a known item, None when the active version does not know it."""
    return loader.active().model.item(code.strip())


def separated(codes: Iterable[str]) -> list[str]:
    """Return codes, those that were typed side by side apart.

    A code may hold blanks: only what is none, and has one among its parts, is taken apart.
    """
    found: list[str] = []
    for code in codes:
        parts = code.split()
        is_several = len(parts) > 1 and find(code) is None and any(map(find, parts))
        found += parts if is_several else [code]
    return list(dict.fromkeys(found))


_shelves: tuple[_Shelf, ...] = ()
"""Of the version that answers, and of the one that is about to."""


def prepare(loaded: loader.LoadedModel) -> None:
    """Work out what belongs to a version; servers do it before the version answers."""
    _shelf(loaded)


def _shelf(loaded: loader.LoadedModel) -> _Shelf:
    """Return what belongs to this version; two threads may work it out at once, to no harm."""
    global _shelves
    for shelf in _shelves:
        if shelf.version == loaded.identity:
            return shelf
    shelf = _make_shelf(loaded)
    _shelves = (shelf, *_shelves[:1])
    return shelf


def _make_shelf(loaded: loader.LoadedModel) -> _Shelf:
    attributes = attributes_of(loaded)
    codes = loaded.model.item_codes
    step = max(len(codes) // SAMPLE, 1)
    sample = (loaded.model.item(codes[place]) for place in range(0, len(codes), step))
    shown = columns_shown(attributes, (item for item in sample if item))
    title = title_column(columns_of(loaded).attributes)
    searched = (loaded.model.column(name) for name in dict.fromkeys((title, *SEARCHED)) if name)
    texts = tuple(ValueSearch(map(str, each.values), each.codes) for each in searched if each)
    return _Shelf(loaded.identity, CodeSearch(codes), texts, shown, title)
