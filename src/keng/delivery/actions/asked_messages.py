"""Writing down what somebody asked to be told: a sealed row for each, in the caller's transaction.

They are people alone: with the end of the row their address and the words are forgotten.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection

from keng.delivery.actions.lead_messages import CarryingAccounts
from keng.delivery.models import Delivery, Dispatch, DispatchText
from keng.delivery.priorities import Priority
from keng.kit import times
from keng.kit.ids import new_id
from keng.network.models import Subscription
from keng.vault.hybrid import SealedKind
from keng.vault.seal import SealBatch

# As long as a provider holds it for a telephone that is off.
_WORTH_TELLING = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class AskedMessage:
    """What one of them reads."""

    to: Subscription
    subject: str
    text: str = field(repr=False)


def write_asked_messages(
    notice: Dispatch, messages: Sequence[AskedMessage], *, priority: Priority
) -> int:
    """By the accounts that carry them; how many were written."""
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
        row = Delivery(
            id=key,
            dispatch=notice,
            account=accounts.account_of(one.to),
            channel=one.to.channel,
            recipient_kind=Delivery.RecipientKind.ASKER,
            recipient_ref=one.to.pk,
            text=texts[one.to.language],
            text_sealed=seals.for_sender(one.text, kind=SealedKind.TEXT, ref=key),
            address_sealed=bytes(one.to.address_sealed),
            priority=priority,
            is_urgent=False,
            expires_at=times.now() + _WORTH_TELLING,
        )
        made.append(row)
    Delivery.objects.bulk_create(made)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('keng_delivery', '')")
    return len(made)
