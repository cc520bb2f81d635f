"""HTTP of the sender: HTTP/1.1 over connections that live on, each busy with one request."""

import asyncio
import re
import ssl
from collections import deque
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from keng.channels.base import Reply, Request
from keng.delivery.sender.http_connection import LARGEST_REPLY, ConnectionBroken, HttpConnection
from keng.delivery.sender.proxy_way import open_way
from keng.kit.noted_certificates import checked_context
from keng.kit.outgoing_proxy import proxy_for

__all__ = ["LARGEST_REPLY", "ConnectionBroken", "HttpClient", "UnsendableRequest"]
CONNECT_SECONDS = 5.0
REQUEST_SECONDS = 20.0
# Shorter than the patience of the usual servers (Node and Apache close after 5 s): a connection
# that one closes under our hands makes an unknown.
IDLE_SECONDS = 4.0
_ALWAYS = {"accept-encoding": "identity", "user-agent": "keng"}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
# What stands in a path or query as it is; everything else is escaped.
_PLAIN = "/?%:@!$&'()*+,;=~-._[]"


class UnsendableRequest(ValueError):
    """Our set-up makes a request that cannot even be written, such as an address without a host."""


class _Target(NamedTuple):
    """Who is at the other end of a connection."""

    is_tls: bool
    host: str
    port: int


class HttpClient:
    """Carries requests. No redirects, no cookies; certificates are checked.

    No proxy but that of the settings, which only opens the way: it sees a host and no request.
    """

    def __init__(self, connections: int) -> None:
        self._most_idle = connections
        self._idle: dict[_Target, deque[HttpConnection]] = {}
        self._tls: ssl.SSLContext | None = None
        self._sweeping: asyncio.TimerHandle | None = None

    async def carry(self, request: Request) -> Reply:
        """The reply, whatever it says. Raises ConnectionBroken, UnsendableRequest."""
        target, head = _request_head(request.method, request.url, tuple(request.headers.items()))
        within = REQUEST_SECONDS
        connection = self._idle_connection(target)
        if connection is None:
            now = asyncio.get_running_loop().time
            began = now()
            connection = await self._new_connection(target)
            within -= now() - began
        reply = await connection.exchange(
            b"%bcontent-length: %d\r\n\r\n" % (head, len(request.body)), request.body, within=within
        )
        if connection.is_usable:
            self._keep_idle(target, connection)
        return reply

    async def close(self) -> None:
        """Close every connection that is at rest; the others close with their requests."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        for connections in self._idle.values():
            for connection in connections:
                connection.abandon()
        self._idle.clear()
        await asyncio.sleep(0)  # So that they hear of it before the loop ends.

    def _idle_connection(self, target: _Target) -> HttpConnection | None:
        """The connection that was used last, if it lives."""
        connections = self._idle.get(target)
        while connections:
            connection = connections.pop()
            if connection.is_usable and self._is_young(connection):
                return connection
            connection.abandon()
        return None

    @staticmethod
    def _is_young(connection: HttpConnection) -> bool:
        return asyncio.get_running_loop().time() - connection.idle_since < IDLE_SECONDS

    def _keep_idle(self, target: _Target, connection: HttpConnection) -> None:
        loop = asyncio.get_running_loop()
        connections = self._idle.setdefault(target, deque())
        if len(connections) >= self._most_idle:
            connections.popleft().abandon()
        connection.idle_since = loop.time()
        connections.append(connection)
        if self._sweeping is None:
            self._sweeping = loop.call_later(IDLE_SECONDS, self._sweep)

    def _sweep(self) -> None:
        """Close what nobody used for a while."""
        self._sweeping = None
        for target, connections in list(self._idle.items()):
            while connections and not (connections[0].is_usable and self._is_young(connections[0])):
                connections.popleft().abandon()
            if not connections:
                del self._idle[target]
        if self._idle:
            loop = asyncio.get_running_loop()
            self._sweeping = loop.call_later(IDLE_SECONDS / 4, self._sweep)

    async def _new_connection(self, target: _Target) -> HttpConnection:
        if target.is_tls and self._tls is None:
            self._tls = checked_context("provider")
        tls = self._tls if target.is_tls else None
        proxy = proxy_for(target.host)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                if proxy is None:
                    _transport, connection = await loop.create_connection(
                        HttpConnection, target.host, target.port, ssl=tls
                    )
                else:
                    way = await open_way(proxy, target.host, target.port)
                    _transport, connection = await loop.create_connection(
                        HttpConnection,
                        sock=way,
                        ssl=tls,
                        server_hostname=target.host if tls else None,
                    )
        except ssl.SSLCertVerificationError as error:
            raise ConnectionBroken(written=False, certificate=error.verify_message) from error
        except (OSError, TimeoutError) as error:
            raise ConnectionBroken(written=False) from error
        except UnicodeError as error:  # not a name that could be looked up
            raise UnsendableRequest from error
        return connection


@lru_cache(maxsize=64)
def _request_head(
    method: str, url: str, headers: tuple[tuple[str, str], ...]
) -> tuple[_Target, bytes]:
    """Where to, and the head but for its length: the same for thousands.

    Raises UnsendableRequest.
    """
    try:
        target, path = _split_url(url)
        name = f"[{target.host}]" if ":" in target.host else target.host
        usual = 443 if target.is_tls else 80
        host = name if target.port == usual else f"{name}:{target.port}"
        lines = [f"{method} {path} HTTP/1.1", f"host: {host}"]
        given = {key.lower(): value for key, value in headers}
        for key, value in (_ALWAYS | given).items():
            if not (_TOKEN.fullmatch(key) and _VALUE.fullmatch(value)):
                raise UnsendableRequest
            lines.append(f"{key}: {value}")
        if not _TOKEN.fullmatch(method) or given.keys() & {"host", "content-length"}:
            raise UnsendableRequest
        return target, "".join(line + "\r\n" for line in lines).encode("latin-1")
    except ValueError as error:
        raise UnsendableRequest from error


def _split_url(url: str) -> tuple[_Target, str]:
    """Raises ValueError for what is no web address, and for one with a name or password in it."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError
    host = parts.hostname
    if not host.isascii():
        host = host.encode("idna").decode()
    is_tls = parts.scheme == "https"
    path = quote(parts.path or "/", safe=_PLAIN)
    if parts.query:
        path += "?" + quote(parts.query, safe=_PLAIN)
    return _Target(is_tls, host, parts.port or (443 if is_tls else 80)), path
