"""The events a Zalo account reports, written the way the provider writes them.

Ids and timestamps are strings. Nothing here keeps state: `build` turns a short description into a
body, `signed` adds the mark.
"""

import json
from collections.abc import Mapping
from typing import Any

from keng.channels.zalo_oa import signature
from keng.channels.zalo_oa.fake.state import FakeSettings, WrittenMessage

CONTENT_EVENTS = (
    "text",
    "image",
    "gif",
    "link",
    "audio",
    "video",
    "sticker",
    "location",
    "business_card",
    "file",
)
_ABOUT_A_USER = ("follow", "unfollow", "user_click_chatnow", "user_withdraw")


def build_event(
    spec: Mapping[str, Any], own: FakeSettings, *, now_ms: int, msg_id: str
) -> dict[str, Any]:
    """An event from its description.

    {"kind": one of SAID, "user", "group"?, "anonymous"? (a conversation id), "text"?, "url"?,
    "latitude"?, "longitude"?, "name"?, "size"?, "phone"?, "quote"?, "msg_id"?, "at"? (ms)}, or
    {"kind": the provider's own event name, "user", "group"?, "msg_ids"?}, or {"raw": {…}} as it is.
    """
    if "raw" in spec:
        return dict(spec["raw"])
    kind = str(spec["kind"])
    stamp = str(spec.get("at", now_ms))
    if kind in CONTENT_EVENTS:
        return _content_event(kind, spec, own, stamp, str(spec.get("msg_id", msg_id)))
    if kind in _ABOUT_A_USER:
        return _event_about_user(kind, str(spec.get("user", "")), own, stamp)
    return _other_event(kind, spec, own, stamp, str(spec.get("msg_id", msg_id)))


_CHAT_TYPES = {"image": "photo", "gif": "GIF", "audio": "voice", "link": "links"}


def written_message(spec: Mapping[str, Any], msg_id: str, now_ms: int) -> WrittenMessage | None:
    """The message as the account's chats keep it; None for what is no message to it alone."""
    kind, user = str(spec.get("kind", "")), str(spec.get("user", ""))
    if kind not in CONTENT_EVENTS or not user or spec.get("group") or spec.get("anonymous"):
        return None
    url = str(spec.get("url", ""))
    item: dict[str, Any] = {"type": _CHAT_TYPES.get(kind, kind), "message": spec.get("text", "")}
    if kind == "location":
        spot = {"latitude": str(spec["latitude"]), "longitude": str(spec["longitude"])}
        item["location"] = json.dumps(spot)
    elif kind == "link":
        item["links"] = [{"url": url, "title": "", "description": spec.get("description", "")}]
    elif kind != "text":
        item["url"] = url
    return WrittenMessage(msg_id, int(spec.get("at", now_ms)) / 1000, user, item)


def encoded_event(event: Mapping[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def signed_event(event: Mapping[str, Any], own: FakeSettings) -> tuple[bytes, dict[str, str]]:
    """Body and headers of one webhook call."""
    raw = encoded_event(event)
    return raw, event_headers(raw, str(event.get("timestamp", "")), own)


def event_headers(raw: bytes, stamp: str, own: FakeSettings) -> dict[str, str]:
    first = own.oa_id if own.signature_variant.startswith("oa_id") else own.app_id
    mark = signature.sign_call(raw, first=first, timestamp=stamp, key=own.oa_secret_key)
    return {
        "Content-Type": "application/json",
        "X-ZEvent-Signature": mark,
        "X-ZEvent-Timestamp": stamp,
    }


def _content_event(
    kind: str, spec: Mapping[str, Any], own: FakeSettings, stamp: str, msg_id: str
) -> dict[str, Any]:
    user, group = str(spec["user"]), spec.get("group")
    message: dict[str, Any] = {"msg_id": msg_id}
    if spec.get("text"):
        message["text"] = spec["text"]
    if spec.get("quote"):
        message["quote_msg_id"] = spec["quote"]
    if kind != "text":
        message["attachments"] = [_attachment(kind, spec)]
    event: dict[str, Any] = {"app_id": own.app_id, "event_name": f"user_send_{kind}"}
    event |= {"sender": {"id": user}, "recipient": {"id": own.oa_id}}
    if group:
        event |= {"event_name": f"user_send_group_{kind}", "recipient": {"id": str(group)}}
        event["oa_id"] = own.oa_id
    elif spec.get("anonymous"):
        event["event_name"] = f"anonymous_send_{kind}"
        message["conversation_id"] = str(spec["anonymous"])
    else:
        event["user_id_by_app"] = f"9{user}"
    return event | {"message": message, "timestamp": stamp}


def _attachment(kind: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    url = str(spec.get("url", ""))
    if kind == "location":
        spot = {"latitude": str(spec["latitude"]), "longitude": str(spec["longitude"])}
        return {"type": "location", "payload": {"coordinates": spot}}
    if kind == "business_card":
        card = json.dumps({"phone": spec.get("phone", ""), "caption": spec.get("name", "")})
        return {"type": "link", "payload": {"url": url, "thumbnail": "", "description": card}}
    payload: dict[str, Any] = {"url": url}
    if kind in ("image", "link", "video"):
        payload["thumbnail"] = url
    if kind == "file":
        payload |= {"name": spec.get("name", "a.pdf"), "size": str(spec.get("size", 0))}
    if kind == "link":
        payload["description"] = spec.get("description", "")
    return {"type": kind, "payload": payload}


def _event_about_user(name: str, user: str, own: FakeSettings, stamp: str) -> dict[str, Any]:
    event: dict[str, Any] = {"app_id": own.app_id, "oa_id": own.oa_id, "event_name": name}
    if name in ("follow", "unfollow"):
        event |= {"source": "oa_profile", "follower": {"id": user}}
    else:
        event["user_id"] = user
    return event | {"user_id_by_app": f"9{user}", "timestamp": stamp}


def _other_event(
    name: str, spec: Mapping[str, Any], own: FakeSettings, stamp: str, msg_id: str
) -> dict[str, Any]:
    """Receipts, echoes, events of groups, and whatever the provider may invent tomorrow."""
    user, group = str(spec.get("user", "")), str(spec.get("group", ""))
    event: dict[str, Any] = {"app_id": own.app_id, "event_name": name}
    if name.startswith("oa_send_"):
        message = {"msg_id": msg_id, "text": spec.get("text", "")}
        sender = {"id": own.oa_id}
        if spec.get("admin"):
            sender["admin_id"] = str(spec["admin"])
        event |= {"sender": sender, "recipient": {"id": group or user}, "message": message}
    elif name == "user_seen_message":
        event |= {"sender": {"id": own.oa_id}, "recipient": {"id": user}}
        event["message"] = {"msg_ids": list(spec.get("msg_ids", [msg_id]))}
    elif name in ("user_received_message", "user_reacted_message"):
        event |= {"sender": {"id": user}, "recipient": {"id": own.oa_id}}
        event["message"] = {"msg_id": msg_id, "react_icon": "/-heart"}
    elif group:
        event |= {"oa_id": own.oa_id, "group_id": group, "users": [{"id": user}]}
    else:
        event |= {"sender": {"id": user}, "recipient": {"id": own.oa_id}}
    return event | {"timestamp": stamp}
