"""From a Zalo event to ours. Only called with a verified body, and still trusts nothing in it."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from keng.channels import reading
from keng.channels.events import Event, EventKind, Media
from keng.channels.text import clean_text, one_line

_MENTION = re.compile(r"\[@[^\]\n]{1,64}\]\s?")
_KINDS: dict[str, EventKind] = {
    "text": "text",
    "link": "text",
    "business_card": "text",
    "image": "image",
    "gif": "image",
    "audio": "audio",
    "video": "video",
    "file": "file",
    "location": "location",
}
_OTHERS: dict[str, EventKind] = {
    "follow": "follow",
    "unfollow": "unfollow",
    "user_withdraw": "erase",
    "user_seen_message": "seen",
    "user_received_message": "received",
    # Their names are documented, their bodies are not. So nothing of them is believed but that it
    # is time to list the groups.
    "create_group": "groups",
    "delete_group": "groups",
    "update_group_info": "groups",
}
ANONYMOUS_PREFIX = "anonymous:"


def read_event(body: Mapping[str, Any], at: datetime, oa_id: str) -> Event:
    """The event in this body; kind "unknown" for whatever we have no use for."""
    name = reading.string(body.get("event_name"), 60)
    for prefix, reader in _READERS:
        if name.startswith(prefix):
            return reader(body, name, name[len(prefix) :], at)
    return _other_event(body, name, at, oa_id)


def _from_person(body: Mapping[str, Any], name: str, what: str, at: datetime) -> Event:
    sender = _id_in(body.get("sender"))
    return _content_event(body, name, what, at, sender=sender, conversation=sender, reply=sender)


def _from_group(body: Mapping[str, Any], name: str, what: str, at: datetime) -> Event:
    """Told before a group, so it stays apart from what the same person tells us alone; the answer
    goes to the person."""
    sender, group = _id_in(body.get("sender")), _id_in(body.get("recipient"))
    return _content_event(
        body,
        name,
        what,
        at,
        sender=sender,
        conversation=f"{group}:{sender}",
        reply=sender,
        group=group,
    )


def _from_visitor(body: Mapping[str, Any], name: str, what: str, at: datetime) -> Event:
    sender = _id_in(body.get("sender"))
    talk = reading.string(reading.mapping(body.get("message")).get("conversation_id"), 100)
    reply = f"{ANONYMOUS_PREFIX}{talk}:{sender}" if sender and talk else ""
    return _content_event(
        body, name, what, at, sender=sender, conversation=talk or sender, reply=reply
    )


def _content_event(
    body: Mapping[str, Any],
    name: str,
    what: str,
    at: datetime,
    *,
    sender: str,
    conversation: str,
    reply: str,
    group: str = "",
) -> Event:
    message = reading.mapping(body.get("message"))
    kind = _KINDS.get(what, "unknown") if sender else "unknown"
    text, media, location = _contents(message, what)
    if kind == "location" and location is None:
        kind = "unknown"
    quoted = reading.string(message.get("quote_msg_id"), 100)
    msg_id = reading.string(message.get("msg_id"), 100)
    return Event(
        kind=kind,
        dedupe=msg_id or reading.dedupe_digest(name, body.get("timestamp"), sender, group),
        conversation=conversation or None,
        sender=sender or None,
        group=group or None,
        text=text,
        media=media,
        location=location,
        at=at,
        reply_address=reply or None,
        raw_kind=name,
        refers=(quoted,) if quoted else (),
    )


def _echo_event(body: Mapping[str, Any], name: str, what: str, at: datetime) -> Event:
    """Our own message, or one that somebody typed in Zalo's console."""
    message = reading.mapping(body.get("message"))
    recipient = _id_in(body.get("recipient"))
    in_group = name.startswith("oa_send_group_")
    msg_id = reading.string(message.get("msg_id"), 100)
    text, media, location = _contents(message, what)
    return Event(
        kind="echo",
        dedupe=msg_id or reading.dedupe_digest(name, body.get("timestamp"), recipient),
        conversation=None if in_group else recipient or None,
        sender=None,
        group=(recipient or None) if in_group else None,
        text=text,
        media=media,
        location=location,
        at=at,
        reply_address=None,
        raw_kind=name,
        refers=(msg_id,) if msg_id else (),
    )


def _other_event(body: Mapping[str, Any], name: str, at: datetime, oa_id: str) -> Event:
    message = reading.mapping(body.get("message"))
    person = _person(body, oa_id)
    group = reading.string(body.get("group_id"), 100)
    refers = tuple(
        found
        for value in (message.get("msg_id"), *reading.items(message.get("msg_ids"), 50))
        if (found := reading.string(value, 100))
    )
    return Event(
        kind=_OTHERS.get(name, "unknown"),
        dedupe=reading.dedupe_digest(name, body.get("timestamp"), person, group, *refers),
        conversation=person or None,
        sender=person or None,
        group=group or None,
        text="",
        media=(),
        location=None,
        at=at,
        reply_address=person or None,
        raw_kind=name,
        refers=refers,
    )


def _person(body: Mapping[str, Any], oa_id: str) -> str:
    """Whom it is about. Receipts carry the account on either side, so take the other one."""
    candidates = (
        _id_in(body.get("follower")),
        reading.string(body.get("user_id"), 100),
        _id_in(body.get("sender")),
        _id_in(body.get("recipient")),
    )
    return next((c for c in candidates if c and c != oa_id), "")


def _contents(
    message: Mapping[str, Any], what: str
) -> tuple[str, tuple[Media, ...], tuple[float, float] | None]:
    """Text, files and place of a message, its attachments included."""
    text = reading.string(message.get("text"), 10_000)
    raw = message.get("attachments")
    if not raw:
        return _visible_text(text), (), None
    words, media = [text], []
    location: tuple[float, float] | None = None
    for item in map(reading.mapping, reading.items(raw, 20)):
        type_, payload = item.get("type"), reading.mapping(item.get("payload"))
        if type_ == "location":
            spot = reading.mapping(payload.get("coordinates"))
            location = reading.coordinates(spot.get("latitude"), spot.get("longitude"))
        elif type_ == "link":
            words += _link_words(payload, what, text)
        elif (found := _media(str(type_), payload)) is not None:
            media.append(found)
    return _visible_text("\n".join(filter(None, words))), tuple(media), location


def _visible_text(text: str) -> str:
    text = clean_text(text)
    return _MENTION.sub("", text).strip() if "[@" in text else text


def _media(type_: str, payload: Mapping[str, Any]) -> Media | None:
    kind = _KINDS.get(type_)
    url = reading.web_address(payload.get("url"))
    if not url or kind not in ("image", "audio", "video", "file"):
        return None
    name = one_line(reading.string(payload.get("name"), 200), 120)
    return Media(url, kind, name, reading.byte_count(payload.get("size")))


def _link_words(payload: Mapping[str, Any], what: str, text: str) -> list[str]:
    """A shared link as the words it shows; a business card as the number on it."""
    description = reading.string(payload.get("description"), 2000)
    if what == "business_card":
        card = reading.json_object(description.encode())
        return [reading.string(card.get("phone"), 40)]
    url = reading.web_address(payload.get("url"))
    return [part for part in (url, description) if part and part not in text]


def _id_in(value: object) -> str:
    return reading.string(reading.mapping(value).get("id"), 100)


_READERS = (
    ("user_send_group_", _from_group),
    ("user_send_", _from_person),
    ("anonymous_send_", _from_visitor),
    ("oa_send_group_", _echo_event),
    ("oa_send_", _echo_event),
)
