"""Group chats of accounts: the sender, which has the tokens, lists them and makes new ones.

A killed sender makes no second group: the slot that a group is to fill is committed before the
provider is asked, and takes one group. The next try first asks the provider what is in it. If a
group of this name is there, it is ours; if it is free, nothing was made.
"""

import asyncio
import logging
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from keng.channels.group_chats import (
    GroupApi,
    GroupSlot,
    ProviderGroup,
    ProviderGroupPage,
    comparable_group_name,
)
from keng.channels.outcomes import Outcome
from keng.channels.upkeep import CannotAsk
from keng.channels.wire import Request
from keng.delivery.sender.accounts import SendingAccount
from keng.delivery.sender.http import UnsendableRequest
from keng.delivery.sender.ledger import DATABASE_AWAY, GroupToMake, SenderLedger
from keng.delivery.sender.tokens import TokenRenewals
from keng.delivery.sender.transports import Wire
from keng.kit import times

if TYPE_CHECKING:
    from collections.abc import Callable

    from keng.channels.wire import Reply

logger = logging.getLogger(__name__)
LOOK_AT_GROUPS_EVERY = 5.0
_MOST_PAGES = 60
# What was not listed is asked about one by one; the rest has its turn at the next list.
_MOST_LOOKS = 50
# Where more are gone at once than are left, something is wrong at the provider or with the account,
# and warnings would reach nobody. A few may really go together.
_MOST_GONE = 5
# These pass: the next try asks again.
_PASSING = frozenset({"retry", "refresh_auth"})
NO_MANAGER, NO_SLOT = "no_manager", "no_slot"

_T = TypeVar("_T")


class _CallFailed(Exception):
    """Nothing more can be asked now."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome

    @property
    def code(self) -> str:
        return self.outcome.code or self.outcome.kind


class GroupRequestRunner:
    """What one sender process asks, account by account."""

    def __init__(self, ledger: SenderLedger, wire: Wire, renewals: TokenRenewals) -> None:
        self._ledger = ledger
        self._wire = wire
        self._renewals = renewals

    async def look(self, accounts: Collection[SendingAccount]) -> None:
        """List and make what is due."""
        for account in accounts:
            api = account.channel.facts.groups
            if api is None or account.state.paused_until > asyncio.get_running_loop().time():
                continue
            try:
                await self._look_at(account, api)
            except DATABASE_AWAY:
                raise
            except (ConnectionError, UnsendableRequest) as error:
                logger.info("groups of %s not asked: %s", account.slug, type(error).__name__)
            except Exception as error:  # noqa: BLE001 -- it must end no sending, and may quote
                _log_fault(account, error)

    async def _look_at(self, account: SendingAccount, api: GroupApi) -> None:
        begun_at = await self._ledger.groups.begin_listing(account.id)
        if begun_at is not None:
            await self._list(account, api, begun_at)
        wanted = await self._ledger.groups.group_to_make(account.id)
        if wanted is not None:
            await self._make(account, api, wanted)

    # -- listing

    async def _list(self, account: SendingAccount, api: GroupApi, begun_at: datetime) -> None:
        try:
            listed = await self._listed(account, api)
            missing = await self._ledger.groups.keep_groups(account.id, listed)
            gone = await self._gone(account, api, missing[:_MOST_LOOKS])
            if len(gone) > max(_MOST_GONE, len(listed)):
                logger.error("most groups of %s are gone, says the provider", account.slug)
                await self._ledger.groups.end_listing(account.id, begun_at, "most_gone")
                return
            for address, code in gone.items():
                await self._ledger.groups.end_group(account.id, address, code)
        except _CallFailed as failure:
            logger.info("groups of %s not listed: %s", account.slug, failure.code)
            if failure.outcome.kind not in _PASSING:
                await self._ledger.groups.end_listing(account.id, begun_at, failure.code)
            return
        await self._ledger.groups.end_listing(account.id, begun_at, "")

    async def _listed(self, account: SendingAccount, api: GroupApi) -> list[ProviderGroup]:
        found: list[ProviderGroup] = []
        offset: int | None = 0
        for _page in range(_MOST_PAGES):
            if offset is None:
                break
            page = await self._page_from(account, api, offset)
            found += page.groups
            offset = page.next_offset
        return found

    async def _page_from(
        self, account: SendingAccount, api: GroupApi, offset: int
    ) -> ProviderGroupPage:
        def read(reply: "Reply", now: datetime) -> ProviderGroupPage | Outcome:
            return api.read_list(reply, now, offset)

        return await self._ask(account, api.list_request(account.credentials, offset), read)

    async def _gone(
        self, account: SendingAccount, api: GroupApi, addresses: Iterable[str]
    ) -> dict[str, str]:
        """Which of these the provider has no more, with its code, asked about one by one.

        What a list lacks may have slipped between two of its pages.
        """
        gone: dict[str, str] = {}
        for address in addresses:
            try:
                group = await self._ask(
                    account, api.look_request(account.credentials, address), api.read_look
                )
            except _CallFailed as failure:
                if failure.outcome.kind != "gone":
                    raise
                gone[address] = failure.code
            else:
                await self._ledger.groups.keep_groups(account.id, [group])
        return gone

    # -- making

    async def _make(self, account: SendingAccount, api: GroupApi, wanted: GroupToMake) -> None:
        try:
            if wanted.slot and await self._settle_reserved_slot(account, api, wanted):
                return
            slot = wanted.slot or await self._reserved_slot(account, api, wanted)
            if not slot:
                await self._ledger.groups.reject_request(wanted.request_id, NO_SLOT)
                return
            request = api.make_request(account.credentials, slot, wanted.name, wanted.description)
            group = await self._ask(account, request, api.read_made)
        except CannotAsk:
            await self._ledger.groups.reject_request(wanted.request_id, NO_MANAGER)
        except _CallFailed as failure:
            await self._note_not_made(api, wanted, failure)
        else:
            await self._ledger.groups.keep_made_group(wanted.request_id, group)

    async def _settle_reserved_slot(
        self, account: SendingAccount, api: GroupApi, wanted: GroupToMake
    ) -> bool:
        """Whether an earlier try has filled its slot, or somebody else has.

        A group of another name may still be ours, written by the provider in its own way. Another
        slot costs money, so an officer looks first.
        """
        slots = await self._slots(account, api, wanted.size)
        used_by = next((slot.used_by for slot in slots if slot.slot_id == wanted.slot), None)
        if used_by == "":
            return False
        if used_by is None:
            # It is listed no more: whether a group was made in it only the list of groups shows.
            await self._ledger.groups.reject_request(wanted.request_id, "slot_gone")
            return True
        request = api.look_request(account.credentials, used_by)
        group = await self._ask(account, request, api.read_look)
        if comparable_group_name(group.name) == comparable_group_name(wanted.name):
            await self._ledger.groups.keep_made_group(wanted.request_id, group)
        else:
            await self._ledger.groups.reject_request(wanted.request_id, "other_group")
        return True

    async def _reserved_slot(
        self, account: SendingAccount, api: GroupApi, wanted: GroupToMake
    ) -> str:
        """A free one, on record as ours; "" where there is none."""
        listed_at = times.now()
        for slot in await self._slots(account, api, wanted.size):
            if not slot.used_by and await self._ledger.groups.reserve_slot(
                wanted.request_id, slot.slot_id, listed_at
            ):
                return slot.slot_id
        return ""

    async def _slots(self, account: SendingAccount, api: GroupApi, size: str) -> list[GroupSlot]:
        found: list[GroupSlot] = []
        for request in api.slot_requests(account.credentials, size):
            found += await self._ask(account, request, api.read_slots)
        return found

    async def _note_not_made(
        self, api: GroupApi, wanted: GroupToMake, failure: _CallFailed
    ) -> None:
        """Where nobody knows whether it was made, the next try looks into the slot first."""
        logger.info("a group was not made: %s", failure.code)
        is_taken = failure.code in api.slot_filled_codes
        if failure.outcome.kind in _PASSING or failure.outcome.kind == "unknown" or is_taken:
            return
        await self._ledger.groups.reject_request(wanted.request_id, failure.code)

    # -- asking

    async def _ask(
        self,
        account: SendingAccount,
        request: Request,
        read: "Callable[[Reply, datetime], _T | Outcome]",
    ) -> _T:
        """Each question takes the place of one message in its rate. Raises _CallFailed."""
        if pause := account.seconds_between_sends:
            await self._ledger.pause(account.id, pause)
            await asyncio.sleep(pause)
        used = account.tokens_version
        found = read(await self._wire.ask(request), times.now())
        if not isinstance(found, Outcome):
            return found
        if found.kind == "refresh_auth":
            # The next try has other tokens, or the account is stopped by what it sends.
            await self._renewals.renew(account, used)
        raise _CallFailed(found)


def _log_fault(account: SendingAccount, error: Exception) -> None:
    logger.error("groups of %s not asked: %s", account.slug, type(error).__name__)
