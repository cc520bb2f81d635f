"""Sending one file to an address of the operator's own settings, as a form with a file in it.

It goes to exactly this address: nothing leads away from it, and of what is answered a few words are
read.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from keng.channels.ssrf import UrlRefused, check_url
from keng.files.download import NotFetched
from keng.files.file_request import CheckedResolver
from keng.kit.outgoing_proxy import proxy_for

MOST_ANSWERED = 1024
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=20)


@dataclass(frozen=True, slots=True)
class SentFile:
    """What the other side answered."""

    status: int
    words: str
    """The first of them, for whoever knows what they mean."""


def send_file(
    url: str,
    data: bytes,
    *,
    fields: Mapping[str, str],
    host: str,
    exempt_base: str = "",
    within: float,
) -> SentFile:
    """Send it. Raises ssrf.UrlRefused where it may not go, and NotFetched where nobody answered."""
    try:
        return asyncio.run(_send_within(url, data, fields, host, exempt_base, within))
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise NotFetched(type(error).__name__) from None


async def _send_within(
    url: str, data: bytes, fields: Mapping[str, str], host: str, exempt_base: str, within: float
) -> SentFile:
    target = check_url(url, [host], exempt_base=exempt_base)
    found = None if target.exempt else proxy_for(target.host)
    proxy = found.url if found is not None else None
    # A proxy looks names up itself.
    resolver = None if proxy else CheckedResolver(target)
    form = aiohttp.FormData(dict(fields))
    form.add_field("sent", data, filename="transfer.keng", content_type="application/octet-stream")
    async with (
        asyncio.timeout(within),
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False),
            timeout=_TIMEOUT,
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as session,
        session.post(target.url, data=form, allow_redirects=False, proxy=proxy) as answer,
    ):
        if 300 <= answer.status < 400:
            raise UrlRefused("a redirect")
        said = bytearray()
        async for part in answer.content.iter_chunked(MOST_ANSWERED):
            said += part
            if len(said) >= MOST_ANSWERED:
                break
        return SentFile(answer.status, said[:MOST_ANSWERED].decode(errors="replace"))
