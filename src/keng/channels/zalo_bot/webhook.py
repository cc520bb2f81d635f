"""One webhook call: the secret in its header, then one event, in either of the shapes seen."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from keng.channels import reading
from keng.channels.events import (
    BAD_SIGNATURE,
    STALE,
    TOO_LARGE,
    Event,
    EventKind,
    Media,
    ParsedCall,
    has_secret,
    is_too_large,
)
from keng.channels.text import clean_text

ZALO_BOT_SECRET_HEADER = "x-bot-api-secret-token"  # noqa: S105 -- its name
_OLDEST = timedelta(days=2)
_STALE = ParsedCall(verified=False, status=200, reason=STALE)
_KINDS: dict[str, EventKind] = {
    "message.text.received": "text",
    "message.link.received": "text",
    "message.image.received": "image",
    "message.sticker.received": "image",
    "message.voice.received": "audio",
}
UNSUPPORTED = "message.unsupported.received"


def parse_zalo_bot_call(
    raw: bytes, headers: Mapping[str, str], credentials: Mapping[str, str], now: datetime
) -> ParsedCall:
    """Never raises. The documentation wraps the event in `result`; live calls came without."""
    if is_too_large(raw):
        return TOO_LARGE
    if not has_secret(headers, ZALO_BOT_SECRET_HEADER, credentials.get("webhook_secret", "")):
        return BAD_SIGNATURE
    body = reading.json_object(raw)
    event = read_zalo_bot_event(reading.mapping(body.get("result")) or body, now)
    if event.at < now - _OLDEST:
        return _STALE
    return ParsedCall(verified=True, status=200, events=(event,))


def read_zalo_bot_event(body: Mapping[str, Any], now: datetime) -> Event:
    """The event in this body; kind "unknown" for whatever we have no use for.

    Of what Zalo withholds (a protected sender, a file) only that something came is told: it is a
    text without words, so that the writer hears of the web form.
    """
    name = reading.string(body.get("event_name"), 60)
    message = reading.mapping(body.get("message"))
    writer, chat = reading.mapping(message.get("from")), reading.mapping(message.get("chat"))
    sender, chat_id = reading.string(writer.get("id"), 100), reading.string(chat.get("id"), 100)
    message_id = reading.string(message.get("message_id"), 100)
    is_private = reading.string(chat.get("chat_type"), 20).upper() != "GROUP"
    kind = _KINDS.get(name, "unknown")
    if name == UNSUPPORTED:
        kind = "file"
    if not sender or writer.get("is_bot") is True:
        kind = "unknown"
    return Event(
        kind=kind,
        dedupe=f"{chat_id} {message_id}" if message_id else reading.dedupe_digest(name, message),
        conversation=(sender if is_private else f"{chat_id}:{sender}") if sender else None,
        sender=sender or None,
        group=None if is_private or not chat_id else chat_id,
        text=clean_text(reading.string(message.get("text") or message.get("caption"), 10_000)),
        media=_media(message),
        location=None,
        at=reading.moment_of_ms(message.get("date")) or now,
        reply_address=sender or None,
        raw_kind=name,
    )


def _media(message: Mapping[str, Any]) -> tuple[Media, ...]:
    found = []
    photo = reading.web_address(message.get("photo_url") or message.get("photo"))
    if photo:
        found.append(Media(photo, "image"))
    if voice := reading.web_address(message.get("voice_url")):
        found.append(Media(voice, "audio"))
    return tuple(found)
