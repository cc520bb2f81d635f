"""What a category is called in the reader's language, also in one that only has some pages."""

import re
from collections.abc import Iterable

from django.utils.translation import get_language, gettext

from keng.kit.languages import FULL_LANGUAGES
from keng.language.taxonomy import category_label

# Chinese has a colon of its own.
_EXAMPLES = re.compile("[:\uff1a]")


def category_choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Choices of a form, in the officer's language."""
    language = get_language() or "vi"
    return [(code, category_label(code, language)) for code in codes]


def label_for_reader(code: str) -> str:
    """From the table in Vietnamese and English, from the translations of its English otherwise.

    Examples after a colon help an officer to choose; of one report or number they may all be wrong.
    """
    language = get_language() or "vi"
    label = (
        category_label(code, language)
        if language in FULL_LANGUAGES
        else gettext(category_label(code, "en"))
    )
    return _EXAMPLES.split(label, maxsplit=1)[0]
