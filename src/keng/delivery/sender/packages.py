"""Once a day the sender, which has the tokens, asks until when an account is paid for."""

import asyncio
import logging
from collections.abc import Collection
from typing import TYPE_CHECKING

from keng.channels.upkeep import AccountPackage, PackageLookup
from keng.delivery.sender.accounts import SendingAccount
from keng.delivery.sender.http import UnsendableRequest
from keng.delivery.sender.ledger import SenderLedger
from keng.delivery.sender.tokens import TokenRenewals
from keng.delivery.sender.transports import Wire
from keng.kit import times

if TYPE_CHECKING:
    import uuid

logger = logging.getLogger(__name__)
ASK_EVERY = 24 * 3600.0
# Where the provider gave no answer.
_ASK_AGAIN_AFTER = 3600.0
_LOOK_EVERY = 600.0


class PackageQuestions:
    """What one sender process asks, account by account."""

    def __init__(self, ledger: SenderLedger, wire: Wire, renewals: TokenRenewals) -> None:
        self._ledger = ledger
        self._wire = wire
        self._renewals = renewals
        # When (event loop time) the database is asked again whose turn it is.
        self._look_at: dict[uuid.UUID, float] = {}

    async def ask(self, accounts: Collection[SendingAccount]) -> None:
        """Ask of the accounts whose turn it is."""
        for account in accounts:
            lookup = account.channel.facts.package
            now = asyncio.get_running_loop().time()
            not_before = max(account.state.paused_until, self._look_at.get(account.id, 0.0))
            if lookup is None or not_before > now:
                continue
            self._look_at[account.id] = now + _LOOK_EVERY
            if not await self._ledger.begin_asking_package(account.id, ASK_EVERY):
                continue
            package = await self._package(account, lookup)
            if package is None:
                await self._ledger.ask_package_again(account.id, ASK_EVERY - _ASK_AGAIN_AFTER)
            else:
                await self._ledger.keep_package(account.id, package)

    async def _package(
        self, account: SendingAccount, lookup: PackageLookup
    ) -> AccountPackage | None:
        """None where nobody answers, or not that."""
        if pause := account.seconds_between_sends:
            # The question takes the place of one message in the account's rate.
            await self._ledger.pause(account.id, pause)
            await asyncio.sleep(pause)
        used = account.tokens_version
        try:
            reply = await self._wire.ask(lookup.request(account.credentials))
        except (ConnectionError, UnsendableRequest) as error:
            logger.info("package of %s not learned: %s", account.slug, type(error).__name__)
            return None
        found = lookup.read(reply, times.now())
        if isinstance(found, AccountPackage):
            return found
        if found.kind == "refresh_auth":
            # What it sends stops the account, if its tokens cannot be renewed.
            await self._renewals.renew(account, used)
        logger.info("package of %s not learned: %s %s", account.slug, found.code, found.reason)
        return None
