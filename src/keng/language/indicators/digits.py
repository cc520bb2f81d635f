"""Runs of digit groups in chat text ("0 9 8", "0912.111", "O9l2 ooo") and the phones in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from keng.language.indicators.indicator import TakenPlaces
from keng.language.indicators.patterns import any_listed

_GROUP = re.compile(r"(?<![0-9oil])[oil]*+[0-9][0-9oil]*+|(?<=[0-9][ .\-])o{2,4}(?=[ .\-][0-9])")
_JOIN = re.compile(r"[ .\-_·•*~]{1,3}|\) ?|[ .\-]?\([ ]?|\)[ .\-]{1,2}")
_LETTER_DIGITS = str.maketrans("oil", "011")
# A word may stick to its number ("sdt0912..."); any other letters make it a code, not a number.
_GLUED = re.compile(rf"(?<![a-z0-9]){any_listed('glued')}$")
_MONEY_AFTER = re.compile(rf"\s?(?:đ|[$€%]|{any_listed('unit')}(?![a-z0-9]))")
# No sum has more groups than that.
_THOUSANDS = re.compile(
    r"[1-9]\d{0,2}(?:(?:[.,]\d{3}){1,12}(?![.,]?\d)|(?: \d{3}){0,12} 000(?! ?\d))"
)
_DATE = re.compile(
    r"(?<![\d.\-/])(?:[0-3]?\d[./\-][01]?\d[./\-](?:19[3-9]|20\d)\d|(?:19[3-9]|20\d)\d[./\-][01]\d[./\-](?:[0-2]\d|3[01]))(?!\d)"
)
# Every date holds them, and is looked for only where they are.
_JOINED_DIGITS = re.compile(r"\d[./\-]\d")
# Nobody writes numbers in more groups than this; a table of figures is not read.
_LONGEST_RUN = 40
_MOBILE = re.compile(r"0[35789]\d{8}")
_HOTLINE = re.compile(r"1[89]00\d{4,6}")


@dataclass(frozen=True, slots=True)
class DigitGroup:
    """Digits that stand together."""

    start: int
    end: int
    digits: str
    letters: int = 0


def digit_runs(flat: str) -> Iterator[list[DigitGroup]]:
    """Digit groups with only a short joint between them; money, dates and codes break a run."""
    return (run for run in _all_runs(flat) if len(run) <= _LONGEST_RUN)


def _all_runs(flat: str) -> Iterator[list[DigitGroup]]:
    blocked = TakenPlaces(len(flat))
    for match in (*_dates(flat), *_money(flat)):
        blocked.mark_span(*match.span())
    run: list[DigitGroup] = []
    for group in _groups(flat):
        inside = blocked.holds_any_of(group.start, group.end)
        if run and (inside or not _JOIN.fullmatch(flat, run[-1].end, group.start)):
            yield run
            run = []
        if not inside:
            run.append(group)
    if run:
        yield run


def _groups(flat: str) -> Iterator[DigitGroup]:
    for match in _GROUP.finditer(flat):
        start, end = match.span()
        if start and flat[start - 1].isalpha():
            start = next(i for i in range(start, end) if flat[i].isdigit())
        if end < len(flat) and flat[end].isalpha():
            end = next(i for i in range(end, start, -1) if flat[i - 1].isdigit())
        written = flat[start:end]
        sticks = (start and flat[start - 1].isalpha()) or (end < len(flat) and flat[end].isalpha())
        if sticks and not (written.isdigit() and len(written) >= 8 and _may_stick(flat, start)):
            continue
        yield DigitGroup(
            start, end, written.translate(_LETTER_DIGITS), sum(not c.isdigit() for c in written)
        )


def _may_stick(flat: str, start: int) -> bool:
    return not (start and flat[start - 1].isalpha()) or bool(
        _GLUED.search(flat, max(0, start - 10), start)
    )


def _dates(flat: str) -> Iterator[re.Match[str]]:
    return _DATE.finditer(flat) if _JOINED_DIGITS.search(flat) else iter(())


def _money(flat: str) -> Iterator[re.Match[str]]:
    """Thousands with dots and a currency behind them, or nothing but noughts at the end."""
    for match in _THOUSANDS.finditer(flat):
        if match.start() and (
            flat[match.start() - 1].isalnum() or flat[match.start() - 1] in ".,+"
        ):
            continue
        if match.group().endswith("000") or followed_by_unit(flat, match.end()):
            yield match


def followed_by_unit(flat: str, at: int) -> bool:
    """Whether a currency or a counted thing comes right after."""
    return bool(_MONEY_AFTER.match(flat, at))


def read_phone(
    flat: str, run: list[DigitGroup], first: int, *, short_allowed: bool
) -> tuple[int, str] | None:
    """The phone that begins with this group: (index after its last group, value as +84...)."""
    plus = _plus_before(flat, run[first].start)
    digits, letters, best = "", 0, None
    for i in range(first, len(run)):
        digits, letters = digits + run[i].digits, letters + run[i].letters
        if len(digits) > 15:
            break
        value = (
            _phone_value(digits, plus, short_allowed)
            if letters <= 4 and letters * 2 < len(digits)
            else None
        )
        if value:
            best = (i + 1, value)
            if not _HOTLINE.match(digits):
                break
    return best if best and _ends_there(flat, run, first, best[0]) else None


def phone_start(flat: str, start: int) -> int:
    """The start with its "+", and with the bracket of "(+84)" or "(0204)"."""
    if start and flat[start - 1] == "+":
        start -= 1
    return (
        start - 1 if start and flat[start - 1] == "(" and ")" in flat[start : start + 8] else start
    )


def _plus_before(flat: str, start: int) -> bool:
    return bool(start) and flat[start - 1] == "+"


def _ends_there(flat: str, run: list[DigitGroup], first: int, after: int) -> bool:
    """Not the head of a longer number: the rest is a number of its own, or counts something."""
    if after == len(run) or after - first == 1:
        return True
    rest = run[after]
    if followed_by_unit(flat, rest.end) or rest.digits[0] == "0":
        return True
    if len(rest.digits) >= 8 or len(rest.digits) < 3:
        return True
    return flat[run[after - 1].end : rest.start] not in (" ", ".", "-")


@lru_cache(maxsize=8192)
def _phone_value(digits: str, plus: bool, short_allowed: bool) -> str | None:
    if digits.startswith("00") and not plus:
        return _valid("+" + digits[2:]) if len(digits) >= 11 else None
    if plus or (digits.startswith("84") and len(digits) in (11, 12)):
        country_twice = digits.startswith("840") and len(digits) in (12, 13)
        return _valid("+84" + digits[3:] if country_twice else "+" + digits)
    if (
        _MOBILE.fullmatch(digits)
        or (digits.startswith("02") and len(digits) == 11)
        or _HOTLINE.fullmatch(digits)
    ):
        return _valid(digits)
    if short_allowed and len(digits) == 9 and digits[0] in "35789":
        return _valid("0" + digits)
    return None


def phone_of(digits: str, *, plus: bool) -> str | None:
    """The phone that these digits are when nothing else stands beside them."""
    return _phone_value(digits, plus, True)


def load_phone_tables() -> None:
    """Read the tables of numbers now, where the first message must not wait for them."""
    _valid("0912000111")


def _valid(written: str) -> str | None:
    # Two megabytes of tables, which most processes never need.
    import phonenumbers  # noqa: PLC0415

    try:
        number = phonenumbers.parse(written, "VN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
