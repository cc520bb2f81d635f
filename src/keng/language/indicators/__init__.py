"""Indicators in a tip, with their places: phones, bank accounts, web addresses, plates."""

import re
from itertools import pairwise

from keng.language.disguise import flatten_readable
from keng.language.fold import FlatText
from keng.language.indicators.far_east import letters_as_barriers
from keng.language.indicators.indicator import ContextRole, FoundSpan, Indicator, IndicatorKind
from keng.language.indicators.links import find_emails, find_links, is_own_site
from keng.language.indicators.numbers import find_numbers
from keng.language.indicators.plates import find_plates
from keng.language.indicators.roles import role_of

_FIGURE_OR_DOT = re.compile(r"[.0-9]")
_LISTED = re.compile(r"(?:[ ,;/&+()\-]|\b(?:va|voi|hoac)\b){1,6}")

_PICTURE_MARKS = re.compile("[\ufe0e\ufe0f\u20e3]{1,3}")

_Found = tuple[IndicatorKind, int, int, str]
__all__ = ["ContextRole", "Indicator", "IndicatorKind", "extract", "is_own_site"]


def extract(text: str) -> list[Indicator]:
    """All indicators, in the order of the text. Offsets are those of `text` as given."""
    return extract_flat(flatten_readable(text))


def extract_flat(text: FlatText) -> list[Indicator]:
    """The same for a text that is flat already."""
    if not (_FIGURE_OR_DOT.search(text.flat) or "cham" in text.flat or "dot" in text.flat):
        return []
    words, text = text, letters_as_barriers(text)
    left = _blanked(text.flat, find_emails(text))
    links = find_links(text, left)
    left = _blanked(left, links)
    plates = find_plates(text, left)
    left = _blanked(left, plates)
    spans: list[_Found] = [("url", *link) for link in links]
    spans += [("plate", *plate) for plate in plates]
    spans += [
        (number.type, number.start, number.end, number.value) for number in find_numbers(text, left)
    ]
    spans.sort(key=lambda span: span[1])
    return [
        Indicator(kind, value, text.start(start), _with_marks(text, end), role)
        for (kind, start, end, value), role in zip(spans, _roles(words, spans), strict=True)
    ]


def _with_marks(text: FlatText, end: int) -> int:
    """Where it ends as written, with the marks that make a key or a picture of its last digit."""
    at = text.end(end)
    marks = _PICTURE_MARKS.match(text.as_given, at)
    return marks.end() if marks else at


def _roles(text: FlatText, spans: list[_Found]) -> list[ContextRole]:
    """A role for each; members of one list ("0912… và 0987… gọi") share what one shows."""
    roles: list[ContextRole] = [
        role_of(kind, text.flat, start, end, value) for kind, start, end, value in spans
    ]
    listed = [
        earlier[0] == later[0] and bool(_LISTED.fullmatch(text.flat, earlier[2], later[1]))
        for earlier, later in pairwise(spans)
    ]
    for i, together in enumerate(listed):
        if together and roles[i + 1] == "unknown":
            roles[i + 1] = roles[i]
    for i in reversed(range(len(listed))):
        if listed[i] and roles[i] == "unknown" and roles[i + 1] == "used_in_offence":
            roles[i] = "used_in_offence"
    return roles


def _blanked(flat: str, spans: list[FoundSpan]) -> str:
    """The same length with a barrier where something was found, so that nothing reads across it."""
    kept, at = [], 0
    for span in sorted(spans):
        if span.end > at:
            kept += [flat[at : span.start], "\x00" * (span.end - max(span.start, at))]
            at = span.end
    return "".join([*kept, flat[at:]])
