"""Accounts as the sender sees them, and what may change about one while it sends."""

import json
import math
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError

from keng import channels
from keng.acts.locks import lock
from keng.acts.work import savepoint, work
from keng.audit.actions import record
from keng.channels.base import AnyChannel, Credentials, Outcome
from keng.delivery.actions.addresses import end_address
from keng.delivery.credentials import credentials_for_sending
from keng.delivery.models import ChannelAccount
from keng.delivery.models.outbound import NOBODYS_TURN
from keng.delivery.sender.rows import LeasedDelivery, UnitTurn
from keng.kit import times
from keng.network.models import Group

# Mail servers count connections, and each of ours keeps a thread busy.
MOST_LETTERS_AT_ONCE = 8
# Seconds after which what an account used counts for a third.
_USE_COUNTS_FOR = 10.0


@dataclass(slots=True)
class AccountState:
    """What this process knows of an account beyond its row; it outlives a new look at the row."""

    held: int = 0
    """Rows of the account that are leased here and not on record yet."""
    used: float = 0.0
    """Rows held times seconds, of late: what is longer ago counts less and less."""
    used_at: float = 0.0
    """Up to which moment (event loop time) that is counted."""
    look_at: float = 0.0
    """When (event loop time) there may be something to lease."""
    free_at: float = 0.0
    """When the next message may go out at the account's rate."""
    paused_until: float = 0.0
    unreached: int = 0
    """How many attempts in a row found nobody at the provider."""
    unclear: int = 0
    """Of how many in a row nobody knows whether the provider took them."""
    renew_at: float = 0.0
    """Before this moment tokens are not renewed ahead of need."""
    sharing: list[UnitTurn] = field(default_factory=list)
    """The units that wait side by side on its first shared rung; none where only one does."""
    last_unit: uuid.UUID = NOBODYS_TURN
    """Whose turn it was last: the next lease begins with the one after it."""
    images: dict[str, str] = field(default_factory=dict)
    """The provider's handles of pictures, by our path."""

    def count_use(self, now: float) -> float:
        """`used` up to now; called before `held` changes."""
        passed = now - self.used_at
        kept = math.exp(-passed / _USE_COUNTS_FOR)
        self.used = self.used * kept + self.held * _USE_COUNTS_FOR * (1 - kept)
        self.used_at = now
        return self.used

    def turns(self) -> list[UnitTurn]:
        """The units that share it, beginning after the one whose turn it was last."""
        after = [turn for turn in self.sharing if turn.unit_ref > self.last_unit]
        return after + self.sharing[: len(self.sharing) - len(after)]

    def note_turns(self, leased: Iterable[LeasedDelivery]) -> None:
        """Remember whose turn it was, of rows just leased."""
        rungs = {turn.priority for turn in self.sharing}
        taken = [row for row in leased if row.priority in rungs]
        if taken:
            self.last_unit = max(taken, key=lambda row: row.place).unit_ref


@dataclass(slots=True)
class SendingAccount:
    """One account with its adapter and credentials, read a moment ago."""

    id: uuid.UUID
    slug: str
    channel: AnyChannel
    credentials: Credentials = field(repr=False)
    base_url: str
    rate_per_minute: int
    tokens_version: bytes = field(repr=False)
    tokens_expire_at: datetime | None
    is_probing: bool
    """It was stopped: one message shows whether it works again."""
    state: AccountState = field(default_factory=AccountState)

    @property
    def seconds_between_sends(self) -> float:
        """Seconds between two sends at the account's rate."""
        return 60.0 / self.rate_per_minute if self.rate_per_minute else 0.0

    @property
    def needs_refresh(self) -> bool:
        """Whether its tokens run out soon."""
        renewal = self.channel.facts.renewal
        if renewal is None or self.tokens_expire_at is None:
            return False
        return self.tokens_expire_at - times.now() < renewal.ahead

    def max_rows(self, share: int) -> int:
        """How many rows of this account may be leased here at once, of a share of the room."""
        if self.is_probing:
            return 1
        if self.channel.transport == "smtp":
            return min(share, MOST_LETTERS_AT_ONCE)
        if self.rate_per_minute:
            # Half a second ahead, so that a reply need not wait for a leased bulk.
            return min(share, max(1, self.rate_per_minute // 120))
        return share


def read_accounts(ids: list[uuid.UUID]) -> dict[uuid.UUID, SendingAccount]:
    """The accounts with these ids."""
    return {row.id: _account(row) for row in ChannelAccount.objects.filter(id__in=ids)}


def read_tokens_again(account: SendingAccount) -> None:
    """What became of its credentials since it was read."""
    fresh = read_accounts([account.id])[account.id]
    account.credentials = fresh.credentials
    account.tokens_version = fresh.tokens_version
    account.tokens_expire_at = fresh.tokens_expire_at


def _account(row: ChannelAccount) -> SendingAccount:
    return SendingAccount(
        id=row.id,
        slug=row.slug,
        channel=channels.get_channel(row.channel),
        credentials=credentials_for_sending(row),
        base_url=row.base_url,
        rate_per_minute=row.rate_per_minute,
        tokens_version=bytes(row.tokens_sealed),
        tokens_expire_at=row.tokens_expire_at,
        is_probing=row.circuit_open_since is not None,
    )


@work()
def open_circuit(account_id: uuid.UUID, outcome: Outcome, used: bytes) -> None:
    """Stop the account until it is mended: its deliveries wait, the desk and the operator see why.

    Not when its tokens are others than the `used` ones by now: that was mended already.
    """
    row = lock(ChannelAccount.objects.all()).get(pk=account_id)
    if bytes(row.tokens_sealed) != used:
        return
    first = row.circuit_open_since is None
    row.circuit_open_since = times.now()
    row.circuit_reason = f"{outcome.code} {outcome.reason}".strip()[:200]
    row.save(update_fields=["circuit_open_since", "circuit_reason"])
    if first:
        record(
            "channel.stopped",
            by="sender",
            on=row,
            chain=f"channel:{row.id}",
            detail={"reason": row.circuit_reason},
        )


@work()
def close_circuit(account_id: uuid.UUID) -> None:
    """The account works again."""
    row = lock(ChannelAccount.objects.all()).get(pk=account_id)
    if row.circuit_open_since is None:
        return
    row.circuit_open_since, row.circuit_reason = None, ""
    row.save(update_fields=["circuit_open_since", "circuit_reason"])
    record("channel.runs_again", by="sender", on=row, chain=f"channel:{row.id}")


@work()
def keep_learned_facts(account_id: uuid.UUID, learned: dict[str, str]) -> None:
    """Pin what the adapter learned about the account, such as which API answers it."""
    row = lock(ChannelAccount.objects.all()).get(pk=account_id)
    if row.learned | learned != row.learned:
        row.learned = row.learned | learned
        row.save(update_fields=["learned"])
        record(
            "channel.learned",
            by="sender",
            on=row,
            chain=f"channel:{row.id}",
            detail=json.loads(json.dumps(learned)),
        )


@work()
def move_address(kind: str, ref: uuid.UUID, new_address: str) -> None:
    """The group has a new address at the provider; if another group has it, it is that group."""
    if kind == "group":
        moved = Group.objects.filter(pk=ref)
        try:
            with savepoint():
                moved.update(channel_address=new_address, address_changed_at=times.now())
        except IntegrityError:
            end_address(kind, ref, "moved_onto_another", by="sender")
            return
    record(
        "address.moved",
        by="sender",
        on=None,
        chain="addresses",
        detail={"kind": kind, "ref": str(ref)},
    )
