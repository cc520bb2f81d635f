"""Handing a tip to the desk of another installation: one officer asks, a second one agrees."""

import uuid

from keng.accounts.models import Officer
from keng.accounts.vouching import tied_to
from keng.acts.act import act
from keng.acts.work import permit_anywhere
from keng.decisions.closing import close_tip, record_outcome
from keng.decisions.incident_lead import lock_tip_and_those_behind
from keng.decisions.on_record import reason_without_people, record_decision
from keng.kit import times
from keng.tips.errors import NotTheSecond, NotYours
from keng.tips.lock import lock_tip
from keng.tips.models import Decision, OtherInstallation, Tip, Transfer, TransferFile
from keng.transfers import acts
from keng.transfers.errors import (
    CannotTransfer,
    NothingNewToSend,
    NotWithUs,
    TransferAskedAlready,
    TransferDecidedAlready,
)
from keng.transfers.writing import write_file


@act(acts.ASK_FOR_TRANSFER)
def ask_for_transfer(
    tip_id: uuid.UUID, *, other_id: uuid.UUID, reason: str, by: Officer, seen: str | None = None
) -> Transfer:
    """Say to which installation it shall go and why. Nothing leaves before a second officer agrees.

    Raises NoReason, CannotTransfer, TransferAskedAlready.
    """
    said = reason_without_people(reason)
    tip = lock_tip(tip_id, by=by, seen=seen)
    if not may_be_transferred(tip):
        raise CannotTransfer
    if Transfer.objects.standing().filter(tip=tip).exists():
        raise TransferAskedAlready
    other = OtherInstallation.objects.known().filter(pk=other_id).first()
    if other is None:
        raise CannotTransfer
    transfer = Transfer.objects.create(
        number_of_both=uuid.uuid4(),
        tip=tip,
        other=other,
        state=Transfer.State.ASKED,
        reason=said,
        asked_by=by,
    )
    record_decision(tip, Decision.Kind.TRANSFER_ASKED, by=by, reason=said, installation=other.name)
    return transfer


def may_be_transferred(tip: Tip) -> bool:
    """Not what is about officers, whom only the desk above may know of; nor one of several."""
    stands_alone = tip.incident_id is None and tip.duplicate_of_id is None
    return tip.is_open and stands_alone and not tip.concerns.exists()


@act(acts.DECIDE_ON_TRANSFER)
def decide_on_transfer(
    transfer_id: uuid.UUID,
    *,
    is_agreed: bool,
    by: Officer,
    words: str = "",
    seen: str | None = None,
) -> Decision:
    """As the second officer: its file is made, or it stays, and why.

    Raises NoReason, NotYours, TransferDecidedAlready, NotTheSecond, CannotTransfer.
    """
    said = "" if is_agreed else reason_without_people(words)
    tip, transfer = locked_transfer(transfer_id, by=by, seen=seen)
    if not transfer.is_undecided:
        raise TransferDecidedAlready
    if transfer.asked_by_id in tied_to(by):
        raise NotTheSecond
    if not is_agreed:
        transfer.state, transfer.ended_at = Transfer.State.DROPPED, times.now()
        transfer.save(update_fields=["state", "ended_at"])
        return record_decision(tip, Decision.Kind.TRANSFER_DROPPED, by=by, reason=said)
    if not may_be_transferred(tip) or transfer.other.removed_at is not None:
        raise CannotTransfer
    transfer.state = Transfer.State.SENT
    transfer.agreed_by, transfer.agreed_at = by, times.now()
    transfer.save(update_fields=["state", "agreed_by", "agreed_at"])
    write_file(transfer, by=by)
    return record_decision(tip, Decision.Kind.TRANSFERRED, by=by, installation=transfer.other.name)


@act(acts.WRITE_TRANSFER_FILE)
def write_transfer_file(
    transfer_id: uuid.UUID, *, by: Officer, seen: str | None = None
) -> TransferFile:
    """Make the file with what is new, once: fetched again it is the same.

    Raises NotYours, NothingNewToSend.
    """
    tip, transfer = locked_transfer(transfer_id, by=by, seen=seen)
    if not may_speak(transfer):
        raise NothingNewToSend
    file = write_file(transfer, by=by)
    if file is None:
        raise NothingNewToSend
    end_what_is_told(transfer)
    record_decision(
        tip,
        Decision.Kind.TRANSFER_FILE,
        by=by,
        installation=transfer.other.name,
        number=file.number,
    )
    return file


@act(acts.RETURN_TRANSFER)
def return_transfer(
    transfer_id: uuid.UUID, *, reason: str, by: Officer, seen: str | None = None
) -> Decision:
    """Give a tip back that came from another installation; the next file says so, and why.

    Raises NoReason, NotYours, NotWithUs.
    """
    said = reason_without_people(reason)
    lock_tip_and_those_behind(_tip_of(transfer_id))
    tip, transfer = locked_transfer(transfer_id, by=by, seen=seen)
    if transfer.state != Transfer.State.WITH_US or not tip.is_open:
        raise NotWithUs
    transfer.state, transfer.reason = Transfer.State.RETURNED, said
    transfer.ended_at = times.now()
    transfer.save(update_fields=["state", "reason", "ended_at"])
    record_outcome(tip.pk, outcome=Tip.Outcome.OUT_OF_COMPETENCE, by=by)
    close_tip(tip.pk, by=by, reason=said)
    tip.refresh_from_db()
    return record_decision(
        tip,
        Decision.Kind.TRANSFER_RETURNED,
        by=by,
        reason=said,
        installation=transfer.other.name,
    )


def end_what_is_told(transfer: Transfer) -> None:
    """Once a file says that a tip that came from there has ended, nothing more is to come.

    For whoever wrote that file, in the same transaction.
    """
    if transfer.state == Transfer.State.WITH_US and not transfer.tip.is_open:
        transfer.state, transfer.ended_at = Transfer.State.ENDED, times.now()
        transfer.save(update_fields=["state", "ended_at"])


def may_speak(transfer: Transfer) -> bool:
    """Whether anything may still be said to the other side.

    Of a tip that went there only while it is there: what its reporter writes once it is here again
    is for the desk here. Of one that came from there also that it was given back, or has ended.
    """
    if transfer.other.removed_at is not None:
        return False
    if transfer.is_incoming:
        return True
    return transfer.state in {Transfer.State.SENT, Transfer.State.WITH_THEM}


def locked_transfer(
    transfer_id: uuid.UUID, *, by: Officer, seen: str | None = None
) -> tuple[Tip, Transfer]:
    """The tip, locked, and what is said of its transfer now: it changes under that lock alone.

    Raises NotYours, and as keng.tips.lock.lock_tip.
    """
    tip = lock_tip(_tip_of(transfer_id), by=by, seen=seen, closed_too=True)
    transfer = Transfer.objects.select_related("other").get(pk=transfer_id)
    transfer.tip = tip
    return tip, transfer


def _tip_of(transfer_id: uuid.UUID) -> uuid.UUID:
    tip_id = Transfer.objects.filter(pk=transfer_id).values_list("tip", flat=True).first()
    if tip_id is None:
        permit_anywhere()
        raise NotYours
    return tip_id
