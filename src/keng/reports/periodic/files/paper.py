"""What stands on the paper, whatever it is written with."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from keng.accounts.models import Post
from keng.kit.phrases import moment_words
from keng.reports.models import Snapshot
from keng.reports.periodic import shown


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with one table."""

    heading: str
    heads: list[str]
    rows: list[list[str]]
    sums: frozenset[int] = frozenset()
    """Which rows are sums."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole report."""

    title: str
    lead: list[str]
    sections: list[Section]
    foot: list[str]


def paper(signed: Snapshot) -> Paper:
    """The report as it was signed."""
    figures = signed.figures
    sections = [_block(block) for block in shown.blocks(figures)]
    sections.append(_identities(figures))
    if units := shown.by_unit(figures):
        sections.append(_table(_("By desk"), units))
    sections.append(_table(_("By commune"), shown.by_place(figures, signed.boundaries)))
    return Paper(shown.title(figures), _lead(signed), sections, _foot(signed))


def _block(block: shown.Block) -> Section:
    heads = [_("Figure"), _("This period"), _("A year before")]
    rows = [[line.label, line.now, line.before] for line in block.lines]
    sums = frozenset(n for n, line in enumerate(block.lines) if line.is_sum)
    return Section(f"{block.number}. {block.label}", heads, rows, sums)


def _identities(figures: dict[str, Any]) -> Section:
    rows = [
        [row["label"], f"{row['stated']} = {row['due']}", _("agrees")]
        for row in shown.identities(shown.findings_of(figures))
    ]
    return Section(_("What agrees"), [_("Identity"), _("Figures"), _("Finding")], rows)


def _table(heading: str, table: shown.Table) -> Section:
    return Section(heading, table.heads, table.rows, frozenset({len(table.rows) - 1}), table.note)


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
