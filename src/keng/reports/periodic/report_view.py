"""The figures in words: blocks, identities and tables, the same on a page and in a file."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from keng.kit.time_words import grouped_number, number_of_tenths
from keng.reports.periodic import blocks, boundaries, report_labels, spans
from keng.reports.periodic.earlier import Lines
from keng.reports.periodic.identities import IdentityFinding
from keng.reports.periodic.public_figures import HIDDEN
from keng.reports.templatetags.figures import duration


@dataclass(frozen=True, slots=True)
class LineView:
    """One row: what it is called, the figure of this period and of the year before."""

    key: str
    label: str
    now: str
    before: str
    last: str
    """Of the period before, as it was signed."""
    change: str
    """From the year before, in per cent."""
    value: int
    """For a bar; 0 where there is no number."""
    is_sum: bool = False
    is_kept: bool = True
    has_list: bool = False
    is_blamed: bool = False
    is_part: bool = False

    @property
    def full_label(self) -> str:
        """The label where nothing but words tells that it is a share of a line above."""
        return full_label(self.label, is_part=self.is_part)


@dataclass(frozen=True, slots=True)
class BlockView:
    """One of the ten."""

    number: int
    label: str
    lines: list[LineView]
    findings: list[IdentityFinding] = field(default_factory=list)

    @property
    def is_off(self) -> bool:
        """Whether something in it does not agree."""
        return any(not finding.holds for finding in self.findings)

    @property
    def off(self) -> int:
        """By how many tips, at most."""
        return max((finding.off for finding in self.findings if not finding.holds), default=0)


@dataclass(frozen=True, slots=True)
class TableView:
    """Places or desks."""

    heads: list[str]
    rows: list[list[str]]
    note: str = ""


def report_title(figures: dict[str, Any]) -> str:
    """What the report is called."""
    return _("Report of %(span)s, %(unit)s") % {
        "span": label_of_span_code(figures["span"]),
        "unit": figures["unit_name"],
    }


def label_of_span_code(code: str) -> str:
    """A period in words."""
    span = spans.read_span(code)
    return spans.span_label(span) if span else code


def block_views(
    figures: dict[str, Any],
    findings: list[IdentityFinding] | None = None,
    last: Lines | None = None,
) -> list[BlockView]:
    """The blocks beside the signed figures of the period before, if there are any.

    Of a draft with what does not agree in each.
    """
    labels, titles = report_labels.line_labels(), report_labels.block_labels()
    found = findings if findings is not None else signed_findings(figures)
    blamed = {(f.block, f.line) for f in found if not f.holds}
    return [
        BlockView(
            number,
            titles[number],
            [
                _line(line, labels[line.key], figures, last or {}, (number, line.key) in blamed)
                for line in of_block
            ],
            [finding for finding in found if finding.block == number],
        )
        for number, of_block in blocks.BLOCKS.items()
        if number != blocks.IMPORTED_BLOCK or _has_imported(figures)
    ]


def _has_imported(figures: dict[str, Any]) -> bool:
    lines = figures["lines"]
    return any(any(lines.get(line.key, ())) for line in blocks.BLOCKS[blocks.IMPORTED_BLOCK])


def _line(
    line: blocks.ReportLine, label: str, figures: dict[str, Any], last: Lines, blamed: bool
) -> LineView:
    now, before = figures["lines"].get(line.key, [None, None])
    of_last = last.get(line.key, [None])[0]
    is_kept = line.rows is not None or line.number is not None
    return LineView(
        line.key,
        label,
        figure_words(now, line.unit) if is_kept else str(report_labels.NOT_KEPT),
        figure_words(before, line.unit) if is_kept else "",
        figure_words(of_last, line.unit) if is_kept else "",
        change_words(now, before) if is_kept else "",
        now or 0 if line.unit == "" else 0,
        line.is_sum,
        is_kept,
        bool(line.rows is not None and now),
        blamed,
        line.is_part,
    )


def full_label(label: str, *, is_part: bool) -> str:
    """What a line is called; a share of a line above says so."""
    return f"{_('of which')} {label}" if is_part else label


def change_words(now: int | None, before: int | None) -> str:
    """By how many per cent a figure is above or below an earlier one; a dash where nothing was."""
    if now is None or not before:
        return "–"
    tenths = round((now - before) * 1000 / before)
    sign = "+" if tenths > 0 else "−" if tenths < 0 else ""
    return f"{sign}{number_of_tenths(abs(tenths))}\u00a0%"


def figure_words(value: int | str | None, unit: str = "") -> str:
    """A figure as it is written."""
    if value == HIDDEN:
        return _("not stated, to protect those who reported")
    if value is None:
        return "–"
    if unit == "seconds":
        return duration(timedelta(seconds=int(value)))
    return f"{grouped_number(int(value))} {unit}".rstrip()


def unit_table(figures: dict[str, Any]) -> TableView | None:
    """The desks of a province, in the order of their names."""
    if not figures["units"]:
        return None
    heads = [
        _("Desk"),
        _("Received in the period"),
        _("To account for"),
        _("Of value"),
        _("Still worked on"),
    ]
    rows = [[row[0], *(grouped_number(n) for n in row[1:])] for row in figures["units"]]
    whole = [sum(column) for column in zip(*(row[1:] for row in figures["units"]), strict=True)]
    rows.append([_("Sum"), *(grouped_number(n) for n in whole)])
    return TableView(heads, rows, _("No ranking: people report more where they trust more."))


def place_table(figures: dict[str, Any], kind: str) -> TableView:
    """What came in, by commune of today or before 1 July 2025."""
    rows = [
        [_place(name, one_of, kind), grouped_number(n)]
        for name, n, one_of in figures["places"][kind]
    ]
    whole = sum(n for _name, n, _others in figures["places"][kind])
    heads = [
        _("Commune before 1 July 2025")
        if kind == boundaries.OLD_BOUNDARIES
        else _("Commune of today")
    ]
    note = _("Where a commune was made of several, nobody can say now from which of them it came.")
    return TableView(
        [*heads, _("Received in the period")],
        [*rows, [_("Sum"), grouped_number(whole)]],
        note if kind == boundaries.OLD_BOUNDARIES else "",
    )


def _place(name: str, one_of: list[str], kind: str) -> str:
    if not one_of:
        return _("Place not known") if name == boundaries.UNKNOWN_PLACE else name
    said = {"name": name, "others": ", ".join(one_of)}
    if kind == boundaries.OLD_BOUNDARIES:
        return _("%(name)s, one of: %(others)s") % said
    return _("%(name)s (split; one of: %(others)s)") % said


def identity_rows(found: list[IdentityFinding]) -> list[dict[str, Any]]:
    """Each identity as a sentence, and how it came out."""
    labels = report_labels.identity_labels()
    return [
        {
            "label": labels[f.code],
            "holds": f.holds,
            "stated": f.stated,
            "due": f.due,
            "block": f.block,
            "off": f.off,
        }
        for f in found
    ]


def signed_findings(figures: dict[str, Any]) -> list[IdentityFinding]:
    """The identities of a signed report, which all held."""
    return [IdentityFinding(*identity) for identity in figures["identities"]]
