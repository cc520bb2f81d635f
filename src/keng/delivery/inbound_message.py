"""A verified message on its way in: plain in memory only, hashed where it must be found again."""

import datetime as dt
import uuid
from dataclasses import dataclass, field

from keng.channels.base import Credentials, Event
from keng.delivery.credentials import credentials_for_receiving
from keng.delivery.models import ChannelAccount
from keng.kit.ids import new_id
from keng.kit.secrets import keyed_hash
from keng.places import serving
from keng.vault import seal
from keng.vault.hybrid import SealedKind


@dataclass(frozen=True, slots=True)
class ReceivingAccount:
    """What receiving needs to know of a channel account, without asking the database again."""

    id: uuid.UUID
    channel: str
    slug: str
    unit_id: uuid.UUID
    unit_name: str
    place_id: uuid.UUID | None
    province_code: str
    credentials: Credentials = field(repr=False)
    above_id: uuid.UUID
    above_name: str
    """The desk that gets what this one shall not see; the same one at a province."""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One event of an account, with the hashes by which it is known; printing it shows neither."""

    account: ReceivingAccount
    event: Event = field(repr=False)
    raw: bytes = field(repr=False)
    received_at: dt.datetime
    key: bytes = field(repr=False)
    """Channel, account and the provider's message id."""
    conversation_hash: bytes | None = field(repr=False)
    """Account and person; None when the event names nobody."""
    seals: seal.SealBatch | None = field(default=None, repr=False)
    """What to seal it with when others are sealed with the same; None: by itself."""
    id: uuid.UUID = field(default_factory=new_id)


def receiving_accounts() -> list[ReceivingAccount]:
    """Every active account that can be written to from outside, the keys of its unit at hand."""
    accounts = ChannelAccount.objects.filter(is_active=True).select_related("unit__parent")
    found = [(account, serving.unit_above(account.unit)) for account in accounts]
    seal.renew_public_keys(
        sorted({unit_id for one, above in found for unit_id in (one.unit_id, above.pk)})
    )
    return [
        ReceivingAccount(
            id=account.id,
            channel=account.channel,
            slug=account.slug,
            unit_id=account.unit_id,
            unit_name=account.unit.name,
            place_id=account.place_id,
            province_code=account.unit.province_code,
            credentials=credentials_for_receiving(account),
            above_id=above.pk,
            above_name=above.name,
        )
        for account, above in found
    ]


def new_seals() -> seal.SealBatch:
    """For messages that are written together."""
    return seal.SealBatch()


def sealed_reply_address(message: InboundMessage) -> bytes:
    """Where the person is answered, for the sender alone."""
    seals = message.seals or new_seals()
    return seals.for_sender(message.event.reply_address or "", kind=SealedKind.ADDRESS)


def message_key(channel: str, account_id: uuid.UUID, dedupe: str) -> bytes:
    """By what a message is known, however it comes in. `dedupe`: the provider's id of it."""
    return keyed_hash("inbound", channel, str(account_id), dedupe)


def message_of_event(
    account: ReceivingAccount,
    event: Event,
    *,
    raw: bytes,
    now: dt.datetime,
    seals: seal.SealBatch | None = None,
) -> InboundMessage:
    """The event with its hashes. What was said in a group belongs to the person's own thread."""
    person = event.sender if event.group else event.conversation
    return InboundMessage(
        account,
        event,
        raw,
        now,
        message_key(account.channel, account.id, event.dedupe),
        keyed_hash("conversation", str(account.id), person) if person else None,
        seals,
    )
