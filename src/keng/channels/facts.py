"""What the rest of the product has to know of a channel, said where the channel is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keng.channels.group_chats import GroupApi
from keng.channels.upkeep import (
    AccountCheck,
    AccountConnecting,
    ChatHistory,
    MediaLookup,
    PackageLookup,
    TokenRenewal,
    WebhookRegistration,
)
from keng.channels.wire import OutgoingMessage

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise


@dataclass(frozen=True, slots=True)
class AccountSetting:
    """One thing to know of an account: how an operator is asked for it, and whether in the open."""

    question: str
    is_secret: bool = False
    is_optional: bool = False
    is_drawn: bool = False
    """Ours alone to choose: where nothing is given it is drawn by lot."""
    is_address: bool = False
    """Where the provider is reached, if not where everybody reaches it."""
    is_token: bool = False
    """It runs out and is renewed, so it is sealed to the sender, which alone uses it."""
    fault: Callable[[str], str | None] | None = None
    """What is wrong with a value, as the end of "It is …"; None where any will do."""


@dataclass(frozen=True, slots=True)
class ChatSubscribing:
    """How somebody has warnings sent to their own chat, by a code that they send from it."""

    hint: "Words"
    """What one has to know of it before choosing it."""
    chat_url: Callable[[Mapping[str, str], str], str] | None = None
    """The address that opens the chat with the code written into it; None: `Facts.chat_page`."""


@dataclass(frozen=True, slots=True)
class PhoneWay:
    """A telephone number as a second kind of address of an account that holds chats."""

    code: str
    """What keeps it apart from the chats of the channel, where somebody chose it."""
    name: "Words"
    prefix: str
    """What stands before the number in an address of it."""
    is_on: Callable[[Mapping[str, str]], bool]
    """Whether an account with these settings can send to a number."""


@dataclass(frozen=True, slots=True)
class MessagePrice:
    """What one message costs."""

    parts: int
    """How many messages the provider counts; 0 where it is too long to be sent at all."""
    dong: int | None
    """For all of them; None where the operator did not enter what one costs."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Empty where the channel has none: which ones it must have follows from what it can."""

    name: "Words"
    """As the desk counts whom a warning reaches by it."""
    origin: "Words" = ""
    """As an officer reads by what a tip came in, or an answer goes out."""
    group_name: "Words" = ""
    """How a group that it reaches is called."""
    cell_words: tuple[str, ...] = ()
    """What a sheet of groups may say for it besides: folded, in either language."""
    holds_chats: bool = False
    """Whether one person and the machine can talk in turns, as a survey by numbers does."""
    subscribing: ChatSubscribing | None = None
    """How residents have warnings by it; None where nobody may be written to without being asked.
    """
    chat_page: "Callable[[Mapping[str, str]], str] | None" = None
    """The address that opens a chat with an account with these settings; "" if unknown."""
    phone_way: PhoneWay | None = None
    """How it reaches a telephone number; None where an address is of one kind only."""
    is_simulated: bool = False
    """Whether nobody real is behind it: a demo alone has it."""
    who_sees_sender: "Words" = ""
    """What an officer is told of who can know the sender besides us."""
    answer_goes: "Words" = ""
    """Where an answer by it is read, beside the box in which it is written."""
    media_hosts: tuple[str, ...] = ()
    """At which hosts the files lie that people send by it."""
    settings: Mapping[str, AccountSetting] = field(default_factory=dict)
    """What an account of it needs; empty where nobody sets one up by hand."""
    more_settings: tuple[str, ...] = ()
    """What few accounts need: never asked for, taken from a file of settings."""
    hosts: tuple[str, ...] = ()
    """Which hosts, at port 443, it has to reach; of files that people send, `media_hosts`."""
    console_notes: tuple[str, ...] = ()
    """What an operator has to know of the provider's console, beside the address of the webhook."""
    check: AccountCheck | None = None
    """How an operator, and the sender in doubt, learns whether an account works."""
    renewal: TokenRenewal | None = None
    """How its tokens are renewed; None where it has none that run out."""
    package: PackageLookup | None = None
    """How it is learned until when an account is paid for; None where no provider says it."""
    connecting: AccountConnecting | None = None
    """How it is connected by a page of the provider's; None where there is none."""
    registration: WebhookRegistration | None = None
    """How the provider is told of our webhook; None where its console wants it by hand."""
    media_lookup: MediaLookup | None = None
    """How a file's address is asked for; None where messages carry it."""
    history: ChatHistory | None = None
    """How messages are fetched that no webhook brought; None where the provider keeps none."""
    groups: GroupApi | None = None
    """How the group chats of an account are listed and made; None where that is done by hand."""
    price: Callable[[OutgoingMessage, Mapping[str, str]], MessagePrice] | None = None
    """What a message costs by an account with these settings; None where nothing does."""
    price_when_charged: Callable[[Mapping[str, str]], int | None] | None = None
    """In đồng, one message after the time that is free (`free_for`); None where nobody entered it.
    """
