"""The envelope sender of one delivery, so that a bounce says by its address what bounced."""

import hashlib
import hmac
import re
from collections.abc import Mapping

_BOUNCE = re.compile(r"bounce\+([0-9A-Za-z-]{1,40})\.([0-9a-f]{16})@")


def bounce_address(reference: str, credentials: Mapping[str, str]) -> str:
    """bounce+<reference>.<mark>@our domain; the plain sender when there is no key for the mark."""
    sender = credentials["from_address"]
    key = credentials.get("bounce_key", "")
    if not key:
        return sender
    return f"bounce+{reference}.{_mark(reference, key)}@{sender.rpartition('@')[2]}"


def read_bounce_address(mailbox: str, credentials: Mapping[str, str]) -> str | None:
    """The delivery a bounce to this mailbox is about, if we made the address."""
    match = _BOUNCE.match(mailbox)
    key = credentials.get("bounce_key", "")
    if not match or not key or not hmac.compare_digest(_mark(match[1], key), match[2]):
        return None
    return match[1]


def _mark(reference: str, key: str) -> str:
    return hmac.new(key.encode(), reference.encode(), hashlib.sha256).hexdigest()[:16]
