"""Reports that were signed in the past, so that the next opening balance has something to equal.

The month before last is signed, for the province and for the demo's ward; last month waits for
whoever tries the demo.
"""

import datetime as dt

from keng.accounts.models import Officer, Post
from keng.audit.actions import unit_chain
from keng.demo.province.record import Act, Record
from keng.demo.province.territory import Territory
from keng.demo.territory import PROVINCE_CODE, WARD_CODE
from keng.kit import times
from keng.reports.models import PublicReport, Snapshot
from keng.reports.periodic import figures, public_figures, signing, spans
from keng.reports.periodic.sight import Ask, sight_of

_SIGNED_AFTER = dt.timedelta(days=2, hours=9, minutes=12)
_PUBLISHED_AFTER = dt.timedelta(minutes=40)


class Unbalanced(Exception):
    """The demo's own figures do not agree: a fault of the demo, found before anybody sees it."""


def sign(territory: Territory, now: dt.datetime, record: Record) -> None:
    """Sign the month before last; the province's is public too."""
    last = spans.previous(spans.around(times.local_date(now), "month"))
    span = spans.previous(last)
    for code, role in ((PROVINCE_CODE, Post.Role.COORDINATOR), (WARD_CODE, Post.Role.COMMANDER)):
        unit = territory.desks[code].unit
        officer = Officer.objects.filter(posts__unit=unit, posts__role=role).earliest("id")
        draft = figures.draft(Ask(sight_of(unit), span))
        if not draft.holds:
            raise Unbalanced(unit.name)
        signed = signing.frozen(draft, by=officer, at=span.until + _SIGNED_AFTER)
        signed.save(force_insert=True)
        on = ("snapshot", str(signed.pk))
        detail = signing.on_record(signed)
        chain = unit_chain(unit.pk)
        record.note(chain, Act(signed.signed_at, "report.signed", officer, on, detail))
        if code == PROVINCE_CODE:
            _publish(signed, officer, record)


def _publish(signed: Snapshot, officer: Officer, record: Record) -> None:
    at = signed.signed_at + _PUBLISHED_AFTER
    PublicReport.objects.create(
        snapshot=signed, unit=signed.unit, span=signed.span, published_by=officer,
        figures=public_figures.of(signed.figures), published_at=at,
    )  # fmt: skip
    on = ("snapshot", str(signed.pk))
    record.note(unit_chain(signed.unit_id), Act(at, "report.published", officer, on))
