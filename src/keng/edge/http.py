"""The little of HTTP that the edge needs: a body with a limit, and short answers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keng.channels.base import MAX_WEBHOOK_BODY
from keng.kit.bare_headers import bare_headers

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

RETRY_AFTER_SECONDS = 1
# A webhook is one message of a machine with a good line: it comes whole in far less.
BODY_SECONDS = 10.0
# As many as may wait to be written (edge.writer).
MOST_BODIES = 2048
_STATUS_WORDS = {
    200: b"ok",
    400: b"bad request",
    401: b"not verified",
    403: b"not ours",
    404: b"not found",
    405: b"method not allowed",
    408: b"too slow",
    413: b"too large",
    500: b"not written",
    503: b"try again",
}
_PLAIN = (b"content-type", b"text/plain; charset=utf-8")


class TooLarge(Exception):
    """The body is larger than a webhook may be."""


class TooSlow(Exception):
    """The body had not come in time."""


class PushedOut(Exception):
    """Too many bodies were on their way, and this one had been for longest."""


class CallerGone(Exception):
    """The caller hung up before the body had come."""


class RequestBodies:
    """Takes bodies in: each within some seconds, and so many at a time.

    Providers send from a few networks and anybody may send from any, so no network counts here: one
    too many pushes out the one that has been on its way for longest, which no provider's is.
    """

    def __init__(self, *, seconds: float = BODY_SECONDS, most: int = MOST_BODIES) -> None:
        self._seconds, self._most = seconds, most
        self._places: dict[_Place, None] = {}

    @property
    def waiting(self) -> int:
        """How many are on their way."""
        return len(self._places)

    async def receive_body(self, scope: Scope, receive: Receive) -> bytes:
        """The whole body. Raises TooLarge at once, TooSlow, PushedOut, CallerGone."""
        timeout = asyncio.timeout(self._seconds)
        place = _Place(timeout)
        try:
            async with timeout:
                self._enter(place)
                try:
                    return await _body_of(scope, receive)
                finally:
                    self._places.pop(place, None)
        except TimeoutError:
            raise (PushedOut if place.is_pushed_out else TooSlow) from None

    def _enter(self, place: "_Place") -> None:
        self._places[place] = None
        if len(self._places) > self._most:
            oldest = next(iter(self._places))
            del self._places[oldest]
            oldest.is_pushed_out = True
            oldest.timeout.reschedule(asyncio.get_running_loop().time())


@dataclass(eq=False)
class _Place:
    timeout: asyncio.Timeout
    is_pushed_out: bool = False


def _is_too_much(length: bytes) -> bool:
    return len(length) > len(str(MAX_WEBHOOK_BODY)) or int(length) > MAX_WEBHOOK_BODY


async def _body_of(scope: Scope, receive: Receive) -> bytes:
    for name, value in scope["headers"]:
        # So many digits say too much whatever they are, and are no number to Python.
        if name == b"content-length" and value.isdigit() and _is_too_much(value):
            raise TooLarge
    message = await receive()
    raw: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return _checked_message(message, raw)
    parts, size = [raw], len(raw)
    while message.get("more_body"):
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_WEBHOOK_BODY:
            raise TooLarge
        parts.append(part)
    return _checked_message(message, b"".join(parts))


def _checked_message(message: Mapping[str, Any], raw: bytes) -> bytes:
    if message["type"] == "http.disconnect":
        raise CallerGone
    if len(raw) > MAX_WEBHOOK_BODY:
        raise TooLarge
    return raw


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers as text, their names in lower case."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def send_status(
    send: Send, status: int, *, allow: str = "", more: Sequence[tuple[bytes, bytes]] = ()
) -> None:
    """One word; a caller that must come again is told when."""
    body = _STATUS_WORDS.get(status, b"")
    headers = [_PLAIN, (b"content-length", str(len(body)).encode()), *bare_headers()]
    headers.append((b"cache-control", b"no-store"))
    if status == 503:
        headers.append((b"retry-after", str(RETRY_AFTER_SECONDS).encode()))
    if allow:
        headers.append((b"allow", allow.encode()))
    headers += more
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def send_text(send: Send, text: str) -> None:
    """A short answer in plain text; nothing in it is read as anything else."""
    body = text.encode()
    headers = [_PLAIN, (b"content-length", str(len(body)).encode()), *bare_headers()]
    headers.append((b"cache-control", b"no-store"))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
