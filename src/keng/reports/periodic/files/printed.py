"""What stands on the paper, whatever it is written with."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from keng.accounts.models import Post
from keng.kit.time_words import moment_words
from keng.reports.models import Snapshot
from keng.reports.periodic import report_view


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


@dataclass(frozen=True, slots=True)
class PrintedReport:
    """The whole report."""

    title: str
    foot_of_page: str
    """So that a sheet that got lost says where it belongs."""
    lead: list[str]
    sections: list[PrintedTable]
    foot: list[str]


def printed_report(signed: Snapshot) -> PrintedReport:
    """The report as it was signed."""
    figures = signed.figures
    sections = [_block(block) for block in report_view.block_views(figures)]
    sections.append(_identities(figures))
    if units := report_view.unit_table(figures):
        sections.append(_table(_("By desk"), units))
    sections.append(_table(_("By commune"), report_view.place_table(figures, signed.boundaries)))
    title = report_view.report_title(figures)
    version = _("version %(n)s") % {"n": signed.version}
    return PrintedReport(title, f"{title} · {version}", _lead(signed), sections, _foot(signed))


def _block(block: report_view.BlockView) -> PrintedTable:
    heads = [_("Figure"), _("This period"), _("A year before")]
    rows = [
        [line.full_label, line.now, line.before] if line.is_kept else [line.full_label, line.now]
        for line in block.lines
    ]
    sums = frozenset(n for n, line in enumerate(block.lines) if line.is_sum)
    parts = frozenset(n for n, line in enumerate(block.lines) if line.is_part)
    return PrintedTable(f"{block.number}. {block.label}", heads, rows, sums, parts)


def _identities(figures: dict[str, Any]) -> PrintedTable:
    rows = [
        [row["label"], f"{row['stated']} = {row['due']}", _("agrees")]
        for row in report_view.identity_rows(report_view.signed_findings(figures))
    ]
    return PrintedTable(_("What agrees"), [_("What must agree"), _("Figures"), _("Finding")], rows)


def _table(heading: str, table: report_view.TableView) -> PrintedTable:
    sums = frozenset({len(table.rows) - 1})
    return PrintedTable(heading, table.heads, table.rows, sums, note=table.note)


def _lead(signed: Snapshot) -> list[str]:
    found = [
        _("Version %(n)d, signed %(when)s.")
        % {"n": signed.version, "when": moment_words(signed.signed_at, "full")}
    ]
    if signed.reason:
        found.append(_("Corrects the version before: %(reason)s") % {"reason": signed.reason})
    found.append(
        _(
            "“Of value” means: it led to a check that confirmed facts, to action, or to a "
            "warning. Tips about this unit or the one above it are in no figure."
        )
    )
    return found


def _foot(signed: Snapshot) -> list[str]:
    role = Post.Role(signed.signer_role).label
    return [
        _("Signed by %(who)s, %(role)s") % {"who": signed.signer, "role": str(role).lower()},
        _("Hash of the figures (SHA-256): %(hash)s") % {"hash": bytes(signed.figures_hash).hex()},
    ]
