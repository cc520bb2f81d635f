"""The part an indicator plays, only where the words around it leave no doubt."""

import re
from functools import lru_cache

from keng.language.guarded_pattern import GuardedPattern
from keng.language.indicators import english, far_east
from keng.language.indicators.indicator import ContextRole, IndicatorKind
from keng.language.indicators.patterns import (
    ME,
    MINE,
    NAMED_BANK,
    SURNAMES,
    any_listed,
    any_phrase,
    compile_pattern,
)

_NUMBER_WORD = any_listed("own_number")
_LINK_WORDS = rf"(?:\s*\b{any_listed('own_filler')}\b)*[\s:.,=(\-]*$"
_ACTS = any_listed("acts")
_HELPERS = any_listed("acts_helper")
_ACTS_AFTER = compile_pattern(
    rf"[\s,)\"]{{0,3}}(?:{_HELPERS}\s+)*{_ACTS}\b(?!\s+{any_phrase('lai_cho em_nhe toi_nhe')})"
)

_CALLED_FROM = compile_pattern(
    rf"""(?:\b(?:goi|goi\s+den|goi\s+toi|cuoc\s+goi|nhan\s+tin|tin\s+nhan|sms|nt|nhan\s+cuoc\s+goi)
    (?:\s+\w+){{0,4}}?\s+(?:tu|bang|den\s+tu)\s+(?:{any_listed("called_from")}\s*)*[\s:(\-]*$
    |\b{any_listed("calling_number")}(?:\s+la)?[\s:(\-]*$
    |\b{any_listed("hit_by_number")}(?:\s+{any_phrase("so sdt la dien_thoai")})*[\s:]*$)"""
)
_PAID_TO = compile_pattern(
    rf"""\b{any_listed("paid")}\b
    [^.!?\n]{{0,60}}$"""
)
_ACCOUNT_MINE = compile_pattern(
    rf"\b{any_phrase('stk tk so_tk so_tai_khoan tai_khoan')}(?:\s+ngan\s+hang)?"
    rf"(?:\s+{NAMED_BANK})?\s+{MINE}(?:\s+{NAMED_BANK})?[\s:la]*(?:so\s+)?$"
)
_LINK_USED = compile_pattern(rf"""\b(?:{any_listed("link_used")})\b[^!?\n]{{0,45}}$""")
_LINK_USED_AFTER = compile_pattern(rf"[\s,)\"]{{0,3}}{any_listed('link_bad')}\b")
_CHAT_LINK_MINE = compile_pattern(
    rf"\b{any_listed('social')}\s+{MINE}[\s:]*(?:la\s+|day\s*:?\s*)*$"
)
_PLATE_USED = compile_pattern(rf"\b{any_listed('culprit')}\b[^.!?\n]{{0,50}}$")
_PLATE_MINE = compile_pattern(
    rf"(?:\b{any_phrase('xe bien bien_so xe_may o_to')}(?:\s+\w+)?\s+{MINE}"
    rf"|\b{any_phrase('mat_xe mat_bien mat_bien_so bi_mat')})\b[^.!?\n]{{0,40}}$"
)

_TOPPED_UP = re.compile(r"\bnap(?:\s+tien)?\s+(?:qua|vao)\s+(?:so\s+)?$")
_NUMBER_NAMED = compile_pattern(
    rf"\b{_NUMBER_WORD}(?:\s+{any_phrase('la nay lua_dao gia nuoc_ngoai do')})*[\s:]*"
    rf"(?:[+\d][\d\ .\-]{{7,18}}(?:,|/|\b{any_phrase('va voi hoac')}\b)\s*)*$"
)
_OWN_BEFORE = compile_pattern(rf"\b{_NUMBER_WORD}\s*(?:{_NUMBER_WORD}\s*)?{MINE}\b{_LINK_WORDS}")
_OWN_AFTER = compile_pattern(
    rf"[\s,(\-]{{0,3}}(?:la\s+)?(?:{_NUMBER_WORD}\s+(?:cua\s+)?{ME}|cua\s+{ME})\b(?!\s+{_ACTS}\b)"
    # "0912…, sdt của em 0987…": these words speak of the number after them.
    r"(?!\s*+(?:la\s++)?+[:.]?\s*+\+?\d)"
)
_FORM_FIELD = compile_pattern(
    rf"\b{any_listed('form_field')}\b[^\n\d]{{0,60}}\b{_NUMBER_WORD}[\s:]*$"
)
_INTRODUCED = compile_pattern(
    rf"""\b{ME}\s+(?:ten\s+la|la|ten)\s+(?:{SURNAMES}(?:[ ][^\W\d]+){{1,4}}\s+|
    (?:[^\W\d]+[ ]){{0,5}}?[^\W\d]+\s*[,.;(\-]\s*(?:(?:\d{{1,3}}\s+tuoi|(?:sinh\s+nam|sn)\s+\d{{4}}
    |{any_listed("lives_at")}\b[^,.;\n]{{0,40}})\s*[,.;]\s*){{0,3}})
    (?:{any_listed("contact")}[\s:]*(?:la\s+)?)?$"""
)
# At the beginning of a sentence only: in "lừa tôi dùng số" somebody else does it.
_USES = rf"(?:{any_listed('now')}\s+)*{any_listed('uses')}\s+"
_I_USE = compile_pattern(
    rf"(?:^|[,.;!?\n])\s*(?:{any_listed('now')}\s+)*{ME}\s+{_USES}{_NUMBER_WORD}{_LINK_WORDS}"
)
# Looked for first: what may stand before it is read at every place of the words.
_REACHES_ME = compile_pattern(
    rf"\b(?P<verb>{any_listed('reach')})(?:\s+{any_listed('reach_filler')})*\s+{ME}\b{_LINK_WORDS}"
)
_REACH_ME = compile_pattern(rf"(?P<before>[^,.;!?\n]{{0,30}}){_REACHES_ME.pattern}")
# The same declarations without what surrounds them, cheap to look for: where none of these is, no
# number and no link of the text can be the reporter's own. They ask for less than the patterns
# above, never for more (no word has to end before a digit, and nobody else is excluded).
_I = rf"{any_listed('me')}(?![^\W\d_])"
_MY = rf"(?:cua\s+)?(?:{any_listed('kin')}\s+)?{_I}"
_THEN_NUMBER = rf"(?:\s*{any_listed('own_filler')})*[\s:.,=(\-]*+[+(]*+[oil]*+\d"
_SIGNS_OF_OWN = (
    tuple(
        re.compile(pattern)
        for pattern in (
            rf"{_NUMBER_WORD}\s*(?:{_NUMBER_WORD}\s*)?{_MY}{_THEN_NUMBER}",
            rf"{any_listed('reach')}(?:\s+{any_listed('reach_filler')})*\s+{_I}{_THEN_NUMBER}",
            rf"[\doil][\s,(\-]{{0,3}}(?:la\s+)?(?:{_NUMBER_WORD}\s+(?:cua\s+)?|cua\s+){_I}",
            any_listed("form_field"),
            rf"{any_listed('me')}\s+(?:ten|la)\s",
            rf"{any_listed('social')}\s+{_MY}",
            rf"{_I}\s+{_USES}{_NUMBER_WORD}",
        )
    )
    + english.ENGLISH_SIGNS_OF_OWN
    + far_east.FAR_EAST_SIGNS_OF_OWN
)
_STORY = re.compile(rf"\b{any_listed('story')}\b")
_ASKED = re.compile(rf"\b{any_listed('asked')}\b|^\s*$")
_ADVERT = re.compile(rf"\b{any_listed('advert')}\b")


_QUICK_SIGNS_OF_OWN = tuple(map(GuardedPattern, _SIGNS_OF_OWN))


def may_hold_own(flat: str) -> bool:
    """False when no phone and no link in this text can get the role "reporters_own"."""
    return any(sign.search(flat) for sign in _QUICK_SIGNS_OF_OWN)


def role_of(kind: IndicatorKind, flat: str, start: int, end: int, value: str) -> ContextRole:
    """The role that the words around this span give it."""
    before = flat[max(0, start - 110) : start]
    if kind == "phone":
        return _phone_role(flat, before, end)
    if kind == "bank_account":
        return (
            "reporters_own"
            if _ACCOUNT_MINE.search(before)
            else _used(bool(_PAID_TO.search(before)))
        )
    if kind == "url":
        if _CHAT_LINK_MINE.search(before):
            return "reporters_own"
        official = value.partition("/")[0].endswith(".gov.vn")
        return _used(
            not official and bool(_LINK_USED.search(before) or _LINK_USED_AFTER.match(flat, end))
        )
    return (
        "reporters_own" if _PLATE_MINE.search(before) else _used(bool(_PLATE_USED.search(before)))
    )


def _used(is_used: bool) -> ContextRole:
    return "used_in_offence" if is_used else "unknown"


def _phone_role(flat: str, before: str, end: int) -> ContextRole:
    acts = bool(_ACTS_AFTER.match(flat, end))
    if _is_own(flat, before, end, acts):
        return "reporters_own"
    named = _NUMBER_NAMED.search(before) or not before.strip()
    reach = _REACHES_ME.search(before) and _REACH_ME.search(before)
    told = reach and _STORY.search(reach["before"]) and not _ASKED.search(reach["before"])
    if told and not _is_advert(flat):
        return "used_in_offence"
    return _used(bool((named and acts) or _CALLED_FROM.search(before) or _TOPPED_UP.search(before)))


@lru_cache(maxsize=4)
def _is_advert(flat: str) -> bool:
    """Asked of each number of a text, and read once."""
    return bool(_ADVERT.search(flat))


def _is_own(flat: str, before: str, end: int, acts: bool) -> bool:
    if _OWN_BEFORE.search(before) or _OWN_AFTER.match(flat, end) or _FORM_FIELD.search(before):
        return True
    if acts:
        return False
    if (
        _INTRODUCED.search(before)
        or _I_USE.search(before)
        or english.is_own_in_english(flat, before, end)
    ):
        return True
    if far_east.is_own_in_far_east(flat, before, end):
        return True
    reach = _REACHES_ME.search(before) and _REACH_ME.search(before)
    if not reach or _is_advert(flat):
        return False
    asked, told = _ASKED.search(reach["before"]), _STORY.search(reach["before"])
    written_to = reach["verb"].startswith(("lien", "lh", "ll", "contact"))
    return bool(asked) or (written_to and not told)
