"""Reports that were signed in the past, so that the next opening balance has something to equal.

The month before last is signed, for the province and for the demo's ward; last month waits for
whoever tries the demo. The province's was put right when papers came in late: both versions stay.
"""

import datetime as dt
from dataclasses import replace

from keng.accounts.models import Officer, Post
from keng.audit.actions import unit_chain
from keng.kit import times
from keng.reports.models import PublicReport, Snapshot
from keng.reports.periodic import drafting, public_figures, signing, spans
from keng.reports.periodic.whose_report import ReportAsk, scope_of_unit
from keng_dev.demo.province.record import Act, Record
from keng_dev.demo.province.territory import Territory
from keng_dev.demo.territory import PROVINCE_CODE, WARD_CODE

_SIGNED_AFTER = dt.timedelta(days=2, hours=9, minutes=12)
_PUBLISHED_AFTER = dt.timedelta(minutes=40)
_PUT_RIGHT_AFTER = dt.timedelta(days=9, hours=5)
# How many groups said late, on paper, that they had passed a warning on.
_LATE = 6
_REASON = (
    "Phiếu xác nhận bằng giấy của một số nhóm đã chuyển cảnh báo về sau ngày ký. "
    "Các số khác không đổi."
)
_PUBLIC_REASON = (
    "Bản trước thiếu một số nhóm đã chuyển cảnh báo mà phiếu giấy về muộn. Các số khác không đổi."
)


class Unbalanced(Exception):
    """The demo's own figures do not agree: a fault of the demo, found before anybody sees it."""


def sign(territory: Territory, now: dt.datetime, record: Record) -> None:
    """Sign the month before last; the province's is public, and was put right once."""
    last = spans.span_before(spans.span_around(times.local_date(now), "month"))
    span = spans.span_before(last)
    for code, role in ((PROVINCE_CODE, Post.Role.COORDINATOR), (WARD_CODE, Post.Role.COMMANDER)):
        unit = territory.desks[code].unit
        officer = Officer.objects.filter(posts__unit=unit, posts__role=role).earliest("id")
        draft = drafting.draft_report(ReportAsk(scope_of_unit(unit), span))
        if not draft.holds:
            raise Unbalanced(unit.name)
        at = span.until + _SIGNED_AFTER
        if code != PROVINCE_CODE:
            _sign(draft, officer, at, record)
            continue
        first = _sign(_before_the_late_ones(draft), officer, at, record)
        public = _publish(first, officer, record)
        at += _PUT_RIGHT_AFTER
        _publish(_sign(draft, officer, at, record, first), officer, record, public)


def _before_the_late_ones(draft: drafting.ReportDraft) -> drafting.ReportDraft:
    """As the month stood before some groups said, on paper and late, that they had passed it on."""
    lines = draft.figures["lines"]
    (said, before), (seen, _before) = lines["passed_on"], lines["checked"]
    passed_on = [said - min(_LATE, said - seen), before]
    return replace(draft, figures=draft.figures | {"lines": lines | {"passed_on": passed_on}})


def _sign(
    draft: drafting.ReportDraft,
    officer: Officer,
    at: dt.datetime,
    record: Record,
    earlier: Snapshot | None = None,
) -> Snapshot:
    signed = signing.freeze_report(draft, by=officer, at=at, earlier=earlier, reason=_REASON)
    signed.save(force_insert=True)
    on, detail = ("snapshot", str(signed.pk)), signing.audit_detail(signed)
    record.note(unit_chain(signed.unit_id), Act(at, "report.signed", officer, on, detail))
    return signed


def _publish(
    signed: Snapshot, officer: Officer, record: Record, earlier: PublicReport | None = None
) -> PublicReport:
    at = signed.signed_at + _PUBLISHED_AFTER
    made = PublicReport.objects.create(
        snapshot=signed,
        unit=signed.unit,
        span=signed.span,
        published_by=officer,
        figures=public_figures.public_figures_of(
            signed.figures, earlier.figures if earlier else None
        ),
        published_at=at,
        version=signed.version,
        replaces=earlier,
        reason=_PUBLIC_REASON if earlier else "",
    )
    detail = {"version": made.version, "hash": drafting.hash_figures(made.figures).hex()}
    act = Act(at, "report.published", officer, ("snapshot", str(signed.pk)), detail)
    record.note(unit_chain(signed.unit_id), act)
    return made
