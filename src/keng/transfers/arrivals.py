"""What other installations send to the address of this one: kept as it came, then taken in.

The public site keeps a file of a known sender, sealed as it is. The worker opens it: what is new of
a tip that both sides know it takes in; a new tip, and that one has ended there, it leaves to an
officer. Whatever it does it may do again.
"""

import datetime
import logging
import uuid
from http import HTTPStatus

from django.db.models import Sum

from keng.acts.errors import Refused
from keng.acts.work import work
from keng.kit import times
from keng.tips.models import OtherInstallation, TransferArrival, TransferTrouble
from keng.transfers.content import Standing, TransferContent, read_content
from keng.transfers.envelope import open_envelope
from keng.transfers.errors import (
    FileMissing,
    NoSuchTransfer,
    NotForUs,
    TooOld,
    UnknownSender,
    UnreadableContent,
)
from keng.transfers.network_addresses import digest_of_file, is_sent_by
from keng.transfers.taking_in import (
    FILE_LASTS,
    known_transfer,
    take_news_in_unasked,
    why_no_new_tip,
)

log = logging.getLogger(__name__)
# Of one installation.
MOST_A_MINUTE = 60
MOST_WAITING = 500
MOST_WAITING_BYTES = 128 * 1024 * 1024
_AT_ONCE = 20
_LOOKED_AT_AGAIN = datetime.timedelta(seconds=10)
_AFTER_A_FAULT = datetime.timedelta(minutes=5)
# The answer to the same file again; longer than any file counts.
_ANSWERED_FOR = FILE_LASTS + datetime.timedelta(days=30)
_State, _Kind = TransferArrival.State, TransferArrival.Kind
_WRITTEN_BY_WORKER = ("content", "state", "trouble", "kind", "look_at", "settled_at")
_READ_BY_PUBLIC_SITE = ("id", "state", "trouble")


class TooMuchWaiting(Exception):
    """This installation has sent as much as is kept for it."""


@work()
def keep_arrival(data: bytes, *, signer: bytes, signature: bytes) -> TransferArrival:
    """Keep a file of a known installation once; the same one again is the same row.

    Raises UnknownSender, TooMuchWaiting.
    """
    digest = digest_of_file(data)
    sender = OtherInstallation.objects.known().filter(signing_key=signer).only("id").first()
    if sender is None or not is_sent_by(signer, signature, digest):
        raise UnknownSender
    theirs = TransferArrival.objects.filter(other=sender)
    same = theirs.filter(digest=digest).only(*_READ_BY_PUBLIC_SITE)
    if (kept := same.first()) is not None:
        return kept
    _refuse_flood(sender, len(data))
    new = TransferArrival(other=sender, digest=digest, size=len(data), content=data)
    # Two requests with the same file at one moment.
    TransferArrival.objects.bulk_create([new], ignore_conflicts=True)
    return same.get()


def _refuse_flood(sender: OtherInstallation, size: int) -> None:
    theirs = TransferArrival.objects.filter(other=sender)
    since = times.now() - datetime.timedelta(minutes=1)
    waiting = theirs.waiting()
    kept = waiting.aggregate(bytes=Sum("size"))["bytes"] or 0
    if (
        theirs.filter(at__gt=since).count() >= MOST_A_MINUTE
        or waiting.count() >= MOST_WAITING
        or kept + size > MOST_WAITING_BYTES
    ):
        raise TooMuchWaiting


def take_arrivals_in() -> int:
    """Open what has come and do what needs no officer; how many were settled."""
    due = TransferArrival.objects.waiting().filter(look_at__lte=times.now())
    settled = 0
    for arrival_id in list(due.order_by("look_at", "id").values_list("pk", flat=True)[:_AT_ONCE]):
        try:
            settled += _look_at(arrival_id)
        except Exception:
            # It keeps none of the others waiting, and is looked at again.
            log.exception("A file of another installation could not be taken in.")
            again = times.now() + _AFTER_A_FAULT
            TransferArrival.objects.filter(pk=arrival_id).update(look_at=again)
    return settled


def forget_arrivals() -> int:
    """Delete what was settled so long ago that nobody asks after it; how many."""
    old = TransferArrival.objects.filter(settled_at__lt=times.now() - _ANSWERED_FOR)
    return old.delete()[0]


@work()
def _look_at(arrival_id: uuid.UUID) -> int:
    arrival = TransferArrival.objects.waiting().filter(pk=arrival_id).first()
    if arrival is None:
        return 0
    try:
        state, kind = _open(arrival)
    except Refused as refused:
        arrival.state, arrival.trouble = _State.REFUSED, _trouble_of(refused)
    else:
        arrival.state, arrival.kind = state, kind
    if arrival.state == _State.WAITING:
        arrival.look_at = times.now() + _LOOKED_AT_AGAIN
    else:
        arrival.settled_at, arrival.content = times.now(), b""
    arrival.save(update_fields=_WRITTEN_BY_WORKER)
    return int(arrival.state != _State.WAITING)


def _open(arrival: TransferArrival) -> tuple[str, str]:
    """What becomes of it and of which kind it is. Raises Refused where nothing can."""
    if arrival.at < times.now() - FILE_LASTS:
        raise TooOld
    opened = open_envelope(bytes(arrival.content))
    sender = opened.sender
    if sender.pk != arrival.other_id:
        raise NotForUs
    content = read_content(opened.content, opened.form)
    arrival.number_of_both = content.transfer
    # The database lets the worker say what a reporter wrote where such a file waits.
    arrival.save(update_fields=["number_of_both"])
    known = known_transfer(content, sender)
    if known is None:
        return _State.WAITING, _kind_of_unknown(content)
    came = known.files.filter(is_incoming=True).count()
    kind = _Kind.END if content.standing == Standing.ENDED else _Kind.NEWS
    if content.number <= came:
        return _State.TAKEN, kind
    if content.number > came + 1:
        return _State.WAITING, _Kind.NEWS
    if kind == _Kind.END:
        return _State.WAITING, kind
    try:
        take_news_in_unasked(known, content, reads_form=opened.reads_form)
    except FileMissing:
        return _State.WAITING, kind
    return _State.TAKEN, kind


def _kind_of_unknown(content: TransferContent) -> str:
    """A tip that an officer takes in, or what is new of one that nobody has taken in yet."""
    refused = why_no_new_tip(content)
    if refused is None:
        return _Kind.TIP
    if refused is NoSuchTransfer and not content.is_from_receiver and content.number > 1:
        return _Kind.NEWS
    raise refused


def _trouble_of(refused: Refused) -> str:
    troubles = {
        UnreadableContent: TransferTrouble.UNREADABLE,
        TooOld: TransferTrouble.TOO_OLD,
        NoSuchTransfer: TransferTrouble.NO_TRANSFER,
    }
    return troubles.get(type(refused), TransferTrouble.NOT_FOR_US)


STATUS_OF_REFUSAL: dict[type[Exception], tuple[HTTPStatus, str]] = {
    UnknownSender: (HTTPStatus.FORBIDDEN, TransferTrouble.UNKNOWN_SENDER),
    TooMuchWaiting: (HTTPStatus.TOO_MANY_REQUESTS, TransferTrouble.TOO_MANY),
}
