"""Alerts of official sources that the operator named: fetched by the worker, kept for the desk.

Nothing of them is sent or shown to anybody but the province's desk, which may write a warning from
one. A file counts where it comes by HTTPS from the named host and names the sender that the
operator wrote beside it; a signature within it is not checked.
"""

import asyncio
import logging
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from keng.acts.work import work
from keng.channels.ssrf import UrlRefused
from keng.files.download import NotFetched, download
from keng.warnings.cap_reading import NotCap, ReceivedCap, links_of_feed, read_cap
from keng.warnings.models import OfficialAlert

logger = logging.getLogger(__name__)
# So long one source may take with all its files, however slowly they drip.
_WITHIN_SECONDS = 180


@dataclass(frozen=True, slots=True)
class AlertSource:
    """An address of a feed or a file, and the sender whose alerts are believed from there."""

    url: str
    sender: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


def configured_sources() -> list[AlertSource]:
    """Those of the setting; by default none, and nobody is asked."""
    found = []
    for each in filter(None, map(str.strip, settings.CAP_SOURCES.split(","))):
        url, _, sender = each.partition(" ")
        found.append(AlertSource(url, sender.strip()))
    return found


def import_official_alerts() -> int:
    """Ask every source once; what it says anew is kept. Nothing more is due at once."""
    for source in configured_sources():
        import_from(source)
    return 0


def import_from(source: AlertSource, *, exempt_base: str = "") -> int:
    """How many messages of a source are new. One that does not answer is asked again next time."""
    try:
        received = asyncio.run(_fetched_in_time(source, exempt_base))
    except (NotFetched, NotCap, UrlRefused, TimeoutError) as error:
        logger.warning("official source %s: %s", source.host, str(error) or type(error).__name__)
        return 0
    return _keep(source, received) if received else 0


async def _fetched_in_time(source: AlertSource, exempt_base: str) -> list[ReceivedCap]:
    async with asyncio.timeout(_WITHIN_SECONDS):
        return await _fetched(source, exempt_base)


async def _fetched(source: AlertSource, exempt_base: str) -> list[ReceivedCap]:
    content = await _download(source.url, source, exempt_base)
    links = links_of_feed(content, source.url)
    if links is None:
        return [read_cap(content)]
    found = []
    for link in links:
        try:
            found.append(read_cap(await _download(link, source, exempt_base)))
        except (NotFetched, NotCap, UrlRefused) as error:
            # The others are no worse for it.
            logger.info("an alert of %s was left out: %s", source.host, error)
    return found


async def _download(url: str, source: AlertSource, exempt_base: str) -> bytes:
    content, _mime = await download(
        url, kind="alert", hosts={source.host}, exempt_base=exempt_base, noted_as="source"
    )
    return content


@work()
def _keep(source: AlertSource, received: list[ReceivedCap]) -> int:
    """Each message once, however often and by however many workers it is fetched."""
    genuine = [one for one in received if one.sender == source.sender]
    if len(genuine) < len(received):
        logger.warning("official source %s: alerts of another sender were refused", source.host)
    before = OfficialAlert.objects.count()
    OfficialAlert.objects.bulk_create([_row(source, one) for one in genuine], ignore_conflicts=True)
    return OfficialAlert.objects.count() - before


def _row(source: AlertSource, received: ReceivedCap) -> OfficialAlert:
    return OfficialAlert(
        source=source.host,
        sender=received.sender,
        identifier=received.identifier,
        sent_at=received.sent_at,
        kind=received.kind,
        refers_to=list(received.refers_to),
        event=received.event,
        headline=received.headline or received.event,
        description=received.description,
        instruction=received.instruction,
        areas=received.areas,
        web=received.web,
        expires_at=received.expires_at,
    )
