"""Messages to persons, visitors and groups: who may be reached, and with what."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from keng.channels.zalo_oa.fake.articles import known_article
from keng.channels.zalo_oa.fake.state import (
    DAY_SECONDS,
    ApiCall,
    DeliveredMessage,
    FakeState,
    FakeUser,
    ZaloError,
)
from keng.kit.times import VIETNAM

_MENTION = re.compile(r"\[@[^\]]{1,64}\]")
_PHONE = re.compile(r"84[1-9][0-9]{8,9}")
_MAX_TRACKING = 48
_FREE = 2 * DAY_SECONDS
_OPEN = 7 * DAY_SECONDS


def post_consultation(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """POST /v3.0/oa/message/cs: for business accounts."""
    if state.settings.oa_type == 4:
        raise ZaloError(-235, "This API does not support this type of OA")
    return _to_person(state, call, call.json())


def post_v2_message(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """POST /v2.0/oa/message: state agencies, anonymous visitors, broadcasts."""
    body = call.json()
    recipient = _mapping(body.get("recipient"))
    if "target" in recipient:
        return _send_article(state, body)
    if "anonymous_id" in recipient:
        return _to_visitor(state, call, body, recipient)
    if state.settings.oa_type == 2:
        raise ZaloError(-240, "MessageV2 API has been shut down")
    return _to_person(state, call, body)


def post_template(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """POST /v3.0/oa/message/template: an approved wording, to whoever ever wrote."""
    body = call.json()
    blanks = state.templates.get(_text(body.get("template_id")))
    if blanks is None:
        raise ZaloError(-249, "Template cannot be sent by user id")
    data = _mapping(body.get("template_data"))
    if set(data) != set(blanks):
        raise ZaloError(-1340, "template_data does not match the template")
    user = state.user(_text(body.get("user_id")))
    if user is None or user.last_interaction is None:
        raise ZaloError(-232, "User has not interacted with the OA")
    if user.refuses:
        raise ZaloError(user.refuses, "User cannot receive this message")
    words = " ".join([body["template_id"], *map(str, data.values())])
    sent = _deliver(state, call, "user", user.id, {"text": words})
    return {"message_id": sent.id, "user_id": user.id, "sent_time": str(int(sent.at * 1000))}


def post_phone_template(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """POST /message/template: an approved wording to a telephone number."""
    body = call.json()
    number = _text(body.get("phone"))
    if not _PHONE.fullmatch(number):
        raise ZaloError(-108, "Phone number is invalid")
    blanks = state.phone_templates.get(_text(body.get("template_id")))
    if blanks is None:
        raise ZaloError(-131, "ZNS template was not approved")
    data = _mapping(body.get("template_data"))
    if set(data) != set(blanks):
        raise ZaloError(-1340, "template_data does not match the template")
    if number not in state.phones:
        raise ZaloError(-118, "Zalo account does not exist")
    if len(_text(body.get("tracking_id"))) > _MAX_TRACKING:
        raise ZaloError(-1340, "tracking_id is too long")
    words = " ".join([body["template_id"], *map(str, data.values())])
    sent = _deliver(state, call, "phone", number, {"text": words})
    quota = {"dailyQuota": "500", "remainingQuota": "499"}
    return {
        "msg_id": sent.id,
        "sent_time": str(int(sent.at * 1000)),
        "sending_mode": "1",
        "quota": quota,
    }


def post_group_message(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """POST /v3.0/oa/group/message: at any hour, no window."""
    body = call.json()
    group_id = _text(_mapping(body.get("recipient")).get("group_id"))
    group = state.groups.get(group_id)
    if group is None or not group.ours:
        raise ZaloError(-403, "Group is not of this OA")
    if not group.enabled:
        raise ZaloError(-237, "Group is disabled")
    message = _checked(state, body.get("message"))
    sent = _deliver(state, call, "group", group_id, message)
    return {"message_id": sent.id, "group_id": group_id, "sent_time": str(int(sent.at * 1000))}


def _to_person(state: FakeState, call: ApiCall, body: Mapping[str, Any]) -> dict[str, Any]:
    user_id = _text(_mapping(body.get("recipient")).get("user_id"))
    message = _checked(state, body.get("message"))
    user = _reachable(state, user_id)
    sent = _deliver(state, call, "user", user_id, message)
    data: dict[str, Any] = {"message_id": sent.id, "user_id": user_id}
    data["sent_time"] = str(int(sent.at * 1000))
    if sent.at - (user.last_interaction or 0) <= _FREE:
        data["quota"] = {"quota_type": "reply", "remain": "8", "total": "8"}
    return data


def _to_visitor(
    state: FakeState, call: ApiCall, body: Mapping[str, Any], recipient: Mapping[str, Any]
) -> dict[str, Any]:
    person, talk = _text(recipient["anonymous_id"]), _text(recipient.get("conversation_id"))
    if not person or not talk:
        raise ZaloError(-201, "conversation_id is missing")
    sent = _deliver(state, call, "visitor", person, _checked(state, body.get("message")))
    return {"message_id": sent.id, "anonymous_id": person}


def _send_article(state: FakeState, body: dict[str, Any]) -> dict[str, Any]:
    """To all who follow; the fake's people live nowhere, so any city is everybody's."""
    hour = datetime.fromtimestamp(state.clock.now(), UTC).astimezone(VIETNAM).hour
    if hour >= 22 or hour < 6:
        raise ZaloError(-234, "Not allowed between 22:00 and 06:00")
    attachment = _mapping(_mapping(body.get("message")).get("attachment"))
    element = _element(_mapping(attachment.get("payload")))
    if element.get("media_type") != "article":
        raise ZaloError(-233, "only articles are sent to many")
    article = known_article(state, element.get("attachment_id"))
    article.sent_to.append(sum(user.follower for user in state.users.values()))
    return {"message_id": state.new_id()}


def _reachable(state: FakeState, user_id: str) -> FakeUser:
    user = state.user(user_id)
    if user is None:
        raise ZaloError(-232, "User has not interacted with the OA")
    if user.refuses:
        raise ZaloError(user.refuses, "User cannot receive this message")
    if user.last_interaction is None:
        raise ZaloError(-232, "User has not interacted with the OA")
    if state.clock.now() - user.last_interaction > _OPEN:
        raise ZaloError(-230, "User has not interacted with the OA in the past 7 days")
    return user


def _checked(state: FakeState, message: object) -> Mapping[str, Any]:
    found = _mapping(message)
    text, attachment = found.get("text", ""), found.get("attachment")
    if not isinstance(text, str) or not (text or attachment):
        raise ZaloError(-201, "message is empty")
    if len(text) > 2000:
        raise ZaloError(-210, "text is longer than 2000 characters")
    if attachment is not None:
        _check_attachment(state, _mapping(attachment))
    return found


def _check_attachment(state: FakeState, attachment: Mapping[str, Any]) -> None:
    payload = _mapping(attachment.get("payload"))
    if attachment.get("type") == "file":
        _check_stored(state, _text(payload.get("token")), "file")
        return
    if attachment.get("type") != "template" or payload.get("template_type") != "media":
        raise ZaloError(-233, "attachment type is not supported")
    element = _element(payload)
    if ("url" in element) == ("attachment_id" in element):
        raise ZaloError(-201, "exactly one of url and attachment_id")
    if "attachment_id" in element:
        _check_stored(state, _text(element["attachment_id"]), _text(element.get("media_type")))


def _check_stored(state: FakeState, upload_id: str, kind: str) -> None:
    stored = state.uploads.get(upload_id)
    if stored is None or stored.kind != kind:
        raise ZaloError(-201, "attachment is unknown")
    if state.clock.now() - stored.at > _OPEN:
        raise ZaloError(-100, "attachment has expired")


def _deliver(
    state: FakeState, call: ApiCall, to: str, recipient: str, message: Mapping[str, Any]
) -> DeliveredMessage:
    text = message.get("text", "")
    image = ""
    if "attachment" in message:
        payload = _mapping(_mapping(message["attachment"]).get("payload"))
        element = _element(payload)
        image = _text(element.get("attachment_id") or element.get("url"))
    mentions = len(_MENTION.findall(text)) if to == "group" else 0
    now = state.clock.now()
    sent = DeliveredMessage(state.new_id(), now, to, recipient, text, image, call.path, mentions)
    state.delivered.append(sent)
    if state.settings.echo:
        state.accepted.append(sent)
    return sent


def _element(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    elements = payload.get("elements")
    return _mapping(elements[0]) if isinstance(elements, list) and elements else {}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
