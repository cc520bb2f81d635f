"""No password of the words that everybody here would try first (docs/decisions/0038)."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.language.fold import fold

# Without accents and blanks: what this product, its users, their work and their country are called.
TRIED_FIRST = (
    "keng",
    "congan",
    "canhsat",
    "congdan",
    "baocao",
    "tinbao",
    "canhbao",
    "trucban",
    "chihuy",
    "quantri",
    "anninh",
    "phuong",
    "huyen",
    "vietnam",
    "matkhau",
    "police",
    "officer",
    "password",
    "admin",
)
_LEAST_LEFT = 6
_NO_LETTER = re.compile(r"[^a-z]")


class WordsTriedFirst:
    """A validator of AUTH_PASSWORD_VALIDATORS: how much is left without these words."""

    def validate(self, password: str, user: Officer | None = None) -> None:
        """Raises ValidationError where they, with digits and signs, are nearly all of it."""
        own = fold(user.username).replace("-", ".").split(".") if user else []
        letters = _NO_LETTER.sub("", fold(password))
        left = letters
        words = [*TRIED_FIRST, *(part for part in own if len(part) > 1)]
        for word in sorted(words, key=len, reverse=True):
            left = left.replace(word, " ")
        if left != letters and len(left.replace(" ", "")) < _LEAST_LEFT:
            raise ValidationError(self.get_help_text(), code="words_tried_first")

    def get_help_text(self) -> str:
        """What Django asks of a validator."""
        return _("Whoever guesses would try these words first. Choose others.")
