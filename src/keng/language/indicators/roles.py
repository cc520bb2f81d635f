"""The part an indicator plays, only where the words around it leave no doubt."""

import re
from functools import lru_cache

from keng.language.indicators import english, far_east
from keng.language.indicators.found import ContextRole, Kind
from keng.language.indicators.wording import ME, MINE, NAMED_BANK, SURNAMES, compiled, phrases, said

_NUMBER_WORD = said("own_number")
_LINK_WORDS = rf"(?:\s*\b{said('own_filler')}\b)*[\s:.,=(\-]*$"
_ACTS = said("acts")
_HELPERS = said("acts_helper")
_ACTS_AFTER = compiled(
    rf"[\s,)\"]{{0,3}}(?:{_HELPERS}\s+)*{_ACTS}\b(?!\s+{phrases('lai_cho em_nhe toi_nhe')})"
)

_CALLED_FROM = compiled(
    rf"""(?:\b(?:goi|goi\s+den|goi\s+toi|cuoc\s+goi|nhan\s+tin|tin\s+nhan|sms|nt|nhan\s+cuoc\s+goi)
    (?:\s+\w+){{0,4}}?\s+(?:tu|bang|den\s+tu)\s+(?:{said("called_from")}\s*)*[\s:(\-]*$
    |\b{said("calling_number")}(?:\s+la)?[\s:(\-]*$
    |\b{said("hit_by_number")}(?:\s+{phrases("so sdt la dien_thoai")})*[\s:]*$)"""
)
_PAID_TO = compiled(
    rf"""\b{said("paid")}\b
    [^.!?\n]{{0,60}}$"""
)
_ACCOUNT_MINE = compiled(
    rf"\b{phrases('stk tk so_tk so_tai_khoan tai_khoan')}(?:\s+ngan\s+hang)?"
    rf"(?:\s+{NAMED_BANK})?\s+{MINE}(?:\s+{NAMED_BANK})?[\s:la]*(?:so\s+)?$"
)
_LINK_USED = compiled(rf"""\b(?:{said("link_used")})\b[^!?\n]{{0,45}}$""")
_LINK_USED_AFTER = compiled(rf"[\s,)\"]{{0,3}}{said('link_bad')}\b")
_CHAT_LINK_MINE = compiled(rf"\b{said('social')}\s+{MINE}[\s:]*(?:la\s+|day\s*:?\s*)*$")
_PLATE_USED = compiled(rf"\b{said('culprit')}\b[^.!?\n]{{0,50}}$")
_PLATE_MINE = compiled(
    rf"(?:\b{phrases('xe bien bien_so xe_may o_to')}(?:\s+\w+)?\s+{MINE}"
    rf"|\b{phrases('mat_xe mat_bien mat_bien_so bi_mat')})\b[^.!?\n]{{0,40}}$"
)

_TOPPED_UP = re.compile(r"\bnap(?:\s+tien)?\s+(?:qua|vao)\s+(?:so\s+)?$")
_NUMBER_NAMED = compiled(
    rf"\b{_NUMBER_WORD}(?:\s+{phrases('la nay lua_dao gia nuoc_ngoai do')})*[\s:]*"
    rf"(?:[+\d][\d\ .\-]{{7,18}}(?:,|/|\b{phrases('va voi hoac')}\b)\s*)*$"
)
_OWN_BEFORE = compiled(rf"\b{_NUMBER_WORD}\s*(?:{_NUMBER_WORD}\s*)?{MINE}\b{_LINK_WORDS}")
_OWN_AFTER = compiled(
    rf"[\s,(\-]{{0,3}}(?:la\s+)?(?:{_NUMBER_WORD}\s+(?:cua\s+)?{ME}|cua\s+{ME})\b(?!\s+{_ACTS}\b)"
    # "0912…, sdt của em 0987…": these words speak of the number after them.
    r"(?!\s*+(?:la\s++)?+[:.]?\s*+\+?\d)"
)
_FORM_FIELD = compiled(rf"\b{said('form_field')}\b[^\n\d]{{0,60}}\b{_NUMBER_WORD}[\s:]*$")
_INTRODUCED = compiled(
    rf"""\b{ME}\s+(?:ten\s+la|la|ten)\s+(?:{SURNAMES}(?:[ ][^\W\d]+){{1,4}}\s+|
    (?:[^\W\d]+[ ]){{0,5}}?[^\W\d]+\s*[,.;(\-]\s*(?:(?:\d{{1,3}}\s+tuoi|(?:sinh\s+nam|sn)\s+\d{{4}}
    |{said("lives_at")}\b[^,.;\n]{{0,40}})\s*[,.;]\s*){{0,3}})
    (?:{said("contact")}[\s:]*(?:la\s+)?)?$"""
)
# At the beginning of a sentence only: in "lừa tôi dùng số" somebody else does it.
_USES = rf"(?:{said('now')}\s+)*{said('uses')}\s+"
_I_USE = compiled(
    rf"(?:^|[,.;!?\n])\s*(?:{said('now')}\s+)*{ME}\s+{_USES}{_NUMBER_WORD}{_LINK_WORDS}"
)
# Looked for first: what may stand before it is read at every place of the words.
_REACHES_ME = compiled(
    rf"\b(?P<verb>{said('reach')})(?:\s+{said('reach_filler')})*\s+{ME}\b{_LINK_WORDS}"
)
_REACH_ME = compiled(rf"(?P<before>[^,.;!?\n]{{0,30}}){_REACHES_ME.pattern}")
# The same declarations without what surrounds them, cheap to look for: where none of these is, no
# number and no link of the text can be the reporter's own. They ask for less than the patterns
# above, never for more (no word has to end before a digit, and nobody else is excluded).
_I = rf"{said('me')}(?![^\W\d_])"
_MY = rf"(?:cua\s+)?(?:{said('kin')}\s+)?{_I}"
_THEN_NUMBER = rf"(?:\s*{said('own_filler')})*[\s:.,=(\-]*+[+(]*+[oil]*+\d"
_SIGNS_OF_OWN = (
    tuple(
        re.compile(pattern)
        for pattern in (
            rf"{_NUMBER_WORD}\s*(?:{_NUMBER_WORD}\s*)?{_MY}{_THEN_NUMBER}",
            rf"{said('reach')}(?:\s+{said('reach_filler')})*\s+{_I}{_THEN_NUMBER}",
            rf"[\doil][\s,(\-]{{0,3}}(?:la\s+)?(?:{_NUMBER_WORD}\s+(?:cua\s+)?|cua\s+){_I}",
            said("form_field"),
            rf"{said('me')}\s+(?:ten|la)\s",
            rf"{said('social')}\s+{_MY}",
            rf"{_I}\s+{_USES}{_NUMBER_WORD}",
        )
    )
    + english.SIGNS_OF_OWN
    + far_east.SIGNS_OF_OWN
)
_STORY = re.compile(rf"\b{said('story')}\b")
_ASKED = re.compile(rf"\b{said('asked')}\b|^\s*$")
_ADVERT = re.compile(rf"\b{said('advert')}\b")


def may_hold_own(flat: str) -> bool:
    """False when no phone and no link in this text can get the role "reporters_own"."""
    return any(sign.search(flat) for sign in _SIGNS_OF_OWN)


def role_of(kind: Kind, flat: str, start: int, end: int, value: str) -> ContextRole:
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
    if _INTRODUCED.search(before) or _I_USE.search(before) or english.is_own(flat, before, end):
        return True
    if far_east.is_own(flat, before, end):
        return True
    reach = _REACHES_ME.search(before) and _REACH_ME.search(before)
    if not reach or _is_advert(flat):
        return False
    asked, told = _ASKED.search(reach["before"]), _STORY.search(reach["before"])
    written_to = reach["verb"].startswith(("lien", "lh", "ll", "contact"))
    return bool(asked) or (written_to and not told)
