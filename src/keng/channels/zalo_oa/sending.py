"""Sending one message: picture first, text in parts, one permitted fall-back."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from keng.channels import reading
from keng.channels.outcomes import Outcome
from keng.channels.text import clean_text, split_text
from keng.channels.wire import Address, OutgoingMessage, Reply, Request
from keng.channels.zalo_oa import errors, requests
from keng.channels.zalo_oa.inbound import ANONYMOUS_PREFIX
from keng.channels.zalo_oa.templates import may_use_template, template_steps

MAX_TEXT = 2000
MAX_IMAGE = 1_000_000
_IMAGE_TYPES = ("image/png", "image/jpeg")

SendingSteps = Generator[Request, Reply, Outcome]


@dataclass(slots=True)
class _SendingState:
    """What one run of the steps carries along."""

    message: OutgoingMessage
    address: Address
    credentials: Mapping[str, str]
    now: datetime
    api: str
    image_ref: str
    learned: dict[str, str] = field(default_factory=dict)


def sending_steps(
    message: OutgoingMessage, address: Address, credentials: Mapping[str, str], now: datetime
) -> SendingSteps:
    """Ends with the outcome of the last part, or with unknown when only some parts got through."""
    refusal = _refusal(message, address)
    if refusal is not None:
        return refusal
    attempt = _SendingState(
        message,
        address,
        credentials,
        now,
        api=credentials.get("messages_api") or "v3",
        image_ref=message.image_ref,
    )
    texts = _text_parts(message.text)
    if _is_known_closed(message, address, now):
        outcome = Outcome("not_now", reason="window closed", code=str(errors.WINDOW_CLOSED))
    else:
        outcome = yield from _send_first_part(attempt, texts[0])
    if may_use_template(outcome, message, address, credentials):
        outcome = yield from template_steps(outcome, address, credentials, now)
        return replace(outcome, learned=attempt.learned)
    accepted = 0
    for text in texts[1:]:
        if outcome.kind != "sent":
            break
        accepted += 1
        outcome = yield from _send_part(attempt, _text_message(text))
    return _outcome_of_all_parts(outcome, accepted, len(texts), attempt.learned)


@lru_cache(maxsize=32)
def _text_parts(text: str) -> tuple[str, ...]:
    """The same text goes to thousands."""
    return tuple(split_text(outgoing_text(text), MAX_TEXT))


@lru_cache(maxsize=32)
def _text_message(text: str) -> bytes:
    return requests.encoded_json({"text": text})


def outgoing_text(text: str) -> str:
    """Clean, and without anything that would call members of a group by name."""
    return clean_text(text).replace("[@", "(@")


def _refusal(message: OutgoingMessage, address: Address) -> Outcome | None:
    """What can be known to fail before anything is sent."""
    if _text_parts(message.text) == ("",) and message.image is None:
        return Outcome("reject", reason="empty")
    if message.image is None:
        return None
    if address.value.startswith(ANONYMOUS_PREFIX):
        return Outcome("reject", reason="no pictures to anonymous visitors")
    if message.image_mime not in _IMAGE_TYPES:
        return Outcome("reject", reason="picture type")
    if len(message.image) > MAX_IMAGE:
        return Outcome("reject", reason="picture too large")
    return None


def _is_known_closed(message: OutgoingMessage, address: Address, now: datetime) -> bool:
    """Whether the window is over, as far as we heard: nobody is asked what is known."""
    if message.heard_at is None or address.kind != "person":
        return False
    return now - message.heard_at > errors.OPEN_FOR


def _outcome_of_all_parts(
    outcome: Outcome, accepted: int, parts: int, learned: dict[str, str]
) -> Outcome:
    """Half a message told is not told, and repeating it all would tell the half twice."""
    if outcome.kind == "sent":
        if parts == 1 and not learned:
            return outcome
        return replace(outcome, parts_sent=parts, learned=learned)
    if accepted:
        reason = f"part {accepted + 1} of {parts}: {outcome.kind}, {outcome.reason}"
        return Outcome(
            "unknown", reason=reason, code=outcome.code, parts_sent=accepted, learned=learned
        )
    return replace(outcome, learned=learned)


def _send_first_part(attempt: _SendingState, text: str) -> SendingSteps:
    """The part that carries the picture. A handle that has expired is renewed once."""
    if attempt.message.image is None:
        return (yield from _send_part(attempt, _text_message(text)))
    if not attempt.image_ref:
        failed = yield from _upload(attempt)
        if failed is not None:
            return failed
    outcome = yield from _send_part(attempt, _picture_message(text, attempt.image_ref))
    if outcome.code == str(errors.ATTACHMENT_EXPIRED):
        failed = yield from _upload(attempt)
        if failed is not None:
            return failed
        outcome = yield from _send_part(attempt, _picture_message(text, attempt.image_ref))
    return outcome


def _picture_message(caption: str, image_ref: str) -> bytes:
    element = {"media_type": "image", "attachment_id": image_ref}
    payload = {"template_type": "media", "elements": [element]}
    message: dict[str, Any] = {"attachment": {"type": "template", "payload": payload}}
    return requests.encoded_json({"text": caption, **message} if caption else message)


def _upload(attempt: _SendingState) -> Generator[Request, Reply, Outcome | None]:
    """None when the picture is at the provider, else what went wrong."""
    message = attempt.message
    reply = yield requests.image_upload_request(
        message.image or b"", message.image_mime, attempt.credentials
    )
    outcome = errors.outcome_of_zalo_reply(reply, attempt.now, delivers=False)
    if outcome.kind != "sent":
        return outcome
    data = reading.mapping(reading.json_object(reply.body).get("data"))
    attempt.image_ref = reading.string(data.get("attachment_id"), 500)
    if not attempt.image_ref:
        return Outcome("retry", after_seconds=30, reason="upload gave no handle")
    attempt.learned["image_ref"] = attempt.image_ref
    return None


def _send_part(attempt: _SendingState, message: bytes) -> SendingSteps:
    """One message over the wire.

    The interface for business accounts refuses state agencies with one certain code, and only that
    code permits the older interface: after any other the first call may have delivered.
    """
    outcome = yield from _post_message(attempt, message)
    if outcome.code == str(errors.OA_TYPE_UNSUPPORTED) and _may_fall_back(attempt):
        attempt.api = "v2"
        outcome = yield from _post_message(attempt, message)
        if outcome.code not in (str(errors.OA_TYPE_UNSUPPORTED), "-240"):
            attempt.learned["messages_api"] = "v2"
    return outcome


def _may_fall_back(attempt: _SendingState) -> bool:
    return attempt.api == "v3" and attempt.address.kind == "person"


def _post_message(attempt: _SendingState, message: bytes) -> SendingSteps:
    request = requests.message_request(attempt.address, message, attempt.credentials, attempt.api)
    return errors.outcome_of_zalo_reply((yield request), attempt.now)
