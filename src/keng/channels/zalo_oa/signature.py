"""Signs and verifies a webhook call: SHA-256 over id, body, timestamp and key, in this order.

Sources differ on whether the id is the app's or the account's and on where the timestamp stands, so
every reading is tried until one has matched and is pinned.
"""

import hashlib
import hmac
from collections.abc import Mapping

ZALO_SIGNATURE_HEADER = "x-zevent-signature"
ZALO_TIMESTAMP_HEADER = "x-zevent-timestamp"
SIGNATURE_VARIANTS = ("app_id/body", "oa_id/body", "app_id/header", "oa_id/header")
_HEX = frozenset("0123456789abcdef")


def sign_call(raw: bytes, *, first: str, timestamp: str, key: str) -> str:
    """The header value for this body, as the provider writes it."""
    return "mac=" + _digest(raw, first, timestamp, key)


def verified_variant(
    raw: bytes, given: str, stamps: Mapping[str, str], credentials: Mapping[str, str]
) -> str:
    """Verify a header value: the variant under which it is right, or an empty string.

    `stamps` holds the candidate timestamps under "body" and "header".
    """
    mark = _bare(given)
    key = credentials.get("oa_secret_key", "")
    if not mark or not key:
        return ""
    pinned = credentials.get("signature_variant", "")
    for variant in (pinned,) if pinned else SIGNATURE_VARIANTS:
        name, _, place = variant.partition("/")
        first, stamp = credentials.get(name, ""), stamps.get(place, "")
        if first and stamp and hmac.compare_digest(_digest(raw, first, stamp, key), mark):
            return variant
    return ""


def _digest(raw: bytes, first: str, timestamp: str, key: str) -> str:
    marked = first.encode() + raw + f"{timestamp}{key}".encode()
    return hashlib.sha256(marked).hexdigest()


def _bare(given: str) -> str:
    """The hexadecimal digits of a header value, whatever stands before them; empty if malformed."""
    before, equals, after = given.rpartition("=")
    if equals and before.strip().lower() not in ("mac", "sha256"):
        return ""
    mark = after.strip().lower()
    return mark if len(mark) == 64 and _HEX.issuperset(mark) else ""
