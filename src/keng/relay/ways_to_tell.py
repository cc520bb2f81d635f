"""By which ways leads can be told here, as the accounts of this site allow."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from keng.channels import facts_of
from keng.delivery.audience import channel_labels
from keng.delivery.models import ChannelAccount
from keng.delivery.phone_ways import phone_way_of
from keng.network.actions.lead_ways import TYPED_CHANNELS
from keng.network.models import LeadWay

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_BY_CHAT = "chat-"


@dataclass(frozen=True, slots=True)
class WayToTell:
    """One line of the form on a lead's page."""

    value: str
    label: "str | _StrPromise"
    account: ChannelAccount

    @property
    def is_chat(self) -> bool:
        """Whether a code from the chat proves whose it is; else an address is typed."""
        return self.value.startswith(_BY_CHAT)


def ways_to_tell() -> list[WayToTell]:
    """Chats, then what has an address: a line for each account or channel that works."""
    accounts = list(ChannelAccount.objects.filter(is_active=True).order_by("id"))
    return [*_chats(accounts), *_typed(accounts)]


def typed_channels() -> list[tuple[str, str]]:
    """Those whose address an officer may write down, with their names."""
    return [(way.value, str(way.label)) for way in ways_to_tell() if not way.is_chat]


def _chats(accounts: list[ChannelAccount]) -> list[WayToTell]:
    found = []
    for account in accounts:
        facts = facts_of(account.channel)
        if facts is not None and facts.subscribing is not None:
            label = capfirst(f"{facts.origin}: {account.name}")
            found.append(WayToTell(f"{_BY_CHAT}{account.slug}", label, account))
    return found


def _typed(accounts: list[ChannelAccount]) -> list[WayToTell]:
    first = {account.channel: account for account in reversed(accounts)}
    for account in reversed(accounts):
        if phone_way := phone_way_of(account):
            first[phone_way.code] = account
    labels = channel_labels()
    return [
        WayToTell(channel, labels[channel], first[channel])
        for channel in TYPED_CHANNELS
        if channel in first
    ]


def way_words(way: LeadWay | None) -> str:
    """Where a lead is told at present, and whether they are."""
    if way is None or not way.channel:
        return _("by an officer, who sends the link")
    name = channel_labels().get(way.channel, way.channel)
    if way.gone_at:
        return _("%(channel)s: the address exists no more") % {"channel": name}
    if way.confirmed_at is None:
        return _("%(channel)s: not agreed to there yet") % {"channel": name}
    return name
