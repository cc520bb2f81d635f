"""The public summary of a province: one signed note of what its site says in public anyway.

A signed note as the public log has it, by the same key: the first line says what it is, the second
is JSON. No checkpoint has such a line, so neither is ever taken for the other. Whoever reads one
believes no name in it: it holds codes, numbers and moments alone.
"""

import datetime as dt
import json
import re
from dataclasses import dataclass, replace
from typing import Any

from keng.merkle.notes import LONGEST_NOTE

SUMMARY_ADDRESS = "/summary/v1/summary.note"
LISTINGS_ADDRESS = "/summary/v1/listings.txt"
HEAD_LINE = "keng public summary v1"
HIDDEN_FIGURE = "hidden"
MOST_MONTHS = 12
MOST_WARNINGS = 150
MOST_PLACES_OF_WARNING = 20
MOST_LISTED = 50_000
LISTING_BYTES = 65
"""Of a line of listings: a hash in hexadecimals and the end of the line."""
LONGEST_VALIDITY = dt.timedelta(days=2)
# For the lines of signatures below it.
_ROOM_FOR_SIGNATURES = 1024
_MOST_LINES = 100
_MOST_FIGURE = 10**15
_MONTH = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")
_KEY = re.compile(r"[a-z_]{1,40}")
_PLACE = re.compile(r"[0-9]{2}|[0-9]{5}")
_VERIFY_CODE = re.compile(r"[A-Z0-9]{4,8}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class UnreadableSummary(ValueError):
    """It is no public summary, or says something that none may say."""


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """The public figures of one month, as its newest version has them."""

    month: str
    version: int
    lines: dict[str, int | str | None]
    """By the names of the monthly report; `hidden` where a small count is left out."""


@dataclass(frozen=True, slots=True)
class WarningNotice:
    """A warning that holds: what it is about, where, since when. Its words stand at its address."""

    code: str
    category: str
    severity: int
    places: tuple[str, ...]
    """Codes of the National Statistics Office: of the province or of communes in it."""
    published_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ListingsReference:
    """The list of confirmed entries of the look-up, by hash: how many, and the file's digest."""

    count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SummaryDocument:
    """What one province says."""

    province: str
    number: int
    """Grows with each that is signed: seconds since 1970, or one more than the last."""
    issued_at: dt.datetime
    valid_until: dt.datetime
    months: tuple[MonthFigures, ...] = ()
    """The newest first."""
    warnings: tuple[WarningNotice, ...] = ()
    """The newest first."""
    listings: ListingsReference | None = None
    warnings_left_out: int = 0
    """How many older ones there was no room for."""

    @classmethod
    def read(cls, text: str) -> "SummaryDocument":
        """From the text of a note. Raises UnreadableSummary; nothing is verified by this."""
        head, _, rest = text.partition("\n")
        if head != HEAD_LINE or len(text) > LONGEST_NOTE:
            raise UnreadableSummary("no public summary")
        try:
            return _document_of(json.loads(rest))
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise UnreadableSummary(type(error).__name__) from None

    @property
    def text(self) -> str:
        """The text that is signed. Older warnings are left out until it fits a note."""
        fitting = self
        while len(found := _text_of(fitting)) > LONGEST_NOTE - _ROOM_FOR_SIGNATURES:
            fewer = fitting.warnings[: len(fitting.warnings) * 3 // 4]
            left_out = fitting.warnings_left_out + len(fitting.warnings) - len(fewer)
            fitting = replace(fitting, warnings=fewer, warnings_left_out=left_out)
        return found

    @property
    def content(self) -> str:
        """What it says whenever it was signed: two with the same are the same news."""
        epoch = dt.datetime.fromtimestamp(0, dt.UTC)
        return replace(self, number=0, issued_at=epoch, valid_until=epoch).text


def _text_of(document: SummaryDocument) -> str:
    listings = document.listings
    said = {
        "province": document.province,
        "number": document.number,
        "issued": document.issued_at.isoformat(),
        "valid_until": document.valid_until.isoformat(),
        "months": [
            {"month": each.month, "version": each.version, "lines": each.lines}
            for each in document.months
        ],
        "warnings": [
            {
                "code": each.code,
                "category": each.category,
                "severity": each.severity,
                "places": list(each.places),
                "published": each.published_at.isoformat(),
            }
            for each in document.warnings
        ],
        "warnings_left_out": document.warnings_left_out,
        "listings": listings and {"count": listings.count, "sha256": listings.sha256},
    }
    return f"{HEAD_LINE}\n{json.dumps(said, separators=(',', ':'))}\n"


def _document_of(said: dict[str, Any]) -> SummaryDocument:
    listings = said["listings"]
    return SummaryDocument(
        province=_matching(_PLACE, said["province"]),
        number=_whole(said["number"], most=2**53),
        issued_at=_moment(said["issued"]),
        valid_until=_moment(said["valid_until"]),
        months=tuple(map(_month_of, _at_most(MOST_MONTHS, said["months"]))),
        warnings=tuple(map(_notice_of, _at_most(MOST_WARNINGS, said["warnings"]))),
        listings=None
        if listings is None
        else ListingsReference(
            _whole(listings["count"], most=MOST_LISTED), _matching(_DIGEST, listings["sha256"])
        ),
        warnings_left_out=_whole(said["warnings_left_out"]),
    )


def _month_of(said: dict[str, Any]) -> MonthFigures:
    lines = said["lines"]
    if len(lines) > _MOST_LINES:
        raise ValueError("too many lines")
    return MonthFigures(
        month=_matching(_MONTH, said["month"]),
        version=_whole(said["version"], most=10_000),
        lines={_matching(_KEY, key): _figure(value) for key, value in lines.items()},
    )


def _notice_of(said: dict[str, Any]) -> WarningNotice:
    places = _at_most(MOST_PLACES_OF_WARNING, said["places"])
    return WarningNotice(
        code=_matching(_VERIFY_CODE, said["code"]),
        category=_matching(_KEY, said["category"]) if said["category"] else "",
        severity=_whole(said["severity"], most=9),
        places=tuple(_matching(_PLACE, place) for place in places),
        published_at=_moment(said["published"]),
    )


def _figure(value: Any) -> int | str | None:
    return value if value is None or value == HIDDEN_FIGURE else _whole(value)


def _whole(value: Any, *, most: int = _MOST_FIGURE) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError("no such number")
    return value


def _matching(pattern: re.Pattern[str], value: Any) -> str:
    if not pattern.fullmatch(value):
        raise ValueError("no such word")
    return str(value)


def _at_most(most: int, values: Any) -> list[Any]:
    if not isinstance(values, list) or len(values) > most:
        raise ValueError("too many")
    return values


def _moment(value: Any) -> dt.datetime:
    moment = dt.datetime.fromisoformat(value)
    # One near the end of the calendar cannot be told in another zone.
    if moment.tzinfo is None or not 2000 < moment.year < 3000:
        raise ValueError("no such moment")
    return moment.astimezone(dt.UTC)
