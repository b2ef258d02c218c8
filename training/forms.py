"""The form that starts a training, and the filter of the history."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registry.kinds import KINDS
from registry.models import JobState
from training import wording
from training.core.specs import BOOSTING
from training.services import starts
from training.services.starts import Strategy

EVERY = ""


class StartForm(forms.Form):
    """What to train; everything may be left as it is."""

    strategy = forms.ChoiceField(
        label=_("What to do"),
        choices=[
            (str(Strategy.FULL), _("Learn everything anew")),
            (str(Strategy.INCREMENTAL), _("Add new items to the active version")),
        ],
        initial=str(Strategy.FULL),
    )
    sample_size = forms.IntegerField(
        label=_("Newest routed items only"),
        required=False,
        min_value=1,
        max_value=2_000_000_000,
        help_text=_("Left empty: all of them."),
    )
    version_name = forms.CharField(
        label=_("Name of the version"),
        required=False,
        max_length=40,
        help_text=_("Such as 2026.11.21_1. Left empty: the next free one of the day."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    candidates = forms.MultipleChoiceField(
        label=_("Ways to learn times that compete with the present one"),
        required=False,
        choices=[(name, text) for name, text in wording.CANDIDATES.items() if name != BOOSTING],
        initial=starts.competing_by_default,
        help_text=_("None chosen: times are learned as before, and the training is shorter."),
        widget=forms.CheckboxSelectMultiple,
    )
    dry_run = forms.BooleanField(label=_("Dry run: measure, but keep no version"), required=False)

    def clean(self) -> dict[str, Any]:
        """Leave out the candidates where nothing is learned: they are chosen beforehand."""
        given = super().clean() or {}
        if given.get("strategy") == Strategy.INCREMENTAL:
            given["candidates"] = []
        return given


class HistoryFilter(forms.Form):
    """Which jobs the history shows."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[(EVERY, _("every state")), *JobState.choices]
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(name, kind.label) for name, kind in KINDS.items()]
        self.fields["kind"].choices = [(EVERY, _("every kind")), *kinds]  # type: ignore[attr-defined]  # the field is a ChoiceField

    def wish(self) -> tuple[str, str]:
        """Return kind and state; what makes no sense is taken as not said."""
        self.is_valid()
        return self.cleaned_data.get("kind", EVERY), self.cleaned_data.get("state", EVERY)
