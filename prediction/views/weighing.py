"""Weight profiles on the result page: which one is chosen, and what it changed in the answer."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from prediction import loader
from prediction.core.comparison import Mark, compare
from prediction.core.weights import LARGEST, Group, Named, change, of_groups
from prediction.services import predictions
from registry import numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict
    from django.utils.functional import Promise

    from prediction.models import PredictionRequest
    from registry.core.routing import Prediction

AS_TRAINED, OWN = "as_trained", "own"
LABELS: Mapping[str, Promise] = {
    AS_TRAINED: gettext_lazy("As trained"),
    Named.GEOMETRY_FIRST: gettext_lazy("Geometry first"),
    Named.MATERIAL_FIRST: gettext_lazy("Material first"),
}
GROUPS: Mapping[Group, Promise] = {
    Group.GEOMETRY: gettext_lazy("Geometry"),
    Group.MATERIAL: gettext_lazy("Material"),
    Group.OTHER: gettext_lazy("Everything else"),
}
FACTORS = (0.0, 0.5, 1.0, 2.0, 3.0)
SHOWN_NEW = 3


@dataclass(frozen=True, slots=True)
class Weighing:
    """What the address says about weights: a profile's name, and own factors of the groups."""

    name: str = ""
    factors: Mapping[Group, float] = field(default_factory=dict)

    @classmethod
    def of(cls, given: QueryDict) -> Weighing:
        """Read the address; what makes no sense is taken as not said."""
        name = given.get("weights", "")
        if name == OWN:
            return cls(OWN, {each: _factor(given.get(each, "")) for each in Group})
        return cls(name if name in LABELS else "")

    def weights(self) -> dict[str, float] | None:
        """Return the factors, None for those that the question was asked with.

        Raises:
            RoutingMLError: no version is active.
        """
        if self.name == OWN:
            return of_groups(self.factors, predictions.attributes_of(loader.active()))
        if self.name == AS_TRAINED:
            return {}
        return predictions.weights_of(self.name) if self.name else None

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Return what a form on the page must send along to keep these weights."""
        if not self.name:
            return []
        return [("weights", self.name), *((each, f"{f:g}") for each, f in self.factors.items())]

    @property
    def profiles(self) -> list[tuple[str, Promise, bool]]:
        """Return the named profiles: address, label, and whether it is the chosen one."""
        return [(name, label, name == (self.name or AS_TRAINED)) for name, label in LABELS.items()]

    @property
    def groups(self) -> list[tuple[str, Promise, list[tuple[str, bool]]]]:
        """Return the groups with the factors that may be chosen for each."""
        return [
            (each.value, label, [(f"{f:g}", f == self.factors.get(each, 1.0)) for f in FACTORS])
            for each, label in GROUPS.items()
        ]

    @property
    def is_own(self) -> bool:
        """Whether the factors are the reader's own."""
        return self.name == OWN


@dataclass(frozen=True, slots=True)
class Weighed:
    """What weights changed: sentences, and the similar items that only they find."""

    sentences: list[str]
    new: frozenset[str]


def compared(
    row: PredictionRequest, place: int, weighted: Prediction, weights: Mapping[str, float] | None
) -> Weighed | None:
    """Return what the weights in force changed, None when they are the version's own.

    Raises:
        RoutingMLError: no version is active.
    """
    if not (predictions.weights_asked(row) if weights is None else weights):
        return None
    plain = predictions.reopen(row, place, {}).predictions
    return _told(plain[0], weighted) if plain else None


def _told(plain: Prediction, weighted: Prediction) -> Weighed:
    before = plain.candidates[0].jobs if plain.candidates else ()
    after = weighted.candidates[0].jobs if weighted.candidates else ()
    count = sum(step.mark is not Mark.SAME for step in compare(after, before))
    found = change(plain, weighted, count)
    said = [_proposal(count), _confidence(found.confidence, weighted.confidence)]
    said.append(_neighbours(weighted, found.neighbours))
    said.append(
        _("How sure an answer is, and its intervals, were measured with the version's own weights.")
    )
    return Weighed(said, found.neighbours)


def _proposal(count: int) -> str:
    if not count:
        return _("The proposed routing stays the same.")
    text = ngettext(
        "The proposed routing changes in %(count)d operation.",
        "The proposed routing changes in %(count)d operations.",
        count,
    )
    return text % {"count": count}


def _confidence(before: float, after: float) -> str:
    told = {"before": numbers.sure(before), "after": numbers.sure(after)}
    return _("%(before)s sure as trained, %(after)s with these weights.") % told


def _neighbours(weighted: Prediction, new: frozenset[str]) -> str:
    if not new:
        return _("The similar items stay the same.")
    named = [each.item for each in weighted.neighbours if each.item in new]
    told = {
        "count": len(named),
        "all": len(weighted.neighbours),
        "named": ", ".join(named[:SHOWN_NEW]) + (" …" if len(named) > SHOWN_NEW else ""),
    }
    return _("%(count)d of %(all)d similar items are others now: %(named)s.") % told


def _factor(text: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        return 1.0
    return min(factor, LARGEST) if math.isfinite(factor) and factor >= 0 else 1.0
