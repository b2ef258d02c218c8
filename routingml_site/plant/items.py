"""Items as the ERP's master data shows them: what people wrote down of what the items are."""

from __future__ import annotations

from string import ascii_uppercase

import numpy as np
import pandas as pd

from routingml_site.plant import texts
from routingml_site.plant.attributes import Attributes
from routingml_site.plant.columns import ITEM_COLUMNS
from routingml_site.plant.designs import SERIES_COUNT, SERIES_SEAL
from routingml_site.plant.families import FAMILIES, SPARE_PARTS, UNDIVIDED
from routingml_site.plant.materials import MATERIALS
from routingml_site.plant.streams import Bools, Ints, Streams, pick, zipf
from routingml_site.plant.texts import Strings, blank

_PREFIXES = (
    ("SP", "U"),
    ("DB", "TD"),
    ("CT", "QC"),
    ("BX", "MB"),
    ("DG",),
    ("AG", "SG"),
)
_OTHER_SERIES = 275
_RAW = ("BAR", "PLATE", "FORGING", "CASTING", "PIPE", "PURCHASE")
_RAW_NAME = ("환봉", "판재", "단조", "주조", "파이프", "구매")
_COUNTRY = ("", "KR", "US", "JP", "SA", "CN", "DE")


def master_data(a: Attributes, streams: Streams) -> pd.DataFrame:
    """Return the item table without item codes, one row a design."""
    count = len(a)
    rng = streams.of("items")
    sized = rng.random(count) < 0.44
    columns: dict[str, object] = dict.fromkeys(ITEM_COLUMNS)
    columns |= _names(a, streams)
    columns |= _materials(a, streams)
    columns |= _dimensions(a, sized, streams)
    columns |= _seals(a, streams)
    columns |= _drawings(a, streams)
    columns |= _groups(a, streams)
    written = rng.random(count) < np.where(sized, 0.2, 0.85)
    columns["ITEM_SPEC"] = texts.specification(a, written, streams)
    columns["ADDITIONAL_SPEC"] = texts.additional(a, streams)
    return pd.DataFrame(columns, index=range(count)).drop(columns="ITEM_CD")


def series_codes() -> Strings:
    """Return the code of each seal series; its letters tell the kind of seal."""
    codes = []
    for number in range(SERIES_COUNT):
        prefixes = _PREFIXES[SERIES_SEAL[number]]
        tail = ("", "-A", "B", "-S", "T")[number % 5]
        codes.append(f"{prefixes[number % len(prefixes)]}{100 + number * 7 % 900}{tail}")
    return np.array(codes, dtype=object)


def part_codes() -> Strings:
    """Return the code of each part type: one a family, then the rare ones."""
    codes = [family.part for family in FAMILIES]
    owners = FAMILIES[len(UNDIVIDED) :]
    for number in range(SPARE_PARTS):
        part, nth = owners[number % len(owners)].part, number // len(owners)
        codes.append(f"{part}{ascii_uppercase[nth]}" if "#" in part else f"{part}#{nth + 3}")
    return np.array(codes, dtype=object)


def _lookup(values: tuple[str, ...] | list[str], at: Ints) -> Strings:
    return np.array(values, dtype=object)[at]


def _names(a: Attributes, streams: Streams) -> dict[str, object]:
    rng = streams.of("names")
    count = len(a)
    words = {n: f.words for n, f in enumerate(FAMILIES)}
    name = texts.choose(a.family, words, rng)
    series = blank(series_codes()[a.series], rng.random(count) < 0.82)
    return {
        "ITEM_NM": texts.uneven_case(texts.join([name, series], " "), rng),
        "PART_TYPE": blank(part_codes()[a.part], rng.random(count) < 0.004),
        "PartNm": blank(_lookup([f.name for f in FAMILIES], a.family), rng.random(count) < 0.03),
        "ITEM_SUFFIX": blank(
            _lookup(["A", "B", "C", "01", "02", "S", " "], pick(rng, zipf(7), count)),
            rng.random(count) < 0.3,
        ),
        "ITEM_ACCT": _lookup([f.account for f in FAMILIES], a.family),
        "ITEM_TYPE": _lookup(["M", "P", "m"], pick(rng, (0.62, 0.36, 0.02), count)),
        "ITEM_UNIT": _lookup(["EA", "SET", "ea", "PC"], pick(rng, (0.66, 0.16, 0.06, 0.12), count)),
        "ITEM_GRP1": _lookup([f.group for f in FAMILIES], a.family),
        "ITEM_GRP1NM": blank(
            _lookup([f.group_name for f in FAMILIES], a.family), rng.random(count) < 0.1
        ),
        "STANDARD_YN": np.where(
            rng.random(count) < 0.004,
            _lookup(["I", "S", "C", " "], rng.integers(4, size=count)),
            np.where(a.standard, "Y", "N"),
        ),
    }


def _materials(a: Attributes, streams: Streams) -> dict[str, object]:
    rng = streams.of("material names")
    count = len(a)
    code = texts.choose(a.material, {n: m.spellings for n, m in enumerate(MATERIALS)}, rng)
    other = texts.choose(a.rubber, {n: m.spellings[:1] for n, m in enumerate(MATERIALS)}, rng)
    mixed = np.isin(a.family, [0, 1]) & (rng.random(count) < 0.8) | (rng.random(count) < 0.02)
    described = texts.choose(a.material, {n: m.descriptions for n, m in enumerate(MATERIALS)}, rng)
    form = blank(_lookup(list(_RAW_NAME), a.raw), rng.random(count) < 0.7)
    described = texts.join([described, form], " ")
    plus = texts.join([code, blank(other, ~mixed)], "+")
    return {
        "ITEM_MATERIAL": np.where(
            rng.random(count) < 0.02, " ", blank(plus, rng.random(count) < 0.09)
        ),
        "MATERIAL_DESC": texts.uneven_case(blank(described, rng.random(count) < 0.3), rng),
        "RAW_MATL_KIND": blank(_lookup(list(_RAW), a.raw), rng.random(count) < 0.4),
        "RAW_MATL_KINDNM": blank(_lookup(list(_RAW_NAME), a.raw), rng.random(count) < 0.97),
    }


def _dimensions(a: Attributes, sized: Bools, streams: Streams) -> dict[str, object]:
    rng = streams.of("dimensions")
    count = len(a)
    scale = np.where(a.inches, 25.4, 1.0)
    empty = pick(rng, (0.91, 0.089, 0.001), count)
    columns: dict[str, object] = {}
    for name, values in (
        ("OUTDIAMETER", a.outside),
        ("INDIAMETER", a.inside),
        ("OUTTHICKNESS", a.thick),
    ):
        kept = sized & (rng.random(count) > 0.03)
        unknown = np.choose(empty, [np.nan, 0.0, 9999.0])
        columns[name] = np.where(kept, np.round(values / scale, 3), unknown)
    metric = _lookup(["MM", "mm"], (rng.random(count) < 0.05).astype(np.int64))
    imperial = _lookup(["INCH", "inch"], (rng.random(count) < 0.03).astype(np.int64))
    unit = np.where(a.inches, imperial, metric)
    unset = rng.random(count) < np.where(a.inches, 0.04, np.where(sized, 0.08, 0.94))
    columns["OUTDIAMETER_UNIT"] = blank(unit, unset)
    turn = pick(rng, (0.5, 0.25, 0.25), count)
    columns["ROTATE_CLOCKWISE"] = _lookup(["", "Y", "N"], turn)
    columns["ROTATE_CTRCLOCKWISE"] = blank(
        _lookup(["N", "Y"], rng.integers(2, size=count)), rng.random(count) < 0.76
    )
    return columns


def _seals(a: Attributes, streams: Streams) -> dict[str, object]:
    rng = streams.of("seals")
    count = len(a)
    codes = series_codes()
    assembled = a.made("bom", "kit")
    shaft = np.round(a.inside * 0.94)
    columns: dict[str, object] = {
        "SealTypeGrup": blank(codes[a.series], rng.random(count) < 0.84),
    }
    for side, share in (("IN", 0.88), ("MID", 0.06), ("OUT", 0.25)):
        there = rng.random(count) < np.where(assembled & (side == "IN"), 0.98, share)
        series = a.series if side == "IN" else pick(rng, zipf(_OTHER_SERIES), count)
        millimetres = ~a.inches & (rng.random(count) < 0.97)
        size = np.where(millimetres, shaft, np.round(shaft / 25.4, 3))
        known = there & (rng.random(count) < 0.8)
        columns[f"{side}_SEALTYPE_CD"] = blank(codes[series], ~there)
        columns[f"{side}_SEALSIZE"] = np.where(known, size, np.where(there, 0.0, np.nan))
        columns[f"{side}_SEALSIZE_UOM"] = blank(np.where(millimetres, "MM", "INCH"), ~known)
    return columns


def _drawings(a: Attributes, streams: Streams) -> dict[str, object]:
    rng = streams.of("drawings")
    count = len(a)
    serial = pd.Series(a.drawing + 10_000).astype(str).to_numpy(dtype=object)
    office = _lookup(["D", "KD", "S4-", "A3-"], a.drawing % 4)
    return {
        "DRAW_NO": blank(texts.join([office, serial], ""), rng.random(count) < 0.04),
        "DRAW_REV": _lookup(["0", "1", "2", "A", "B", ""], pick(rng, zipf(6), count)),
        "DRAW_SHEET_NO": _lookup(["1", "2", "1/2", "3", ""], pick(rng, zipf(5), count)),
    }


def _groups(a: Attributes, streams: Streams) -> dict[str, object]:
    rng = streams.of("groups")
    count = len(a)
    project = pick(rng, zipf(7800, 0.8), count)
    land = _lookup(list(_COUNTRY), project % len(_COUNTRY))
    number = pd.Series(project + 1000).astype(str).to_numpy(dtype=object)
    kind = a.series % 375
    return {
        "GROUP1": blank(texts.join([land, number], ""), rng.random(count) < 0.2),
        "GROUP2": blank(_lookup([f"G{n:03d}" for n in range(375)], kind), rng.random(count) < 0.3),
        "GROUP3": blank(_lookup(["X", "Y", "Z"], kind % 3), rng.random(count) < 0.99),
    }
