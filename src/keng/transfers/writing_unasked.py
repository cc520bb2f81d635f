"""The next file for an installation with an address, made by the worker as soon as there is news.

For one without an address an officer makes it, since somebody then carries it.
"""

import datetime
import uuid

from django.db.models import Exists, OuterRef, Q, QuerySet

from keng.acts.locks import lock_all
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.tips.models import Tip, Transfer, TransferFile
from keng.transfers.content import Standing
from keng.transfers.handing import end_what_is_told, may_speak
from keng.transfers.writing import has_news, write_file

# What has just ended may be taken back, with its answer.
_ENDED_FOR = datetime.timedelta(minutes=2)
_State = Transfer.State


def write_waiting_files() -> int:
    """Make a file for each that has something to say; how many."""
    written = 0
    for transfer in speaking_by_network().select_related("tip"):
        if has_news(transfer):
            written += _write_next(transfer.pk, transfer.tip_id)
    return written


def speaking_by_network() -> QuerySet[Transfer]:
    """Transfers with an installation that has an address, of which more may be said."""
    has_said_so = TransferFile.objects.filter(
        transfer=OuterRef("pk"), is_incoming=False, says=Standing.RETURNED
    )
    outgoing = Q(is_incoming=False, state__in=[_State.SENT, _State.WITH_THEM])
    incoming = Q(is_incoming=True, state=_State.WITH_US)
    returned = Q(is_incoming=True, state=_State.RETURNED) & ~Exists(has_said_so)
    is_settled = Q(tip__closed_at=None) | Q(tip__closed_at__lt=times.now() - _ENDED_FOR)
    with_address = Transfer.objects.filter(other__removed_at=None).exclude(other__address="")
    return with_address.filter(
        outgoing | incoming | returned, is_settled, tip__purged_at=None
    ).order_by("id")


@work()
def _write_next(transfer_id: uuid.UUID, tip_id: uuid.UUID) -> int:
    (tip,) = lock_all(Tip.objects.filter(pk=tip_id))
    transfer = Transfer.objects.select_related("other").get(pk=transfer_id)
    transfer.tip = tip
    if not may_speak(transfer):
        return 0
    file = write_file(transfer, by=None)
    if file is None:
        return 0
    end_what_is_told(transfer)
    record(
        "tip.xfer_file",
        by="worker",
        on=tip,
        chain=unit_chain(tip.responsible_unit_id),
        detail={"installation": transfer.other.name, "number": file.number},
    )
    return 1
