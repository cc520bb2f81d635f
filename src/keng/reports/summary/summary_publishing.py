"""Signing the public summary: when there is something new, and before the last one ends.

The worker does it, of what other acts made public, which stands on record; it decides nothing.
"""

import datetime as dt

from django.conf import settings

from keng.acts.locks import lock
from keng.acts.work import work
from keng.audit.heads import sign_bytes, verify_key
from keng.kit import times
from keng.merkle.notes import NoteKey, NoteKeyKind, SignedNote
from keng.national.summary_document import SummaryDocument
from keng.reports.models import PublicSummary
from keng.reports.summary.summary_content import SummaryContent, summary_content

VALID_FOR = dt.timedelta(days=1)
"""So long an entry that an objection took off may live on where we cannot be reached."""
_SIGNED_AGAIN_AFTER = dt.timedelta(hours=6)
# A number further ahead came of a clock that was wrong: nobody takes such a summary.
_CLOCKS_APART = dt.timedelta(minutes=5)


def summary_key() -> NoteKey:
    """The key of the public log, under the name of before any restore: the one that people pin."""
    return NoteKey(settings.LOG_ORIGIN, NoteKeyKind.LOG, bytes(verify_key()))


def publish_summary() -> int:
    """Sign a new one if it is due. Always 0: the next one is due by the clock."""
    if settings.SUMMARY_PROVINCE:
        _publish_summary(settings.SUMMARY_PROVINCE)
    return 0


@work()
def _publish_summary(province: str) -> None:
    PublicSummary.objects.bulk_create([PublicSummary()], ignore_conflicts=True)
    row = lock(PublicSummary.objects.all()).get()
    now = times.now()
    new = summary_content(province, number=_next_number(row, now), until=now + VALID_FOR)
    if _is_due(row, new, now):
        row.number, row.issued_at = new.document.number, now
        row.note = _signed(new.document)
        row.content, row.listings = new.document.content, new.listings
        row.save()


def _next_number(row: PublicSummary, now: dt.datetime) -> int:
    """The moment in seconds, so that it grows over a restore too; never the same one twice."""
    moment = int(now.timestamp())
    if row.number > moment + _CLOCKS_APART.total_seconds():
        return moment
    return max(row.number + 1, moment)


def _is_due(row: PublicSummary, new: SummaryContent, now: dt.datetime) -> bool:
    is_old = row.issued_at is None or not (
        dt.timedelta(0) <= now - row.issued_at < _SIGNED_AGAIN_AFTER
    )
    if is_old or row.content != new.document.content:
        return True
    # Also after the key or its name changed.
    return SignedNote.read(row.note.encode()).signature_of(summary_key()) is None


def _signed(document: SummaryDocument) -> str:
    text = document.text
    return f"{text}\n{summary_key().line(sign_bytes(text.encode()))}"
