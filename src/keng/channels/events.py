"""What happened at a provider, read from a webhook call."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

MAX_WEBHOOK_BODY = 256 * 1024
"""Largest body a webhook accepts, in bytes."""
QUERY_HEADER = ":query"
"""Among the headers of a webhook call, what stood behind the question mark of its address. No
caller can send a header of this name: HTTP has none with a colon."""

PATH_HEADER = ":path"
"""The same of a further part of the path, by which a gateway that signs nothing is believed."""

STALE = "stale"
"""Why a call is not taken that is older than the provider repeats, or of the future: perhaps only
by a clock of ours that is wrong."""

EventKind = Literal[
    "text",
    "image",
    "audio",
    "video",
    "file",
    "location",
    "follow",
    "unfollow",
    "seen",
    "received",
    "failed",
    "echo",
    "erase",
    "pressed",
    "groups",
    "unknown",
]
CONTENT_KINDS: frozenset[EventKind] = frozenset(
    {"text", "image", "audio", "video", "file", "location"}
)
"""The kinds by which a resident tells something."""


@dataclass(frozen=True, slots=True)
class Media:
    """A file the provider keeps for us. The URL is not to be trusted: see keng.channels.ssrf.

    Where the channel has a `media_lookup`, `url` is the provider's handle and no address.
    """

    url: str = field(repr=False)
    type: Literal["image", "audio", "video", "file"]
    name: str = field(default="", repr=False)
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened at the provider.

    `dedupe`, `conversation`, `sender`, `group`, `reply_address` are plain: the caller hashes or
    seals them before anything is written. `text` carries no id of the provider.
    """

    kind: EventKind
    dedupe: str = field(repr=False)
    conversation: str | None = field(repr=False)
    sender: str | None = field(repr=False)
    group: str | None = field(repr=False)
    text: str = field(repr=False)
    media: tuple[Media, ...] = field(repr=False)
    location: tuple[float, float] | None = field(repr=False)
    at: datetime
    reply_address: str | None = field(repr=False)
    raw_kind: str
    refers: tuple[str, ...] = field(default=(), repr=False)
    """Provider ids of messages this speaks about: receipts, echoes, the message it quotes. Of a
    key that was pressed our own reference of the call."""
    reference: str = ""
    """Of a receipt that is believed for one message alone: our own reference of it."""
    is_overtaken: bool = False
    """Whether something that the same person wrote later came in first. Then it answers no question
    of now; codes, which work once, and the wish to be left alone are heard all the same."""
    is_overruled: bool = False
    """Whether a later message of the same person, which came in first, asks for the opposite (that
    messages begin, or end). Then this one begins or ends nothing."""
    may_be_overruled: bool = False
    """Whether such a message is one that does not undo all of this one: a code, which begins one
    subscription, or a lone word, which may have answered something. What stands in the database
    says how far it goes."""
    doubts: tuple[bytes, ...] = field(default=(), repr=False)
    """Of a wish that messages begin: the keys of those lone words."""
    has_newer_code: bool = False
    """Whether a code that the same person sent later came in first: what it chose stays chosen."""
    is_fetched: bool = False
    """Whether no webhook brought it, so that later ones of the same person may have come in."""

    @property
    def is_content(self) -> bool:
        return self.kind in CONTENT_KINDS


@dataclass(frozen=True, slots=True)
class ParsedCall:
    """What to do with a webhook call: answer `status`, act on `events` (none unless verified)."""

    verified: bool
    status: int
    events: tuple[Event, ...] = ()
    variant: str = ""
    """Which reading of the signature scheme matched; pin it in credentials["signature_variant"]."""
    reason: str = ""


RECEIVES_NOTHING = ParsedCall(verified=False, status=404, reason="this channel receives nothing")
TOO_LARGE = ParsedCall(verified=False, status=413, reason="too_large")
BAD_SIGNATURE = ParsedCall(verified=False, status=401, reason="bad_signature")


def is_too_large(raw: bytes) -> bool:
    """Whether a webhook's body is larger than any that is read."""
    return len(raw) > MAX_WEBHOOK_BODY


def has_secret(headers: Mapping[str, str], name: str, secret: str) -> bool:
    """Whether the header of this lower-case name carries the secret, compared in constant time.

    Without a secret nothing is believed.
    """
    given = header_value(headers, name)
    return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())


def header_value(headers: Mapping[str, str], name: str) -> str:
    """A header by its lower-case name, whatever case the server kept."""
    value = headers.get(name)
    if value is None:
        value = next((v for k, v in headers.items() if k.lower() == name), "")
    return value
