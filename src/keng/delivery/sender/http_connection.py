"""One connection to a provider: one request out, its reply in, and nothing beside them."""

import asyncio
from typing import cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from keng.channels.base import Reply

# Of a longer reply the beginning is read and its connection closed.
LARGEST_REPLY = 1024 * 1024
LARGEST_HEAD = 64 * 1024
# What chunks and trailers may add to a reply.
_WRAPPING = 256 * 1024


class ConnectionBroken(ConnectionError):
    """The connection failed; `written` says whether the request may have gone out whole.

    `certificate` says what is wrong with the one that the other side shows, in OpenSSL's words.
    """

    def __init__(self, *, written: bool, certificate: str = "") -> None:
        super().__init__("connection failed")
        self.written = written
        self.certificate = certificate


class HttpConnection(asyncio.Protocol):
    """HTTP/1.1 on one socket, one exchange at a time. The parser is llhttp, which Node uses."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        self.is_usable = True
        """Whether another request may go out on it."""
        self._parser = HttpResponseParser(self)
        self._waiting: asyncio.Future[Reply] | None = None
        self._begin()

    def _begin(self) -> None:
        self._received = 0
        self._status = 0
        self._headers: dict[str, str] = {}
        self._pieces: list[bytes] = []
        self._size = 0
        self._in_body = False

    async def exchange(self, head: bytes, body: bytes, *, within: float) -> Reply:
        """The reply. Raises ConnectionBroken; whatever fails here, the request may have arrived."""
        loop = asyncio.get_running_loop()
        self._begin()
        waiting: asyncio.Future[Reply] = loop.create_future()
        self._waiting = waiting
        time_is_up = loop.call_later(within, self._fail)
        try:
            self._transport.write(head + body)
            return await waiting
        finally:
            time_is_up.cancel()
            self._waiting = None
            if not self.is_usable or not waiting.done() or waiting.cancelled():
                self.abandon()

    def abandon(self) -> None:
        """Close at once; nothing more is wanted of it."""
        self.is_usable = False
        self._transport.abort()

    def _fail(self) -> None:
        self.is_usable = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionBroken(written=True))

    def _finish(self, *, keep: bool) -> None:
        if self._waiting is None or self._waiting.done():
            self.is_usable = False
            return
        # A reply that came before the request was out leaves the rest of it in the way.
        self.is_usable = keep and not self._transport.get_write_buffer_size()
        body = b"".join(self._pieces)[:LARGEST_REPLY]
        self._waiting.set_result(Reply(self._status, self._headers, body))

    # -- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._waiting is None:
            self.abandon()  # Nobody asked.
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):  # Neither is a kind of the other.
            self._fail()
            return
        if self._received > (LARGEST_REPLY + _WRAPPING if self._in_body else LARGEST_HEAD):
            self._fail()

    def connection_lost(self, exc: Exception | None) -> None:
        # Without a length the end of the connection is the end of the reply.
        if exc is None and self._in_body and not self._is_measured():
            self._finish(keep=False)
        self._fail()

    def _is_measured(self) -> bool:
        return "content-length" in self._headers or "transfer-encoding" in self._headers

    # -- what the parser calls

    def on_message_begin(self) -> None:
        if self._waiting is None or self._waiting.done():
            self.is_usable = False  # A second reply to one request.

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_body:
            self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()
        self._in_body = self._status >= 200

    def on_body(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > LARGEST_REPLY:
            self._finish(keep=False)

    def on_message_complete(self) -> None:
        if self._status < 200:
            self._headers = {}  # Only a hint that the reply will come.
        elif self._waiting is not None and not self._waiting.done():
            self._finish(keep=self._parser.should_keep_alive())
