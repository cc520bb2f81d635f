"""Fetching a file that a stranger's message points at, without knocking on our own doors."""

import asyncio
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from keng.channels.ssrf import FetchTarget, UrlRefused, check_addresses, check_url
from keng.kit.noted_certificates import NotedOwner, checked_context
from keng.kit.outgoing_proxy import proxy_for
from keng.kit.refused_certificates import refused_certificate

MOST_REDIRECTS = 3
_MB = 1024 * 1024
MOST_BYTES = {
    "image": 15 * _MB,
    "video": 50 * _MB,
    "audio": 20 * _MB,
    "file": 20 * _MB,
    "alert": _MB,
}
# So long one file may take with all its redirects, however slowly it drips.
DOWNLOAD_WITHIN = 60.0
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=20)
_MOVED = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """What came of one request."""

    content: bytes = b""
    mime: str = ""
    moved_to: str = ""
    """Where the server says that it is; then there is no content."""
    etag: str = ""
    is_unchanged: bool = False
    """It is still the one with the ETag that was named."""


class NotFetched(Exception):
    """It did not work this time; the message names no address."""


class CertificateRefused(NotFetched):
    """Its server shows a certificate that is over, or another one's."""


def _not_fetched(error: BaseException) -> NotFetched:
    if words := refused_certificate(error):
        return CertificateRefused(f"certificate not accepted: {words}")
    return NotFetched(type(error).__name__)


async def download(
    url: str,
    *,
    kind: str,
    hosts: Collection[str],
    exempt_base: str = "",
    noted_as: NotedOwner | None = None,
) -> tuple[bytes, str]:
    """The bytes and the type their server calls them; `noted_as`: its certificate's end is noted.

    Raises ssrf.UrlRefused (never try again) and NotFetched (perhaps later).
    """
    try:
        async with asyncio.timeout(DOWNLOAD_WITHIN):
            return await _follow(url, MOST_BYTES[kind], hosts, exempt_base, noted_as)
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise _not_fetched(error) from None


async def download_if_changed(
    url: str, *, limit: int, host: str, etag: str = "", exempt_base: str = "", within: float
) -> FetchedFile:
    """A file at exactly this address, which nothing may lead away from.

    Raises ssrf.UrlRefused and NotFetched, as `download` does.
    """
    try:
        async with asyncio.timeout(within):
            fetched = await _fetch(check_url(url, [host], exempt_base=exempt_base), limit, etag)
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise _not_fetched(error) from None
    if fetched.moved_to:
        raise UrlRefused("a redirect")
    return fetched


async def _follow(
    url: str, limit: int, hosts: Collection[str], exempt_base: str, noted_as: NotedOwner | None
) -> tuple[bytes, str]:
    for _hop in range(MOST_REDIRECTS + 1):
        target = check_url(url, hosts, exempt_base=exempt_base)
        fetched = await _fetch(target, limit, noted_as=noted_as)
        if not fetched.moved_to:
            return fetched.content, fetched.mime
        try:
            url = urljoin(target.url, fetched.moved_to)
        except ValueError:
            raise UrlRefused("malformed") from None
    raise UrlRefused("too many redirects")


async def _fetch(
    target: FetchTarget, limit: int, etag: str = "", *, noted_as: NotedOwner | None = None
) -> FetchedFile:
    """One request."""
    found = None if target.exempt else proxy_for(target.host)
    proxy = found.url if found is not None else None
    # A proxy looks names up itself: what it is asked for are the hosts of a list, by their names.
    resolver = None if proxy else CheckedResolver(target)
    connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False)
    async with (
        aiohttp.ClientSession(
            connector=connector, timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar()
        ) as session,
        session.get(
            target.url,
            allow_redirects=False,
            proxy=proxy,
            ssl=checked_context(noted_as) if noted_as else True,
            headers={"If-None-Match": etag} if etag else None,
        ) as answer,
    ):
        if etag and answer.status == 304:
            return FetchedFile(etag=etag, is_unchanged=True)
        if answer.status in _MOVED:
            if not answer.headers.get("Location"):
                raise NotFetched("a redirect without an address")
            return FetchedFile(moved_to=answer.headers["Location"])
        if answer.status != 200:
            raise NotFetched(f"HTTP {answer.status}")
        if (answer.content_length or 0) > limit:
            raise UrlRefused("too large")
        content = bytearray()
        async for part in answer.content.iter_chunked(64 * 1024):
            content += part
            if len(content) > limit:
                raise UrlRefused("too large")
        return FetchedFile(
            bytes(content), answer.content_type, etag=answer.headers.get("ETag", "")[:200]
        )


class CheckedResolver(AbstractResolver):
    """Answers with the addresses that were checked, so that no second look-up can differ."""

    def __init__(self, target: FetchTarget) -> None:
        self._target = target

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        allowed = set(check_addresses(self._target, [str(one[4][0]) for one in found]))
        return [
            ResolveResult(
                hostname=host,
                host=str(one[4][0]),
                port=port,
                family=one[0],
                proto=one[2],
                flags=socket.AI_NUMERICHOST,
            )
            for one in found
            if one[4][0] in allowed
        ]

    async def close(self) -> None:
        """Nothing to let go of."""
