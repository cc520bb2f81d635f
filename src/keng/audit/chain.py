"""How an entry is bound to the one before it."""

import datetime
import hashlib
import json
from typing import Any

GENESIS = b"\0" * 32
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def entry_hash(
    previous: bytes,
    chain: str,
    seq: int,
    at: datetime.datetime,
    action: str,
    actor: tuple[str, str],
    subject: tuple[str, str],
    detail: dict[str, Any],
) -> bytes:
    """SHA-256 over everything an entry says and the hash before it; JSON makes fields distinct."""
    said = json.dumps(
        [chain, seq, microseconds(at), action, *actor, *subject, detail],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(previous + said.encode()).digest()


def microseconds(moment: datetime.datetime) -> int:
    """Since 1970, whole: what Python and PostgreSQL write alike."""
    return (moment - _EPOCH) // datetime.timedelta(microseconds=1)
