"""By which ways a resident can have warnings here, as the accounts of this site allow."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from keng import channels
from keng.channels import facts_of
from keng.channels.email import Email
from keng.channels.web_push import WebPush
from keng.delivery.credentials import given_settings
from keng.delivery.models import ChannelAccount

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

BY_LETTER = Email.code
BY_BROWSER = WebPush.code
_BY_CHAT = "chat-"


@dataclass(frozen=True, slots=True)
class WayToReceive:
    """One line of the form."""

    value: str
    label: "str | _StrPromise"
    hint: "str | _StrPromise"
    account: ChannelAccount


@dataclass(frozen=True, slots=True)
class ChatToWriteTo:
    """An account that takes reports by chat, and the address that opens the chat."""

    label: str
    url: str


def ways_to_receive() -> list[WayToReceive]:
    """The ways that work, the ones without a wait first."""
    accounts = list(ChannelAccount.objects.filter(is_active=True).order_by("id"))
    return [*_browser(accounts), *_chats(accounts), *_letters(accounts)]


def can_subscribe() -> bool:
    """Whether there is a way at all; of every page, so no line of the form is made for it."""
    chats = channels.codes_where(lambda one: one.facts.subscribing is not None)
    found = ChannelAccount.objects.filter(channel__in=[BY_BROWSER, BY_LETTER, *chats])
    return found.filter(is_active=True).exists()


def chat_url(account: ChannelAccount, code: str) -> str:
    """The address that opens the chat with this account; "" where none is known."""
    facts = facts_of(account.channel)
    if facts is None or facts.subscribing is None:
        return ""
    if facts.subscribing.chat_url is None:
        return chat_page(account)
    return facts.subscribing.chat_url(given_settings(account), code)


def chat_page(account: ChannelAccount) -> str:
    """The address that opens a chat with this account; "" where none is known."""
    facts = facts_of(account.channel)
    if facts is None or facts.chat_page is None:
        return ""
    return facts.chat_page(given_settings(account))


def chats_to_write_to() -> list[ChatToWriteTo]:
    """The chats of this site in which anybody reaches us from anywhere."""
    codes = channels.codes_where(
        lambda one: one.can.can_receive and one.facts.chat_page is not None
    )
    accounts = ChannelAccount.objects.filter(channel__in=codes, is_active=True).order_by("id")
    chats = [ChatToWriteTo(_label_of_chat(account), chat_page(account)) for account in accounts]
    return [chat for chat in chats if chat.url]


def _browser(accounts: list[ChannelAccount]) -> list[WayToReceive]:
    return [
        WayToReceive(
            BY_BROWSER,
            _("On this phone or computer"),
            _("Your browser shows it as a notification. No address, no number."),
            account,
        )
        for account in accounts
        if account.channel == BY_BROWSER
    ][:1]


def _chats(accounts: list[ChannelAccount]) -> list[WayToReceive]:
    found = []
    for account in accounts:
        facts = facts_of(account.channel)
        if facts is not None and facts.subscribing is not None:
            value = f"{_BY_CHAT}{account.slug}"
            found.append(
                WayToReceive(value, _label_of_chat(account), facts.subscribing.hint, account)
            )
    return found


def _label_of_chat(account: ChannelAccount) -> str:
    facts = facts_of(account.channel)
    return capfirst(f"{facts.origin if facts else account.channel}: {account.name}")


def _letters(accounts: list[ChannelAccount]) -> list[WayToReceive]:
    return [
        WayToReceive(BY_LETTER, _("By e-mail"), _("You confirm it from a letter first."), account)
        for account in accounts
        if account.channel == BY_LETTER
    ][:1]
