"""What the charts show: this period beside the one before and the year before, and the trend."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from keng.reports.models import Snapshot
from keng.reports.periodic import earlier, report_labels, report_view, spans
from keng.reports.periodic.blocks import BLOCKS
from keng.reports.periodic.earlier import Lines, SignedPeriod
from keng.reports.periodic.files.printed import PrintedTable

# The blocks whose lines are counts of one thing, so that their bars can be compared.
_CHARTED_BLOCKS = (2, 3, 4, 5, 7)
# The lines whose trend is drawn.
TREND_LINES = ("received", "of_value", "ended_here", "closing_balance")
_ROMAN_QUARTERS = ("I", "II", "III", "IV")


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One line of the report: each figure as it is written and as it is drawn."""

    label: str
    words: list[str]
    figures: list[int | None]
    change: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Rows that share one scale; `heads` are the periods of their figures."""

    label: str
    heads: list[str]
    rows: list[ChartRow]
    maximum: int


def block_charts(signed: Snapshot, last: Lines | None) -> list[Chart]:
    """A chart for each block that has something to compare, this period first."""
    heads = _period_names(signed, has_last=last is not None)
    charts = []
    for block in report_view.block_views(signed.figures, last=last):
        if block.number not in _CHARTED_BLOCKS:
            continue
        countable = {line.key for line in BLOCKS[block.number] if line.rows and not line.unit}
        rows = []
        for line in block.lines:
            now, before = signed.figures["lines"].get(line.key, [None, None])
            of_last = (last or {}).get(line.key, [None])[0]
            figures = [now, of_last, before] if last is not None else [now, before]
            if line.key in countable and any(figures):
                words = [report_view.figure_words(figure) for figure in figures]
                rows.append(ChartRow(line.full_label, words, figures, line.change))
        if rows:
            most = max(figure or 0 for row in rows for figure in row.figures)
            charts.append(Chart(block.label, heads, rows, most))
    return charts


def trend_chart(signed: Snapshot) -> Chart:
    """Each drawn line over the periods, the oldest first; what nobody signed has no column."""
    labels, periods = report_labels.line_labels(), _periods(signed)
    rows = []
    for key in TREND_LINES:
        figures = [_figure(period, key) for period in periods]
        words = [report_view.figure_words(figure) for figure in figures]
        rows.append(ChartRow(labels[key], words, figures, ""))
    return Chart(_("Trend"), [short_label(period.span) for period in periods], rows, 0)


def trend_table(signed: Snapshot) -> PrintedTable:
    """The same as a table, for a workbook."""
    labels = report_labels.line_labels()
    rows = [
        [
            short_label(period.span),
            *(report_view.figure_words(_figure(period, key)) for key in TREND_LINES),
        ]
        if period.lines is not None
        else [short_label(period.span), _("not signed")]
        for period in _periods(signed)
    ]
    return PrintedTable(
        _("Trend"),
        [_("Period"), *(labels[key] for key in TREND_LINES)],
        rows,
        note=_("As it was signed of each period."),
    )


def _periods(signed: Snapshot) -> list[SignedPeriod]:
    span = spans.read_span(signed.span)
    if span is None:
        return []
    return earlier.signed_periods(signed.unit_id, span, signed.signed_at)


def _figure(period: SignedPeriod, key: str) -> Any:
    return (period.lines or {}).get(key, [None])[0]


def short_label(span: spans.Span) -> str:
    """10/2026, W44/2026, III/2026 or 2026: what has room under a bar."""
    year = span.first.year
    if span.kind == "month":
        return f"{span.first.month}/{year}"
    if span.kind == "quarter":
        return f"{_ROMAN_QUARTERS[int(span.code[-1]) - 1]}/{year}"
    if span.kind == "year":
        return str(year)
    return "/".join(reversed(span.code.split("-")))


def _period_names(signed: Snapshot, *, has_last: bool) -> list[str]:
    span = spans.read_span(signed.span)
    if span is None:
        return []
    found = [span, spans.span_before(span), spans.span_a_year_before(span)]
    names = [short_label(each) for each in found]
    return names if has_last else [names[0], names[2]]
