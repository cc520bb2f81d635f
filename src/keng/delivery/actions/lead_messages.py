"""Writing down messages to leads, each by the way on which they agreed to be told."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from keng.delivery.actions.sealed_messages import SealedMessage, write_sealed_messages
from keng.delivery.models import Dispatch
from keng.delivery.priorities import Priority
from keng.kit import times
from keng.network.models import Lead, LeadWay, Subscription


@dataclass(frozen=True, slots=True)
class LeadMessage:
    """What one lead reads."""

    subject: str
    text: str = field(repr=False)


def write_lead_messages(
    notice: Dispatch,
    rows: Sequence[tuple[Lead, LeadWay, LeadMessage]],
    *,
    priority: Priority = Priority.LETTER,
) -> None:
    """A sealed row for each, not before the quiet hours of a lead are over."""
    now = times.now()
    messages = []
    for lead, way, message in rows:
        # Who chose it a moment ago waits for the answer.
        is_wanted_now = way.first_message_at is None and not way.is_entered_for_lead
        until = quiet_until(way, now, is_urgent=notice.is_urgent or is_wanted_now)
        messages.append(SealedMessage(lead, way, message.subject, message.text, not_before=until))
    write_sealed_messages(notice, messages, priority=priority, expires_at=notice.expires_at)


def quiet_until(
    way: LeadWay | Subscription, now: datetime.datetime, *, is_urgent: bool
) -> datetime.datetime | None:
    """When the quiet hours of a lead or subscriber end, if this has to wait for that."""
    begins, ends = way.quiet_from, way.quiet_to
    if is_urgent or begins is None or ends is None or begins == ends:
        return None
    local = now.astimezone(times.VIETNAM)
    clock = local.time()
    inside = begins <= clock < ends if begins < ends else clock >= begins or clock < ends
    if not inside:
        return None
    day = local.date() if clock < ends else local.date() + datetime.timedelta(days=1)
    return datetime.datetime.combine(day, ends, times.VIETNAM)
