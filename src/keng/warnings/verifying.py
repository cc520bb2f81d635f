"""Is this warning real? From whatever somebody pastes to the text published under its code.

People copy whole messages. So the code is looked for in all of it, and what was pasted with it is
compared with what was published, number by number and link by link: a true code under a changed
text proves nothing. And a code copied badly is not called false while a real one is so near.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet

from keng.delivery.models import DispatchText
from keng.kit import times
from keng.kit.codes import WORDLESS_ALPHABET, wordless_code
from keng.language.fold import flatten
from keng.language.indicators import extract
from keng.language.indicators.addresses import shown_link
from keng.warnings.models import VerifyCode, Version
from keng.warnings.outgoing_text import date_words, warning_url
from keng.warnings.verify_codes import VERIFY_LENGTH

LONGEST_PASTED = 8000
# Looked for in one question to the database: a true code may stand behind many numbers of a text.
_MOST_CODES = 200
# Compared with what was published under them; a correction names one more. And taken for a slip.
_MOST_COMPARED = 20
_MOST_NEAR = 3
# Whoever pastes no more than this beside the code has pasted no message.
_FEW_WORDS = 8
# With the letters read as digits; each place is tried, so that a word before it hides none.
_LETTER = f"[{WORDLESS_ALPHABET}OIL]"
_CODE = re.compile(
    rf"(?<!\w)(?<!\w-)(?=({_LETTER}{{3}}[- ]?{_LETTER}{{3}})(?!-?\w))", re.IGNORECASE
)
# As it is printed: in a long text two short words after each other are none.
_PRINTED = re.compile(r"(?<!\w)(?<!\w-)[0-9A-Z]{3}-[0-9A-Z]{3}(?!-?\w)")
# What may be meant as a code, though a character of it is lost, wrong or too many.
_ALMOST = re.compile(r"(?<!\w)(?=([0-9A-Z]{1,5}-[0-9A-Z]{1,5}|[0-9A-Z]{5,7})(?!\w))")
_NUMBER = re.compile(r"\+?\d(?:[ .\-]{0,2}\d)*")
_SHORTEST_NUMBER = 3
# Words of digits and of letters that look like one.
_DIGITS_AND_LOOK_ALIKE = re.compile(r"(?<!\w)[\dOoIiLl]+(?!\w)")
_LOOK_ALIKE = str.maketrans("OoIiLl", "001111")
_DAY = re.compile(r"(?<!\d)\d{1,2}/\d{1,2}/\d{4}(?!\d)")


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What can be said of what was pasted, and nothing more: never that a message is genuine."""

    kind: str
    """ "code" (and no more than that), "differs", "agrees", "near", "unknown", "impossible" or
    "none" (a text without any code)."""
    version: Version | None = None
    differs: list[str] = field(default_factory=list)
    """Numbers and links that were pasted and never published; none of them can be tapped."""
    missing: list[str] = field(default_factory=list)
    """Those that were published, told when others stand in the pasted text."""
    near: list[Version] = field(default_factory=list)


def verify_pasted(pasted: str) -> VerifyResult:
    """Look at a code alone, or at a whole message with its code."""
    text = pasted[:LONGEST_PASTED]
    flat = flatten(text).flat.upper()
    known = _published_under(_codes_in(flat))
    if known:
        pasted_text = _read_pasted(text, {version.verify_code.code for version in known})
        sent = _sent_under(known)
        return min((_compare(pasted_text, one, sent) for one in known), key=_how_far)
    if near := _near_codes(flat):
        return VerifyResult("near", near=near)
    if len(pasted.split()) > _FEW_WORDS:
        return VerifyResult("unknown" if _names_a_code(text) else "none")
    return VerifyResult("unknown" if next(_codes_in(flat), "") else "impossible")


def _names_a_code(text: str) -> bool:
    """Whether a whole message has something in it that is written like a code of ours."""
    return any(not found[0].replace("-", "").isdigit() for found in _PRINTED.finditer(text))


def _how_far(verdict: VerifyResult) -> tuple[int, float]:
    """Of several codes, as in a correction that names what it replaces, the one that fits best."""
    published = verdict.version.released_at if verdict.version else None
    return len(verdict.differs), -published.timestamp() if published else 0.0


def _codes_in(flat: str) -> Iterator[str]:
    """What may be a code: all of it, then what has its hyphen, then the rest."""
    yield from filter(None, [wordless_code(flat, VERIFY_LENGTH)])
    written = [found[1] for found in _CODE.finditer(flat)]
    for one in sorted(written, key=lambda one: "-" not in one):
        if code := wordless_code(one, VERIFY_LENGTH):
            yield code


def _published_under(codes: Iterable[str]) -> list[Version]:
    wanted = list(dict.fromkeys(codes))[:_MOST_CODES]
    if not wanted:
        return []
    found = _published_codes().filter(code__in=wanted).order_by("-version__released_at")
    return [code.version for code in found[:_MOST_COMPARED]]


def _published_codes() -> QuerySet[VerifyCode]:
    return VerifyCode.objects.select_related("version__warning__unit").filter(
        version__released_at__isnull=False
    )


@dataclass(frozen=True, slots=True)
class _Pasted:
    """What was pasted, read once however many codes are in it."""

    theirs: dict[str, str]
    words: int


def _read_pasted(text: str, codes: set[str]) -> _Pasted:
    rest = _letters_as_digits(_without_codes(text, codes))
    return _Pasted(_numbers_and_links(rest), len(rest.split()))


def _sent_under(versions: list[Version]) -> dict[object, list[str]]:
    """What was sent with each dispatch of these, in one question."""
    sent: dict[object, list[str]] = {}
    dispatches = {version.dispatch_id for version in versions}
    texts = DispatchText.objects.filter(dispatch__in=dispatches)
    for dispatch, text, short in texts.values_list("dispatch_id", "text", "short"):
        sent.setdefault(dispatch, []).extend([text, short])
    return sent


def _compare(pasted: _Pasted, version: Version, sent: dict[object, list[str]]) -> VerifyResult:
    everything = _all_published(version, sent.get(version.dispatch_id, []))
    published = _letters_as_digits("\n".join(everything))
    ours = {*_numbers_and_links(published), *_numbers(published)}
    theirs = pasted.theirs
    differs = [shown for key, shown in theirs.items() if not _is_published(key, shown, ours)]
    if differs:
        told = _numbers_and_links("\n".join(version.texts["vi"].values()))
        missing = [shown for key, shown in told.items() if key not in theirs]
        return VerifyResult("differs", version, differs, missing)
    return VerifyResult("agrees" if pasted.words > _FEW_WORDS else "code", version)


def _all_published(version: Version, sent: list[str]) -> list[str]:
    """Everything that was sent under its code or stands on its page."""
    days = [version.released_at, version.warning.recalled_at]
    return [
        *(words for texts in version.texts.values() for words in texts.values()),
        *sent,
        version.warning.recall_reason,
        warning_url(version.verify_code.code),
        urlsplit(settings.PUBLIC_URL).netloc,
        *(date_words(times.local_date(day)) for day in days if day),
        date_words(version.valid_until) if version.valid_until else "",
    ]


def _without_codes(text: str, codes: set[str]) -> str:
    """Without the codes that were published: their digits are no number of the text.

    What is only written like a code stays: "O91 234 O56 7" is a telephone number.
    """
    flat = flatten(text)
    spans = [
        (flat.start(found.start()), flat.end(found.start() + len(found[1])))
        for found in _CODE.finditer(flat.flat)
        if wordless_code(found[1].upper(), VERIFY_LENGTH) in codes
    ]
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _letters_as_digits(text: str) -> str:
    """O and I written for 0 and 1 in a word that has digits, as a forger writes them."""

    def digits(found: re.Match[str]) -> str:
        word = found.group()
        return word.translate(_LOOK_ALIKE) if any(map(str.isdigit, word)) else word

    return _DIGITS_AND_LOOK_ALIKE.sub(digits, text)


def _numbers_and_links(text: str) -> dict[str, str]:
    """Links, phones, accounts and all other numbers of a text: one spelling, and as it is shown."""
    found: dict[str, str] = {}
    rest = text
    for one in extract(text):
        if one.type == "url":
            found.setdefault(one.value, shown_link(one.value))
        elif one.type in {"phone", "bank_account"}:
            found.setdefault(_digits(one.value), text[one.start : one.end])
        rest = rest[: one.start] + " " * (one.end - one.start) + rest[one.end :]
    return found | _numbers(rest)


def _numbers(text: str) -> dict[str, str]:
    """All of three digits and more; no days, since whoever passes a message on adds theirs."""
    found = (number[0] for number in _NUMBER.finditer(_DAY.sub(" ", flatten(text).flat)))
    return {_digits(one): one for one in found if len(_digits(one)) >= _SHORTEST_NUMBER}


def _digits(written: str) -> str:
    """A number without what parts it; +84 912… is 0912…."""
    digits = re.sub(r"\D", "", written)
    return f"0{digits[2:]}" if written.startswith("+84") else digits


def _is_published(key: str, shown: str, ours: set[str]) -> bool:
    """As it stands, or as several numbers that were published one by one: "113 114"."""
    parts = re.findall(r"\d+", shown) if key.isdigit() else []
    return key in ours or (len(parts) > 1 and all(part in ours for part in parts))


def _near_codes(flat: str) -> list[Version]:
    """Published codes one slip away: a character lost, wrong, too many, or two in wrong order."""
    typed = [re.sub(r"\W", "", flat)] if len(flat) <= VERIFY_LENGTH + 4 else []
    typed += [
        found[1].replace("-", "") for found in _ALMOST.finditer(flat) if not found[1].isalpha()
    ]
    patterns = {each for one in typed[:_MOST_COMPARED] for each in _one_away(one)}
    if not patterns:
        return []
    found = _published_codes().filter(code__regex=f"^(?:{'|'.join(sorted(patterns))})$")
    newest = found.order_by("-version__released_at")
    return [code.version for code in newest[:_MOST_NEAR]]


def _one_away(typed: str) -> set[str]:
    """Patterns of all codes that are one slip away."""
    code = "".join(
        c if c in WORDLESS_ALPHABET else "." for c in typed.translate(str.maketrans("OIL", "011"))
    )
    if not VERIFY_LENGTH - 1 <= len(code) <= VERIFY_LENGTH + 1:
        return set()
    places = range(len(code))
    if len(code) == VERIFY_LENGTH - 1:
        found = {f"{code[:at]}.{code[at:]}" for at in range(len(code) + 1)}
    elif len(code) == VERIFY_LENGTH:
        found = {f"{code[:at]}.{code[at + 1 :]}" for at in places}
        found |= {
            f"{code[:at]}{code[at + 1]}{code[at]}{code[at + 2 :]}"
            for at in range(VERIFY_LENGTH - 1)
        }
    else:
        found = {code[:at] + code[at + 1 :] for at in places}
    return {each for each in found if each.count(".") <= 1}
