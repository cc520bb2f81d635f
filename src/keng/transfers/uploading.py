"""Files for installations with an address are sent there, and asked after until they are taken in.

A file is what an act has committed, so whoever is killed before or after sending loses nothing: it
is sent again, and the other side knows it by its bytes. Of one transfer the next file goes once the
one before it has arrived.
"""

import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from keng.acts.work import work
from keng.channels.ssrf import UrlRefused
from keng.files.download import NotFetched
from keng.kit import times
from keng.kit.compiled_queries import CompiledQuery
from keng.tips.models import OtherInstallation, TransferFile, TransferTrouble, TransferUpload
from keng.transfers.network_addresses import INCOMING_PATH, REFUSALS, sender_fields

if TYPE_CHECKING:
    from keng.files.send_file import SentFile

# What has not arrived by then is carried by hand.
GIVEN_UP_AFTER = datetime.timedelta(days=14)
_SENT_WITHIN = 60.0
_FIRST_PAUSE = datetime.timedelta(seconds=30)
_LONGEST_PAUSE = datetime.timedelta(hours=1)
_MOST_DOUBLINGS = 7
_State = TransferUpload.State
_TROUBLES = {
    HTTPStatus.FORBIDDEN: TransferTrouble.UNKNOWN_SENDER,
    HTTPStatus.NOT_FOUND: TransferTrouble.NO_SUCH_PAGE,
    HTTPStatus.METHOD_NOT_ALLOWED: TransferTrouble.NO_SUCH_PAGE,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TransferTrouble.TOO_LARGE,
    HTTPStatus.TOO_MANY_REQUESTS: TransferTrouble.TOO_MANY,
    HTTPStatus.SERVICE_UNAVAILABLE: TransferTrouble.BUSY,
}


def send_next_file() -> int:
    """Send the one that has waited longest, or ask after it; how many."""
    file = files_to_send().first() if _ANY_FILE.fetch_rows(now=times.now()) else None
    if file is None:
        return 0
    send_and_note(file)
    return 1


def send_and_note(file: TransferFile) -> None:
    """Send a file once, or ask after it, and keep what came of it."""
    begin_upload(file)
    state, trouble = _try(file)
    note_try(file, state, trouble)


def files_to_send() -> QuerySet[TransferFile]:
    """What is due, for installations with an address; the longest due first."""
    return _files_due(times.now()).select_related("transfer__other", "upload")


def _files_due(now: datetime.datetime) -> QuerySet[TransferFile]:
    earlier = TransferFile.objects.filter(
        Q(upload=None) | Q(upload__state=_State.TRYING),
        transfer=OuterRef("transfer"),
        is_incoming=False,
        number__lt=OuterRef("number"),
    )
    made = TransferFile.objects.filter(is_incoming=False, transfer__other__removed_at=None)
    return (
        made.exclude(content=b"")
        .exclude(transfer__other__address="")
        .filter(
            Q(upload=None) | Q(upload__settled_at=None, upload__next_at__lte=now),
            ~Exists(earlier),
        )
        .order_by(F("upload__next_at").asc(nulls_first=True), "id")
    )


# Asked every three seconds, also while nothing is to be sent.
_ANY_FILE = CompiledQuery(lambda *, now: _files_due(now).values_list("pk")[:1])


@work()
def begin_upload(file: TransferFile) -> None:
    """Note that it is being sent, before anything leaves."""
    TransferUpload.objects.bulk_create([TransferUpload(file=file)], ignore_conflicts=True)


def _try(file: TransferFile) -> tuple[str, str]:
    """What came of it: the state, or no new one and why."""
    # With a large library, and most installations send nothing by network.
    from keng.files.send_file import send_file  # noqa: PLC0415

    other, data = file.transfer.other, bytes(file.content)
    try:
        answer = send_file(
            other.address.rstrip("/") + INCOMING_PATH,
            data,
            fields=sender_fields(data),
            host=urlsplit(other.address).hostname or "",
            exempt_base=_exempt_base(other),
            within=_SENT_WITHIN,
        )
    except NotFetched:
        return "", TransferTrouble.UNREACHABLE
    except UrlRefused:
        return "", TransferTrouble.REFUSED_ADDRESS
    return _meaning_of(answer)


def _exempt_base(other: OtherInstallation) -> str:
    return other.address if other.is_address_private else ""


def _meaning_of(answer: "SentFile") -> tuple[str, str]:
    said = answer.words.strip()
    if answer.status == HTTPStatus.OK and said == _State.TAKEN:
        return _State.TAKEN, ""
    if answer.status == HTTPStatus.ACCEPTED:
        return _State.RECEIVED, ""
    if answer.status == HTTPStatus.CONFLICT and said in REFUSALS:
        return _State.REFUSED, said
    known = next((each for status, each in _TROUBLES.items() if status == answer.status), None)
    return "", known or TransferTrouble.OTHER


@work()
def note_try(file: TransferFile, state: str, trouble: str) -> None:
    """Keep what came of it, and when it is tried or asked after again."""
    now = times.now()
    upload = TransferUpload.objects.filter(file=file, settled_at=None).first()
    if upload is None:
        # Purged with its tip meanwhile, or settled by a worker that stood still.
        return
    has_come_further = bool(state) and state != upload.state
    upload.tries = 1 if has_come_further else min(upload.tries + 1, 1000)
    upload.state, upload.trouble = state or upload.state, trouble
    upload.failing_since = None if state else (upload.failing_since or now)
    if upload.state == _State.RECEIVED:
        upload.received_at = upload.received_at or now
    if upload.state in TransferUpload.SETTLED:
        upload.settled_at = now
    elif upload.state == _State.TRYING and _is_hopeless(upload, now):
        upload.state, upload.settled_at = _State.GIVEN_UP, now
    upload.next_at = now + pause_after(upload.tries)
    upload.save()


def _is_hopeless(upload: TransferUpload, now: datetime.datetime) -> bool:
    return upload.failing_since is not None and now >= upload.failing_since + GIVEN_UP_AFTER


def pause_after(tries: int) -> datetime.timedelta:
    """How long nothing is asked: twice as long after each try, an hour at the most."""
    doublings = min(max(tries - 1, 0), _MOST_DOUBLINGS)
    pause = _FIRST_PAUSE * (1 << doublings)
    return min(pause, _LONGEST_PAUSE)
