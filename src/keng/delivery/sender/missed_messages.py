"""Messages that no webhook brought: fetched at the provider and handed to the edge.

A provider may switch a webhook off, or give a call up, and not say so. So the sender, which has the
tokens, compares the chats of an account with what came in. Each message is handed over as often as
it takes: the edge knows it by the provider's id, so it becomes no second tip.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from keng.channels.upkeep import ChatHistory, HistoryPage, PastMessage
from keng.channels.wire import Request
from keng.delivery.fetched_messages import hand_over_request
from keng.delivery.inbound_message import message_key
from keng.delivery.sender.accounts import SendingAccount
from keng.delivery.sender.http import UnsendableRequest
from keng.delivery.sender.ledger import SenderLedger
from keng.delivery.sender.tokens import TokenRenewals
from keng.delivery.sender.transports import Wire
from keng.kit import times

if TYPE_CHECKING:
    import uuid

logger = logging.getLogger(__name__)
LOOK_EVERY = 300.0
# A webhook may be on its way for so long.
_LEFT_TO_THE_WEBHOOK = timedelta(minutes=1)
# Nobody can be answered who wrote earlier, and a new account begins with itself.
_LOOKS_BACK = timedelta(days=7)
# After a longer pause, whoever wrote last may have written before, unheard.
_EVERY_CHAT_AFTER = timedelta(minutes=15)
# Chats that are left over have their turn at the next look.
MOST_CHAT_PAGES = 60
_MOST_RECENT_PAGES = 200
# Of whoever floods the account the newest hundred messages are enough.
_MOST_PAGES_OF_A_CHAT = 10
_WRITTEN, _REFUSED_ALONE = 200, 500


class _LookEnds(Exception):
    """Nothing more can be asked or handed over now."""


class MissedMessages:
    """What one sender process fetches, account by account."""

    def __init__(self, ledger: SenderLedger, wire: Wire, renewals: TokenRenewals) -> None:
        self._ledger = ledger
        self._wire = wire
        self._renewals = renewals

    async def look(self, accounts: Sequence[SendingAccount]) -> None:
        """Compare the accounts whose turn it is."""
        for account in accounts:
            history = account.channel.facts.history
            if history is None or account.state.paused_until > asyncio.get_running_loop().time():
                continue
            turn = await self._ledger.begin_history(account.id, LOOK_EVERY)
            if turn is not None:
                since = max(times.now() - _LOOKS_BACK, turn.known_until or _made_at(account.id))
                await self._look_at(_Look(account, history, since))

    async def _look_at(self, look: "_Look") -> None:
        try:
            await self._fetch_chats(look)
        except _LookEnds:
            pass
        except (ConnectionError, UnsendableRequest) as error:
            logger.info("chats of %s not compared: %s", look.account.slug, type(error).__name__)
        finally:
            if look.fetched:
                logger.warning(
                    "%s messages of %s came by no webhook and were fetched",
                    look.fetched,
                    look.account.slug,
                )
            await self._ledger.end_history(
                look.account.id, look.known_until, has_fetched=look.fetched > 0
            )

    async def _fetch_chats(self, look: "_Look") -> None:
        """The chat that changed longest ago first, so that a look that ends early counts."""
        newest = await self._newest_of_chats(look)
        known = await self._known(look, newest)
        for message in sorted(newest, key=lambda one: one.at):
            # All that changed before this one are done.
            look.known_until = max(look.known_until, min(message.at, look.until))
            if look.asks_every_chat or message.message_id not in known:
                await self._fetch_chat(look, message.person)
        look.known_until = max(look.known_until, look.until)

    async def _newest_of_chats(self, look: "_Look") -> list[PastMessage]:
        """The last message of every chat that changed since."""
        newest: dict[str, PastMessage] = {}
        for number in range(_MOST_RECENT_PAGES):
            offset = number * look.history.page_size
            request = look.history.recent(look.account.credentials, offset)
            page = await self._page(look, request)
            changed = [message for message in page.messages if message.at >= look.since]
            for message in changed:
                newest.setdefault(message.person, message)
            if page.is_last or len(changed) < len(page.messages):
                break
        else:
            logger.warning("%s has more chats than can be compared", look.account.slug)
        return list(newest.values())

    async def _fetch_chat(self, look: "_Look", person: str) -> None:
        """Hand over what this person wrote since and did not come in, in the order of writing."""
        if look.chat_pages >= MOST_CHAT_PAGES:
            raise _LookEnds
        found: list[PastMessage] = []
        for number in range(_MOST_PAGES_OF_A_CHAT):
            look.chat_pages += 1
            offset = number * look.history.page_size
            request = look.history.conversation(look.account.credentials, person, offset)
            page = await self._page(look, request)
            changed = [message for message in page.messages if message.at >= look.since]
            found += [one for one in changed if one.is_from_person and one.at <= look.until]
            if page.is_last or len(changed) < len(page.messages):
                break
        known = await self._known(look, found)
        for message in reversed(found):
            if message.message_id not in known:
                await self._hand_over(look, message)

    async def _known(self, look: "_Look", messages: Sequence[PastMessage]) -> set[str]:
        """The provider's ids of those that came in already."""
        ids = {
            message_key(look.account.channel.code, look.account.id, one.message_id): one.message_id
            for one in messages
            if one.is_from_person
        }
        found = await self._ledger.known_messages(list(ids)) if ids else set()
        return {ids[key] for key in found}

    async def _hand_over(self, look: "_Look", message: PastMessage) -> None:
        account = look.account
        request = hand_over_request(account.channel.code, account.slug, message.raw, times.now())
        reply = await self._wire.ask(request)
        if reply.status == _REFUSED_ALONE:
            logger.warning("a fetched message of %s cannot be written", account.slug)
        elif reply.status != _WRITTEN:
            raise _LookEnds
        else:
            look.fetched += 1

    async def _page(self, look: "_Look", request: Request) -> HistoryPage:
        """Each question takes the place of one message in the account's rate."""
        account = look.account
        if pause := account.seconds_between_sends:
            await self._ledger.pause(account.id, pause)
            await asyncio.sleep(pause)
        used = account.tokens_version
        page = look.history.page(await self._wire.ask(request), times.now(), account.credentials)
        if isinstance(page, HistoryPage):
            return page
        if page.kind == "refresh_auth":
            # The next look has other tokens, or the account is stopped by what it sends.
            await self._renewals.renew(account, used)
        logger.info("chats of %s not compared: %s %s", account.slug, page.code, page.reason)
        raise _LookEnds


class _Look:
    """One comparison of an account's chats, and how far it came."""

    def __init__(self, account: SendingAccount, history: ChatHistory, since: datetime) -> None:
        self.account, self.history, self.since = account, history, since
        self.until = times.now() - _LEFT_TO_THE_WEBHOOK
        self.asks_every_chat = self.until - since > _EVERY_CHAT_AFTER
        self.known_until = since
        self.chat_pages = self.fetched = 0


def _made_at(account_id: "uuid.UUID") -> datetime:
    """The moment in an id of ours (keng.kit.ids)."""
    return datetime.fromtimestamp((account_id.int >> 80) / 1000, UTC)
