"""Messages that the sender fetched at a provider, on their way to the edge.

The sender holds the tokens and may not write what comes in; the edge may, and holds no tokens. So
the sender posts each message to the edge, on this machine, marked with a key of this installation
(docs/decisions/0051-what-no-webhook-brought.md). The words are in memory alone until they are
sealed as those of every message.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings

from keng import channels
from keng.channels import reading
from keng.channels.base import ParsedCall, Request, header_value
from keng.delivery.inbound_message import ReceivingAccount
from keng.delivery.message_wishes import WishOrder
from keng.kit.secrets import keyed_hash, same_secret

FETCHED_HEADER = "x-keng-fetched"
# It is posted at once, so an older mark is somebody playing an old call again.
_MARK_LIVES = timedelta(minutes=5)
_OVERTAKEN = "overtaken"
_OVERRULED = "overruled"
_DOUBTED = "doubted"
_NEWER = "newer"
_NO_WISH = WishOrder()
_NOT_OURS = ParsedCall(verified=False, status=401, reason="bad_mark")
_UNREADABLE = ParsedCall(verified=False, status=400, reason="no_message")


def hand_over_request(
    channel: str,
    slug: str,
    raw: bytes,
    now: datetime,
    *,
    is_overtaken: bool = False,
    wish_order: WishOrder = _NO_WISH,
    doubts: Sequence[bytes] = (),
    has_newer_code: bool = False,
) -> Request:
    """The call by which the sender gives one message to the edge.

    See Event.is_overtaken, which any order of a wish implies, and the fields behind it.
    """
    order = _OVERTAKEN if is_overtaken else ""
    if wish_order.is_overruled:
        order = _OVERRULED
    elif wish_order.may_be_overruled:
        order = ",".join((_DOUBTED, *(key.hex() for key in doubts)))
    if has_newer_code:
        order = f"{order},{_NEWER}"
    stamp = f"{int(now.timestamp() * 1000)}:{order}"
    headers = {
        FETCHED_HEADER: f"{stamp}:{_mark(channel, slug, stamp, raw)}",
        "content-type": "application/json",
    }
    url = f"http://127.0.0.1:{settings.EDGE_PORT}/hooks/{channel}/{slug}"
    return Request("POST", url, headers, raw, delivers=False)


def is_fetched(headers: Mapping[str, str]) -> bool:
    """Whether a call says that it brings a fetched message."""
    return bool(header_value(headers, FETCHED_HEADER))


def parse_fetched(
    account: ReceivingAccount, raw: bytes, headers: Mapping[str, str], now: datetime
) -> ParsedCall:
    """Never raises; nothing is read that does not bear our mark."""
    stamp, _, mark = header_value(headers, FETCHED_HEADER).rpartition(":")
    moment, _, order = stamp.partition(":")
    history = channels.get_channel(account.channel).facts.history
    marked_at = reading.moment_of_ms(moment)
    if history is None or marked_at is None or not abs(now - marked_at) <= _MARK_LIVES:
        return _NOT_OURS
    if not same_secret(mark, _mark(account.channel, account.slug, stamp, raw)):
        return _NOT_OURS
    event = history.event(raw, account.credentials)
    if event is None:
        return _UNREADABLE
    order, *more = order.split(",")
    event = replace(
        event,
        is_fetched=True,
        is_overtaken=bool(order),
        is_overruled=order == _OVERRULED,
        may_be_overruled=order == _DOUBTED,
        doubts=tuple(bytes.fromhex(key) for key in more if key != _NEWER),
        has_newer_code=_NEWER in more,
    )
    return ParsedCall(verified=True, status=200, events=(event,))


def _mark(channel: str, slug: str, stamp: str, raw: bytes) -> str:
    digest = hashlib.sha256(raw).digest()
    return keyed_hash("fetched message", channel, slug, stamp, digest).hex()
