"""What people call the attributes of an item; an attribute without a word keeps the ERP's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

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


def attribute(name: str, erp_name: str) -> str:
    """Return what people call an attribute, in the language of the reader."""
    return str(ATTRIBUTES.get(name, erp_name))
