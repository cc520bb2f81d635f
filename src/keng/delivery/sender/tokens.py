"""New tokens for an account: asked for once over all senders, committed before anyone uses them."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import Error, connection

from keng.acts.errors import TryAgain
from keng.channels.base import Credentials, Outcome, Reply, Request
from keng.channels.upkeep import RECONNECT, NewTokens
from keng.delivery.sender import orm_threads
from keng.delivery.sender.accounts import SendingAccount
from keng.delivery.sender.ledger import SenderLedger, StoredTokens, TokenStore
from keng.kit import times

if TYPE_CHECKING:
    import uuid

logger = logging.getLogger(__name__)
CarryRequest = Callable[[Request], Reply]
# The provider's practice after a lost reply: the same token once more, a little later.
_ASK_AGAIN_AFTER = 2.0
_KEEP_TRYING_SECONDS = 60.0


class TokenRenewals:
    """New tokens for the accounts of this process, one renewal of an account at a time."""

    def __init__(self, ledger: SenderLedger, carry_from_thread: CarryRequest) -> None:
        self._ledger = ledger
        self._carry = carry_from_thread
        self._turns: dict[uuid.UUID, asyncio.Lock] = {}

    async def renew(self, account: SendingAccount, used: bytes) -> Outcome | None:
        """None when the account has other tokens than `used`; else why it has not."""
        async with self._turns.setdefault(account.id, asyncio.Lock()):
            if account.tokens_version != used:
                return None
            try:
                refused = await orm_threads.in_token_thread(
                    refresh_tokens, self._ledger.tokens, account, used, self._carry
                )
                if refused is None:
                    await self._ledger.read_tokens_again(account)
            except Error:
                # The refused token delivered nothing; the database will be back.
                return Outcome("retry", after_seconds=5, reason="database away", reached=False)
            return refused

    async def renew_ahead(self, account: SendingAccount) -> Outcome | None:
        """Renew tokens that run out soon. A refusal counts only once the present ones are dead."""
        refused = await self.renew(account, account.tokens_version)
        if refused is None or refused.kind != "config":
            return None
        alive = await orm_threads.in_token_thread(tokens_work, account, self._carry)
        return None if alive else refused


def refresh_tokens(
    store: TokenStore, account: SendingAccount, used: bytes, carry: CarryRequest
) -> Outcome | None:
    """None when the account has other tokens than `used`, now or already.

    A refresh token works once, so two senders must never use it: one of them asks, in its turn.
    """
    asked: list[NewTokens] = []

    def ask_and_keep(stored: StoredTokens) -> Outcome | None:
        if stored.sealed != used:
            return None
        found = _new_tokens(account, stored.credentials(), carry)
        if isinstance(found, Outcome):
            return found
        asked.append(found)
        stored.replace(used, found)
        return None

    try:
        # No second try: the refresh token is spent, and the new pair is kept stubbornly.
        return store.in_turn(account.id, ask_and_keep, may_repeat=False)
    except (Error, TryAgain):
        if not asked:
            raise
        _keep_stubbornly(store, account, used, asked[0])
    return None


def tokens_work(account: SendingAccount, carry: CarryRequest) -> bool:
    """Whether the tokens we hold still open the account, though they cannot be renewed."""
    check = account.channel.facts.check
    question = check.question(account.credentials) if check else None
    if check is None or not isinstance(question, Request):
        return False
    try:
        reply = carry(question)
    except ConnectionError:
        return True  # Nobody said no.
    return reply.status >= 500 or check.finding(reply).is_well


def _new_tokens(
    account: SendingAccount, credentials: Credentials, carry: CarryRequest
) -> NewTokens | Outcome:
    """What the provider gave, or why nothing. A lost or unreadable reply is asked for again."""
    renewal = account.channel.facts.renewal
    if renewal is None or not credentials.get(renewal.spends):
        return Outcome("config", reason=RECONNECT, code="no_token")
    request = renewal.request(credentials)

    def ask() -> NewTokens | Outcome:
        try:
            return renewal.read(carry(request), times.now())
        except ConnectionError as error:
            return Outcome(
                "retry",
                after_seconds=30,
                reason="no answer to the refresh",
                reached=bool(getattr(error, "written", True)),
            )

    found = ask()
    if isinstance(found, Outcome) and found.kind == "retry":
        time.sleep(_ASK_AGAIN_AFTER)
        found = ask()
    return found


def _keep_stubbornly(
    store: TokenStore, account: SendingAccount, used: bytes, found: NewTokens
) -> None:
    """The database went away with the only copy of the new pair in our hands: do not let go."""
    end = time.monotonic() + _KEEP_TRYING_SECONDS
    while True:
        time.sleep(0.2)
        connection.close()
        try:
            return store.in_turn(
                account.id, lambda stored: stored.replace(used, found), may_repeat=True
            )
        except (Error, TryAgain) as error:
            if time.monotonic() > end:
                raise
            logger.warning("new tokens not yet on record: %s", type(error).__name__)
