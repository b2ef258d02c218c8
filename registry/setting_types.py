"""The types that a setting may have: each checks a value and says in words what it expects."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _


class Unfit(ValueError):
    """A value that a setting cannot have; the text says what it can."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds, both included."""

    least: int
    most: int
    widget: ClassVar[str] = "number"

    def clean(self, value: Any) -> int:
        """Return the number.

        Raises:
            Unfit: when it is none, or out of bounds.
        """
        if isinstance(value, bool) or not isinstance(value, int):
            raise Unfit(self.expects())
        if not self.least <= value <= self.most:
            raise Unfit(self.expects())
        return value

    def parse(self, text: str) -> Any:
        """Read what somebody typed; what is no number stays text, for ``clean`` to refuse."""
        try:
            return int(text.replace(",", "").strip())
        except ValueError:
            return text

    def expects(self) -> str:
        """Say what it can be."""
        return _("Give a whole number from %(least)s to %(most)s.") % {
            "least": f"{self.least:,}",
            "most": f"{self.most:,}",
        }


@dataclass(frozen=True, slots=True)
class Number:
    """A number within bounds, both included."""

    least: float
    most: float
    widget: ClassVar[str] = "decimal"

    def clean(self, value: Any) -> float:
        """Return the number.

        Raises:
            Unfit: when it is none, or out of bounds.
        """
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Unfit(self.expects())
        if not (self.least <= value <= self.most and math.isfinite(value)):
            raise Unfit(self.expects())
        return float(value)

    def parse(self, text: str) -> Any:
        """Read what somebody typed; what is no number stays text, for ``clean`` to refuse."""
        try:
            return float(text.replace(",", "").strip())
        except ValueError:
            return text

    def expects(self) -> str:
        """Say what it can be."""
        return _("Give a number from %(least)s to %(most)s.") % {
            "least": f"{self.least:,g}",
            "most": f"{self.most:,g}",
        }


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    widget: ClassVar[str] = "flag"

    def clean(self, value: Any) -> bool:
        """Return it.

        Raises:
            Unfit: when it is neither.
        """
        if not isinstance(value, bool):
            raise Unfit(self.expects())
        return value

    def parse(self, text: str) -> Any:
        """Read a box of a form."""
        return text in ("on", "True")

    def expects(self) -> str:
        """Say what it can be."""
        return _("Give true or false.")


@dataclass(frozen=True, slots=True)
class Text:
    """A short word of somebody's own, such as the name of a column."""

    most: int
    widget: ClassVar[str] = "text"

    def clean(self, value: Any) -> str:
        """Return it without blanks around it.

        Raises:
            Unfit: when it is empty, too long, or not printable.
        """
        if not isinstance(value, str):
            raise Unfit(self.expects())
        text = value.strip()
        if not 1 <= len(text) <= self.most or not text.isprintable():
            raise Unfit(self.expects())
        return text

    def parse(self, text: str) -> Any:
        """Read what somebody typed."""
        return text

    def expects(self) -> str:
        """Say what it can be."""
        return _("Give a text of 1 to %(most)s characters.") % {"most": self.most}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]
    widget: ClassVar[str] = "choice"

    def clean(self, value: Any) -> str:
        """Return the word.

        Raises:
            Unfit: when it is another.
        """
        if not isinstance(value, str) or value not in self.words:
            raise Unfit(self.expects())
        return value

    def parse(self, text: str) -> Any:
        """Read what somebody chose."""
        return text

    def expects(self) -> str:
        """Say what it can be."""
        return _("Give one of %(words)s.") % {"words": ", ".join(self.words)}


@dataclass(frozen=True, slots=True)
class Words:
    """Some of some words, in the order in which they are declared."""

    words: tuple[str, ...]
    least: int = 0
    widget: ClassVar[str] = "words"

    def clean(self, value: Any) -> tuple[str, ...]:
        """Return the words, each once.

        Raises:
            Unfit: when there are others among them, or too few.
        """
        is_list = isinstance(value, list | tuple)
        if not is_list or not all(isinstance(one, str) and one in self.words for one in value):
            raise Unfit(self.expects())
        if len(set(value)) < self.least:
            raise Unfit(self.expects())
        return tuple(word for word in self.words if word in value)

    def parse(self, text: str) -> Any:
        """Read the boxes of a form, joined by commas."""
        return [word for word in text.split(",") if word]

    def expects(self) -> str:
        """Say what it can be."""
        words = {"words": ", ".join(self.words)}
        if self.least:
            return _("Give a list with at least one of %(words)s.") % words
        return _("Give a list of any of %(words)s.") % words


Kind = Whole | Number | Flag | Text | Choice | Words


@dataclass(frozen=True, slots=True)
class Setting:
    """One declared setting; ``stored_as`` is its name in a revision."""

    section: str
    field: str
    stored_as: str
    default: Any
    kind: Kind
    label: str | Promise
    help: str | Promise

    @property
    def name(self) -> str:
        """Its dotted name."""
        return f"{self.section}.{self.field}"
