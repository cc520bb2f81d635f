"""Files of a chat: fetched soon after the message, tried six times over a day, then given up."""

import asyncio
import datetime as dt
import logging
import os
import uuid
from dataclasses import dataclass, field

from django.db.models import Exists, F, OuterRef, QuerySet

from keng import channels
from keng.acts.locks import lock, lock_available
from keng.acts.work import work
from keng.channels.base import Credentials
from keng.channels.ssrf import UrlRefused
from keng.delivery.credentials import credentials_for_receiving
from keng.delivery.models import InboundMedia
from keng.intake.chat_handlers import MEDIA_BOX
from keng.kit import times
from keng.kit.compiled_queries import CompiledQuery
from keng.kit.secrets import site_box
from keng.kit.storage_away import StorageAway
from keng.tips.attachments import store_attachment
from keng.tips.models import Tip
from keng.tips.unread_files import has_room_in_share

logger = logging.getLogger(__name__)
FETCHED_AT_ONCE = 4
# How long after each try the next one is due; a provider keeps its files for days.
_PAUSES = tuple(dt.timedelta(minutes=m) for m in (2, 10, 60, 180, 480, 720))
# Where a channel's files lie was seen and not promised, so an operator may add hosts to its own.
_MORE_HOSTS = tuple(h for h in os.environ.get("KENG_MEDIA_HOSTS", "").split(",") if h)


@dataclass(frozen=True, slots=True)
class _ClaimedFile:
    id: uuid.UUID
    tip_id: uuid.UUID
    kind: str
    url: str = field(repr=False)
    """Its address, or the provider's handle of it where the channel has a `media_lookup`."""
    hosts: tuple[str, ...]
    own_base: str
    channel: str
    credentials: Credentials | None = None
    """Of the account, where the file's address has to be asked for."""


def fetch_files() -> int:
    """One portion: claim, commit, fetch, keep. Killed in between, it is tried again later."""
    claimed = _claim_files() if _ANY_DUE.fetch_rows(now=times.now()) else []
    if claimed:
        results = asyncio.run(_fetch_all(claimed))
        for one, result in zip(claimed, results, strict=True):
            try:
                _settle_file(one, result)
            except StorageAway as error:
                logger.warning("A file is kept later: the store said %s.", error)
                _give_try_back(one)
    return len(claimed)


def _due_files(now: dt.datetime) -> QuerySet[InboundMedia]:
    return InboundMedia.objects.filter(
        fetched_at__isnull=True,
        lost_at__isnull=True,
        next_try_at__lte=now,
        inbound__tip_ref__isnull=False,
    )


# Asked every five seconds, also while nothing comes in.
_ANY_DUE = CompiledQuery(lambda *, now: _due_files(now).values_list("pk")[:1])


@work()
def _claim_files() -> list[_ClaimedFile]:
    # What belongs to a tip out of scope waits: fetched if the reporter objects, else forgotten.
    sealed = Tip.objects.filter(kind=Tip.Kind.OUT_OF_SCOPE, pk=OuterRef("inbound__tip_ref"))
    due = _due_files(times.now()).filter(~Exists(sealed)).select_related("inbound__account")
    if not has_room_in_share():
        # Those of reports that nobody has read wait where they lie, without a try less.
        unread = Tip.objects.filter(first_read_at__isnull=True, pk=OuterRef("inbound__tip_ref"))
        due = due.exclude(Exists(unread))
    rows = list(lock_available(due.order_by("id"))[:FETCHED_AT_ONCE])
    for row in rows:
        row.next_try_at = times.now() + _PAUSES[min(row.tries, len(_PAUSES) - 1)]
        row.tries += 1
    InboundMedia.objects.bulk_update(rows, ["next_try_at", "tries"])
    return [
        _ClaimedFile(
            row.pk,
            row.inbound.tip_ref,
            row.kind,
            site_box(MEDIA_BOX).decrypt(bytes(row.url_sealed)).decode(),
            (*channels.get_channel(row.inbound.channel).facts.media_hosts, *_MORE_HOSTS),
            row.inbound.account.base_url if row.inbound.account else "",
            row.inbound.channel,
            _credentials_to_ask_with(row),
        )
        for row in rows
        if row.inbound.tip_ref
    ]


def _credentials_to_ask_with(row: InboundMedia) -> Credentials | None:
    has_lookup = channels.get_channel(row.inbound.channel).facts.media_lookup is not None
    account = row.inbound.account
    return credentials_for_receiving(account) if has_lookup and account else None


async def _fetch_all(claimed: list[_ClaimedFile]) -> list[tuple[bytes, str] | BaseException]:
    return await asyncio.gather(*map(_fetch, claimed), return_exceptions=True)


async def _fetch(one: _ClaimedFile) -> tuple[bytes, str]:
    """Raises ssrf.UrlRefused, NotFetched."""
    # A whole HTTP client, which the worker needs only once a chat has sent a file.
    from keng.files.download import download  # noqa: PLC0415

    url = await _ask_for_address(one) if one.credentials is not None else one.url
    return await download(url, kind=one.kind, hosts=one.hosts, exempt_base=one.own_base)


async def _ask_for_address(one: _ClaimedFile) -> str:
    """Where the file of a handle lies now. Raises UrlRefused where the provider has it no more."""
    from keng.delivery.sender.http import (  # noqa: PLC0415 -- as above
        ConnectionBroken,
        HttpClient,
        UnsendableRequest,
    )
    from keng.files.download import NotFetched  # noqa: PLC0415

    lookup = channels.get_channel(one.channel).facts.media_lookup
    if lookup is None or one.credentials is None:
        raise UrlRefused("no address")
    http = HttpClient(1)
    try:
        reply = await http.carry(lookup.request(one.credentials, one.url))
    except (ConnectionBroken, UnsendableRequest) as error:
        raise NotFetched(type(error).__name__) from None
    finally:
        await http.close()
    url = lookup.address(one.credentials, reply)
    if url:
        return url
    if reply.status >= 500 or reply.status == 429:
        raise NotFetched(f"HTTP {reply.status}")
    raise UrlRefused("the provider has it no more")


@work()
def _settle_file(one: _ClaimedFile, result: tuple[bytes, str] | BaseException) -> None:
    # The tip first, as the desk locks: it may have been found out of scope while we fetched.
    tip = lock(Tip.objects.filter(pk=one.tip_id)).get()
    row = lock(InboundMedia.objects.filter(pk=one.id).select_related("inbound")).get()
    if row.fetched_at or row.lost_at or tip.kind == Tip.Kind.OUT_OF_SCOPE:
        return
    if isinstance(result, BaseException):
        _note_failure(row, result)
        return
    message = tip.messages.filter(inbound_ref=row.inbound_id).order_by("id").first()
    store_attachment(tip.pk, tip.responsible_unit_id, *result, message=message)
    # The address is of no more use, and it may lead to the person.
    row.fetched_at, row.url_sealed = times.now(), b""
    row.save(update_fields=["fetched_at", "url_sealed"])


@work()
def _give_try_back(one: _ClaimedFile) -> None:
    """It is fetched again at the time set: nothing was wrong with the file or its provider."""
    InboundMedia.objects.filter(pk=one.id).update(tries=F("tries") - 1)


def _note_failure(row: InboundMedia, error: BaseException) -> None:
    from keng.files.download import NotFetched  # noqa: PLC0415 -- loaded by now

    why = str(error) if isinstance(error, UrlRefused | NotFetched) else type(error).__name__
    logger.warning("A file was not fetched (%s).", why)
    if isinstance(error, UrlRefused) or row.tries >= len(_PAUSES):
        row.lost_at, row.url_sealed = times.now(), b""
        row.save(update_fields=["lost_at", "url_sealed"])
