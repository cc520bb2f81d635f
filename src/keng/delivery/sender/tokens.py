"""New tokens for an account: asked for once over all senders, committed before anyone uses them."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import Error, connection

from keng.acts.errors import TryAgain
from keng.acts.locks import lock, wait_for_turn
from keng.acts.work import work
from keng.audit.actions import record
from keng.channels.base import Outcome, Reply, Request
from keng.channels.upkeep import RECONNECT, NewTokens
from keng.delivery.credentials import credentials_for_sending, keep_tokens
from keng.delivery.models import ChannelAccount
from keng.delivery.sender import orm_threads
from keng.delivery.sender.accounts import SendingAccount, read_tokens_again
from keng.delivery.sender.http import HttpClient
from keng.kit import times
from keng.kit.advisory_locks import TurnLock

if TYPE_CHECKING:
    import uuid

logger = logging.getLogger(__name__)
CarryRequest = Callable[[Request], Reply]
# The provider's practice after a lost reply: the same token once more, a little later.
_ASK_AGAIN_AFTER = 2.0
_KEEP_TRYING_SECONDS = 60.0


class TokenRenewals:
    """New tokens for the accounts of this process, one renewal of an account at a time."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._turns: dict[uuid.UUID, asyncio.Lock] = {}

    async def renew(self, account: SendingAccount, used: bytes) -> Outcome | None:
        """None when the account has other tokens than `used`; else why it has not."""
        async with self._turns.setdefault(account.id, asyncio.Lock()):
            if account.tokens_version != used:
                return None
            try:
                refused = await orm_threads.in_token_thread(
                    refresh_tokens, account, used, self._carry_from_thread()
                )
                if refused is None:
                    await orm_threads.in_orm_thread(read_tokens_again, account)
            except Error:
                # The refused token delivered nothing; the database will be back.
                return Outcome("retry", after_seconds=5, reason="database away", reached=False)
            return refused

    async def renew_ahead(self, account: SendingAccount) -> Outcome | None:
        """Renew tokens that run out soon. A refusal counts only once the present ones are dead."""
        refused = await self.renew(account, account.tokens_version)
        if refused is None or refused.kind != "config":
            return None
        alive = await orm_threads.in_token_thread(tokens_work, account, self._carry_from_thread())
        return None if alive else refused

    def _carry_from_thread(self) -> CarryRequest:
        """The HTTP client for a thread of the ORM."""
        loop = asyncio.get_running_loop()
        return lambda request: asyncio.run_coroutine_threadsafe(
            self._http.carry(request), loop
        ).result()


def refresh_tokens(account: SendingAccount, used: bytes, carry: CarryRequest) -> Outcome | None:
    """None when the account has other tokens than `used`, now or already.

    A refresh token works once, so two senders must never use it: one of them asks, under a lock of
    its own, since the account's row has to stay free for leasing.
    """
    asked: list[NewTokens] = []
    try:
        return _ask_and_keep(account, used, carry, asked)
    except (Error, TryAgain):
        if not asked:
            raise
        _keep_stubbornly(account, used, asked[0])
    return None


# No second try: the refresh token is spent, and the new pair is kept stubbornly.
@work(retry=False)
def _ask_and_keep(
    account: SendingAccount, used: bytes, carry: CarryRequest, asked: list[NewTokens]
) -> Outcome | None:
    """What was asked for is in `asked` as well, whatever becomes of this transaction."""
    wait_for_turn(TurnLock.CHANNEL_TOKENS, account.id)
    row = ChannelAccount.objects.get(pk=account.id)
    if bytes(row.tokens_sealed) != used:
        return None
    found = _new_tokens(account, row, carry)
    if isinstance(found, Outcome):
        return found
    asked.append(found)
    _keep_new_tokens(account, used, found)
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
    account: SendingAccount, row: ChannelAccount, carry: CarryRequest
) -> NewTokens | Outcome:
    """What the provider gave, or why nothing. A lost or unreadable reply is asked for again."""
    renewal, credentials = account.channel.facts.renewal, credentials_for_sending(row)
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


def _keep_new_tokens(account: SendingAccount, used: bytes, found: NewTokens) -> None:
    """In the caller's transaction. Tokens that a person stored meanwhile are left alone."""
    row = lock(ChannelAccount.objects.all()).get(pk=account.id)
    if bytes(row.tokens_sealed) != used:
        return
    keep_tokens(row, found.secrets)
    row.tokens_expire_at = found.expire_at
    row.save(
        update_fields=[
            "tokens_sealed",
            "tokens_expire_at",
            "circuit_open_since",
            "circuit_reason",
        ]
    )
    record("channel.tokens_renewed", by="sender", on=row, chain=f"channel:{row.id}")


def _keep_stubbornly(account: SendingAccount, used: bytes, found: NewTokens) -> None:
    """The database went away with the only copy of the new pair in our hands: do not let go."""
    end = time.monotonic() + _KEEP_TRYING_SECONDS
    while True:
        time.sleep(0.2)
        connection.close()
        try:
            return _keep_in_turn(account, used, found)
        except (Error, TryAgain) as error:
            if time.monotonic() > end:
                raise
            logger.warning("new tokens not yet on record: %s", type(error).__name__)


@work()
def _keep_in_turn(account: SendingAccount, used: bytes, found: NewTokens) -> None:
    wait_for_turn(TurnLock.CHANNEL_TOKENS, account.id)
    _keep_new_tokens(account, used, found)
