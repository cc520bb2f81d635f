"""What is leased and what is written back."""

import uuid
from datetime import datetime
from typing import NamedTuple

from keng.delivery.models.outbound import NOBODYS_TURN

SENT_AT_ONCE = 64
# Leased beyond what is being sent: a crash can repeat or leave unknown no more than both together.
LEASED_AHEAD = 32
LEASE_SECONDS = 30.0
MOST_TRIES = 8
LONGEST_WAIT = 3600.0


class LeasedDelivery(NamedTuple):
    """One delivery that is ours to send until the lease ends. The order is that of sql.LEASE."""

    id: uuid.UUID
    account_id: uuid.UUID
    recipient_kind: str
    recipient_ref: uuid.UUID
    text_id: uuid.UUID | None
    text_sealed: bytes | None
    address: str
    address_sealed: bytes | None
    is_urgent: bool
    priority: int
    attempts: int
    expires_at: datetime | None
    # Seconds from the moment of the lease until this delivery's turn at the account's rate.
    due_in: float = 0.0
    # Of a subscriber and a lead: what the link to stop is derived from.
    link_secret: bytes | None = None
    # What an earlier try began at the provider.
    begun: str = ""
    # Where posts are changed: the provider's id of the one that stands there, if it is known.
    earlier_post: str = ""
    # What stands there is being posted this moment.
    is_earlier_leased: bool = False
    deletes_post: bool = False
    # Whose turn this was, where several units share the account, and which place it has had.
    unit_ref: uuid.UUID = NOBODYS_TURN
    place: int = 0
    # When a reporter last wrote from this chat.
    heard_at: datetime | None = None

    def __repr__(self) -> str:
        return f"LeasedDelivery({self.id})"  # No address and no words in any log.


class UnitTurn(NamedTuple):
    """One of several units that have rows due on the same rung of one account."""

    account_id: uuid.UUID
    priority: int
    unit_ref: uuid.UUID


class DeliveryChange(NamedTuple):
    """What an attempt makes of a delivery, and the line it leaves in the attempts."""

    id: uuid.UUID
    state: str
    outcome: str
    provider_id: str = ""
    code: str = ""
    # Seconds from now until it is due again; None when it is settled.
    again_after: float | None = None
    milliseconds: int = 0
    http_status: int | None = None
    counts: bool = True
    """Whether this was a try; a provider that was not reached, or was too busy, tried nothing."""
