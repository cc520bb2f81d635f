"""What one cell of a sheet of earlier records means; `RefusedCell` says why it means nothing."""

import datetime
import re
from functools import cache

from keng.channels import codes_where, facts_of
from keng.imported.columns import MOST_WORDS
from keng.imported.models import EARLIEST
from keng.language.fold import fold
from keng.language.taxonomy import categories
from keng.network.sheets import cells as network_cells
from keng.network.sheets.columns import in_both_languages
from keng.tips.models import TakenDown, Tip

MOST_OF_A_TOTAL = 1_000_000
# A spreadsheet writes a day with the hour behind it.
_DAY = re.compile(
    r"(?:(?P<d>\d{1,2})[/.\-](?P<m>\d{1,2})[/.\-](?P<y>\d{4})"
    r"|(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?: 00:00:00)?)"
)
_MONTH = re.compile(r"(?:(?P<m>\d{1,2})[/.\-](?P<y>\d{4})|(?P<year>\d{4})-(?P<month>\d{2}))")


class RefusedCell(ValueError):
    """The line does not come in; its argument is a code of `refusals.REFUSALS`."""


def parse_date(words: str, *, today: datetime.date) -> tuple[datetime.date, bool]:
    """A day, or the first of a month and that only the month is known."""
    if not words:
        raise RefusedCell("no_date")
    day = _day(words)
    month = None if day else _MONTH.fullmatch(words)
    if month:
        year, number = month["y"] or month["year"], month["m"] or month["month"]
        day = _date(int(year), int(number), 1)
    if day is None:
        raise RefusedCell("bad_date")
    if day < EARLIEST:
        raise RefusedCell("early_date")
    if day > today:
        raise RefusedCell("future_date")
    return day, month is not None


def parse_end(words: str, *, began: datetime.date, today: datetime.date) -> datetime.date | None:
    """The day of the outcome, if one is named."""
    if not words:
        return None
    day = _day(words)
    if day is None:
        raise RefusedCell("bad_end")
    if day < began:
        raise RefusedCell("end_before_start")
    if day > today:
        raise RefusedCell("future_date")
    return day


def parse_category(words: str) -> str:
    """The code of a category; empty where the sheet does not say."""
    if not words:
        return ""
    if found := _category_names().get(fold(words)):
        return found
    raise RefusedCell("no_category")


def parse_outcome(words: str) -> str:
    """The code of an outcome; empty where none is on record."""
    if not words:
        return ""
    if found := _outcome_names().get(fold(words)):
        return found
    raise RefusedCell("no_outcome")


def parse_value(words: str) -> str:
    """Of value or not; not rated where the sheet does not say."""
    if not words:
        return Tip.Value.UNRATED
    try:
        is_of_value = network_cells.parse_yes_or_no(words)
    except network_cells.WrongCell as error:
        raise RefusedCell("bad_value") from error
    return Tip.Value.OF_VALUE if is_of_value else Tip.Value.NOT_OF_VALUE


def parse_count(words: str) -> int:
    """How many tips a line stands for."""
    number = _whole_number(words, "bad_count") if words else 1
    if not 1 <= number <= MOST_OF_A_TOTAL:
        raise RefusedCell("bad_count")
    return number


def parse_groups(words: str) -> int:
    """Into how many groups a warning went."""
    return _whole_number(words, "bad_groups") if words else 0


def parse_words(words: str) -> str:
    """The words of a line. What was cut off would be said wrongly, so it does not come in."""
    if len(words) > MOST_WORDS:
        raise RefusedCell("long_words")
    return words


def channel_of(words: str) -> str:
    """The code of how it came in; empty where the words name a group, or nobody's way we know."""
    wanted, names = fold(words), _channel_names()
    # "Zalo" is the first of those whose name begins so.
    begins = (code for name, code in names.items() if name.startswith(f"{wanted} "))
    return names.get(wanted) or next(begins, "")


def _whole_number(words: str, refusal: str) -> int:
    try:
        return network_cells.parse_members(words)
    except network_cells.WrongCell as error:
        raise RefusedCell(refusal) from error


def _day(words: str) -> datetime.date | None:
    found = _DAY.fullmatch(words)
    if found is None:
        return None
    year, month, day = (
        found[short] or found[long] for short, long in (("y", "year"), ("m", "month"), ("d", "day"))
    )
    return _date(int(year), int(month), int(day))


def _date(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


@cache
def _category_names() -> dict[str, str]:
    return {
        fold(name.replace("; ", ", ")): code
        for code, category in categories().items()
        for name in (code, category.vi, category.en)
    }


@cache
def _outcome_names() -> dict[str, str]:
    return {
        fold(name): outcome.value
        for outcome in Tip.Outcome
        if outcome.value
        for name in (outcome.value, *in_both_languages(outcome.label))
    }


@cache
def _channel_names() -> dict[str, str]:
    names = {
        fold(name): code
        for code in codes_where(lambda channel: channel.can.can_receive)
        if (facts := facts_of(code))
        for name in (code, *in_both_languages(facts.origin))
    }
    for manner in TakenDown.Manner:
        for name in (manner.value, *in_both_languages(manner.label)):
            names[fold(name)] = manner.value
    by_hand = {"dien thoai": TakenDown.Manner.PHONE, "truc tiep": TakenDown.Manner.COUNTER}
    return names | {name: manner.value for name, manner in by_hand.items()}
