"""Reading what strangers send: every function takes anything and never raises."""

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_EMPTY: Mapping[str, Any] = {}


def json_object(raw: bytes) -> Mapping[str, Any]:
    """The JSON object in these bytes; an empty one for anything else."""
    try:
        value = json.loads(raw.decode())
    except (ValueError, RecursionError):  # ValueError covers bad UTF-8, bad JSON, monstrous numbers
        return _EMPTY
    return value if isinstance(value, dict) else _EMPTY


def mapping(value: object) -> Mapping[str, Any]:
    """The object itself when it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else _EMPTY


def items(value: object, most: int) -> list[Any]:
    """The first elements when it is a JSON array, else none."""
    return value[:most] if isinstance(value, list) else []


def string(value: object, most: int) -> str:
    """Text of at most this length that a database can hold; whole numbers as they are written."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    if isinstance(value, int):
        value = str(value) if abs(value) < 10**40 else ""
    value = value[:most]
    if value.isascii() and value.isprintable():
        return value
    return value.replace("\0", "").encode("utf-8", "replace").decode()


def number(value: object) -> float | None:
    """A finite number, written as a number or as a string."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def byte_count(value: object) -> int | None:
    """A count of bytes, written as a number or as a string."""
    result = number(value)
    return int(result) if result is not None and 0 <= result < 2**53 else None


def coordinates(latitude: object, longitude: object) -> tuple[float, float] | None:
    """A place on the earth, or None."""
    lat, lon = number(latitude), number(longitude)
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:
        return None
    return lat, lon


def moment_of_ms(value: object) -> datetime | None:
    """Milliseconds since 1970, written as a number or as digits."""
    text = string(value, 17)
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        return None
    try:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def web_address(value: object) -> str:
    """A URL worth keeping; whether it may be fetched is decided in keng.channels.ssrf."""
    if not isinstance(value, str) or len(value) > 2048:
        return ""
    return string(value, 2048) if value.startswith(("https://", "http://")) else ""


def dedupe_digest(*parts: object) -> str:
    """A dedupe key for events that bring none."""
    return hashlib.sha256("|".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()
