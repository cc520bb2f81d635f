"""What a category is called in the reader's language, also in one that only has some pages."""

from django.utils.translation import get_language, gettext

from keng.kit.languages import FULL_LANGUAGES
from keng.language.taxonomy import category_label


def label_for_reader(code: str) -> str:
    """From the table in Vietnamese and English, from the translations of its English otherwise."""
    language = get_language() or "vi"
    return (
        category_label(code, language)
        if language in FULL_LANGUAGES
        else gettext(category_label(code, "en"))
    )
