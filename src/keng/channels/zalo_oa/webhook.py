"""One webhook call: verify it, refuse what is stale, read the event."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from keng.channels import reading
from keng.channels.events import (
    BAD_SIGNATURE,
    STALE,
    TOO_LARGE,
    ParsedCall,
    header_value,
    is_too_large,
)
from keng.channels.zalo_oa import inbound, signature

# The provider repeats for 1 h 50 min; whatever is older is somebody playing an old call again.
_OLDEST = timedelta(hours=2)
_AHEAD = timedelta(minutes=5)

_PROBE = ParsedCall(verified=False, status=200, reason="probe")
_STALE = ParsedCall(verified=False, status=401, reason=STALE)


def parse_call(
    raw: bytes, headers: Mapping[str, str], credentials: Mapping[str, str], now: datetime
) -> ParsedCall:
    """Never raises. The console's unsigned check, a body of exactly {}, is answered and ignored."""
    if raw == b"{}":
        return _PROBE
    if is_too_large(raw):
        return TOO_LARGE
    body = reading.json_object(raw)
    stamps = {
        "body": reading.string(body.get("timestamp"), 20),
        "header": reading.string(header_value(headers, signature.ZALO_TIMESTAMP_HEADER), 20),
    }
    variant = signature.verified_variant(
        raw, header_value(headers, signature.ZALO_SIGNATURE_HEADER), stamps, credentials
    )
    if not variant:
        return BAD_SIGNATURE
    signed_at = reading.moment_of_ms(stamps[variant.partition("/")[2]])
    if signed_at is None or not now - _OLDEST <= signed_at <= now + _AHEAD:
        return _STALE
    at = reading.moment_of_ms(stamps["body"]) or signed_at
    event = inbound.read_event(body, at, credentials.get("oa_id", ""))
    return ParsedCall(verified=True, status=200, events=(event,), variant=variant)
