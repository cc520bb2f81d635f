"""Everything the sender asks of the database: `postgres_ledger` does it, a simulation another way.

Each method is one transaction. Whatever raises one of DATABASE_AWAY has been done, or not, and
nobody knows: the sender tries again, or leaves it to the end of the lease.
"""

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

import psycopg
from django.db import Error as OrmError

from keng.channels.base import Credentials, Outcome
from keng.channels.group_chats import ProviderGroup
from keng.channels.upkeep import AccountPackage, NewTokens
from keng.delivery.sender.accounts import SendingAccount
from keng.delivery.sender.rows import DeliveryChange, LeasedDelivery, UnitTurn

_T = TypeVar("_T")
DATABASE_AWAY = (psycopg.Error, OrmError, OSError)


class StoredText(NamedTuple):
    """A row of the texts."""

    text: str
    subject: str
    language: str
    image_path: str
    short: str = ""


class StoredTokens(Protocol):
    """The tokens of one account while it is our turn to renew them."""

    @property
    def sealed(self) -> bytes:
        """As they are stored: what tells one pair from another."""

    def credentials(self) -> Credentials:
        """Opened, with everything else that asking the provider takes."""

    def replace(self, used: bytes, found: NewTokens) -> None:
        """Store these. Tokens that a person stored in place of `used` meanwhile are left alone."""


class TokenStore(Protocol):
    """Where tokens lie. Called from a thread, since whoever has the turn waits for a provider."""

    def in_turn(
        self, account_id: uuid.UUID, do: Callable[[StoredTokens], _T], *, may_repeat: bool
    ) -> _T:
        """Do it in one transaction while no other sender can. Raises Error, TryAgain."""


class GroupToMake(NamedTuple):
    """A group chat that an officer asked for."""

    request_id: uuid.UUID
    name: str
    description: str
    size: str
    slot: str
    """In which an earlier try has begun it; "" where none has."""


class GroupStore(Protocol):
    """What is kept of group chats that accounts have at their providers."""

    async def begin_listing(self, account_id: uuid.UUID) -> datetime | None:
        """Our turn to list them: since when; None where nobody asks, or somebody just did."""

    async def keep_groups(
        self, account_id: uuid.UUID, groups: Sequence[ProviderGroup]
    ) -> list[str]:
        """Write down what was listed; the addresses that are kept and were not among it."""

    async def end_group(self, account_id: uuid.UUID, address: str, code: str) -> None:
        """The account has no such group any more."""

    async def end_listing(self, account_id: uuid.UUID, begun_at: datetime, code: str) -> None:
        """With a code: why there is no list."""

    async def group_to_make(self, account_id: uuid.UUID) -> GroupToMake | None:
        """The next one that is not too old; no other sender has it for some minutes."""

    async def reserve_slot(self, request_id: uuid.UUID, slot: str, listed_at: datetime) -> bool: ...

    async def reject_request(self, request_id: uuid.UUID, code: str) -> None: ...

    async def keep_made_group(self, request_id: uuid.UUID, group: ProviderGroup) -> None: ...


class SenderLedger(Protocol):
    """Rows, accounts and texts, as one sender process sees and changes them."""

    @property
    def tokens(self) -> TokenStore: ...

    @property
    def groups(self) -> GroupStore: ...

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def record_and_lease(
        self,
        changes: Sequence[DeliveryChange],
        counts: dict[uuid.UUID, int],
        turns: Sequence[UnitTurn] = (),
    ) -> list[LeasedDelivery]:
        """Record what came of the last rows and lease the next: both are committed, or neither."""

    def lease_uncommitted(
        self, counts: dict[uuid.UUID, int]
    ) -> AbstractAsyncContextManager[list[LeasedDelivery]]:
        """For a deliberate fault only: rows whose lease is not committed while the block runs."""

    async def give_back(self, ids: Sequence[uuid.UUID]) -> None:
        """Leased and certainly not sent."""

    async def extend(self, ids: Sequence[uuid.UUID]) -> None:
        """These leases last on."""

    async def sweep(self) -> bool:
        """End leases that were left behind, wake what is due; whether there was any."""

    async def who_waits(self, accounts: Sequence[uuid.UUID]) -> list[UnitTurn]:
        """On which rungs of these accounts rows are due, and whose."""

    async def is_called_off(self, row_id: uuid.UUID) -> bool:
        """Whether it was taken back since it was leased."""

    async def read_text(self, text_id: uuid.UUID | None) -> StoredText | None:
        """None where the text is gone."""

    async def read_accounts(self) -> dict[uuid.UUID, SendingAccount]:
        """Every account that may send now."""

    async def read_tokens_again(self, account: SendingAccount) -> None:
        """Put what became of its credentials into the account."""

    async def pause(self, account_id: uuid.UUID, seconds: float) -> None:
        """No sender asks this provider before then."""

    async def open_circuit(self, account_id: uuid.UUID, outcome: Outcome, used: bytes) -> None: ...

    async def close_circuit(self, account_id: uuid.UUID) -> None: ...

    async def keep_learned_facts(self, account_id: uuid.UUID, learned: dict[str, str]) -> None: ...

    async def end_address(self, kind: str, ref: uuid.UUID, code: str) -> None: ...

    async def move_address(self, kind: str, ref: uuid.UUID, new_address: str) -> None: ...

    async def begin_comparing(
        self, account_id: uuid.UUID, every: float, *, at_first: datetime
    ) -> datetime | None:
        """Our turn to compare its chats: up to when everything had come in; None where somebody
        did less than `every` seconds ago. `at_first`: what nobody has compared begins there."""

    async def known_messages(self, keys: Sequence[bytes]) -> set[bytes]:
        """Those of these messages (`message_key`) that came in already."""

    async def end_comparing(
        self, account_id: uuid.UUID, known_until: datetime, *, has_fetched: bool
    ) -> None: ...

    async def begin_asking_package(self, account_id: uuid.UUID, every: float) -> bool:
        """Whether it is our turn to ask what the account's package is: nobody did in so long."""

    async def keep_package(self, account_id: uuid.UUID, package: AccountPackage) -> None: ...

    async def ask_package_again(self, account_id: uuid.UUID, after: float) -> None:
        """Nobody answered: as if it had been asked so long (seconds) ago."""

    def notices(self) -> AsyncIterator[None]:
        """One whenever somebody says that something may be due, until the connection breaks."""
