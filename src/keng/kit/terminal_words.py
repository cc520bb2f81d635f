"""What a command says before Django is loaded, in the language of the terminal.

Vietnamese where LC_ALL, LC_MESSAGES or LANG says so and translations are compiled; else English.
"""

import gettext as catalogues
import os
from functools import cache
from pathlib import Path

_LOCALE = Path(__file__).parents[1] / "locale"


def gettext(sentence: str) -> str:
    """The sentence as whoever sits at this terminal reads it."""
    return _catalogue().gettext(sentence) if _is_vietnamese() else sentence


def _is_vietnamese() -> bool:
    """As POSIX has it: the first of these that is set counts."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    language = next((value for name in names if (value := os.environ.get(name))), "")
    return language.startswith("vi")


@cache
def _catalogue() -> catalogues.NullTranslations:
    return catalogues.translation("django", _LOCALE, languages=["vi"], fallback=True)
