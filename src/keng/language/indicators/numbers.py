"""Phones and bank accounts: each run of digits is read in the light of the words around it."""

import re
from typing import Literal, NamedTuple

from keng.language.fold import FlatText
from keng.language.indicators.context import (
    is_account,
    is_called_account,
    is_other_number,
    is_phone_cued,
)
from keng.language.indicators.digits import (
    DigitGroup,
    digit_runs,
    followed_by_unit,
    phone_start,
    read_phone,
)
from keng.language.indicators.patterns import NAMED_BANK, any_phrase

# What may stand between two accounts of one list: "số 1028... (VietinBank), 0963... (MB)".
_LISTED = re.compile(
    rf"[\s(]*(?:{NAMED_BANK}[\s)]*)?{any_phrase('va hoac voi & + / - ; ,')}+"
    rf"\s*(?:{any_phrase('stk tk so')}\s*)?(?:{NAMED_BANK}[\s:]*)?"
)
# "12500000" after "tài khoản bị trừ" is money.
_ROUND_SUM = re.compile(r"[1-9]\d{0,3}0{5,}|[1-9]\d{2,3}000|[1-9]\d{0,2}(?:[ .]\d{3})+")
_NOTHING_COUNTED = re.compile(rf"\s*(?:[^\w\s]|\n|$|\(?{NAMED_BANK}|{any_phrase('ten chu cua')}\b)")
_ACCOUNT_MIN, _ACCOUNT_MAX = 6, 19
# As many digits in even groups are one number, whatever joins them.
_EVEN_MIN = 9


class Number(NamedTuple):
    """A phone or an account in the flat text."""

    start: int
    end: int
    value: str
    type: Literal["phone", "bank_account"]


def find_numbers(text: FlatText, flat: str) -> list[Number]:
    """Phones and accounts in `flat`, the flat text with links, mails and plates blanked out."""
    found: list[Number] = []
    for run in digit_runs(flat):
        _read_run(text, flat, run, found)
    return found


def _read_run(text: FlatText, flat: str, run: list[DigitGroup], found: list[Number]) -> None:
    i = 0
    while i < len(run):
        start = run[i].start
        if is_other_number(flat, start):
            i = _account_end(flat, run, i)
            continue
        phone = read_phone(flat, run, i, short_allowed=is_phone_cued(flat, start))
        after = _account_end(flat, run, i)
        if _reads_as_account(text, flat, run, i, after, phone, found):
            digits = "".join(group.digits for group in run[i:after])
            found.append(Number(start, run[after - 1].end, digits, "bank_account"))
            i = after
        elif phone:
            found.append(Number(phone_start(flat, start), run[phone[0] - 1].end, phone[1], "phone"))
            i = phone[0]
        else:
            i += 1


def _reads_as_account(
    text: FlatText,
    flat: str,
    run: list[DigitGroup],
    i: int,
    after: int,
    phone: tuple[int, str] | None,
    found: list[Number],
) -> bool:
    groups = run[i:after]
    digits = sum(len(group.digits) for group in groups)
    start, end = groups[0].start, groups[-1].end
    letters = sum(group.letters for group in groups)
    if not _ACCOUNT_MIN <= digits <= _ACCOUNT_MAX or letters * 2 >= digits:
        return False
    if letters and not is_called_account(flat, start, end):
        return False
    if start and flat[start - 1] == "+":
        return False
    if followed_by_unit(flat, end) and digits < 9:
        return False
    if _ROUND_SUM.fullmatch(flat, start, end) and not is_called_account(flat, start, end):
        return False
    if _continues_list(flat, start, end, found, phone_like=phone is not None) and not is_phone_cued(
        flat, start
    ):
        return phone is None or phone[0] <= after
    return is_account(text, flat, start, end, phone_like=phone is not None, digits=digits)


def _continues_list(
    flat: str, start: int, end: int, found: list[Number], *, phone_like: bool
) -> bool:
    if not found or found[-1].type != "bank_account":
        return False
    joint = _LISTED.fullmatch(flat, found[-1].end, start)
    # "STK 1022... OCB, 0912..." is an account and a phone; "... và 0912..." two accounts.
    return joint is not None and (
        not phone_like or "," not in joint.group() or is_called_account(flat, start, end)
    )


def _account_end(flat: str, run: list[DigitGroup], i: int) -> int:
    """The index after the last group of an account written in groups."""
    total = len(run[i].digits)
    after = i + 1
    if total >= 8:
        return after
    if evenly := _even_end(flat, run, i):
        return evenly
    single = total == 1
    while after < len(run):
        group = run[after]
        joint = flat[run[after - 1].end : group.start]
        if len(joint) > 1 or total + len(group.digits) > _ACCOUNT_MAX or len(group.digits) >= 8:
            break
        if followed_by_unit(flat, group.end):
            break
        if single != (len(group.digits) == 1) and not _is_the_rest(flat, run, i, after):
            break
        total += len(group.digits)
        after += 1
    return after


def _even_end(flat: str, run: list[DigitGroup], i: int) -> int | None:
    """The same where all groups but the last are of one size, and one joint stands between all."""
    if i + 1 == len(run):
        return None
    size, joint = len(run[i].digits), flat[run[i].end : run[i + 1].start]
    total, after = size, i + 1
    while after < len(run) and flat[run[after - 1].end : run[after].start] == joint:
        length = len(run[after].digits)
        if length > size or followed_by_unit(flat, run[after].end):
            return None
        total += length
        after += 1
        if length < size:
            break
    ends = after == len(run) or len(flat[run[after - 1].end : run[after].start]) > len(joint)
    return after if ends and _EVEN_MIN <= total <= _ACCOUNT_MAX else None


def _is_the_rest(flat: str, run: list[DigitGroup], i: int, last: int) -> bool:
    """One digit that is left over when an account is written in fours: "1028 7734 5521 0"."""
    sizes = {len(group.digits) for group in run[i:last]}
    return (
        last == len(run) - 1
        and len(sizes) == 1
        and sizes <= {3, 4}
        and bool(_NOTHING_COUNTED.match(flat, run[last].end))
    )
