"""Messages that no webhook brought: fetched at the provider and handed to the edge.

A provider may switch a webhook off, or give a call up, and not say so. So the sender, which has the
tokens, compares the chats of an account with what came in. Each message is handed over as often as
it takes: the edge knows it by the provider's id, so it becomes no second tip.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from keng.channels.upkeep import ChatHistory, HistoryPage, PastMessage
from keng.channels.wire import Request
from keng.delivery.fetched_messages import hand_over_request
from keng.delivery.inbound_message import message_key
from keng.delivery.message_wishes import MessageWish, WishOrder, message_wish_of, order_of_wish
from keng.delivery.sender.accounts import SendingAccount
from keng.delivery.sender.ledger import DATABASE_AWAY, SenderLedger
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
# What is left over has its turn at the next look: the list of chats, those in which a person's
# message is missing, and those in which one may be missing before what we wrote or heard.
_MOST_LIST_PAGES = 60
MOST_CHAT_PAGES = 60
LEAST_OTHER_PAGES = 20
# Of whoever floods the account the newest hundred messages are enough.
_MOST_PAGES_OF_A_CHAT = 10
_WRITTEN = 200
# Unreadable, too large, or refused by the database: the next message may be none of these.
_REFUSED_ALONE = frozenset({400, 413, 500})
_ABOUT_ONE_CHAT = frozenset({"gone", "moved", "reject"})


class _LookEnds(Exception):
    """Nothing more can be asked or handed over now."""


class _ChatClosed(_LookEnds):
    """The provider does not show this one chat: who blocked the account, or stopped following."""


class _Chat(NamedTuple):
    """The newest message of a chat that is still to be compared."""

    at: datetime
    is_unheard: bool


class _Listing:
    """One way through the list of chats; a long one goes on at the next look."""

    def __init__(self, since: datetime, until: datetime) -> None:
        self.since, self.until = since, until
        self.takes_every_chat = until - since > _EVERY_CHAT_AFTER
        self.next_page = 0


class _Comparison:
    """How far this process came with the chats of one account.

    Only `known_until` is stored: another process, and this one after a restart, begin there.
    """

    def __init__(self, known_until: datetime) -> None:
        # Whatever was written before came in.
        self.known_until = known_until
        # Chats that changed before are in `waiting`, or were compared.
        self.listed_until = known_until
        self.listing: _Listing | None = None
        self.waiting: dict[str, _Chat] = {}

    def wait(self, message: PastMessage, *, is_unheard: bool) -> None:
        """The chat of this message is to be compared."""
        before = self.waiting.get(message.person, _Chat(message.at, is_unheard))
        self.waiting[message.person] = _Chat(
            max(before.at, message.at), before.is_unheard or is_unheard
        )

    def in_turn(self, *, unheard: bool) -> list[str]:
        """Whose chats wait, the one that changed longest ago first."""
        chosen = [one for one, chat in self.waiting.items() if chat.is_unheard == unheard]
        return sorted(chosen, key=lambda person: self.waiting[person].at)

    def note_end(self) -> None:
        """Only once every chat was compared: an older message may stand in any of them."""
        if self.listing is None and not self.waiting:
            self.known_until = self.listed_until


class _Look:
    """One look at an account's chats."""

    def __init__(
        self, account: SendingAccount, history: ChatHistory, comparison: _Comparison
    ) -> None:
        self.account, self.history, self.comparison = account, history, comparison
        self.until = times.now() - _LEFT_TO_THE_WEBHOOK
        self.oldest = times.now() - _LOOKS_BACK
        self.chat_pages = self.fetched = 0


class MissedMessages:
    """What one sender process fetches, account by account."""

    def __init__(self, ledger: SenderLedger, wire: Wire, renewals: TokenRenewals) -> None:
        self._ledger = ledger
        self._wire = wire
        self._renewals = renewals
        self._comparisons: dict[uuid.UUID, _Comparison] = {}

    async def look(self, accounts: Collection[SendingAccount]) -> None:
        """Compare the accounts whose turn it is."""
        for account in accounts:
            history = account.channel.facts.history
            if history is None or account.state.paused_until > asyncio.get_running_loop().time():
                continue
            known_until = await self._ledger.begin_comparing(
                account.id, LOOK_EVERY, at_first=_made_at(account.id)
            )
            if known_until is not None:
                comparison = self._comparison_of(account, known_until)
                await self._look_at(_Look(account, history, comparison))

    def _comparison_of(self, account: SendingAccount, known_until: datetime) -> _Comparison:
        """Ours, unless another process came further."""
        comparison = self._comparisons.get(account.id)
        if comparison is None or comparison.known_until != known_until:
            comparison = self._comparisons[account.id] = _Comparison(known_until)
        return comparison

    async def _look_at(self, look: _Look) -> None:
        slug = look.account.slug
        try:
            await self._compare(look)
        except _LookEnds:
            pass
        except ConnectionError as error:
            logger.info("chats of %s not compared: %s", slug, type(error).__name__)
        except DATABASE_AWAY:
            raise
        except Exception as error:  # noqa: BLE001 -- it must end no sending, and might quote a message
            _log_fault(look, error)
        finally:
            if look.fetched:
                logger.warning(
                    "%s messages of %s came by no webhook and were fetched", look.fetched, slug
                )
            await self._ledger.end_comparing(
                look.account.id, look.comparison.known_until, has_fetched=look.fetched > 0
            )

    async def _compare(self, look: _Look) -> None:
        comparison = look.comparison
        await self._list_chats(look)
        await self._fetch_chats(look, comparison.in_turn(unheard=True), MOST_CHAT_PAGES)
        most_others = max(LEAST_OTHER_PAGES, MOST_CHAT_PAGES - look.chat_pages)
        await self._fetch_chats(look, comparison.in_turn(unheard=False), most_others)
        comparison.note_end()

    async def _list_chats(self, look: _Look) -> None:
        """Have every chat wait that changed since the last list, unless all of it came in."""
        comparison, history = look.comparison, look.history
        listing = comparison.listing or _Listing(
            max(comparison.listed_until, look.oldest), look.until
        )
        comparison.listing = listing

        def request_at(offset: int) -> Request:
            return history.recent(look.account.credentials, offset)

        first = listing.next_page
        async for page in self._pages(look, request_at, listing.since, first, _MOST_LIST_PAGES):
            known = await self._known(look, page.messages)
            for message in page.messages:
                is_unheard = message.is_from_person and message.message_id not in known
                if listing.takes_every_chat or message.message_id not in known:
                    comparison.wait(message, is_unheard=is_unheard)
            listing.next_page += 1
            if page.is_last:
                comparison.listed_until, comparison.listing = listing.until, None

    async def _fetch_chats(self, look: _Look, persons: list[str], most_pages: int) -> None:
        most_pages += look.chat_pages
        for person in persons:
            if look.chat_pages >= most_pages:
                return
            try:
                await self._fetch_chat(look, person)
            except _ChatClosed:
                pass
            except (_LookEnds, *DATABASE_AWAY):
                raise
            except Exception as error:  # noqa: BLE001 -- it might quote a message
                # It waits on, and keeps nobody else from their turn.
                _log_fault(look, error)
                continue
            del look.comparison.waiting[person]

    async def _fetch_chat(self, look: _Look, person: str) -> None:
        """Hand over what this person wrote since and did not come in, in the order of writing."""
        since = max(look.comparison.known_until, look.oldest)

        def request_at(offset: int) -> Request:
            return look.history.conversation(look.account.credentials, person, offset)

        written: list[PastMessage] = []
        async for page in self._pages(look, request_at, since, 0, _MOST_PAGES_OF_A_CHAT):
            look.chat_pages += 1
            written += [message for message in page.messages if message.is_from_person]
        known = await self._known(look, written)
        missed = [m for m in reversed(written) if m.message_id not in known and m.at <= look.until]
        wishes = {one.message_id: _wish_of(look, one) for one in written} if missed else {}
        is_newest_read_again = False
        for message in missed:
            wish = wishes[message.message_id]
            if wish and wish.begins and not is_newest_read_again:
                # A stop that was written while we read counts before this one begins anything.
                look.chat_pages += 1
                newest = (await self._page(look, request_at(0))).messages
                new = [m for m in newest if m.is_from_person and m.message_id not in wishes]
                wishes |= {one.message_id: _wish_of(look, one) for one in new}
                written, is_newest_read_again = new + written, True
                known |= await self._known(look, written)
            later = [one for one in written if one.at > message.at]
            heard_later = [one for one in later if one.message_id in known]
            # What a later code has begun outlives a stop between the two, which ends nothing that
            # is begun now: so this one must not begin.
            is_before_a_code = MessageWish.BEGIN in (wishes[m.message_id] for m in heard_later)
            counting = later if is_before_a_code else heard_later
            order = order_of_wish(wish, [wishes[one.message_id] for one in counting])
            doubts = [
                _key(look, one)
                for one in counting
                if wish and wish.begins and wishes[one.message_id] is MessageWish.PERHAPS_END
            ]
            await self._hand_over(
                look,
                message,
                order,
                doubts=doubts,
                has_newer_code=wish is MessageWish.BEGIN and is_before_a_code,
                is_overtaken=bool(heard_later),
            )

    async def _pages(
        self,
        look: _Look,
        request_at: Callable[[int], Request],
        since: datetime,
        first: int,
        most: int,
    ) -> AsyncIterator[HistoryPage]:
        """What was written since, newest first, page by page; the last one says that it is."""
        for number in range(first, first + most):
            page = await self._page(look, request_at(number * look.history.page_size))
            messages = tuple(message for message in page.messages if message.at >= since)
            is_last = page.is_last or len(messages) < len(page.messages)
            yield HistoryPage(messages, is_last)
            if is_last:
                return

    async def _known(self, look: _Look, messages: Collection[PastMessage]) -> set[str]:
        """The provider's ids of those that came in already."""
        ids = {_key(look, one): one.message_id for one in messages if one.is_from_person}
        known_keys = await self._ledger.known_messages(list(ids)) if ids else set()
        return {ids[key] for key in known_keys}

    async def _hand_over(
        self,
        look: _Look,
        message: PastMessage,
        order: WishOrder,
        *,
        doubts: Sequence[bytes],
        has_newer_code: bool,
        is_overtaken: bool,
    ) -> None:
        account = look.account
        request = hand_over_request(
            account.channel.code,
            account.slug,
            message.raw,
            times.now(),
            is_overtaken=is_overtaken,
            wish_order=order,
            doubts=doubts,
            has_newer_code=has_newer_code,
        )
        reply = await self._wire.ask(request)
        if reply.status in _REFUSED_ALONE:
            logger.warning("a fetched message of %s is refused: %s", account.slug, reply.status)
        elif reply.status != _WRITTEN:
            raise _LookEnds
        else:
            look.fetched += 1

    async def _page(self, look: _Look, request: Request) -> HistoryPage:
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
        is_closed = page.kind in _ABOUT_ONE_CHAT or (page.kind == "not_now" and page.until is None)
        raise _ChatClosed if is_closed else _LookEnds


def _key(look: _Look, message: PastMessage) -> bytes:
    return message_key(look.account.channel.code, look.account.id, message.message_id)


def _wish_of(look: _Look, message: PastMessage) -> MessageWish | None:
    event = look.history.event(message.raw, look.account.credentials)
    return message_wish_of(event) if event else None


def _log_fault(look: _Look, error: Exception) -> None:
    logger.error("chats of %s not compared: %s", look.account.slug, type(error).__name__)


def _made_at(account_id: "uuid.UUID") -> datetime:
    """The moment in an id of ours (keng.kit.ids)."""
    if account_id.version != 7:
        return datetime.now(UTC)
    return datetime.fromtimestamp((account_id.int >> 80) / 1000, UTC)
