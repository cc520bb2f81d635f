"""What Zalo remembers of the account's chats, for messages that no webhook brought.

A message is written anew as the webhook would have brought it, so that one reader reads both.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from keng.channels import reading
from keng.channels.events import Event
from keng.channels.outcomes import Outcome
from keng.channels.upkeep import ChatHistory, HistoryPage, PastMessage
from keng.channels.wire import Reply, Request
from keng.channels.zalo_oa import inbound, requests
from keng.channels.zalo_oa.errors import outcome_of_zalo_reply

_PAGE_SIZE = 10
_FROM_PERSON = 1
# With the longest of words and addresses less than a webhook may bring (MAX_WEBHOOK_BODY).
_MOST_LINKS = 5
# The provider's words for what a message is, by the end of the webhook event's name.
_WEBHOOK_KINDS = {
    "photo": "image",
    "gif": "gif",
    "voice": "audio",
    "links": "link",
    "nosupport": "unsupported",
}
_WITH_URL = frozenset({"image", "gif", "audio", "video", "file", "sticker"})


def recent_request(credentials: Mapping[str, str], offset: int) -> Request:
    """The newest messages of all chats."""
    return _request("listrecentchat", {"offset": offset, "count": _PAGE_SIZE}, credentials)


def conversation_request(credentials: Mapping[str, str], person: str, offset: int) -> Request:
    """The newest messages of one chat."""
    wanted = {"user_id": person, "offset": offset, "count": _PAGE_SIZE}
    return _request("conversation", wanted, credentials)


def read_history_page(
    reply: Reply, now: datetime, credentials: Mapping[str, str]
) -> HistoryPage | Outcome:
    """The messages of a reply, or why there are none. What cannot be read is left out."""
    outcome = outcome_of_zalo_reply(reply, now, delivers=False)
    if outcome.kind != "sent":
        return outcome
    listed = reading.items(reading.json_object(reply.body).get("data"), _PAGE_SIZE)
    read = (_message(reading.mapping(item), credentials) for item in listed)
    return HistoryPage(tuple(filter(None, read)), is_last=len(listed) < _PAGE_SIZE)


def event_of_past_message(raw: bytes, credentials: Mapping[str, str]) -> Event | None:
    """The event that the webhook would have brought."""
    body = reading.json_object(raw)
    at = reading.moment_of_ms(body.get("timestamp"))
    if at is None:
        return None
    event = inbound.read_event(body, at, credentials.get("oa_id", ""))
    return event if event.sender and event.raw_kind.startswith("user_send_") else None


CHAT_HISTORY = ChatHistory(
    _PAGE_SIZE,
    recent=recent_request,
    conversation=conversation_request,
    page=read_history_page,
    event=event_of_past_message,
)


def _request(name: str, wanted: Mapping[str, Any], credentials: Mapping[str, str]) -> Request:
    query = urlencode({"data": json.dumps(wanted, separators=(",", ":"))})
    url = f"{requests.api_base(credentials)}/v2.0/oa/{name}?{query}"
    return Request("GET", url, requests.api_headers(credentials), b"", delivers=False)


def _message(item: Mapping[str, Any], credentials: Mapping[str, str]) -> PastMessage | None:
    at = reading.moment_of_ms(item.get("time"))
    message_id = reading.string(item.get("message_id"), 100)
    is_from_person = reading.number(item.get("src")) == _FROM_PERSON
    person = reading.string(item.get("from_id" if is_from_person else "to_id"), 100)
    if at is None or not message_id or not person:
        return None
    raw = _webhook_body(item, person, message_id, credentials) if is_from_person else b""
    return PastMessage(message_id, person, at, is_from_person, raw)


def _webhook_body(
    item: Mapping[str, Any], person: str, message_id: str, credentials: Mapping[str, str]
) -> bytes:
    zalo_kind = reading.string(item.get("type"), 30).lower()
    kind = _WEBHOOK_KINDS.get(zalo_kind, zalo_kind)
    message: dict[str, Any] = {"msg_id": message_id}
    if text := reading.string(item.get("message") or item.get("description"), 10_000):
        message["text"] = text
    if attachments := _attachments(item, kind):
        message["attachments"] = attachments
    return requests.encoded_json(
        {
            "app_id": credentials.get("app_id", ""),
            "event_name": f"user_send_{kind}",
            "sender": {"id": person},
            "recipient": {"id": credentials.get("oa_id", "")},
            "message": message,
            "timestamp": reading.string(item.get("time"), 17),
        }
    )


def _attachments(item: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    if kind == "location":
        return [{"type": kind, "payload": {"coordinates": _place(item.get("location"))}}]
    if kind == "link":
        links = reading.items(item.get("links"), _MOST_LINKS) or [item]
        return [{"type": kind, "payload": _link(reading.mapping(link))} for link in links]
    if kind in _WITH_URL:
        return [{"type": kind, "payload": {"url": _url(item)}}]
    return []


def _url(item: Mapping[str, Any]) -> str:
    return reading.string(item.get("url"), 2048)


def _place(value: object) -> dict[str, float]:
    """Of an object, or of JSON in a string."""
    if isinstance(value, str):
        value = reading.json_object(value.encode("utf-8", "replace"))
    place = reading.mapping(value)
    spot = reading.coordinates(place.get("latitude"), place.get("longitude"))
    return {"latitude": spot[0], "longitude": spot[1]} if spot else {}


def _link(link: Mapping[str, Any]) -> dict[str, Any]:
    words = (reading.string(link.get(name), 2000) for name in ("title", "description"))
    return {"url": _url(link), "description": "\n".join(filter(None, words))}
