"""Webhook calls of a page: its signature over the raw body, then every event of every entry."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from keng.channels import reading
from keng.channels.events import (
    BAD_SIGNATURE,
    TOO_LARGE,
    Event,
    EventKind,
    Media,
    ParsedCall,
    header_value,
    is_too_large,
)
from keng.channels.text import clean_text

SIGNATURE_HEADER = "x-hub-signature-256"
_OLDEST = timedelta(days=2)
_MOST_ENTRIES = 50
_KINDS: dict[str, EventKind] = {
    "image": "image",
    "audio": "audio",
    "video": "video",
    "file": "file",
}


def sign_messenger_call(raw: bytes, app_secret: str) -> str:
    """The header value for this body, as Meta writes it."""
    return "sha256=" + hmac.new(app_secret.encode(), raw, hashlib.sha256).hexdigest()


def challenge_answer(query: Mapping[str, str], credentials: Mapping[str, str]) -> str | None:
    """What Meta wants to read back; None where it does not know our word."""
    word = credentials.get("verify_token", "")
    given = query.get("hub.verify_token", "")
    if query.get("hub.mode") != "subscribe" or not word:
        return None
    if not hmac.compare_digest(given.encode(), word.encode()):
        return None
    return query.get("hub.challenge", "")[:200]


def parse_messenger_call(
    raw: bytes, headers: Mapping[str, str], credentials: Mapping[str, str], now: datetime
) -> ParsedCall:
    """Never raises. Events that are older than Meta repeats are left out."""
    if is_too_large(raw):
        return TOO_LARGE
    secret, given = credentials.get("app_secret", ""), header_value(headers, SIGNATURE_HEADER)
    if not secret or not hmac.compare_digest(
        given.encode(), sign_messenger_call(raw, secret).encode()
    ):
        return BAD_SIGNATURE
    page = credentials.get("page_id", "")
    found = _events_in(reading.json_object(raw), page, now)
    events = tuple(event for event in found if event.at >= now - _OLDEST)
    return ParsedCall(verified=True, status=200, events=events)


def _events_in(body: Mapping[str, Any], page: str, now: datetime) -> Iterator[Event]:
    for entry in map(reading.mapping, reading.items(body.get("entry"), _MOST_ENTRIES)):
        for item in map(reading.mapping, reading.items(entry.get("messaging"), _MOST_ENTRIES)):
            yield _event_of(item, page, now)


def _event_of(item: Mapping[str, Any], page: str, now: datetime) -> Event:
    message, postback = reading.mapping(item.get("message")), reading.mapping(item.get("postback"))
    is_echo = message.get("is_echo") is True
    sender, recipient = _id_in(item.get("sender")), _id_in(item.get("recipient"))
    person = recipient if is_echo else sender
    if person == page:
        person = ""
    text = clean_text(reading.string(message.get("text") or postback.get("title"), 10_000))
    media, location = _attachments(message)
    mid = reading.string(message.get("mid") or postback.get("mid"), 200)
    kind, refers = _kind_of(item, text, media, location)
    at = reading.moment_of_ms(item.get("timestamp")) or now
    return Event(
        kind=kind if person or kind in ("received", "seen") else "unknown",
        dedupe=mid or reading.dedupe_digest(sender, item.get("timestamp"), kind, *refers),
        conversation=person or None,
        sender=None if is_echo else person or None,
        group=None,
        text=text,
        media=media,
        location=location,
        at=at,
        reply_address=None if is_echo else person or None,
        raw_kind=next((n for n in ("message", "postback", "delivery", "read") if n in item), ""),
        refers=refers or ((mid,) if is_echo and mid else ()),
    )


def _kind_of(
    item: Mapping[str, Any],
    text: str,
    media: tuple[Media, ...],
    location: tuple[float, float] | None,
) -> tuple[EventKind, tuple[str, ...]]:
    """The kind, and which of our messages it speaks about."""
    message = reading.mapping(item.get("message"))
    if message.get("is_echo") is True:
        return "echo", ()
    if delivery := reading.mapping(item.get("delivery")):
        mids = reading.items(delivery.get("mids"), 50)
        return "received", tuple(filter(None, (reading.string(mid, 200) for mid in mids)))
    if item.get("read"):
        # It names a moment and no message of ours, so it cannot be a receipt of one.
        return "unknown", ()
    if location is not None:
        return "location", ()
    if media:
        return _KINDS[media[0].type], ()
    return ("text" if text else "unknown"), ()


def _attachments(
    message: Mapping[str, Any],
) -> tuple[tuple[Media, ...], tuple[float, float] | None]:
    media = []
    for item in map(reading.mapping, reading.items(message.get("attachments"), 20)):
        payload = reading.mapping(item.get("payload"))
        if item.get("type") == "location":
            spot = reading.mapping(payload.get("coordinates"))
            found = reading.coordinates(spot.get("lat"), spot.get("long"))
            if found is not None:
                return (), found
        kind, url = _KINDS.get(str(item.get("type"))), reading.web_address(payload.get("url"))
        if kind and url:
            media.append(Media(url, kind))  # type: ignore[arg-type]
    return tuple(media), None


def _id_in(value: object) -> str:
    return reading.string(reading.mapping(value).get("id"), 100)
