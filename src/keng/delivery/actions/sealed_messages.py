"""Writing messages to people down: a sealed row for each, by the account that carries it.

In the caller's transaction. With the end of a row its address and its words are forgotten.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection

from keng.delivery.models import ChannelAccount, Delivery, Dispatch, DispatchText
from keng.delivery.phone_ways import phone_way_of
from keng.delivery.priorities import Priority
from keng.delivery.queries.outcomes import NO_ACCOUNT, QUIET_HOURS
from keng.kit import times
from keng.kit.ids import new_id
from keng.network.models import Lead, LeadWay, Subscription
from keng.places.models import Unit
from keng.vault.hybrid import SealedKind
from keng.vault.seal import SealBatch


@dataclass(frozen=True, slots=True)
class SealedMessage:
    """What one person reads, and by which way."""

    to: Lead | Subscription
    way: LeadWay | Subscription
    subject: str
    text: str = field(repr=False)
    not_before: datetime.datetime | None = None
    """The end of the person's quiet hours."""

    @property
    def kind(self) -> str:
        """As which the row names them."""
        is_lead = isinstance(self.to, Lead)
        return Delivery.RecipientKind.LEAD if is_lead else Delivery.RecipientKind.ASKER


def write_sealed_messages(
    notice: Dispatch,
    messages: Sequence[SealedMessage],
    *,
    priority: Priority,
    expires_at: datetime.datetime | None,
) -> int:
    """How many were written; one that no account carries is an outcome from the first moment."""
    texts = {
        one.to.language: DispatchText(
            dispatch=notice, language=one.to.language, subject=one.subject, text=""
        )
        for one in messages
    }
    DispatchText.objects.bulk_create(texts.values())
    seals, accounts = SealBatch(), CarryingAccounts(notice.unit)
    made = []
    for one in messages:
        key = new_id()
        account = accounts.account_of(one.way)
        row = Delivery(
            id=key,
            dispatch=notice,
            account=account,
            channel=account.channel if account else one.way.channel,
            recipient_kind=one.kind,
            recipient_ref=one.to.pk,
            text=texts[one.to.language],
            text_sealed=seals.for_sender(one.text, kind=SealedKind.TEXT, ref=key),
            address_sealed=bytes(one.way.address_sealed),
            priority=priority,
            unit_ref=notice.unit_id,
            is_urgent=notice.is_urgent,
            expires_at=expires_at,
        )
        if one.not_before is not None:
            row.state, row.code, row.not_before = (
                Delivery.State.NOT_NOW,
                QUIET_HOURS,
                one.not_before,
            )
        made.append(row)
    Delivery.objects.bulk_create(made)
    _settle_unreachable(made)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('keng_delivery', '')")
    return len(made)


def _settle_unreachable(rows: Sequence[Delivery]) -> None:
    unreachable = [row.pk for row in rows if row.account_id is None]
    Delivery.objects.filter(pk__in=unreachable).update(
        state=Delivery.State.REJECTED,
        code=NO_ACCOUNT,
        settled_at=times.now(),
        address_sealed=None,
        text_sealed=None,
    )


class CarryingAccounts:
    """By which account each channel is carried: the unit's own, else any that works."""

    def __init__(self, unit: Unit) -> None:
        found = ChannelAccount.objects.filter(is_active=True)
        ordered = sorted(found, key=lambda one: (one.unit_id != unit.pk, str(one.pk)))
        self._by_id = {account.pk: account for account in ordered}
        self._by_channel: dict[str, ChannelAccount] = {}
        for account in ordered:
            self._by_channel.setdefault(account.channel, account)
            if phone_way := phone_way_of(account):
                self._by_channel.setdefault(phone_way.code, account)

    def account_of(self, way: LeadWay | Subscription) -> ChannelAccount | None:
        """A chat is with one account of ours; anything typed goes by whichever carries it."""
        if way.account_ref is not None:
            return self._by_id.get(way.account_ref)
        return self._by_channel.get(way.channel)
