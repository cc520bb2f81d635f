"""One request for a file of a stranger's server, whose addresses were checked."""

import asyncio
import socket

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from keng.channels.ssrf import FetchTarget, UrlRefused, check_addresses
from keng.files.download import FetchedFile, NotFetched, not_fetched
from keng.kit.noted_certificates import NotedOwner, checked_context
from keng.kit.outgoing_proxy import proxy_for

_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=20)
_MOVED = (301, 302, 303, 307, 308)


async def request_file(
    target: FetchTarget, limit: int, etag: str = "", *, noted_as: NotedOwner | None = None
) -> FetchedFile:
    """What came of it. Raises NotFetched, UrlRefused, TimeoutError and OSError."""
    try:
        return await _request_file(target, limit, etag, noted_as)
    except aiohttp.ClientError as error:
        raise not_fetched(error) from None


async def _request_file(
    target: FetchTarget, limit: int, etag: str, noted_as: NotedOwner | None
) -> FetchedFile:
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
