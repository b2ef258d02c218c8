"""What somebody asks for, before the model sees it: items found by code, items described.

Every position of a request ends as an item or as an error with the reason; nothing is dropped in
silence.  Text is made storable (no NUL, no half characters) and bounded.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry.core.routing import Item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from registry.core.columns import TableMap

UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
LONGEST_CODE = 200
LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class ItemError:
    """Why an item has no answer."""

    item: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One position of a request: an item, or the reason why there is none."""

    code: str
    item: Item | None = None
    error: ItemError | None = None
    by_code: bool = False


def named(codes: Iterable[str], find: Callable[[str], Item | None]) -> list[Asked]:
    """Look up items by their codes; an unknown one becomes an error.

    Parameters
    ----------
    codes
        Item codes, as typed.
    find
        Returns the item of a code, None when there is none.
    """
    found = []
    for raw in codes:
        code = storable(raw).strip()
        item = find(code) if code else None
        error = None if item else unknown(code)
        known = item.code if item else code[:LONGEST_CODE]
        found.append(Asked(known, item, error, by_code=True))
    return found


def unknown(code: str) -> ItemError:
    """Return the error of a code that nobody knows."""
    if not code:
        return ItemError("", "no_item_code", "An item code is blank.")
    shown = code[:LONGEST_CODE]
    message = f"Item {shown} is not known: check the code, or describe the item instead."
    return ItemError(shown, "unknown_item", message)


def described(items: Iterable[Item], longest_text: int) -> list[Asked]:
    """Take items as they are described, after a look at their codes and texts.

    Parameters
    ----------
    items
        Items with raw attribute values.
    longest_text
        Characters that a value may have.
    """
    return [_described(item, longest_text) for item in items]


def again(stored: Mapping[str, Any], find: Callable[[str], Item | None]) -> Asked:
    """Take one position of a stored request; attributes that were not kept are looked up.

    Parameters
    ----------
    stored
        ``{"ITEM_CD", "attributes"}`` as ``asked_as_json`` wrote it.
    find
        Returns the item of a code, None when there is none.
    """
    code, attributes = stored["ITEM_CD"], stored["attributes"]
    if attributes is None:
        return named([code], find)[0]
    return Asked(code, Item(code, attributes))


def for_later(codes: Iterable[str], items: Iterable[Item]) -> list[dict[str, Any]]:
    """Return a question as JSON can hold it, for ``asked_later``."""
    told: list[dict[str, Any]] = []
    told += [{"ITEM_CD": storable(code), "attributes": None} for code in codes]
    for item in items:
        attributes = {storable(name): plain(value) for name, value in item.attributes.items()}
        told.append({"ITEM_CD": storable(item.code), "attributes": attributes})
    return told


def asked_later(stored: Iterable[Mapping[str, Any]]) -> tuple[list[str], list[Item]]:
    """Return the codes and the described items of a question that was kept."""
    kept = list(stored)
    codes = [one["ITEM_CD"] for one in kept if one["attributes"] is None]
    told = [one for one in kept if one["attributes"] is not None]
    return codes, [Item(one["ITEM_CD"], one["attributes"]) for one in told]


def items_of(
    records: Sequence[Mapping[str, object]], columns: TableMap
) -> tuple[list[Item], list[str]]:
    """Turn records under ERP or canonical column names into items.

    Parameters
    ----------
    records
        One mapping of column names (any case) to values for each item.
    columns
        The item columns of the profile that the version was trained with.

    Returns
    -------
    items
        One item a record; one without a code is called ``NEW-1`` by its place.
    ignored
        Names that no column answers to.
    """
    names = {column.source.casefold(): column.name for column in columns}
    names |= {column.name.casefold(): column.name for column in columns}
    ignored: dict[str, None] = {}
    items = []
    for place, record in enumerate(records, start=1):
        attributes: dict[str, object] = {}
        for told, value in record.items():
            name = names.get(told.strip().casefold())
            if name is None:
                ignored[storable(told)] = None
            else:
                attributes[name] = value
        code = attributes.pop("ITEM_CD", None)
        items.append(Item(f"NEW-{place}" if code in (None, "") else _code(code), attributes))
    return items, list(ignored)


def storable(text: str) -> str:
    """Replace the characters that databases refuse."""
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def plain(value: object) -> object:
    """Return a value as JSON can hold it: what is not a finite number or text is None or text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return storable(str(value))


def _code(value: object) -> str:
    """Return an item code as text: a program may send ``1001`` or ``1001.0`` for ``"1001"``."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _described(item: Item, longest_text: int) -> Asked:
    code = storable(item.code).strip()
    error = _complaint(code, item.attributes, longest_text)
    if error:
        return Asked(code[:LONGEST_CODE], error=ItemError(code[:LONGEST_CODE], *error))
    attributes = {storable(name): _bounded(value) for name, value in item.attributes.items()}
    return Asked(code, Item(code, attributes))


def _bounded(value: object) -> object:
    """Return text that can be stored and numbers that fit a float."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, int) and abs(value) > LARGEST:
        return math.inf if value > 0 else -math.inf
    return value


def _complaint(
    code: str, attributes: Mapping[str, object], longest_text: int
) -> tuple[str, str] | None:
    if not code:
        return "no_item_code", "The item has no ITEM_CD."
    if len(code) > LONGEST_CODE:
        message = f"ITEM_CD has {len(code):,} characters: at most {LONGEST_CODE}."
        return "item_code_too_long", message
    for name, value in attributes.items():
        if isinstance(value, str) and len(value) > longest_text:
            message = f"{name} has {len(value):,} characters: at most {longest_text:,}."
            return "text_too_long", message
    return None
