"""What an outcome means beyond its row: for the account, the address, and what we know of both."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from keng.channels.base import Outcome
from keng.channels.outcomes import CERTIFICATE
from keng.delivery.sender.accounts import SendingAccount
from keng.delivery.sender.ledger import DATABASE_AWAY, SenderLedger
from keng.delivery.sender.rows import LeasedDelivery
from keng.delivery.sender.tokens import TokenRenewals
from keng.kit import times

logger = logging.getLogger(__name__)
_LONGEST_PAUSE = 60.0
# So many in a row found nobody: an operator should hear of it.
_UNREACHED_TOO_OFTEN = 8
# And of so many nobody knows what became of them: as many may be under way at once by then.
_UNCLEAR_TOO_OFTEN = 8
# It looked at this message and this address. One that is overloaded says "retry" in between.
_ANSWERS_OF_A_WORKING_PROVIDER = frozenset({"sent", "not_now", "gone", "moved", "reject"})
_RENEW_EVERY = 1800.0


class Consequences:
    """Rare things, done beside the sending. None of them may stop it."""

    def __init__(
        self, ledger: SenderLedger, renewals: TokenRenewals, wake: Callable[[], None]
    ) -> None:
        self._ledger = ledger
        self._renewals = renewals
        self._wake = wake
        self._tasks: set[asyncio.Task[None]] = set()

    def begin_for(self, row: LeasedDelivery, account: SendingAccount, outcome: Outcome) -> None:
        """Begin whatever follows from this outcome; nothing follows from most of them."""
        state = account.state
        if outcome.kind in _ANSWERS_OF_A_WORKING_PROVIDER:
            state.unclear = 0
        if outcome.kind == "sent":
            state.unreached = 0
            if account.is_probing:
                account.is_probing = False
                self._begin(self._ledger.close_circuit(account.id))
            if outcome.parts_sent > 1 and account.rate_per_minute:
                self._pause(
                    account,
                    (outcome.parts_sent - 1) * account.seconds_between_sends,
                    here_only=False,
                )
        elif outcome.kind == "config" and outcome.scope == "account":
            self.stop_account(account, outcome)
        elif outcome.kind == "gone":
            self._begin(
                self._ledger.end_address(row.recipient_kind, row.recipient_ref, outcome.code)
            )
        else:
            self._note_trouble(account, outcome)
        if outcome.rate_remaining == 0 and outcome.kind == "sent":
            self._pause(account, float(60 - times.now().second), here_only=False)
        if outcome.learned:
            self._learn(account, outcome)

    def stop_account(self, account: SendingAccount, outcome: Outcome) -> None:
        """Nothing more goes out on it until it is mended."""
        self._pause(account, _LONGEST_PAUSE, here_only=True)
        self._begin(self._ledger.open_circuit(account.id, outcome, account.tokens_version))

    def renew_ahead(self, account: SendingAccount) -> None:
        """Half an hour apart, whatever came of it: a refresh token works once."""
        now = asyncio.get_running_loop().time()
        if account.needs_refresh and account.state.renew_at <= now:
            account.state.renew_at = now + _RENEW_EVERY
            self._begin(self._renew_ahead(account))

    async def _renew_ahead(self, account: SendingAccount) -> None:
        refused = await self._renewals.renew_ahead(account)
        if refused is not None:
            self.stop_account(account, refused)

    def _note_trouble(self, account: SendingAccount, outcome: Outcome) -> None:
        """What may be no single delivery's, but the provider's."""
        if outcome.blames_provider and outcome.reached:
            self._pause(account, float(outcome.after_seconds or 1), here_only=False)
        elif outcome.blames_provider:
            self._note_unreached(account, outcome)
        elif outcome.kind == "unknown":
            self._note_unclear(account, outcome)

    def _note_unreached(self, account: SendingAccount, outcome: Outcome) -> None:
        """A provider that is away is asked more and more seldom; its rows wait meanwhile."""
        state = account.state
        now = asyncio.get_running_loop().time()
        if state.paused_until > now:
            return  # Others that were under way tell the same.
        state.unreached += 1
        self._pause(account, min(2.0**state.unreached / 2, _LONGEST_PAUSE), here_only=True)
        # A certificate does not mend itself, and an operator can ask the provider.
        if state.unreached >= _UNREACHED_TOO_OFTEN or outcome.code == CERTIFICATE:
            self._begin(self._ledger.open_circuit(account.id, outcome, account.tokens_version))

    def _note_unclear(self, account: SendingAccount, outcome: Outcome) -> None:
        """A provider that is broken answers that for hours, and nobody repeats what it was asked.

        What has not been asked yet must not end so, too: a few in a row, and the others wait.
        """
        state = account.state
        state.unclear += 1
        if state.unclear < _UNCLEAR_TOO_OFTEN and not account.is_probing:
            return
        self._pause(account, _LONGEST_PAUSE, here_only=True)
        self._begin(self._ledger.open_circuit(account.id, outcome, account.tokens_version))

    def _pause(self, account: SendingAccount, seconds: float, *, here_only: bool) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        already = account.state.paused_until >= until - 0.5
        account.state.paused_until = max(account.state.paused_until, until)
        loop.call_later(seconds, self._wake)
        if not here_only and not already:
            self._begin(self._ledger.pause(account.id, seconds))

    def _learn(self, account: SendingAccount, outcome: Outcome) -> None:
        """Handles of pictures stay in memory; the rest is pinned to the account."""
        learned = {k: v for k, v in outcome.learned.items() if k != "image_ref"}
        if learned and any(account.credentials.get(k) != v for k, v in learned.items()):
            account.credentials |= learned
            self._begin(self._ledger.keep_learned_facts(account.id, learned))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(self._run_and_log(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @staticmethod
    async def _run_and_log(work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except DATABASE_AWAY as error:
            # The next outcome of the same kind will say it again; "gone", with the next dispatch.
            logger.warning("a consequence is not on record: %s", type(error).__name__)

    async def finish(self) -> None:
        """Before the connections close."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)
