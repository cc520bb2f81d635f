"""Sending one message: the picture with what fits beside it, then the text in parts."""

import hashlib
import json
from collections.abc import Generator, Mapping
from dataclasses import replace

from keng.channels.outcomes import Outcome
from keng.channels.telegram.bot_api import method_url, outcome_of_telegram_reply, telegram_request
from keng.channels.text import clean_text, split_text
from keng.channels.wire import Address, OutgoingMessage, Reply, Request

MAX_TELEGRAM_TEXT = 4096
MAX_TELEGRAM_CAPTION = 1024
MAX_TELEGRAM_IMAGE = 10_000_000
_IMAGE_TYPES = {"image/png": "image.png", "image/jpeg": "image.jpg"}


def telegram_steps(
    message: OutgoingMessage, address: Address, credentials: Mapping[str, str]
) -> Generator[Request, Reply, Outcome]:
    """Ends with the outcome of the last part, or with unknown when only some parts got through.

    Plain text without a parse mode: nothing that somebody wrote can become a link or a mention.
    """
    text = clean_text(message.text)
    refusal = _refusal(message, text)
    if refusal is not None:
        return refusal
    requests = _requests(message, text, address, credentials)
    accepted = 0
    outcome = Outcome("reject", reason="empty")
    for request in requests:
        outcome = outcome_of_telegram_reply((yield request))
        if outcome.kind != "sent":
            break
        accepted += 1
    if outcome.kind == "sent":
        return replace(outcome, parts_sent=accepted)
    if accepted:
        reason = f"part {accepted + 1} of {len(requests)}: {outcome.kind}, {outcome.reason}"
        return Outcome("unknown", reason=reason, code=outcome.code, parts_sent=accepted)
    return outcome


def _refusal(message: OutgoingMessage, text: str) -> Outcome | None:
    if not text and message.image is None:
        return Outcome("reject", reason="empty")
    if message.image is not None and message.image_mime not in _IMAGE_TYPES:
        return Outcome("reject", reason="picture type")
    if message.image is not None and len(message.image) > MAX_TELEGRAM_IMAGE:
        return Outcome("reject", reason="picture too large")
    return None


def _requests(
    message: OutgoingMessage, text: str, address: Address, credentials: Mapping[str, str]
) -> list[Request]:
    found = []
    if message.image is not None:
        caption = text if len(text) <= MAX_TELEGRAM_CAPTION else ""
        found.append(_photo_request(message, caption, address, credentials))
        text = "" if caption else text
    parts = split_text(text, MAX_TELEGRAM_TEXT) if text else []
    return found + [_text_request(part, address, credentials) for part in parts]


def _text_request(text: str, address: Address, credentials: Mapping[str, str]) -> Request:
    body = {
        "chat_id": address.value,
        "text": text,
        "link_preview_options": {"is_disabled": True},
    }
    return telegram_request("sendMessage", body, credentials)


def _photo_request(
    message: OutgoingMessage, caption: str, address: Address, credentials: Mapping[str, str]
) -> Request:
    image = message.image or b""
    boundary = "keng" + hashlib.sha256(image).hexdigest()[:40]
    fields = {"chat_id": address.value, "caption": caption}
    written = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
        if value
    )
    file = json.dumps(_IMAGE_TYPES[message.image_mime])
    head = (
        f'{written}--{boundary}\r\nContent-Disposition: form-data; name="photo"; filename={file}'
        f"\r\nContent-Type: {message.image_mime}\r\n\r\n"
    )
    body = head.encode() + image + f"\r\n--{boundary}--\r\n".encode()
    headers = {
        "content-type": f"multipart/form-data; boundary={boundary}",
        "accept": "application/json",
    }
    return Request("POST", method_url("sendPhoto", credentials), headers, body)
