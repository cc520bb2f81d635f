"""What stands on the paper, whatever it is written with.

The parts and their order are those of a report in Decree 30/2020: body and number on the left,
state and date on the right, kind and subject, addressees, text, recipients and signature, annexes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from keng.accounts.models import Post
from keng.kit.time_words import moment_words
from keng.reports.models import ReportPaper, Snapshot
from keng.reports.periodic import earlier, paper, report_view, spans
from keng.reports.periodic.earlier import Lines

_BLANK = "……"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands around the text."""

    above: str
    issuer: str
    number: str
    nation: str
    motto: str
    place_and_date: str
    kind: str
    about: str
    addressees: list[str]
    recipients: list[str]
    capacity: list[str]
    signer: str


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A heading with one table."""

    heading: str
    heads: list[str]
    rows: list[list[str]]
    """Of a row with fewer cells than heads, the last cell stands for all that are missing."""
    sums: frozenset[int] = frozenset()
    """Which rows are sums."""
    parts: frozenset[int] = frozenset()
    """Which rows are a share of one above them."""
    note: str = ""
    keys: tuple[str, ...] = ()
    """Of a block, the line that each row shows."""


@dataclass(frozen=True, slots=True)
class PrintedReport:
    """The whole report."""

    title: str
    foot_of_page: str
    """So that a sheet that got lost says where it belongs."""
    head: Letterhead
    lead: list[str]
    blocks: list[PrintedTable]
    closing: str
    annexes: list[PrintedTable]
    checks: list[str]
    """By what a reader tells that these are the signed figures."""


def printed_report(signed: Snapshot) -> PrintedReport:
    """The report as it was signed, in the head that the office gave it."""
    figures = signed.figures
    last = _lines_of_last(signed)
    annexes = [_identities(figures)]
    if units := report_view.unit_table(figures):
        annexes.append(_table(_("By desk"), units))
    annexes.append(_table(_("By commune"), report_view.place_table(figures, signed.boundaries)))
    title = report_view.report_title(figures)
    version = _("version %(n)s") % {"n": signed.version}
    return PrintedReport(
        title,
        f"{title} · {version}",
        letterhead_of(signed, paper.paper_of_report(signed)),
        _lead(signed, last),
        [_block(block) for block in report_view.block_views(figures, last=last)],
        _("This is the report of %(unit)s on %(span)s./.") % _named(figures),
        annexes,
        _checks(signed),
    )


def letterhead_of(signed: Snapshot, filled: ReportPaper) -> Letterhead:
    """The head and the foot, with blanks for the hand where the office left something out."""
    number = {"number": filled.number or _BLANK, "symbol": filled.symbol}
    recipients = filled.recipients.splitlines()
    return Letterhead(
        filled.above.upper(),
        filled.issuer.upper(),
        _("No: %(number)s/%(symbol)s") % number,
        _("SOCIALIST REPUBLIC OF VIET NAM"),
        _("Independence - Freedom - Happiness"),
        _place_and_date(filled.place, filled.dated, signed.signed_at.year),
        _("REPORT"),
        _("Tips of the people and what came of them, %(span)s") % _named(signed.figures),
        filled.addressees.splitlines(),
        [f"- {line.strip('-').strip()}" for line in recipients],
        filled.capacity.splitlines(),
        filled.signer,
    )


def _place_and_date(place: str, day: date | None, year: int) -> str:
    told = {"place": place, "day": _BLANK, "month": _BLANK, "year": year}
    if day:
        # A day below ten and the first two months have a zero before them, so that none is added.
        month = f"{day.month:02}" if day.month < 3 else str(day.month)
        told |= {"day": f"{day.day:02}", "month": month, "year": day.year}
    return _("%(place)s, day %(day)s month %(month)s year %(year)s") % told


def _named(figures: Mapping[str, Any]) -> dict[str, str]:
    return {
        "unit": figures["unit_name"],
        "span": report_view.label_of_span_code(figures["span"]),
    }


def _lines_of_last(signed: Snapshot) -> Lines | None:
    span = spans.read_span(signed.span)
    if span is None:
        return None
    return earlier.lines_of_period_before(signed.unit_id, span, signed.signed_at)


def _block(block: report_view.BlockView) -> PrintedTable:
    heads = [
        _("Figure"),
        _("This period"),
        _("Period before"),
        _("A year before"),
        _("Over the year"),
    ]
    rows = [
        [line.full_label, *map(_together, (line.now, line.last, line.before, line.change))]
        if line.is_kept
        else [line.full_label, line.now]
        for line in block.lines
    ]
    sums = frozenset(n for n, line in enumerate(block.lines) if line.is_sum)
    parts = frozenset(n for n, line in enumerate(block.lines) if line.is_part)
    keys = tuple(line.key if line.has_list else "" for line in block.lines)
    return PrintedTable(f"{block.number}. {block.label}", heads, rows, sums, parts, keys=keys)


def _together(figure: str) -> str:
    """A number and its unit are not torn apart at the end of a line."""
    return figure.replace(" đ", "\u00a0đ")


def _identities(figures: dict[str, Any]) -> PrintedTable:
    rows = [
        [row["label"], f"{row['stated']} = {row['due']}", _("agrees")]
        for row in report_view.identity_rows(report_view.signed_findings(figures))
    ]
    return PrintedTable(_("What agrees"), [_("What must agree"), _("Figures"), _("Finding")], rows)


def _table(heading: str, table: report_view.TableView) -> PrintedTable:
    sums = frozenset({len(table.rows) - 1})
    return PrintedTable(heading, table.heads, table.rows, sums, note=table.note)


def _lead(signed: Snapshot, last: Lines | None) -> list[str]:
    found = [_what_came_in(signed.figures, last)]
    if signed.reason:
        found.append(_("Corrects the version before: %(reason)s") % {"reason": signed.reason})
    found.append(
        _(
            "“Of value” means: it led to a check that confirmed facts, to action, or to a "
            "warning. Tips about this unit or the one above it are in no figure."
        )
    )
    if last is None:
        found.append(_("The period before has no signed report: its column stays empty."))
    return found


def _what_came_in(figures: Mapping[str, Any], last: Lines | None) -> str:
    """The first sentence of the text, with the figures that are asked for first."""
    told = _named(figures) | {
        "received": _figure(figures["lines"], "received"),
        "before": _figure(figures["lines"], "received", at=1),
        "of_value": _figure(figures["lines"], "of_value"),
        "pending": _figure(figures["lines"], "pending"),
    }
    if last is None:
        return (
            _(
                "In %(span)s, %(unit)s received %(received)s tips (%(before)s a year before); "
                "%(of_value)s were of value, %(pending)s are still being worked on. In detail:"
            )
            % told
        )
    told["last"] = _figure(last, "received")
    return (
        _(
            "In %(span)s, %(unit)s received %(received)s tips (%(last)s in the period before, "
            "%(before)s a year before); %(of_value)s were of value, %(pending)s are still being "
            "worked on. In detail:"
        )
        % told
    )


def _figure(lines: Lines, key: str, *, at: int = 0) -> str:
    """A figure in words; a dash where the report is older than its line."""
    return report_view.figure_words(lines.get(key, (None, None))[at])


def _checks(signed: Snapshot) -> list[str]:
    role = Post.Role(signed.signer_role).label
    told = {
        "n": signed.version,
        "when": moment_words(signed.signed_at, "full"),
        "who": signed.signer,
        "role": str(role).lower(),
    }
    return [
        _("Figures signed in Kẻng by %(who)s, %(role)s, %(when)s: version %(n)d.") % told,
        _("Hash of the figures (SHA-256): %(hash)s") % {"hash": bytes(signed.figures_hash).hex()},
    ]
