"""Fetching a file that a stranger's message points at, without knocking on our own doors."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urljoin

from keng.channels.ssrf import UrlRefused, check_url
from keng.kit.noted_certificates import NotedOwner
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


def not_fetched(error: BaseException) -> NotFetched:
    """Why, without an address."""
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
    except (TimeoutError, OSError) as error:
        raise not_fetched(error) from None


async def download_if_changed(
    url: str, *, limit: int, host: str, etag: str = "", exempt_base: str = "", within: float
) -> FetchedFile:
    """A file at exactly this address, which nothing may lead away from.

    Raises ssrf.UrlRefused and NotFetched, as `download` does.
    """
    from keng.files.file_request import request_file  # noqa: PLC0415 -- as below

    try:
        async with asyncio.timeout(within):
            fetched = await request_file(
                check_url(url, [host], exempt_base=exempt_base), limit, etag
            )
    except (TimeoutError, OSError) as error:
        raise not_fetched(error) from None
    if fetched.moved_to:
        raise UrlRefused("a redirect")
    return fetched


async def _follow(
    url: str, limit: int, hosts: Collection[str], exempt_base: str, noted_as: NotedOwner | None
) -> tuple[bytes, str]:
    # With a large library, and most processes fetch nothing.
    from keng.files.file_request import request_file  # noqa: PLC0415

    for _hop in range(MOST_REDIRECTS + 1):
        target = check_url(url, hosts, exempt_base=exempt_base)
        fetched = await request_file(target, limit, noted_as=noted_as)
        if not fetched.moved_to:
            return fetched.content, fetched.mime
        try:
            url = urljoin(target.url, fetched.moved_to)
        except ValueError:
            raise UrlRefused("malformed") from None
    raise UrlRefused("too many redirects")
