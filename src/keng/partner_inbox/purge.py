"""Ending and destroying matters whose time is over. The worker reads no word of them."""

import uuid

from django.db.models import F

from keng.acts.work import work
from keng.kit import times
from keng.partner_inbox.models import (
    FEWEST_MONTHS,
    MOST_MONTHS,
    QUIET_FOR,
    InboxMatter,
    InboxMessage,
    kept_for,
)


@work()
def end_quiet_matters() -> int:
    """End those in which nobody wrote for ninety days; 0, since all are done in one go."""
    quiet = InboxMatter.objects.filter(ended_at=None, last_at__lt=times.now() - QUIET_FOR)
    quiet.update(ended_at=F("last_at") + QUIET_FOR)
    return 0


@work()
def purge_matters(limit: int = 200) -> int:
    """Destroy what ended longer ago than its partner keeps; how many matters."""
    now = times.now()
    due: list[uuid.UUID] = []
    for months in range(FEWEST_MONTHS, MOST_MONTHS + 1):
        over = InboxMatter.objects.filter(
            inbox__keep_months=months, ended_at__lte=now - kept_for(months)
        )
        due += over.values_list("pk", flat=True)[: limit - len(due)]
    destroy_matters(due)
    return len(due)


def destroy_matters(keys: list[uuid.UUID]) -> None:
    """Words and keys, and that there was anything."""
    InboxMessage.objects.filter(matter_id__in=keys).delete()
    matters = InboxMatter.objects.filter(pk__in=keys)
    matters._raw_delete(matters.db)  # noqa: SLF001 -- without reading columns that are not ours
