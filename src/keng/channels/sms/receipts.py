"""What a gateway says later of a text message: it arrived, or it did not.

eSMS asks by GET an address that came with the message, and signs nothing
(developers.esms.vn/esms-api/callback-url, read 2026-12 and tried against no live account):
?SMSID&SendStatus&SendSuccess&SendFailed&RequestId…, up to five times. So each message has an
address of its own: its reference, and a code that only our secret makes from it. SpeedSMS and
VietGuys take no such address; what they post is not read.
"""

import hashlib
import hmac
import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from keng.channels.events import (
    BAD_SIGNATURE,
    PATH_HEADER,
    QUERY_HEADER,
    RECEIVES_NOTHING,
    TOO_LARGE,
    Event,
    EventKind,
    ParsedCall,
    header_value,
    is_too_large,
)

_PROVIDER_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_MOST_FIELDS = 40
_ENDED, _REFUSED = "5", "4"


def receipt_address(credentials: Mapping[str, str], reference: str) -> str:
    """Where the gateway tells of this message; empty where the account cannot be told."""
    hook, secret = credentials.get("hook", ""), credentials.get("webhook_secret", "")
    if not hook or not secret or not _is_uuid(reference):
        return ""
    return f"{hook}/{reference}.{_mark(secret, reference)}"


def parse_receipt(
    raw: bytes, headers: Mapping[str, str], credentials: Mapping[str, str], now: datetime
) -> ParsedCall:
    """Never raises. A message that is still on its way is no event."""
    if is_too_large(raw):
        return TOO_LARGE
    reference, _dot, mark = header_value(headers, PATH_HEADER).partition(".")
    if not reference:
        return RECEIVES_NOTHING
    if not _is_believed(reference, mark, credentials):
        return BAD_SIGNATURE
    event = _event(_fields_of(header_value(headers, QUERY_HEADER)), reference, now)
    return ParsedCall(verified=True, status=200, events=(event,) if event else ())


def _is_believed(reference: str, mark: str, credentials: Mapping[str, str]) -> bool:
    secret = credentials.get("webhook_secret", "")
    is_right = hmac.compare_digest(mark.encode(), _mark(secret, reference).encode())
    return bool(secret) and _is_uuid(reference) and is_right


def _fields_of(query: str) -> Mapping[str, str]:
    """None of them where there are more than any gateway sends."""
    try:
        return dict(parse_qsl(query, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}


def _event(fields: Mapping[str, str], reference: str, now: datetime) -> Event | None:
    """None where it says nothing yet, or speaks of another message."""
    kind, provider_id = _kind_of(fields), fields.get("SMSID", "")
    is_ours = fields.get("RequestId", reference) == reference
    if kind is None or not is_ours or not _PROVIDER_ID.fullmatch(provider_id):
        return None
    return Event(
        kind=kind,
        dedupe=f"{provider_id} {kind}",
        conversation=None,
        sender=None,
        group=None,
        text="",
        media=(),
        location=None,
        at=now,
        reply_address=None,
        raw_kind=f"status {fields['SendStatus']}",
        refers=(provider_id,),
        reference=reference,
    )


def _kind_of(fields: Mapping[str, str]) -> EventKind | None:
    """None while it is on its way, and where the numbers say neither."""
    status = fields.get("SendStatus", "")
    if status == _REFUSED:
        return "failed"
    if status != _ENDED:
        return None
    if _is_some(fields.get("SendSuccess", "")):
        return "received"
    return "failed" if _is_some(fields.get("SendFailed", "")) else None


def _is_some(number: str) -> bool:
    return number.isascii() and number.isdigit() and number.strip("0") != ""


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _mark(secret: str, reference: str) -> str:
    return hmac.new(secret.encode(), f"receipt {reference}".encode(), hashlib.sha256).hexdigest()
