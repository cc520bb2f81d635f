"""Why a warning is taken back: fixed reasons for at once, and what words of one's own may hold."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from keng.language import house_style
from keng.language.fold import flatten
from keng.language.indicators import extract_flat
from keng.language.indicators.links import find_emails
from keng.language.number_check import compare_numbers
from keng.warnings.known_numbers import official_values
from keng.warnings.models import RecallReason
from keng.warnings.style import StyleLine

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from keng.places.models import Unit


def check_recall_words(words: str, unit: "Unit") -> list[StyleLine]:
    """What keeps these words from going out; what only should be better comes after it.

    They pass the checks of a warning, and stricter ones: nobody who reads why a warning was taken
    back has to open anything or to call a number that is no desk's.
    """
    found = [
        StyleLine("danger", line, "vi")
        for line in [*_link_sentences(words), *_number_sentences(words, unit)]
    ]
    for one in house_style.check_words_style(words):
        if one.level != "ok" and one.code != "link":
            sentence = _(house_style.STYLE_MESSAGES[one.code]) % one.params
            found.append(StyleLine("danger" if one.level == "stop" else "warn", sentence, "vi"))
    return found


def forbidden_in_recall(words: str, unit: "Unit") -> list[str]:
    """The sentences of what may not go out."""
    return [one.words for one in check_recall_words(words, unit) if one.tone == "danger"]


def recall_reason_words(reason: str, words: str) -> "str | _StrPromise":
    """What everybody reads: a fixed reason in the language of the reader, else the words."""
    return words if reason == RecallReason.OWN_WORDS else RecallReason(reason).label


def _link_sentences(words: str) -> list[str]:
    text = flatten(words)
    spans = [(one.start, one.end) for one in extract_flat(text) if one.type == "url"]
    spans += [(text.start(mail.start), text.end(mail.end)) for mail in find_emails(text)]
    return [
        _("“%(quote)s”: no link and no address has a place here") % {"quote": words[start:end]}
        for start, end in spans
    ]


def _number_sentences(words: str, unit: "Unit") -> list[str]:
    links = {one.start for one in extract_flat(flatten(words)) if one.type == "url"}
    return [
        _("“%(quote)s” is no number of this desk, of the one above it, or for emergencies")
        % {"quote": one.quote}
        for one in compare_numbers({"vi": {"reason": words}}, official_values(unit))
        if one.standing != "official" and words.find(one.quote) not in links
    ]
