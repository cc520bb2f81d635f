"""Answering one person: in the conversation they began, and nowhere else."""

import datetime as dt
import uuid

from django.db import connection

from keng.accounts.models import Officer
from keng.delivery.actions import calling_off
from keng.delivery.models import ChannelAccount, Conversation, Delivery, Dispatch, DispatchText
from keng.delivery.priorities import Priority
from keng.kit import times
from keng.kit.ids import new_id
from keng.vault import seal
from keng.vault.hybrid import SealedKind

# Later than this no provider takes an answer any more without being asked again.
REPLY_EXPIRES_AFTER = dt.timedelta(days=7)
ASKER_EXPIRES_AFTER = dt.timedelta(hours=1)


def send_to_conversation(
    conversation: Conversation,
    *,
    text: str,
    kind: Dispatch.Kind,
    unit_id: uuid.UUID,
    by: Officer | None,
    source_kind: str,
    source_ref: uuid.UUID | None,
    sealed: bool = False,
    leaves_at: dt.datetime | None = None,
) -> Dispatch:
    """Queue one urgent message to the person behind a conversation, in the caller's transaction.

    Nobody's address is needed or seen: the sealed one is copied, and only the sender opens it.
    With `sealed` the text too can be read by the sender alone (it carries a secret link). It leaves
    at once, or not before `leaves_at`.
    The caller records the decision; `by` is None for an automatic message.
    """
    dispatch = Dispatch.objects.create(
        kind=kind,
        is_urgent=True,
        unit_id=unit_id,
        source_kind=source_kind,
        source_ref=source_ref,
        materialised_at=times.now(),
    )
    delivery = new_id()
    Delivery.objects.create(
        id=delivery,
        dispatch=dispatch,
        account_id=conversation.account_id,
        channel=conversation.account.channel,
        recipient_kind=Delivery.RecipientKind.CONVERSATION,
        recipient_ref=conversation.pk,
        text=None
        if sealed
        else DispatchText.objects.create(dispatch=dispatch, language="vi", text=text),
        text_sealed=seal.seal_for_sender(text, kind=SealedKind.TEXT, ref=delivery)
        if sealed
        else None,
        address_sealed=bytes(conversation.reply_address_sealed),
        priority=_priority(kind),
        is_urgent=True,
        not_before=leaves_at or times.now(),
        expires_at=times.now() + REPLY_EXPIRES_AFTER,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('keng_delivery', '')")
    return dispatch


def _priority(kind: Dispatch.Kind) -> Priority:
    return Priority.CALL_OR_REPLY if kind == Dispatch.Kind.REPLY else Priority.FIRST_ANSWER


def answer_asker(
    account: ChannelAccount, address_sealed: bytes, text: str, *, source_kind: str
) -> None:
    """Answer somebody whom no row names, in the caller's transaction.

    Address and text go as soon as it is sent.
    """
    dispatch = Dispatch.objects.create(
        kind=Dispatch.Kind.ACKNOWLEDGEMENT,
        is_urgent=True,
        unit_id=account.unit_id,
        source_kind=source_kind,
        materialised_at=times.now(),
    )
    delivery = new_id()
    Delivery.objects.create(
        id=delivery,
        dispatch=dispatch,
        account=account,
        channel=account.channel,
        recipient_kind=Delivery.RecipientKind.ASKER,
        recipient_ref=dispatch.pk,
        text_sealed=seal.seal_for_sender(text, kind=SealedKind.TEXT, ref=delivery),
        address_sealed=address_sealed,
        priority=Priority.FIRST_ANSWER,
        is_urgent=True,
        expires_at=times.now() + ASKER_EXPIRES_AFTER,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('keng_delivery', '')")


def call_off_replies(tip_id: uuid.UUID) -> int:
    """Take back what waits to leave for this tip's reporter; how many messages."""
    talks = Conversation.objects.filter(tip_ref=tip_id).values("pk")
    return calling_off.call_off_deliveries(
        Delivery.objects.filter(
            recipient_kind=Delivery.RecipientKind.CONVERSATION, recipient_ref__in=talks
        )
    )
