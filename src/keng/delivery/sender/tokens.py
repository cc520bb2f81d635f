"""New tokens for an account: asked for once over all senders, committed before anyone uses them."""

import logging
import time
from collections.abc import Callable

from django.db import Error, connection

from keng.acts.errors import TryAgain
from keng.acts.locks import lock
from keng.acts.work import work
from keng.audit.actions import record
from keng.channels.base import Credentials, Outcome, Reply, Request
from keng.channels.zalo_oa.requests import account_facts_request
from keng.channels.zalo_oa.tokens import Tokens, read_tokens, refresh_request
from keng.delivery.credentials import credentials_for_sending, keep_tokens
from keng.delivery.models import ChannelAccount
from keng.delivery.sender.accounts import SendingAccount
from keng.kit import times

logger = logging.getLogger(__name__)
CarryRequest = Callable[[Request], Reply]
# The provider's practice after a lost reply: the same token once more, a little later.
_ASK_AGAIN_AFTER = 2.0
_KEEP_TRYING_SECONDS = 60.0
# Any number that no other part of the product takes.
_RENEWAL_LOCK = 5_120_014


def refresh_tokens(account: SendingAccount, used: bytes, carry: CarryRequest) -> Outcome | None:
    """None when the account has other tokens than `used`, now or already.

    A refresh token works once, so two senders must never use it: one of them asks, under a lock of
    its own, since the account's row has to stay free for leasing.
    """
    asked: list[Tokens] = []
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
    account: SendingAccount, used: bytes, carry: CarryRequest, asked: list[Tokens]
) -> Outcome | None:
    """What was asked for is in `asked` as well, whatever becomes of this transaction."""
    _wait_for_turn(account)
    row = ChannelAccount.objects.get(pk=account.id)
    if bytes(row.tokens_sealed) != used:
        return None
    found = _new_tokens(credentials_for_sending(row), carry)
    if isinstance(found, Outcome):
        return found
    asked.append(found)
    _keep_new_tokens(account, used, found)
    return None


def access_token_works(account: SendingAccount, carry: CarryRequest) -> bool:
    """Whether the access token we hold is alive, whatever became of its refresh token."""
    try:
        reply = carry(account_facts_request(account.credentials))
    except ConnectionError:
        return True  # Nobody said no.
    return account.channel.code == "zalo_oa" and b'"error":0' in reply.body.replace(b" ", b"")


def _wait_for_turn(account: SendingAccount) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_RENEWAL_LOCK, str(account.id)]
        )


def _new_tokens(credentials: Credentials, carry: CarryRequest) -> Tokens | Outcome:
    """The pair, or why there is none. An unreadable or lost reply is asked for once more."""
    found = _ask_once(credentials, carry)
    if isinstance(found, Outcome) and found.kind == "retry":
        time.sleep(_ASK_AGAIN_AFTER)
        found = _ask_once(credentials, carry)
    return found


def _ask_once(credentials: Credentials, carry: CarryRequest) -> Tokens | Outcome:
    if not credentials.get("refresh_token"):
        return Outcome("config", reason="connect the account again", code="no_token")
    try:
        return read_tokens(carry(refresh_request(credentials)), times.now())
    except ConnectionError as error:
        return Outcome(
            "retry",
            after_seconds=30,
            reason="no answer to the refresh",
            reached=bool(getattr(error, "written", True)),
        )


def _keep_new_tokens(account: SendingAccount, used: bytes, found: Tokens) -> None:
    """In the caller's transaction. Tokens that a person stored meanwhile are left alone."""
    row = lock(ChannelAccount.objects.all()).get(pk=account.id)
    if bytes(row.tokens_sealed) != used:
        return
    keep_tokens(row, {"access_token": found.access_token, "refresh_token": found.refresh_token})
    row.tokens_expire_at = found.access_expires_at
    row.save(
        update_fields=[
            "tokens_sealed",
            "previous_tokens_sealed",
            "tokens_expire_at",
            "circuit_open_since",
            "circuit_reason",
        ]
    )
    record("channel.tokens_renewed", by="sender", on=row, chain=f"channel:{row.id}")


def _keep_stubbornly(account: SendingAccount, used: bytes, found: Tokens) -> None:
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
def _keep_in_turn(account: SendingAccount, used: bytes, found: Tokens) -> None:
    _wait_for_turn(account)
    _keep_new_tokens(account, used, found)
