"""The figures in words: blocks, identities and tables, the same on a page and in a file."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from keng.kit.time_words import grouped_number
from keng.reports.periodic import boundaries, lines, names, spans
from keng.reports.periodic.identities import Finding
from keng.reports.periodic.public_figures import HIDDEN
from keng.reports.templatetags.figures import duration


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One row: what it is called, the figure of this period and of the year before."""

    key: str
    label: str
    now: str
    before: str
    value: int
    """For a bar; 0 where there is no number."""
    is_sum: bool = False
    is_kept: bool = True
    has_list: bool = False
    is_blamed: bool = False
    is_part: bool = False

    @property
    def said(self) -> str:
        """The label where nothing but words tells that it is a share of a line above."""
        return said(self.label, is_part=self.is_part)


@dataclass(frozen=True, slots=True)
class Block:
    """One of the nine."""

    number: int
    label: str
    lines: list[ShownLine]
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_off(self) -> bool:
        """Whether something in it does not agree."""
        return any(not finding.holds for finding in self.findings)

    @property
    def off(self) -> int:
        """By how many tips, at most."""
        return max((finding.off for finding in self.findings if not finding.holds), default=0)


@dataclass(frozen=True, slots=True)
class Table:
    """Places or desks."""

    heads: list[str]
    rows: list[list[str]]
    note: str = ""


def title(figures: dict[str, Any]) -> str:
    """What the report is called."""
    return _("Report of %(span)s, %(unit)s") % {
        "span": span_label(figures["span"]),
        "unit": figures["unit_name"],
    }


def span_label(code: str) -> str:
    """A period in words."""
    span = spans.read(code)
    return spans.label(span) if span else code


def blocks(figures: dict[str, Any], findings: list[Finding] | None = None) -> list[Block]:
    """The nine blocks; of a draft with what does not agree in each."""
    labels, titles = names.line_labels(), names.block_labels()
    found = findings if findings is not None else _signed(figures)
    blamed = {(f.block, f.line) for f in found if not f.holds}
    return [
        Block(
            number,
            titles[number],
            [
                _line(line, labels[line.key], figures, (number, line.key) in blamed)
                for line in of_block
            ],
            [finding for finding in found if finding.block == number],
        )
        for number, of_block in lines.BLOCKS.items()
    ]


def _signed(figures: dict[str, Any]) -> list[Finding]:
    return [Finding(*identity) for identity in figures["identities"]]


def _line(line: lines.Line, label: str, figures: dict[str, Any], blamed: bool) -> ShownLine:
    now, before = figures["lines"].get(line.key, [None, None])
    is_kept = line.rows is not None or line.number is not None
    return ShownLine(
        line.key,
        label,
        worded(now, line.unit) if is_kept else str(names.NOT_KEPT),
        worded(before, line.unit) if is_kept else "",
        now or 0 if line.unit == "" else 0,
        line.is_sum,
        is_kept,
        bool(line.rows is not None and now),
        blamed,
        line.is_part,
    )


def said(label: str, *, is_part: bool) -> str:
    """What a line is called; a share of a line above says so."""
    return f"{_('of which')} {label}" if is_part else label


def worded(value: int | str | None, unit: str = "") -> str:
    """A figure as it is written."""
    if value == HIDDEN:
        return _("too few to say")
    if value is None:
        return "–"
    if unit == "seconds":
        return duration(timedelta(seconds=int(value)))
    return f"{grouped_number(int(value))} {unit}".rstrip()


def by_unit(figures: dict[str, Any]) -> Table | None:
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
    return Table(heads, rows, _("No ranking: people report more where they trust more."))


def by_place(figures: dict[str, Any], kind: str) -> Table:
    """What came in, by commune of today or before 1 July 2025."""
    rows = [
        [_place(name, one_of, kind), grouped_number(n)]
        for name, n, one_of in figures["places"][kind]
    ]
    whole = sum(n for _name, n, _others in figures["places"][kind])
    heads = [_("Commune before 1 July 2025") if kind == boundaries.OLD else _("Commune of today")]
    note = _("Where a commune was made of several, nobody can say now from which of them it came.")
    return Table(
        [*heads, _("Received in the period")],
        [*rows, [_("Sum"), grouped_number(whole)]],
        note if kind == boundaries.OLD else "",
    )


def _place(name: str, one_of: list[str], kind: str) -> str:
    if not one_of:
        return _("Place not known") if name == boundaries.UNKNOWN else name
    said = {"name": name, "others": ", ".join(one_of)}
    if kind == boundaries.OLD:
        return _("%(name)s, one of: %(others)s") % said
    return _("%(name)s (split; one of: %(others)s)") % said


def identities(found: list[Finding]) -> list[dict[str, Any]]:
    """Each identity as a sentence, and how it came out."""
    labels = names.identity_labels()
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


def findings_of(figures: dict[str, Any]) -> list[Finding]:
    """The identities of a signed report, which all held."""
    return _signed(figures)
