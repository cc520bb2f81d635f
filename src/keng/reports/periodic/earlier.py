"""The signed reports of the same kind that a report is read beside: the period before, the trend.

Only what was signed: of a period that nobody signed there is no figure, and that is said.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from keng.reports.models import Snapshot
from keng.reports.periodic import spans
from keng.reports.periodic.spans import Span

# A year of months, and the month a year before.
TREND_PERIODS = 13
Lines = Mapping[str, list[Any]]


@dataclass(frozen=True, slots=True)
class SignedPeriod:
    """One period of the trend; without lines, nobody signed it."""

    span: Span
    lines: Lines | None


def lines_of_period_before(
    unit_id: uuid.UUID, span: Span, signed_at: datetime | None = None
) -> Lines | None:
    """The figures that were signed of the period before, by line."""
    before = spans.span_before(span)
    return _signed_lines(unit_id, [before], signed_at).get(before.code)


def signed_periods(
    unit_id: uuid.UUID, span: Span, signed_at: datetime | None = None
) -> list[SignedPeriod]:
    """This period and those before it, the oldest first."""
    found = [span]
    while len(found) < TREND_PERIODS:
        found.append(spans.span_before(found[-1]))
    lines = _signed_lines(unit_id, found, signed_at)
    return [SignedPeriod(each, lines.get(each.code)) for each in reversed(found)]


def _signed_lines(
    unit_id: uuid.UUID, of: list[Span], signed_at: datetime | None
) -> dict[str, Lines]:
    """By code, the version that was in force at a moment; without one, the newest.

    So a paper says the same whenever it is printed. What was signed only later stands in its first
    version, which stays, too.
    """
    rows = Snapshot.objects.filter(unit=unit_id, span__in=[span.code for span in of])
    found: dict[str, Lines] = {}
    for code, at, lines in rows.order_by("version").values_list(
        "span", "signed_at", "figures__lines"
    ):
        if code not in found or signed_at is None or at <= signed_at:
            found[code] = lines
    return found
