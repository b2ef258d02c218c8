"""What people call the attributes of an item; an attribute without a word keeps the ERP's name."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import Promise

ATTRIBUTES: dict[str, Promise] = {
    "ITEM_NM": _("Item name"),
    "ITEM_NM_ENG": _("Item name in English"),
    "PART_TYPE": _("Part type"),
    "PartNm": _("Part name"),
    "ITEM_SUFFIX": _("Item suffix"),
    "ITEM_SPEC": _("Specification"),
    "ADDITIONAL_SPEC": _("Additional specification"),
    "ITEM_MATERIAL": _("Material"),
    "MATERIAL_DESC": _("Material in words"),
    "ITEM_ACCT": _("Item account"),
    "ITEM_TYPE": _("Item type"),
    "ITEM_UNIT": _("Stock unit"),
    "ITEM_GRP1": _("Item group"),
    "ITEM_GRP1NM": _("Name of the item group"),
    "STANDARD_YN": _("Standard item (Y/N)"),
    "GROUP1": _("Group 1"),
    "GROUP2": _("Group 2"),
    "GROUP3": _("Group 3"),
    "DRAW_NO": _("Drawing number"),
    "DRAW_REV": _("Drawing revision"),
    "DRAW_SHEET_NO": _("Drawing sheet"),
    "DRAW_USE": _("Use of the drawing"),
    "OUTDIAMETER": _("Outer diameter"),
    "INDIAMETER": _("Inner diameter"),
    "OUTTHICKNESS": _("Thickness"),
    "OUTDIAMETER_UNIT": _("Unit of the sizes"),
    "ROTATE_CLOCKWISE": _("Turns clockwise"),
    "ROTATE_CTRCLOCKWISE": _("Turns counter-clockwise"),
    "SealTypeGrup": _("Seal type group"),
    "IN_SEALTYPE_CD": _("Inner seal type"),
    "IN_SEALSIZE": _("Inner seal size"),
    "IN_SEALSIZE_UOM": _("Unit of the inner seal size"),
    "MID_SEALTYPE_CD": _("Middle seal type"),
    "MID_SEALSIZE": _("Middle seal size"),
    "MID_SEALSIZE_UOM": _("Unit of the middle seal size"),
    "OUT_SEALTYPE_CD": _("Outer seal type"),
    "OUT_SEALSIZE": _("Outer seal size"),
    "OUT_SEALSIZE_UOM": _("Unit of the outer seal size"),
    "RAW_MATL_KIND": _("Kind of raw material"),
    "RAW_MATL_KINDNM": _("Raw material in words"),
}

YES_OR_NO = frozenset({"STANDARD_YN", "ROTATE_CLOCKWISE", "ROTATE_CTRCLOCKWISE"})
SPOKEN: dict[str, Promise] = {
    "Y": pgettext_lazy("value", "yes"),
    "N": pgettext_lazy("value", "no"),
}
MOST_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute as people read it; the ERP's name is kept where it is another one."""

    name: str
    word: str
    erp_name: str = ""
    is_number: bool = False

    def value(self, told: object) -> str:
        """Return a value as people write it: yes and no, no idle digits, empty for a blank."""
        if told is None or (isinstance(told, float) and not math.isfinite(told)):
            return ""
        text = str(told).strip()
        if self.name in YES_OR_NO:
            return str(SPOKEN.get(text.upper(), text))
        return _number(text) if self.is_number else text


def attribute(name: str, erp_name: str, *, is_number: bool = False) -> Attribute:
    """Return an attribute in the language of the reader."""
    word = str(ATTRIBUTES.get(name, erp_name))
    return Attribute(name, word, erp_name if word != erp_name else "", is_number)


def _number(text: str) -> str:
    try:
        number = round(float(text), MOST_DIGITS)
    except ValueError:
        return text
    whole, _point, part = f"{number:.{MOST_DIGITS}f}".rstrip("0").partition(".")
    return number_format(number, len(part)) if part else whole
