"""What goes over the wire and what comes back, and what we want to say to whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """What to say. `reference` is our delivery id: the same one gives the same Message-ID."""

    text: str = field(repr=False)
    short: str = field(default="", repr=False)
    """The same in few words, for channels that charge by length; empty where nobody wrote it."""
    image: bytes | None = field(default=None, repr=False)
    image_mime: str = "image/png"
    kind: Literal["consultation", "group"] = "consultation"
    is_bulk: bool = False
    """Whether many get the same words; what goes to one person may not be sorted away with it."""
    subject: str = field(default="", repr=False)
    reference: str = ""
    unsubscribe_url: str = field(default="", repr=False)
    return_token: str = field(default="", repr=False)
    """Of a letter: what stands in the address to which it comes back."""
    stop_token: str = field(default="", repr=False)
    """Of a letter to a subscriber: what stands in the address to which one writes to stop."""
    own_page: str = field(default="", repr=False)
    """The secret link to the page of a lead, where this is about what they pass on."""
    image_ref: str = ""
    """The provider's handle of this image from an earlier upload, if the caller remembers one."""
    begun: str = ""
    """What an earlier try of this delivery began at the provider, by the id its outcome had."""
    earlier_post: str = ""
    """The provider's id of what this corrects or takes back, where the channel changes posts."""
    heard_at: datetime | None = None
    """When this person last wrote to us, where that is known."""
    deletes_post: bool = False
    """Whether that one is deleted, once it says these words."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to say it: what the provider calls a person or a group."""

    value: str = field(repr=False)
    kind: Literal["person", "group"] = "person"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `delivers` is False when nobody receives anything by it.

    `is_repeatable`: it carries a reference by which the provider shows it once however often it
    comes.
    """

    method: str
    url: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    delivers: bool = True
    is_repeatable: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP reply, read to the end. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """One message for one SMTP transaction."""

    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class MailGreeting:
    """Connect as for a letter, introduce ourselves, and leave."""


SmtpStage = Literal["connect", "hello", "auth", "mail", "rcpt", "data", "end"]


@dataclass(frozen=True, slots=True)
class MailReply:
    """The reply that ended an SMTP transaction; code None means the connection was lost there.

    Stage "end" is everything after the first byte of the content was written.
    """

    stage: SmtpStage
    code: int | None
    enhanced: str = ""
    certificate: str = ""
    """Why the certificate of the server was not accepted, where that is why it was lost."""


@dataclass(frozen=True, slots=True)
class TableRecord:
    """One record for a table of ours that plays the part of a provider."""

    address: Address
    text: str = field(repr=False)
    image: bytes | None = field(repr=False)
    image_mime: str
    reference: str


@dataclass(frozen=True, slots=True)
class RecordWritten:
    """The record was committed under this id."""

    id: str
