"""Signing a report, and making what everybody may read of it."""

import json
import uuid
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.acts.errors import ChangedMeanwhile, Incomplete, NotAllowed, Refused
from keng.acts.locks import lock
from keng.acts.work import permit_over
from keng.audit import heads
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.kit.time_words import grouped_number
from keng.places.models import Unit
from keng.reports import acts
from keng.reports.models import PublicReport, Snapshot
from keng.reports.periodic import drafting, public_figures, report_labels, whose_report
from keng.reports.periodic.identities import IdentityFinding
from keng.reports.periodic.whose_report import ReportAsk


class CannotSign(Refused):
    """The report cannot be signed."""


class SpanNotOver(CannotSign):
    """Its period is not over."""

    sentence = _("Its period is not over.")


class DoesNotBalance(CannotSign):
    """An identity does not hold. There is no way past this.

    Its sentence says which block does not agree, by how much, and where to look.
    """

    def __init__(self, finding: IdentityFinding) -> None:
        self.headline = ngettext(
            "Cannot be signed: block %(block)s is off by %(n)s tip.",
            "Cannot be signed: block %(block)s is off by %(n)s tips.",
            finding.off,
        ) % {"block": finding.block, "n": finding.off}
        self.detail = _balance_detail(finding)
        self.sentence = f"{self.headline} {self.detail}"
        super().__init__(finding.code)


def _balance_detail(finding: IdentityFinding) -> str:
    numbers = {"due": grouped_number(finding.due), "stated": grouped_number(finding.stated)}
    if finding.code == "opening":
        said = (
            gettext(
                "The signed report before carried %(due)s tips over, this one finds %(stated)s."
            )
            % numbers
        )
    else:
        said = (
            gettext("%(due)s tips have to be accounted for, the lines hold %(stated)s.") % numbers
        )
    if line := report_labels.line_labels().get(finding.line, ""):
        said = f"{said} {gettext('Look at the line “%(line)s”.') % {'line': line}}"
    return said


class FiguresChanged(CannotSign, ChangedMeanwhile):
    """The figures are not those that the signer saw."""


class NoReason(CannotSign, Incomplete):
    """A correction must say why."""

    sentence = _("Write what was wrong")


class NotYours(CannotSign, NotAllowed):
    """The officer may not read all of it, for they belong to another unit, too."""


class CannotPublish(Refused):
    """Only a month of a province is made public, each version once, by whoever may sign it."""

    sentence = _("Only a signed month of the province is made public, once.")


class NoPublicReason(CannotPublish, Incomplete):
    """What was public is put right only with a reason that everybody reads."""

    sentence = _("Write what was wrong: everybody reads it")


@act(acts.SIGN_REPORT)
def sign_report(
    ask: ReportAsk,
    *,
    seen: bytes,
    by: Officer,
    boundaries: str = "new",
    reason: str = "",
    counted: drafting.ReportDraft | None = None,
) -> Snapshot:
    """Freeze the figures whose hash the signer saw, and put them on record.

    Signed again, it is a new version that names the one before; both stay. `counted` are the
    figures of this request, so that they need not be counted twice.
    Raises NotAllowed, SpanNotOver, DoesNotBalance, FiguresChanged, NoReason.
    """
    unit = ask.scope.unit
    permit_over(unit.pk)
    if not whose_report.may_sign_report(by, unit):
        raise NotYours
    if not ask.span.is_over:
        raise SpanNotOver
    # Counting takes seconds: nobody waits for it, since nothing is locked yet.
    draft = counted or drafting.draft_report(ask)
    for finding in draft.findings:
        if not finding.holds:
            raise DoesNotBalance(finding)
    if draft.hash != seen:
        raise FiguresChanged
    # Two who sign at once: the second one waits, and then corrects the first or sees it stale.
    lock(Unit.objects.all()).get(pk=unit.pk)
    # What the figures were compared with may have been signed anew since they were counted.
    if drafting.report_before(ask) != draft.previous:
        raise FiguresChanged
    if drafting.report_a_year_before(ask) != draft.year_before:
        raise FiguresChanged
    earlier = newest_version(ask)
    if earlier is not None and not reason.strip():
        raise NoReason
    signed = freeze_report(
        draft, by=by, at=times.now(), boundaries=boundaries, earlier=earlier, reason=reason.strip()
    )
    signed.save(force_insert=True)
    record(
        "report.signed", by=by, on=signed, chain=unit_chain(unit.pk), detail=audit_detail(signed)
    )
    return signed


def freeze_report(
    draft: drafting.ReportDraft,
    *,
    by: Officer,
    at: datetime,
    boundaries: str = "new",
    earlier: Snapshot | None = None,
    reason: str = "",
) -> Snapshot:
    """The report as a row, signed and not yet saved."""
    ask, unit = draft.ask, draft.ask.scope.unit
    signed = Snapshot(
        unit=unit,
        span=ask.span.code,
        since=ask.since,
        until=ask.until,
        boundaries=boundaries,
        version=earlier.version + 1 if earlier else 1,
        replaces=earlier,
        reason=reason if earlier else "",
        figures=draft.figures,
        figures_hash=draft.hash,
        open_tips=sorted(str(tip) for tip in draft.open_tips),
        signed_by=by,
        signer=str(by),
        signer_role=whose_report.signing_role(by, unit),
        signed_at=at,
    )
    signed.signature = heads.sign_bytes(signed_bytes(signed))
    return signed


@act(acts.PUBLISH_REPORT)
def publish_report(snapshot_id: uuid.UUID, *, by: Officer, reason: str = "") -> PublicReport:
    """Make what everybody may read of a signed report; a corrected one replaces the one before.

    The earlier version stays readable. Raises NotAllowed, CannotPublish, NoPublicReason.
    """
    visible = Snapshot.objects.visible_to(by).select_related("unit")
    signed = visible.filter(pk=snapshot_id).first()
    if signed is None:
        raise NotAllowed
    lock(Unit.objects.all()).get(pk=signed.unit_id)
    permit_over(signed.unit_id)
    if not may_publish_report(signed, by):
        raise CannotPublish
    earlier = newest_public_version(signed)
    if earlier is not None and not reason.strip():
        raise NoPublicReason
    made = PublicReport.objects.create(
        snapshot=signed,
        unit=signed.unit,
        span=signed.span,
        published_by=by,
        figures=public_figures.public_figures_of(
            signed.figures, earlier.figures if earlier else None
        ),
        published_at=times.now(),
        version=earlier.version + 1 if earlier else 1,
        replaces=earlier,
        reason=reason.strip() if earlier else "",
    )
    record(
        "report.published",
        by=by,
        on=signed,
        chain=unit_chain(signed.unit_id),
        detail={"version": made.version, "hash": drafting.hash_figures(made.figures).hex()},
    )
    return made


def may_publish_report(signed: Snapshot, by: Officer) -> bool:
    """Months alone: a quarter published as well would give away what its months leave out."""
    is_month = len(signed.span) == len("2026-10") and "Q" not in signed.span
    is_newest = not Snapshot.objects.filter(replaces=signed).exists()
    was = PublicReport.objects.filter(snapshot=signed).exists()
    may = signed.unit.kind == Unit.Kind.PROVINCE and whose_report.may_sign_report(by, signed.unit)
    return may and is_month and is_newest and not was


def newest_public_version(signed: Snapshot) -> PublicReport | None:
    """The newest version that everybody reads of this report's month."""
    versions = PublicReport.objects.filter(unit=signed.unit_id, span=signed.span)
    return versions.order_by("-version").first()


def newest_version(ask: ReportAsk) -> Snapshot | None:
    """The last version that was signed of this report."""
    versions = Snapshot.objects.filter(unit=ask.scope.unit, span=ask.span.code)
    return versions.order_by("-version").first()


def is_genuine_report(signed: Snapshot) -> bool:
    """Whether figures, hash and signature still belong together."""
    same = drafting.hash_figures(signed.figures) == bytes(signed.figures_hash)
    return same and heads.is_signed_by_us(signed_bytes(signed), bytes(signed.signature))


def audit_detail(signed: Snapshot) -> dict[str, Any]:
    """What the audit chain keeps of it."""
    digest = bytes(signed.figures_hash).hex()
    return {"span": signed.span, "version": signed.version, "hash": digest}


def signed_bytes(signed: Snapshot) -> bytes:
    """What the signature stands under."""
    words: list[Any] = [
        "keng report",
        str(signed.unit_id),
        signed.span,
        signed.version,
        signed.signer,
        signed.signer_role,
        bytes(signed.figures_hash).hex(),
        signed.signed_at.astimezone(times.VIETNAM).isoformat(),
        str(signed.replaces_id or ""),
        signed.reason,
        signed.boundaries,
        signed.open_tips,
    ]
    return json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()
