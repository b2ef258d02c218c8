"""How people write down what an item is: mixed language, uneven case, any order."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from routingml_site.plant.attributes import Attributes, Coating, Grade, Holes, Proof
from routingml_site.plant.materials import MATERIALS
from routingml_site.plant.streams import Bools, Floats, Ints, Streams, pick

Strings = npt.NDArray[np.object_]

_COATING: dict[int, tuple[str, ...]] = {
    Coating.TC: (
        "TC COATING",
        "T.C COATING",
        "HVOF WC",
        "텅스텐카바이드 코팅",
        "T/C코팅",
        "WC COAT",
    ),
    Coating.STELLITE: (
        "HARD FACING STELLITE",
        "STELLITE #6",
        "스텔라이트 육성",
        "H/F STELLITE",
        "STL OVERLAY",
    ),
    Coating.NICKEL: ("ENP", "무전해 니켈", "ELECTROLESS NI"),
    Coating.CHROME: ("HARD CHROME", "경질크롬도금", "HCR PLATING", "Cr도금"),
    Coating.DLC: ("DLC", "DLC COATING", "D.L.C 코팅", "DIAMOND LIKE CARBON"),
}
_HOLES: dict[int, tuple[str, ...]] = {
    Holes.TAPS: ("4-M8 TAP", "TAP HOLE", "6-M10탭", "탭가공", "2-M6 TAP", "W/TAP"),
    Holes.PORTS: (
        "FLUSH PORT",
        "PT1/2 PORT",
        "VENT/DRAIN",
        "Q/D PORT 3/4NPT",
        "플러싱 포트",
        "F,Q,D HOLE",
    ),
}
_KEYWAY = {1: ("KEYWAY", "키홈", "KEY WAY", "K/WAY", "SLOT 키")}
_PROOF: dict[int, tuple[str, ...]] = {
    Proof.PENETRANT: ("NDE/PT", "PT 검사", "P.T", "LIQUID PENETRANT", "침투탐상"),
    Proof.RADIOGRAPH: ("NDE/RT", "RT 100%", "방사선투과", "R.T"),
}
_GRADE: dict[int, tuple[str, ...]] = {
    Grade.API: ("API 682", "API682 4TH", "api 682", "고압 API 682", "API-682 CAT.2"),
    Grade.NUCLEAR: ("Q-CLASS", "원자력 Q-CLASS", "NUCLEAR", "NUCLEAR Q-CLASS", "KEPIC 원자력"),
    Grade.MARINE: ("KR CLASS", "선급", "ABS", "DNV 선급검사", "MARINE"),
    Grade.CLEAN: ("OXYGEN CLEAN", "탈지 요망", "OXYGEN CLEAN 탈지", "OXY. CLEAN"),
}
_IDLE = (
    "REV.A 참조",
    "도면참조",
    "SEE DWG",
    "긴급",
    "TOL ±0.05",
    "일반공차",
    "AS PER DWG",
    "C0.5",
    "RA 0.8",
    "전체가공",
    "샘플",
    "대체품",
    "구도면",
    "W/O NAME PLATE",
    "ORDER 확인",
    "기존동일",
    "특이사항 없음",
    "STD",
)
_SIZES = (
    "OD{} x ID{} x {}T",
    "Ø{}/Ø{}*{}t",
    "{}X{}X{}",
    "외경{} 내경{} 두께{}",
    "D{}xd{}xL{}",
    "OD {} ID {} L={}",
)
_BAR = ("HYDRO TEST {} BAR", "hydro {}bar", "수압 {}BAR", "T.P {} BAR", "시험압력 {} bar")


def choose(codes: Ints, words: Mapping[int, tuple[str, ...]], rng: np.random.Generator) -> Strings:
    """Return one of the words for each code, ``None`` where the code has none."""
    text: Strings = np.full(len(codes), None, dtype=object)
    drawn = rng.random(len(codes))
    for code, options in words.items():
        rows = np.flatnonzero(codes == code)
        liked = (drawn[rows] ** 3 * len(options)).astype(np.int64)
        text[rows] = np.array(options, dtype=object)[liked]
    return text


def blank(text: Strings, where: Bools) -> Strings:
    """Return the text without some of its rows."""
    left = text.astype(object)
    left[where] = None
    return left


def join(parts: list[Strings], separator: str) -> Strings:
    """Join texts row by row, leaving out what is missing; ``None`` where all are."""
    arrays = [pa.array(part, pa.string()) for part in parts]
    # pyarrow drops a row in which every part is null, so the last part of such a row is "".
    empty = np.logical_and.reduce([np.asarray(array.is_null()) for array in arrays])
    arrays[-1] = pc.if_else(pa.array(empty), "", arrays[-1])
    joined = pc.binary_join_element_wise(*arrays, separator, null_handling="skip")
    text = strings(joined)
    return blank(text, text == "")


def number(values: Floats, digits: int = 1) -> Strings:
    """Write numbers as people do: no trailing zeros."""
    return strings(pc.cast(pa.array(np.round(values, digits)), pa.string()))


def shuffled(parts: list[Strings], rng: np.random.Generator) -> Strings:
    """Join the parts of each row in one of several orders and with one of several separators."""
    count = len(parts[0])
    separators = (" ", " ", ", ", "/", "  ", " - ")
    orders = [rng.permutation(len(parts)) for _ in range(4)]
    style = rng.integers(len(orders) * len(separators), size=count)
    text: Strings = np.full(count, None, dtype=object)
    for which, (order, separator) in enumerate(product(orders, separators)):
        rows = np.flatnonzero(style == which)
        text[rows] = join([parts[p][rows] for p in order], separator)
    return text


def uneven_case(text: Strings, rng: np.random.Generator) -> Strings:
    """Write some rows in lower case, some capitalised, some with blanks around them."""
    array = pa.array(text, pa.string())
    style = pick(rng, (0.8, 0.1, 0.05, 0.035, 0.015), len(text))
    lower, title = strings(pc.utf8_lower(array)), strings(pc.utf8_title(array))
    spaced = join([text, np.full(len(text), "", dtype=object)], " ")
    tight = strings(pc.replace_substring(array, " ", ""))
    return np.asarray(np.choose(style, [text, lower, title, spaced, tight]), dtype=object)


def strings(array: pa.Array) -> Strings:
    """Return an Arrow array of texts as Python strings, ``None`` where missing."""
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=object)


def size_text(a: Attributes, rng: np.random.Generator) -> Strings:
    """Write the dimensions in one of the ways the drawing office uses."""
    scale = np.where(a.inches, 25.4, 1.0)
    d, i, t = (number(v / scale, 3) for v in (a.outside, a.inside, a.thick))
    style = pick(rng, (0.3, 0.2, 0.2, 0.08, 0.12, 0.1), len(a))
    text: Strings = np.full(len(a), None, dtype=object)
    for way, pattern in enumerate(_SIZES):
        rows = np.flatnonzero(style == way)
        around = [np.full(len(rows), words, dtype=object) for words in pattern.split("{}")]
        woven = [around[0], d[rows], around[1], i[rows], around[2], t[rows], around[3]]
        text[rows] = join(woven, "")
    inch = blank(np.full(len(a), '"', dtype=object), ~a.inches)
    return join([text, inch], "")


def specification(a: Attributes, sized: Bools, streams: Streams) -> Strings:
    """Write ITEM_SPEC: dimensions, coatings, holes, mixed with words that mean nothing."""
    rng = streams.of("specification")
    idle = np.array(_IDLE, dtype=object)[rng.integers(len(_IDLE), size=len(a))]
    material = np.array([m.code for m in MATERIALS], dtype=object)[a.material]
    parts = [
        blank(size_text(a, rng), ~sized),
        choose(a.coating, _COATING, rng),
        choose(a.holes, _HOLES, rng),
        choose(a.keyway.astype(np.int64), _KEYWAY, rng),
        blank(idle, rng.random(len(a)) < 0.88),
        blank(material, rng.random(len(a)) < 0.85),
    ]
    return uneven_case(shuffled(parts, rng), rng)


def additional(a: Attributes, streams: Streams) -> Strings:
    """Write ADDITIONAL_SPEC: the customer's grade, tests, pressure, and idle remarks."""
    rng = streams.of("additional")
    idle = np.array(_IDLE, dtype=object)[rng.integers(len(_IDLE), size=len(a))]
    patterns = {bar: tuple(p.format(bar) for p in _BAR) for bar in np.unique(a.bar).tolist() if bar}
    parts = [
        choose(a.grade, _GRADE, rng),
        choose(a.proof, _PROOF, rng),
        choose(a.bar, patterns, rng),
        blank(idle, rng.random(len(a)) < 0.6),
    ]
    return uneven_case(shuffled(parts, rng), rng)
