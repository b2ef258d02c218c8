"""What a password may not contain besides what Django's own validators know."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class ContextWordsValidator:
    """Refuses the words that somebody who guesses at this product, at this plant, begins with."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = tuple(words)

    def validate(self, password: str, user: object = None) -> None:
        """Refuse a password with one of the words in it, whatever its case."""
        for word in self.words:
            if word.casefold() in password.casefold():
                raise ValidationError(
                    _("The password may not contain “%(word)s”: whoever guesses begins with it."),
                    code="context_word",
                    params={"word": word},
                )

    def get_help_text(self) -> str:
        """Say which words."""
        return _("Your password may not contain: %(words)s.") % {"words": ", ".join(self.words)}
