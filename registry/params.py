"""Every runtime parameter, declared once; form, API, defaults and checks derive from this table.

A parameter takes effect in a running server without a restart, and its every change is a revision.
What a site decides once, at installation, is a setting instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from registry.core.errors import BadInput

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Value = int | str


class InvalidParameter(BadInput):
    """A runtime parameter is unknown, or was given a value that it cannot have."""

    code = "invalid_parameter"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One runtime parameter.

    Attributes:
        name: what scripts and code call it.
        label: what people call it.
        help: what it does, in one sentence.
        default: its value while nobody has changed it.
        setting: the setting that gives the default instead, empty when there is none.
        least, most: bounds of a whole number, both included.
        choices: the words it may be, for one that is a word.
    """

    name: str
    label: str | _StrPromise
    help: str | _StrPromise
    default: Value
    setting: str = ""
    least: int = 0
    most: int = 0
    choices: tuple[tuple[str, str | _StrPromise], ...] = ()

    def clean(self, value: Any) -> Value:
        """Return ``value`` when the parameter can have it.

        Raises:
            InvalidParameter: when it cannot.
        """
        words = [word for word, _label in self.choices]
        if words:
            if value in words:
                return str(value)
            raise self._refusal(value, "one of " + ", ".join(words))
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if is_whole and self.least <= value <= self.most:
            return int(value)
        raise self._refusal(value, f"a whole number from {self.least} to {self.most}")

    def _refusal(self, value: Any, expected: str) -> InvalidParameter:
        return InvalidParameter(
            f"{self.name} cannot be {value!r}: expected {expected}.", parameter=self.name
        )


ABSTAIN_BY_VERSION = "version"
ABSTAIN_NEVER = "never"

PARAMETERS = (
    Parameter(
        name="prediction_cache_size",
        label=_("Answers kept"),
        help=_("How many answers are kept in memory; 0 keeps none."),
        default=1000,
        setting="PREDICTION_CACHE_SIZE",
        most=1_000_000,
    ),
    Parameter(
        name="prediction_cache_seconds",
        label=_("Seconds an answer is kept"),
        help=_("After this time an answer is worked out again; 0 keeps none."),
        default=3600,
        setting="PREDICTION_CACHE_SECONDS",
        most=7 * 24 * 60 * 60,
    ),
    Parameter(
        name="top_k",
        label=_("Candidates in an answer"),
        help=_("How many routings an answer proposes when the question does not say."),
        default=5,
        least=1,
        most=50,
    ),
    Parameter(
        name="abstention",
        label=_("Answers that need a planner"),
        help=_("Whether an unsure answer is marked as one for a planner to decide."),
        default=ABSTAIN_BY_VERSION,
        choices=(
            (ABSTAIN_BY_VERSION, _("Mark them by the limit that the version measured")),
            (ABSTAIN_NEVER, _("Mark none")),
        ),
    ),
)

BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}


def parameter(name: str) -> Parameter:
    """Return the parameter of a name.

    Raises:
        InvalidParameter: when there is none.
    """
    try:
        return BY_NAME[name]
    except KeyError:
        known = ", ".join(BY_NAME)
        raise InvalidParameter(
            f"There is no parameter {name!r}. There are: {known}.", parameter=name
        ) from None
