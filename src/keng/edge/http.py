"""The little of HTTP that the edge needs: a body with a limit, and short answers."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from keng.channels.base import MAX_BODY

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

RETRY_AFTER_SECONDS = 1
_WORDS = {
    200: b"ok", 400: b"bad request", 401: b"not verified", 404: b"not found",
    405: b"method not allowed", 413: b"too large", 500: b"not written", 503: b"try again",
}  # fmt: skip
_PLAIN = (b"content-type", b"text/plain")


class TooLarge(Exception):
    """The body is larger than a webhook may be."""


class Gone(Exception):
    """The caller hung up before the body had come."""


async def body_of(scope: Scope, receive: Receive) -> bytes:
    """The whole body. Raises TooLarge as soon as that is known, and Gone."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > MAX_BODY:
            raise TooLarge
    message = await receive()
    raw: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return _checked(message, raw)
    parts, size = [raw], len(raw)
    while message.get("more_body"):
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            raise TooLarge
        parts.append(part)
    return _checked(message, b"".join(parts))


def _checked(message: Mapping[str, Any], raw: bytes) -> bytes:
    if message["type"] == "http.disconnect":
        raise Gone
    if len(raw) > MAX_BODY:
        raise TooLarge
    return raw


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers as text, their names in lower case."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def answer(send: Send, status: int, *, allow: str = "") -> None:
    """One word; a caller that must come again is told when."""
    body = _WORDS.get(status, b"")
    headers = [_PLAIN, (b"content-length", str(len(body)).encode())]
    if status == 503:
        headers.append((b"retry-after", str(RETRY_AFTER_SECONDS).encode()))
    if allow:
        headers.append((b"allow", allow.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
