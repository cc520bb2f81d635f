"""What stands in the addresses that a letter brings along, so that what comes back finds its row.

A token is a row's id and a mark that only this installation can make; it is stored nowhere. One
that says that a letter came back ends nothing else, and one to stop says nothing of a letter.
"""

import base64
import binascii
import uuid
from typing import NamedTuple

from keng.kit.secrets import keyed_hash, same_secret
from keng.network.models import Subscription

_MARK_BYTES = 10
# "Bounce" and "unsubscribe": short, since 64 characters stand before an @.
_RETURN, _STOP = "b", "u"
# A base32 text of 26 bytes without its "=".
_PADDING = "======"


class UnprovenToken(NamedTuple):
    """What a token says of itself; whether it is one of ours is still to be asked."""

    is_stop: bool
    row_id: uuid.UUID


def return_token(delivery_id: uuid.UUID) -> str:
    """Of one letter, where it comes back to."""
    return _token(_RETURN, delivery_id, b"")


def stop_token(subscription: Subscription) -> str:
    """Of one subscription, where a letter ends it."""
    return _token(_STOP, subscription.pk, bytes(subscription.link_secret))


def read_token(token: str) -> UnprovenToken | None:
    """Of which row it is, whoever made it."""
    try:
        raw = base64.b32decode(token[1:].upper() + _PADDING)
    except (binascii.Error, ValueError):
        return None
    if token[0] not in (_RETURN, _STOP) or len(raw) != 16 + _MARK_BYTES:
        return None
    return UnprovenToken(token[0] == _STOP, uuid.UUID(bytes=raw[:16]))


def is_return_token(token: str, delivery_id: uuid.UUID) -> bool:
    """Whether we made it for this letter."""
    return same_secret(token, return_token(delivery_id))


def is_stop_token(token: str, subscription: Subscription) -> bool:
    """Whether we made it for this subscription, with the secret that it has now."""
    return same_secret(token, stop_token(subscription))


def _token(kind: str, row_id: uuid.UUID, secret: bytes) -> str:
    mark = keyed_hash("letter token", kind, row_id.bytes, secret)[:_MARK_BYTES]
    return kind + base64.b32encode(row_id.bytes + mark).decode().rstrip("=").lower()
