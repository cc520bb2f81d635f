"""What an account needs beside sending: new tokens in time, and a look at whether it works.

Pure as everything here: a channel says what to ask its provider and what the answer means, and
whoever keeps accounts owns the sockets, the clock and the table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from keng.channels.events import Event
from keng.channels.outcomes import Outcome
from keng.channels.wire import MailGreeting, Reply, Request

RECONNECT = "connect the account again"
"""In the reason of an Outcome that only a person at the provider's console can mend."""


@dataclass(frozen=True, slots=True)
class AccountFinding:
    """What a look at an account found, in words that an operator reads."""

    is_well: bool
    words: str


class CannotAsk(ValueError):
    """Nobody can be asked with these settings; the message says why, for the operator."""


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """One question to the provider that reaches nobody, and what its answer means."""

    question: Callable[[Mapping[str, str]], Request | MailGreeting]
    """Of the account's credentials. Raises CannotAsk."""
    finding: Callable[[Any], AccountFinding]
    """Of the Reply to a Request, of the MailReply to a MailGreeting."""


@dataclass(frozen=True, slots=True)
class NewTokens:
    """What the provider gave in place of the old tokens, by the names the credentials have."""

    secrets: Mapping[str, str] = field(repr=False)
    expire_at: datetime


@dataclass(frozen=True, slots=True)
class TokenRenewal:
    """How tokens that run out are replaced. What is renewed works once: keep the new before use."""

    note: str
    """What is renewed, and when a person has to do it, for the operator."""
    ahead: timedelta
    """Renewed before it is needed, once less than this is left."""
    spends: str
    """Which of the credentials is used up by it; without it nothing can be renewed."""
    request: Callable[[Mapping[str, str]], Request]
    read: Callable[[Reply, datetime], NewTokens | Outcome]
    """The reply, and when it came. An outcome "retry" asks for the same request once more."""
    lasts: timedelta | None = None
    """How long after the last renewal a new one is possible; None: for ever."""


@dataclass(frozen=True, slots=True)
class AccountPackage:
    """What an account is paid for, as far as its provider says it."""

    name: str
    ends_on: date | None
    """The last day; None where the provider names none, or in a form that nobody knows."""


@dataclass(frozen=True, slots=True)
class PackageLookup:
    """How a provider is asked for the package of an account."""

    request: Callable[[Mapping[str, str]], Request]
    read: Callable[[Reply, datetime], AccountPackage | Outcome]


@dataclass(frozen=True, slots=True)
class ConnectTry:
    """One try to have an account connected by whoever manages it at the provider."""

    link: str = field(repr=False)
    request: Callable[[str], Request] = field(repr=False)
    """Of the address to which the provider led back: asks for tokens, which the renewal reads.
    Raises CannotAsk."""


@dataclass(frozen=True, slots=True)
class AccountConnecting:
    """How an account is connected by a page of the provider's, without typing tokens."""

    begin: Callable[[Mapping[str, str], str], ConnectTry]
    """Of the account's credentials and the address that the provider shall lead back to."""


@dataclass(frozen=True, slots=True)
class WebhookRegistration:
    """How a provider is told where to post, where that needs no console of its own."""

    request: Callable[[Mapping[str, str], str], Request]
    """Of the account's credentials and the address of its webhook."""
    finding: Callable[[Reply], AccountFinding]


@dataclass(frozen=True, slots=True)
class PastMessage:
    """One message of a chat, as the provider remembers it."""

    message_id: str = field(repr=False)
    person: str = field(repr=False)
    """Whose chat it stands in."""
    at: datetime
    is_from_person: bool
    raw: bytes = field(repr=False)
    """The message as a webhook would have brought it."""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Messages, newest first."""

    messages: tuple[PastMessage, ...]
    is_last: bool


@dataclass(frozen=True, slots=True)
class ChatHistory:
    """How messages are asked for that no webhook brought."""

    page_size: int
    recent: Callable[[Mapping[str, str], int], Request]
    """The newest messages of all chats: of the account's credentials, beginning after so many."""
    conversation: Callable[[Mapping[str, str], str, int], Request]
    """The newest messages of one person's chat, likewise."""
    page: Callable[[Reply, datetime, Mapping[str, str]], HistoryPage | Outcome]
    event: Callable[[bytes, Mapping[str, str]], Event | None]
    """Of `PastMessage.raw`; None where it is no message of a person."""


@dataclass(frozen=True, slots=True)
class MediaLookup:
    """How the address of a file is asked for that came as a handle (`Media.url`)."""

    request: Callable[[Mapping[str, str], str], Request]
    """Of the account's credentials and the handle."""
    address: Callable[[Mapping[str, str], Reply], str]
    """Of the credentials and the answer; empty where the provider has it no more."""
