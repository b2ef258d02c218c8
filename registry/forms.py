"""The form of the settings page, made from the declarations; the service does the checking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registry.iter_texts import WORDS
from registry.iter_training import SECTION_HELP, SECTION_LABELS, SECTIONS, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registry.setting_types import Setting


class SettingsForm(forms.Form):
    """All settings as somebody sees and types them, and why they change."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    comment = forms.CharField(label=_("Why"), max_length=500, required=False)

    def __init__(self, values: Mapping[str, Any], *args: Any, locked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, setting in SETTINGS.items():
            self.fields[name] = _field(setting, values[name], locked=locked)

    def typed(self) -> dict[str, dict[str, Any]]:
        """Return what was typed, by section; numbers as numbers where they are some."""
        tree: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
        for name, setting in SETTINGS.items():
            value = self.cleaned_data.get(name)
            joined = ",".join(value) if isinstance(value, list) else str(value or "")
            tree[setting.section][setting.field] = setting.kind.parse(joined)
        return tree

    def refuse(self, wrong: Mapping[str, str]) -> None:
        """Show what the service says about the fields."""
        for name, text in wrong.items():
            self.add_error(name if name in self.fields else None, text)

    def groups(self) -> Iterator[dict[str, Any]]:
        """Yield the sections, each with its fields."""
        for section, label in SECTION_LABELS.items():
            names = [name for name, each in SETTINGS.items() if each.section == section]
            yield {
                "id": section,
                "label": label,
                "help": SECTION_HELP[section],
                "fields": [self[name] for name in names],
                "has_errors": any(name in self.errors for name in names),
            }


def _field(setting: Setting, value: Any, *, locked: bool) -> forms.Field:
    """Return the field of a setting; it takes any text, which the service then checks."""
    usual: dict[str, Any] = {
        "label": setting.label,
        "help_text": setting.help,
        "initial": list(value) if isinstance(value, tuple) else value,
        "required": False,
        "disabled": locked,
    }
    words = _choices(setting)
    if setting.kind.widget == "flag":
        return forms.BooleanField(**usual)
    if setting.kind.widget == "words":
        return _AnyWords(**usual, widget=forms.CheckboxSelectMultiple(choices=words))
    if setting.kind.widget == "choice":
        return forms.CharField(**usual, widget=forms.Select(choices=words))
    mode = {"number": "numeric", "decimal": "decimal"}.get(setting.kind.widget, "text")
    return forms.CharField(**usual, widget=forms.TextInput(attrs={"inputmode": mode}))


def _choices(setting: Setting) -> list[tuple[str, str]]:
    """Return the words that a setting may be, each as people and as files say it."""
    called = WORDS.get(f"{setting.section}.{setting.field}", {})
    words: tuple[str, ...] = getattr(setting.kind, "words", ())
    return [(word, f"{called[word]} ({word})" if word in called else word) for word in words]


class _AnyWords(forms.Field):
    """Boxes of which any may be ticked."""

    def clean(self, value: Any) -> list[str]:
        """Take them as they are."""
        return [str(one) for one in value or []]


class ImportForm(forms.Form):
    """A file of settings."""

    file = forms.FileField(label=_("YAML file"))
