"""The stretches of time a report is made for: a week, a month, a quarter, a year."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from keng.kit import times
from keng.reports.figures.periods import Period

# Outside them there is nothing to count, and no calendar to be sure of.
_YEARS = range(2000, 2100)
SPAN_KINDS = ("week", "month", "quarter", "year")
_CODES = (
    ("week", re.compile(r"(\d{4})-W(\d{2})")),
    ("month", re.compile(r"(\d{4})-(\d{2})")),
    ("quarter", re.compile(r"(\d{4})-Q([1-4])")),
    ("year", re.compile(r"(\d{4})()")),
)


@dataclass(frozen=True, slots=True)
class Span:
    """From 00:00 of its first day to 00:00 of the day after its last, in Vietnam."""

    kind: str
    code: str
    first: date
    after: date

    @property
    def since(self) -> datetime:
        """The first moment."""
        return times.start_of(self.first)

    @property
    def until(self) -> datetime:
        """The first moment that is not in it any more."""
        return times.start_of(self.after)

    @property
    def is_over(self) -> bool:
        """Whether it can be signed: nothing more can happen in it."""
        return self.until <= times.now()

    @property
    def period(self) -> Period:
        """The same for the definitions of the dashboard."""
        return Period(self.code, span_label(self), self.since, self.until)


def read_span(code: str) -> Span | None:
    """The span of a code such as "2026-W07", "2026-10", "2026-Q3" or "2026"."""
    for kind, pattern in _CODES:
        found = pattern.fullmatch(code)
        if found and int(found[1]) in _YEARS:
            try:
                return _make_span(kind, int(found[1]), int(found[2] or 1))
            except ValueError:
                return None
    return None


def span_around(day: date, kind: str) -> Span:
    """The span of a kind that holds a day."""
    if kind == "week":
        year, week, _weekday = day.isocalendar()
        return _make_span(kind, year, week)
    number = {"month": day.month, "quarter": (day.month + 2) // 3}.get(kind, 1)
    return _make_span(kind, day.year, number)


def span_before(span: Span) -> Span:
    """The one that ends where this one begins."""
    return span_around(span.first - timedelta(days=1), span.kind)


def span_a_year_before(span: Span) -> Span:
    """The same stretch of the year before: what a report compares with."""
    if span.kind == "week":
        # 52 weeks earlier: the same days of the week.
        return span_around(span.first - timedelta(weeks=52), "week")
    return span_around(span.first.replace(year=span.first.year - 1), span.kind)


def recent_spans(kind: str, count: int) -> list[Span]:
    """The present one and those before it, newest first."""
    found = [span_around(times.local_date(times.now()), kind)]
    while len(found) < count:
        found.append(span_before(found[-1]))
    return found


def span_label(span: Span) -> str:
    """What it is called on paper."""
    year, last = span.first.year, span.after - timedelta(days=1)
    if span.kind == "week":
        said = {
            "week": int(span.code[-2:]),
            "from": f"{span.first:%d/%m}",
            "to": f"{last:%d/%m/%Y}",
        }
        return _("week %(week)d (%(from)s–%(to)s)") % said
    if span.kind == "month":
        return _("month %(month)d/%(year)d") % {"month": span.first.month, "year": year}
    if span.kind == "quarter":
        return _("quarter %(quarter)s/%(year)d") % {"quarter": span.code[-1], "year": year}
    return _("year %(year)d") % {"year": year}


def span_kind_labels() -> dict[str, str]:
    """What the kinds are called."""
    return {"week": _("Week"), "month": _("Month"), "quarter": _("Quarter"), "year": _("Year")}


def _make_span(kind: str, year: int, number: int) -> Span:
    if kind == "week":
        first = date.fromisocalendar(year, number, 1)
        return Span(kind, f"{year}-W{number:02}", first, first + timedelta(days=7))
    months = {"month": 1, "quarter": 3, "year": 12}[kind]
    first = date(year, (number - 1) * months + 1, 1)
    end = first.month + months
    after = date(year + (end > 12), end - 12 if end > 12 else end, 1)
    codes = {"month": f"{year}-{number:02}", "quarter": f"{year}-Q{number}", "year": f"{year}"}
    return Span(kind, codes[kind], first, after)
