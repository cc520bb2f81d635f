"""Asking the instances for their summaries: each within limits, none in the way of another."""

import asyncio
import datetime as dt
import logging
from dataclasses import replace

from keng.channels.ssrf import UrlRefused
from keng.files.download import (
    CertificateRefused,
    FetchedFile,
    NotFetched,
    download_if_changed,
)
from keng.kit import times
from keng.merkle.notes import LONGEST_NOTE
from keng.national.gathered_folder import GatheredFolder, PullRecord, moment_of
from keng.national.province_instances import ProvinceInstance
from keng.national.summary_document import (
    LISTING_BYTES,
    LISTINGS_ADDRESS,
    MOST_LISTED,
    SUMMARY_ADDRESS,
)
from keng.national.summary_trouble import SummaryTrouble, Trouble
from keng.national.verified_summaries import (
    VerifiedSummary,
    require_listings,
    require_newer,
    verified_summary,
)

log = logging.getLogger(__name__)
PULL_EVERY = dt.timedelta(minutes=5)
_LONGEST_PAUSE = dt.timedelta(hours=1)
_NOTE_WITHIN, _LISTINGS_WITHIN = 20.0, 90.0
_AT_ONCE = 8


async def pull_due(
    folder: GatheredFolder, instances: dict[str, ProvinceInstance], *, now: dt.datetime
) -> int:
    """Ask each one whose turn it is; how many were asked."""
    due = [each for each in instances.values() if is_due(folder.record_of(each), now)]
    places = asyncio.Semaphore(_AT_ONCE)

    async def pull_in_turn(instance: ProvinceInstance) -> None:
        async with places:
            try:
                await pull(folder, instance)
            except (OSError, ValueError):
                # A fault of ours with one province keeps no other waiting.
                log.exception("Province %s could not be gathered.", instance.province)

    await asyncio.gather(*map(pull_in_turn, due))
    return len(due)


def is_due(record: PullRecord, now: dt.datetime) -> bool:
    """After each failure it is left alone for twice as long, an hour at the most."""
    pause = min(PULL_EVERY * 2 ** min(record.failures, 10), _LONGEST_PAUSE)
    since = now - moment_of(record.pulled_at)
    # A clock that was put back does not make anybody wait.
    return not dt.timedelta(0) <= since < pause


async def pull(folder: GatheredFolder, instance: ProvinceInstance) -> None:
    """Ask one instance, and keep what it says if that can be verified."""
    record, before = folder.record_of(instance), folder.summary_of(instance)
    try:
        etag = await _pull_whole(folder, instance, record, before)
    except SummaryTrouble as error:
        now = times.now().timestamp()
        is_same = record.trouble == error.trouble
        log.warning("Province %s: %s.", instance.province, error.trouble.value)
        after = replace(
            record,
            pulled_at=now,
            trouble=error.trouble.value,
            trouble_since=record.trouble_since if is_same else now,
            failures=record.failures + 1,
            etag="",
        )
    else:
        now = times.now().timestamp()
        after = PullRecord(pulled_at=now, taken_at=now, etag=etag)
    folder.keep_record(instance, after)


async def _pull_whole(
    folder: GatheredFolder,
    instance: ProvinceInstance,
    record: PullRecord,
    before: VerifiedSummary | None,
) -> str:
    try:
        return await _pull_newer(folder, instance, record, before)
    except SummaryTrouble as error:
        if error.trouble is not Trouble.OTHER_LISTINGS:
            raise
    # It was signed anew between the two requests, perhaps.
    return await _pull_newer(folder, instance, replace(record, etag=""), before)


async def _pull_newer(
    folder: GatheredFolder,
    instance: ProvinceInstance,
    record: PullRecord,
    before: VerifiedSummary | None,
) -> str:
    """Take what is newer; its ETag. Raises SummaryTrouble."""
    etag = record.etag if before is not None else ""
    fetched = await _fetch_file(
        instance, SUMMARY_ADDRESS, limit=LONGEST_NOTE, within=_NOTE_WITHIN, etag=etag
    )
    if fetched.is_unchanged and before is not None:
        require_newer(before, before, now=times.now())
        return etag
    summary = verified_summary(fetched.content, instance)
    require_newer(summary, before, now=times.now())
    if (reference := summary.document.listings) is not None:
        listings = before.listings if before is not None else b""
        if before is None or before.document.listings != reference:
            answer = await _fetch_file(
                instance,
                LISTINGS_ADDRESS,
                limit=MOST_LISTED * LISTING_BYTES,
                within=_LISTINGS_WITHIN,
            )
            listings = answer.content
        require_listings(listings, reference)
        summary = replace(summary, listings=listings)
    folder.keep_summary(instance, summary)
    return fetched.etag


async def _fetch_file(
    instance: ProvinceInstance, path: str, *, limit: int, within: float, etag: str = ""
) -> FetchedFile:
    try:
        return await download_if_changed(
            instance.address + path,
            limit=limit,
            host=instance.host,
            etag=etag,
            # Where the operator says so it is asked as it stands, and still not led away.
            exempt_base=instance.address if instance.is_private else "",
            within=within,
        )
    except NotFetched as error:
        if isinstance(error, CertificateRefused):
            raise SummaryTrouble(Trouble.CERTIFICATE) from None
        is_missing = str(error) == "HTTP 404"
        raise SummaryTrouble(Trouble.NOT_PUBLISHED if is_missing else Trouble.UNREACHABLE) from None
    except UrlRefused as error:
        is_large = str(error) == "too large"
        raise SummaryTrouble(Trouble.UNREADABLE if is_large else Trouble.REFUSED_ADDRESS) from None
