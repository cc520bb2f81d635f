"""What the words around a number say: an account, a phone, or some other kind of number."""

import re

from keng.language.fold import FlatText
from keng.language.indicators.patterns import (
    BANKS,
    NAMED_BANK,
    SURNAMES,
    any_listed,
    any_phrase,
    listed_words,
)

_ACCOUNT_WORD = (
    rf"(?:\b(?:s[\s.]?t[\s.]?k|{any_listed('account')})"
    r"(?![a-z]))"
)
_ACCOUNT = re.compile(_ACCOUNT_WORD)
_STK_BEFORE = re.compile(
    rf"\b{any_phrase('stk so_tk so_tai_khoan s_t_k tk_so tai_khoan_so')}[\s:.=\-]*$"
)
_TRANSFER = any_listed("transfer")
_TRANSFER_WORD = re.compile(rf"\b{_TRANSFER}\b")
_TRANSFER_TO = re.compile(
    rf"\b{any_phrase('ck chuyen_khoan chuyen_tien chuyen bank')}(?:\s+\w+){{0,4}}?"
    rf"\s+{any_phrase('vao den toi sang')}[\s:]*(?:{NAMED_BANK}[\s:]*)?$"
)
_BANK_BEFORE = re.compile(rf"\b{NAMED_BANK}(?:\s+{any_phrase('so stk tk')})?[\s:.\-=(]{{0,4}}$")
_BANK_AFTER = re.compile(
    rf"[\s:;(\-/|]{{0,4}}(?:{any_phrase('tai cua thuoc ben o')}\s+)?{NAMED_BANK}(?![a-z0-9])"
)
_BANK_NEAR = re.compile(rf"(?<![a-z0-9]){BANKS}(?![a-z0-9])")
_ACCOUNT_AFTER = re.compile(rf"[\s,:(\-]{{0,3}}(?:la\s+)?{_ACCOUNT_WORD}(?!\s*[:\d])")
_CALLS_AFTER = re.compile(rf"\s*{NAMED_BANK}?\s*\W{{0,2}}{any_listed('caller_acts')}\b")
# Words that may stand between "tk" and its number.
_FILLERS = listed_words("account_filler")
_NOT_ACCOUNTS = listed_words("not_account")
_OTHER_NUMBER = re.compile(
    rf"\b{any_listed('other_number')}"
    rf"(?:\s+{any_phrase('so la cua toi em minh no gia ghi cong_dan dien_tu')})*[\s:.\-=#(]*$"
)
_PHONE_WORD = re.compile(rf"\b{any_listed('phone')}\b[^0-9\n]{{0,14}}$")
_CLAIMS_TO_BE = re.compile(rf"\b{any_listed('claims_to_be')}\b[^.,;!?\n]{{0,30}}$")
_PLAIN_SURNAME = re.compile(any_listed("plain_surname"))
_WINDOW = 70


def is_other_number(flat: str, start: int) -> bool:
    """An identity card, tax code, order or contract number: neither phone nor account."""
    return bool(_OTHER_NUMBER.search(flat, max(0, start - 45), start))


def is_phone_cued(flat: str, start: int) -> bool:
    """Whether the words before speak of a phone, and none after that of account or transfer."""
    cue = _PHONE_WORD.search(flat, max(0, start - 40), start)
    return cue is not None and not (
        _ACCOUNT.search(flat, cue.start(), start) or _TRANSFER_WORD.search(flat, cue.start(), start)
    )


def is_called_account(flat: str, start: int, end: int) -> bool:
    """Named as an account with nothing in between: "stk 1500000", "1500000 MB"."""
    return bool(_STK_BEFORE.search(flat, max(0, start - 30), start) or _BANK_AFTER.match(flat, end))


def is_account(
    text: FlatText, flat: str, start: int, end: int, *, phone_like: bool, digits: int
) -> bool:
    """Whether the number is an account. One that could be a phone needs the stronger signs."""
    if _named_account(text, flat, start):
        return True
    if phone_like:
        return _phone_like_account(flat, start, end)
    if digits < 8:
        return False
    before = flat[max(0, start - _WINDOW) : start]
    if (
        _ACCOUNT_AFTER.match(flat, end)
        or _BANK_AFTER.match(flat, end)
        or _BANK_BEFORE.search(before)
    ):
        return True
    if is_phone_cued(flat, start) and digits <= 11:
        return False
    near = _BANK_NEAR.search(before[-25:]) or _BANK_NEAR.search(flat, end, min(len(flat), end + 25))
    return bool(_ACCOUNT.search(before) or _TRANSFER_WORD.search(before) or near)


def _phone_like_account(flat: str, start: int, end: int) -> bool:
    before = flat[max(0, start - _WINDOW) : start]
    if is_phone_cued(flat, start):
        return False
    if _ACCOUNT_AFTER.match(flat, end):
        return True
    money = bool(_TRANSFER_WORD.search(before) or _ACCOUNT.search(before))
    calls = bool(_CALLS_AFTER.match(flat, end)) or bool(_CLAIMS_TO_BE.search(before))
    if _BANK_AFTER.match(flat, end) or _BANK_BEFORE.search(before):
        return money or not calls
    return bool(_TRANSFER_TO.search(before))


def _named_account(text: FlatText, flat: str, start: int) -> bool:
    """ "stk", "TK nhận", "số tài khoản MB tên ...:" right before the number."""
    window = max(0, start - _WINDOW)
    named = list(_ACCOUNT.finditer(flat, window, start))
    if not named:
        return False
    last = named[-1]
    between = flat[last.end() : start]
    if between.count("\n") > 1 or re.search(r"[!?;\x00]|\d{4}|\.\s+[^\d\s]", between):
        return False
    rest = re.sub(rf"(?<![a-z0-9]){BANKS}(?![a-z0-9])", lambda m: " " * len(m.group()), between)
    words = list(re.finditer(r"[^\W_]+", rest))
    if len(words) > 8 or any(word.group() in _NOT_ACCOUNTS for word in words):
        return False
    unknown = [word for word in words if word.group() not in _FILLERS]
    return not unknown or _is_holder(text, unknown, last.end())


def _is_holder(text: FlatText, words: list[re.Match[str]], offset: int) -> bool:
    """Names of holders: "STK Tran Van B 0123"; without capitals only after a plain surname."""
    if len(words) > 5:
        return False
    if _PLAIN_SURNAME.fullmatch(words[0].group()) and len(words) > 1:
        return True
    if text.original.isupper() and not re.fullmatch(SURNAMES, words[0].group()):
        return False
    return all(
        text.written(offset + word.start(), offset + word.start() + 1).isupper() for word in words
    )
