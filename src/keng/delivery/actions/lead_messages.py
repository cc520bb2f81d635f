"""Writing down messages to leads: a sealed row for each, by the account that carries it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection

from keng.delivery.models import ChannelAccount, Delivery, Dispatch, DispatchText
from keng.delivery.priorities import Priority
from keng.delivery.queries.outcomes import NO_ACCOUNT, QUIET_HOURS
from keng.kit import times
from keng.kit.ids import new_id
from keng.network.models import Lead, LeadWay, Subscription
from keng.places.models import Unit
from keng.vault.hybrid import SealedKind
from keng.vault.seal import SealBatch


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
    """A sealed row for each; one that no account carries is an outcome from the first moment."""
    texts = {
        lead.language: DispatchText(
            dispatch=notice, language=lead.language, subject=message.subject, text=""
        )
        for lead, _way, message in rows
    }
    DispatchText.objects.bulk_create(texts.values())
    seals, accounts, now = SealBatch(), CarryingAccounts(notice.unit), times.now()
    made = []
    for lead, way, message in rows:
        key, account = new_id(), accounts.account_of(way)
        row = Delivery(
            id=key,
            dispatch=notice,
            account=account,
            channel=way.channel,
            recipient_kind=Delivery.RecipientKind.LEAD,
            recipient_ref=lead.pk,
            text=texts[lead.language],
            text_sealed=seals.for_sender(message.text, kind=SealedKind.TEXT, ref=key),
            address_sealed=bytes(way.address_sealed),
            priority=priority,
            unit_ref=notice.unit_id,
            is_urgent=notice.is_urgent,
            expires_at=notice.expires_at,
        )
        # Who chose it a moment ago waits for the answer.
        is_wanted_now = way.first_message_at is None and not way.is_entered_for_lead
        until = quiet_until(way, now, is_urgent=notice.is_urgent or is_wanted_now)
        if until is not None:
            row.state, row.code, row.not_before = Delivery.State.NOT_NOW, QUIET_HOURS, until
        made.append(row)
    Delivery.objects.bulk_create(made)
    unreachable = [row.pk for row in made if row.account_id is None]
    Delivery.objects.filter(pk__in=unreachable).update(
        state=Delivery.State.REJECTED,
        code=NO_ACCOUNT,
        settled_at=now,
        address_sealed=None,
        text_sealed=None,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('keng_delivery', '')")


def quiet_until(
    way: LeadWay, now: datetime.datetime, *, is_urgent: bool
) -> datetime.datetime | None:
    """When the lead's quiet hours end, if this has to wait for that."""
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


class CarryingAccounts:
    """By which account each channel is carried: the unit's own, else any that works."""

    def __init__(self, unit: Unit) -> None:
        found = ChannelAccount.objects.filter(is_active=True)
        ordered = sorted(found, key=lambda one: (one.unit_id != unit.pk, str(one.pk)))
        self._by_id = {account.pk: account for account in ordered}
        self._by_channel: dict[str, ChannelAccount] = {}
        for account in ordered:
            self._by_channel.setdefault(account.channel, account)

    def account_of(self, way: LeadWay | Subscription) -> ChannelAccount | None:
        """A chat is with one account of ours; anything typed goes by whichever carries it."""
        if way.account_ref is not None:
            return self._by_id.get(way.account_ref)
        return self._by_channel.get(way.channel)
