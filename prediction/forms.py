"""Ways of asking: one code, a list of codes, an item described column by column, a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from prediction import words
from prediction.core.asking import LONGEST_CODE
from prediction.core.writers import TableFormat, called
from prediction.services.batch_jobs import ENDINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prediction.core.describing import ColumnShown

BETWEEN_CODES = re.compile(r"[\n\r\t,;]+")


class CodeForm(forms.Form):
    """An item that the version or the ERP knows."""

    code = forms.CharField(
        label=_("Item code"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(
            attrs={
                "list": "known-items",
                "autocomplete": "off",
                "autofocus": True,
                "data-search": "",
            }
        ),
    )
    leave_out = forms.BooleanField(
        label=_("Answer as if the item had no routing yet"), required=False
    )


class CodesForm(forms.Form):
    """Several items at once."""

    codes = forms.CharField(
        label=_("Item codes"),
        help_text=_("One a line, or separated by commas. A column copied from Excel works."),
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
    )
    leave_out = forms.BooleanField(
        label=_("Answer as if the items had no routing yet"), required=False
    )

    def clean_codes(self) -> list[str]:
        """Return the codes, each once, in the order given."""
        found = [code.strip() for code in BETWEEN_CODES.split(self.cleaned_data["codes"])]
        codes = list(dict.fromkeys(code for code in found if code))
        if not codes:
            raise forms.ValidationError(_("There is no code in this list."))
        return codes


class FileForm(forms.Form):
    """A file of items, by code or described."""

    file = forms.FileField(
        label=_("File with items"),
        help_text=_(
            "CSV, Excel or Parquet, with the columns of the item master. A file with nothing but"
            " item codes works too."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(ENDINGS)}),
    )
    format = forms.ChoiceField(
        label=_("The answer as"),
        choices=[(each.value, called(each)) for each in TableFormat],
        initial=TableFormat.XLSX.value,
    )
    leave_out = forms.BooleanField(
        label=_("Answer as if the items had no routing yet"), required=False
    )


class DescribeForm(forms.Form):
    """An item that nobody knows yet, by the columns of the active version's profile."""

    ITEM_CD = forms.CharField(
        label=_("Item code"),
        required=False,
        max_length=LONGEST_CODE,
        help_text=_("May be left out while the item has none."),
    )

    def __init__(self, *args: Any, columns: Sequence[ColumnShown], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = columns
        for column in columns:
            told = self.data.get(column.name) or (self.initial or {}).get(column.name)
            self.fields[column.name] = _field(column, str(told or ""))

    def clean(self) -> dict[str, Any]:
        """Insist on at least one value."""
        values: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(values.get(column.name) for column in self.columns):
            raise forms.ValidationError(_("Fill at least one field that describes the item."))
        return values

    def record(self) -> dict[str, object]:
        """Return what was filled, under canonical names."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def usual(self) -> list[forms.BoundField]:
        """Fields that most items have."""
        return [self[column.name] for column in self.columns if column.usual]

    @property
    def unusual(self) -> list[forms.BoundField]:
        """Fields that few items have."""
        return [self[column.name] for column in self.columns if not column.usual]


def _field(column: ColumnShown, told: str) -> forms.Field:
    """Return the field of a column; a unit that is ``told`` can be chosen, however it is spelt."""
    named = words.attribute(column.name, column.label)
    shown: dict[str, Any] = {"label": named.word, "help_text": named.erp_name, "required": False}
    if column.is_unit:
        rare = [told] if told and told not in column.choices else []
        known = [(each, each) for each in (*column.choices, *rare)]
        return forms.ChoiceField(choices=[("", _("millimetres (not said)")), *known], **shown)
    attrs: dict[str, str] = {"autocomplete": "off"}
    if column.is_number:
        attrs["inputmode"] = "decimal"
    if column.choices:
        attrs["list"] = f"choices-{column.name}"
    return forms.CharField(
        max_length=settings.PREDICTION_MAX_TEXT, widget=forms.TextInput(attrs=attrs), **shown
    )
