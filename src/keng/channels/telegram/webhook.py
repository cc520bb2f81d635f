"""One webhook call: the secret in its header, then one update. Nothing in it is trusted."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
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
from keng.channels.text import clean_text, one_line

TELEGRAM_SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 -- its name
_MOST_FILE = 20 * 1024 * 1024
# Telegram repeats for about a day what it could not hand over.
_OLDEST = timedelta(days=2)
_STALE = ParsedCall(verified=False, status=200, reason=STALE)
_FILES: tuple[tuple[str, EventKind], ...] = (
    ("video", "video"),
    ("video_note", "video"),
    ("animation", "video"),
    ("voice", "audio"),
    ("audio", "audio"),
    ("document", "file"),
    ("sticker", "image"),
)
_MEDIA_TYPES = {"image": "image", "video": "video", "audio": "audio", "file": "file"}


def parse_telegram_call(
    raw: bytes, headers: Mapping[str, str], credentials: Mapping[str, str], now: datetime
) -> ParsedCall:
    """Never raises. What is older than Telegram repeats is taken off its hands and not acted on."""
    if is_too_large(raw):
        return TOO_LARGE
    if not has_secret(headers, TELEGRAM_SECRET_HEADER, credentials.get("webhook_secret", "")):
        return BAD_SIGNATURE
    update = reading.json_object(raw)
    if not update:
        return ParsedCall(verified=False, status=400, reason="no update")
    event = read_update(update, now)
    if event.at < now - _OLDEST:
        return _STALE
    return ParsedCall(verified=True, status=200, events=(event,))


def read_update(update: Mapping[str, Any], now: datetime) -> Event:
    """The event in this update; kind "unknown" for whatever we have no use for."""
    dedupe = reading.string(update.get("update_id"), 40)
    if member := reading.mapping(update.get("my_chat_member")):
        return _membership_event(member, dedupe, now)
    return _message_event(reading.mapping(update.get("message")), dedupe, now)


def _message_event(message: Mapping[str, Any], dedupe: str, now: datetime) -> Event:
    chat, writer = reading.mapping(message.get("chat")), reading.mapping(message.get("from"))
    chat_id, sender = reading.string(chat.get("id"), 40), reading.string(writer.get("id"), 40)
    is_private = chat.get("type") == "private"
    kind, media, location = _contents(message)
    text = clean_text(reading.string(message.get("text") or message.get("caption"), 10_000))
    if kind == "unknown" and text:
        kind = "text"
    if not sender or not chat_id or writer.get("is_bot") is True:
        kind = "unknown"
    quoted = reading.mapping(message.get("reply_to_message")).get("message_id")
    message_id = reading.string(message.get("message_id"), 40)
    refers = reading.string(quoted, 40)
    return Event(
        kind=kind,
        dedupe=dedupe or reading.dedupe_digest(chat_id, message_id),
        conversation=(sender if is_private else f"{chat_id}:{sender}") if sender else None,
        sender=sender or None,
        group=None if is_private or not chat_id else chat_id,
        text=text,
        media=media,
        location=location,
        at=_moment(message.get("date"), now),
        # Who wrote before a group is answered alone, which works once they opened the bot's chat.
        reply_address=sender or None,
        raw_kind="message",
        refers=(refers,) if refers else (),
    )


def _membership_event(member: Mapping[str, Any], dedupe: str, now: datetime) -> Event:
    """Somebody let the bot in or shut it out; of groups nothing follows from it here."""
    chat = reading.mapping(member.get("chat"))
    chat_id = reading.string(chat.get("id"), 40)
    status = reading.string(reading.mapping(member.get("new_chat_member")).get("status"), 20)
    kind: EventKind = "unknown"
    if chat.get("type") == "private" and chat_id:
        kind = {"member": "follow", "kicked": "unfollow"}.get(status, "unknown")  # type: ignore[assignment]
    return Event(
        kind=kind,
        dedupe=dedupe or reading.dedupe_digest("my_chat_member", chat_id, member.get("date")),
        conversation=chat_id or None,
        sender=chat_id if kind != "unknown" else None,
        group=None,
        text="",
        media=(),
        location=None,
        at=_moment(member.get("date"), now),
        reply_address=chat_id if kind != "unknown" else None,
        raw_kind=f"my_chat_member {status}",
    )


def _contents(
    message: Mapping[str, Any],
) -> tuple[EventKind, tuple[Media, ...], tuple[float, float] | None]:
    """What kind of message it is, its files as handles, and its place."""
    place = reading.mapping(message.get("location"))
    if place and (at := reading.coordinates(place.get("latitude"), place.get("longitude"))):
        return "location", (), at
    photos = [reading.mapping(each) for each in reading.items(message.get("photo"), 20)]
    fitting = [each for each in photos if _size(each) <= _MOST_FILE and each.get("file_id")]
    if fitting:
        largest = max(fitting, key=_size)
        return "image", (_media(largest, "image"),), None
    for name, kind in _FILES:
        file = reading.mapping(message.get(name))
        if file.get("file_id"):
            return kind, (_media(file, kind),), None
    return "unknown", (), None


def _media(file: Mapping[str, Any], kind: EventKind) -> Media:
    name = one_line(reading.string(file.get("file_name"), 200), 120)
    size = reading.byte_count(file.get("file_size"))
    handle = reading.string(file.get("file_id"), 200)
    return Media(handle, _MEDIA_TYPES[kind], name, size)  # type: ignore[arg-type]


def _size(file: Mapping[str, Any]) -> int:
    return reading.byte_count(file.get("file_size")) or 0


def _moment(value: object, now: datetime) -> datetime:
    """Seconds since 1970, as Telegram has them."""
    seconds = reading.number(value)
    if seconds is None or not 0 < seconds < 2**40:
        return now
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return now
