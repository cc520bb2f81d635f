"""The key that somebody presses during a call: where the gateway posts it, and why it is believed.

The gateway signs nothing, so each call has an address of its own: the number of the call, and a
code that only our secret makes from it. The body, as Stringee's samples have it: {"dtmf": "1",
"call_id": "…", "timeout": false}.
"""

import hashlib
import hmac
import uuid
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from keng.channels import reading
from keng.channels.events import (
    BAD_SIGNATURE,
    QUERY_HEADER,
    TOO_LARGE,
    Event,
    ParsedCall,
    header_value,
    is_too_large,
)

ANSWER_KEY = "1"


def key_address(credentials: Mapping[str, str], reference: str) -> str:
    """Where the key of this call is posted; empty where the account cannot be told of one."""
    hook, secret = credentials.get("hook", ""), credentials.get("webhook_secret", "")
    if not hook or not secret or not reference:
        return ""
    return f"{hook}?{urlencode({'call': reference, 'mark': _mark(secret, reference)})}"


def parse_pressed_key(
    raw: bytes, headers: Mapping[str, str], credentials: Mapping[str, str], now: datetime
) -> ParsedCall:
    """Never raises. Another key, or none in time, is no event."""
    if is_too_large(raw):
        return TOO_LARGE
    try:
        query = dict(parse_qsl(header_value(headers, QUERY_HEADER), max_num_fields=10))
        call = str(uuid.UUID(query.get("call", "")))
    except ValueError:
        return BAD_SIGNATURE
    secret = credentials.get("webhook_secret", "")
    given = query.get("mark", "").encode()
    if not secret or not hmac.compare_digest(given, _mark(secret, call).encode()):
        return BAD_SIGNATURE
    pressed = reading.string(reading.json_object(raw).get("dtmf"), 20).strip().rstrip("#")
    if pressed != ANSWER_KEY:
        return ParsedCall(verified=True, status=200)
    event = Event(
        kind="pressed",
        dedupe=f"{call} {pressed}",
        conversation=None,
        sender=None,
        group=None,
        text="",
        media=(),
        location=None,
        at=now,
        reply_address=None,
        raw_kind="dtmf",
        refers=(call,),
    )
    return ParsedCall(verified=True, status=200, events=(event,))


def _mark(secret: str, reference: str) -> str:
    return hmac.new(secret.encode(), f"key {reference}".encode(), hashlib.sha256).hexdigest()
