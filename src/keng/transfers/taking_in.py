"""Taking a file of another installation in: a tip that it hands over, or what it says of one."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.accounts.who import WORKING
from keng.acts.act import act
from keng.acts.errors import NotAllowed, Refused
from keng.acts.work import permit_anywhere, permit_over, work
from keng.audit.actions import record, unit_chain
from keng.decisions.closing import close_tip, record_outcome
from keng.decisions.incident_lead import lock_tip_and_those_behind
from keng.decisions.on_record import record_decision
from keng.decisions.putting_off import DEADLINE_AHEAD
from keng.decisions.triage import accept_tip, sort_tip
from keng.decisions.viewing import note_first_read
from keng.intake.receive import IncomingTip, receive_tip
from keng.kit import times
from keng.kit.secrets import keyed_hash
from keng.kit.time_words import moment_words
from keng.kit.urgency import Happening
from keng.language.taxonomy import categories, category_label
from keng.places.models import Place, Unit
from keng.tips import deadlines
from keng.tips.errors import NotYours
from keng.tips.letters import transferred_end_sentence
from keng.tips.messages import add_message
from keng.tips.models import (
    Decision,
    DialogueMessage,
    Note,
    OtherInstallation,
    Tip,
    Transfer,
    TransferFile,
)
from keng.tips.origins import FROM_INSTALLATION
from keng.transfers import acts
from keng.transfers.content import (
    SaidLine,
    Standing,
    TransferContent,
    TransferredTip,
    read_content,
)
from keng.transfers.envelope import OpenedEnvelope, open_envelope
from keng.transfers.errors import FileMissing, NoSuchTransfer, TooOld, UnreadableContent
from keng.transfers.identities import keep_identities

FILE_LASTS = datetime.timedelta(days=90)
# By how much the clocks of two machines may differ.
_CLOCKS_DIFFER = datetime.timedelta(hours=1)
_AFTER_OPENING = datetime.timedelta(microseconds=1)
_REPORTER = DialogueMessage.Author.REPORTER


@dataclass(frozen=True, slots=True)
class TakenFile:
    """What became of a file."""

    tip_id: uuid.UUID
    is_new: bool
    """False where the same file was taken in before: then nothing was changed."""


@act(acts.TAKE_TRANSFER_FILE_IN)
def take_transfer_file_in(data: bytes, *, by: Officer) -> TakenFile:
    """Take a file in, once: the same one again changes nothing.

    Raises NoTransferFile, NotForUs, UnknownSender, UnreadableContent, TooOld, FileMissing,
    NoSuchTransfer, NotYours, CannotSeal.
    """
    permit_anywhere()
    opened = open_envelope(data)
    sender, content = opened.sender, read_content(opened.content, opened.form)
    known = known_transfer(content, sender)
    if known is not None:
        return _take_news_in(known, content, opened.reads_form, by=by)
    if content.tip is None:
        raise NoSuchTransfer
    if (refused := why_no_new_tip(content)) is not None:
        raise refused
    return _take_tip_in(content, content.tip, opened, by=by)


@work()
def take_news_in_unasked(
    known: Transfer, content: TransferContent, *, reads_form: int
) -> TakenFile:
    """As the worker: what an installation with an address says of a tip that both sides know.

    That it has ended there is left to an officer, who then ends it here. Raises FileMissing,
    TooOld, NoSuchTransfer, UnreadableContent.
    """
    if content.standing == Standing.ENDED:
        raise NoSuchTransfer
    return _take_news_in(known, content, reads_form, by=None)


def why_no_new_tip(content: TransferContent) -> type[Refused] | None:
    """Why a file of a transfer that is not known here is none to take in; None where it is."""
    if content.tip is None:
        return NoSuchTransfer
    if content.is_from_receiver or content.number != 1:
        return UnreadableContent
    if content.made_at < times.now() - FILE_LASTS or _is_of_future(content):
        return TooOld
    return None


def known_transfer(content: TransferContent, sender: OtherInstallation) -> Transfer | None:
    """The transfer that a file of this sender is about."""
    return Transfer.objects.filter(
        number_of_both=content.transfer,
        other=sender,
        is_incoming=not content.is_from_receiver,
    ).first()


def _is_of_future(content: TransferContent) -> bool:
    """Whether a line would hide until a moment to come, or a deadline begin at one."""
    moments = [content.made_at, *(line.at for line in content.messages)]
    if content.tip is not None:
        moments += [content.tip.received_at, *(each.starts_at for each in content.tip.clocks)]
    return max(moments) > times.now() + _CLOCKS_DIFFER


def _take_tip_in(
    content: TransferContent, told: TransferredTip, opened: OpenedEnvelope, *, by: Officer
) -> TakenFile:
    sender, unit = opened.sender, _desk_of(by)
    permit_over(unit.pk)
    new = _incoming_tip(content, told, unit)
    tip_id = receive_tip(new)
    if tip_id != new.id:
        # The same file at the same moment, or to another desk of ours.
        return TakenFile(tip_id, is_new=False)
    # By its id alone: it need not be one that whoever takes it in may read (named officers).
    tip = Tip.objects.select_related("responsible_unit").get(pk=tip_id)
    _continue_clocks(tip, told)
    transfer = Transfer.objects.create(
        number_of_both=content.transfer,
        tip=tip,
        other=sender,
        is_incoming=True,
        state=Transfer.State.WITH_US,
        asked_by=by,
        their_desk=content.desk,
        their_phone=content.phone,
        their_number=content.tip_number,
        their_reason=content.reason,
        confirmed_at=times.now(),
    )
    # The first words of the reporter came with the tip.
    first = tip.messages.order_by("id").first()
    messages = [_keep_line(tip, line, sender, by=by) for line in _after_the_first(content, told)]
    TransferFile.objects.create(
        transfer=transfer,
        is_incoming=True,
        number=content.number,
        says=content.standing,
        messages=[str(each.pk) for each in (first, *messages) if each],
        reads_form=opened.reads_form,
        by=by,
    )
    Note.objects.create(tip=tip, officer=by, text=_history(content, told, sender))
    note_first_read(tip.pk, by=by)
    if told.category in categories():
        _sort_as_before(tip, told, by=by)
    tip.refresh_from_db()
    record_decision(
        tip, Decision.Kind.TRANSFER_TAKEN_IN, by=by, reason=content.reason, installation=sender.name
    )
    return TakenFile(tip.pk, is_new=True)


def _after_the_first(content: TransferContent, told: TransferredTip) -> list[SaidLine]:
    lines = list(content.messages)
    first = next((line for line in lines if line.is_reporters and line.text == told.text), None)
    if first is not None:
        lines.remove(first)
    return lines


def _desk_of(officer: Officer) -> Unit:
    units = WORKING.own_units(officer)
    if not units:
        raise NotAllowed
    return units[0]


def _incoming_tip(content: TransferContent, told: TransferredTip, unit: Unit) -> IncomingTip:
    place = Place.objects.filter(code=told.place_code, valid_to=None).first()
    is_happening = told.happening in Happening.values
    return IncomingTip(
        unit_id=unit.pk,
        channel=FROM_INSTALLATION,
        text=told.text,
        place_id=place.pk if place and told.place_code else None,
        place_detail=told.place_detail,
        province_code=unit.province_code,
        language=told.language,
        topic=told.topic,
        happening=told.happening if is_happening else Happening.UNSURE,
        urgency=told.urgency,
        money_moved=told.money_moved,
        do_not_contact=told.do_not_contact,
        # Nobody here knows whom to call: answers go the way that the tip came.
        do_not_call=True,
        is_for_named=told.is_for_named,
        received_at=told.received_at,
        dedupe_key=keyed_hash("transfer", content.transfer.bytes),
    )


def _continue_clocks(tip: Tip, told: TransferredTip) -> None:
    """Deadlines run from when they began: those that begin with a tip, from its first receipt."""
    began = {clock.rule_code for clock in tip.clocks.all()}
    for clock in told.clocks:
        if clock.code in deadlines.CONTINUED_CLOCKS and clock.code not in began:
            deadlines.start_clock(tip, clock.code, at=clock.starts_at)
    deadlines.set_due_at(tip)
    tip.save(update_fields=["due_at"])


def _sort_as_before(tip: Tip, told: TransferredTip, *, by: Officer) -> None:
    """What the desk before decided stands until somebody here decides otherwise."""
    if Tip.objects.visible_to(by).filter(pk=tip.pk).exists():
        sort_tip(tip.pk, category=told.category, urgency=told.urgency, by=by)


def _keep_line(
    tip: Tip, line: SaidLine, sender: OtherInstallation, *, by: Officer | None
) -> DialogueMessage:
    """A line of the dialogue so far; of the other desk's officers none is named."""
    is_theirs = line.is_reporters
    text = line.text if is_theirs else f"{sender.name}: {line.text}"
    # Times come rounded to five minutes, and what stands at the moment of the tip would be taken
    # for the message that opened it, and shown to nobody (dialogue_parts.is_opening_message).
    at = max(line.at, tip.received_at + _AFTER_OPENING)
    return DialogueMessage.objects.create(
        tip=tip,
        author=_REPORTER if is_theirs else DialogueMessage.Author.AUTOMATIC,
        # Who brought it in; the database lets nobody at a desk write a reporter's words in no name.
        officer=by if is_theirs else None,
        text=text,
        channel=FROM_INSTALLATION,
        at=at,
        visible_at=at,
    )


def _history(content: TransferContent, told: TransferredTip, sender: OtherInstallation) -> str:
    """What stood at the desks before, for the officers here."""
    lines = [
        _("Came from %(who)s: %(desk)s %(phone)s")
        % {"who": sender.name, "desk": content.desk, "phone": content.phone},
        _("Received there %(at)s") % {"at": moment_words(told.received_at)},
    ]
    lines += [
        _("Its number at %(desk)s: %(number)s") % {"desk": each.desk, "number": each.number}
        for each in told.numbers
    ]
    if told.category:
        is_known = told.category in categories()
        label = category_label(told.category) if is_known else told.category
        lines.append(_("Category there: %(category)s") % {"category": label})
    if told.files:
        lines.append(
            _("Files that stayed there: %(n)d. The desk there makes a hand-over file of them.")
            % {"n": told.files}
        )
    if told.holds:
        lines.append(_("Who reported it is sealed there. Two officers of that desk can open it."))
    kinds = dict(Decision.Kind.choices)
    lines += [
        f"{moment_words(step.at)} · {step.desk} · {kinds.get(step.kind, step.kind)}"
        for step in told.decisions
    ]
    return "\n".join(lines)


def _take_news_in(
    known: Transfer, content: TransferContent, reads_form: int, *, by: Officer | None
) -> TakenFile:
    lock_tip_and_those_behind(known.tip_id)
    # The worker reads no words of it, and was told by none of its officers.
    readable = Tip.objects.all() if by is None else Tip.objects.visible_to(by)
    tip = readable.select_related("responsible_unit").filter(pk=known.tip_id).first()
    if tip is None:
        raise NotYours
    permit_over(tip.responsible_unit_id)
    transfer = Transfer.objects.select_related("other").get(pk=known.pk)
    came = transfer.files.filter(is_incoming=True).count()
    if content.number <= came:
        return TakenFile(tip.pk, is_new=False)
    if content.number != came + 1:
        raise FileMissing
    if _is_of_future(content):
        raise TooOld
    if tip.purged_at is not None:
        raise NoSuchTransfer
    messages = _keep_news(tip, transfer, content, by=by)
    of_reporter = keep_identities(tip, transfer, content)
    TransferFile.objects.create(
        transfer=transfer,
        is_incoming=True,
        number=content.number,
        says=content.standing,
        messages=[str(each.pk) for each in messages],
        identities=[
            *(str(each.ref) for each in content.identities),
            *(str(each.ref) for each in content.answers),
        ],
        reads_form=reads_form,
        by=by,
    )
    _record_news(tip, transfer, content, of_reporter, by=by)
    if not transfer.is_incoming:
        _follow_standing(tip, transfer, content, by=by)
    return TakenFile(tip.pk, is_new=True)


def _record_news(
    tip: Tip,
    transfer: Transfer,
    content: TransferContent,
    of_reporter: dict[str, Any],
    *,
    by: Officer | None,
) -> None:
    if by is not None:
        record_decision(
            tip,
            Decision.Kind.TRANSFER_NEWS,
            by=by,
            reason=content.reason,
            installation=transfer.other.name,
            number=content.number,
            **of_reporter,
        )
        return
    # No decision of anybody: it stands on the page of the transfer, and in the chain.
    record(
        "tip.xfer_news",
        by="worker",
        on=tip,
        chain=unit_chain(tip.responsible_unit_id),
        detail={"installation": transfer.other.name, "number": content.number, **of_reporter},
    )


def _keep_news(
    tip: Tip, transfer: Transfer, content: TransferContent, *, by: Officer | None
) -> list[DialogueMessage]:
    if transfer.is_incoming:
        kept = [
            _keep_line(tip, line, transfer.other, by=by)
            for line in content.messages
            if line.is_reporters
        ]
        if kept:
            tip.waiting_since = tip.waiting_since or times.now()
            tip.save(update_fields=["waiting_since"])
        return kept
    return [
        add_message(tip, f"{content.desk}: {line.text}", by=by)
        for line in content.messages
        if not line.is_reporters
    ]


def _follow_standing(
    tip: Tip, transfer: Transfer, content: TransferContent, *, by: Officer | None
) -> None:
    """The other side says how the tip stands: it is there, was given back, or has ended."""
    transfer.their_desk, transfer.their_phone = content.desk, content.phone
    transfer.their_number = content.tip_number or transfer.their_number
    is_first = transfer.confirmed_at is None
    transfer.confirmed_at = transfer.confirmed_at or times.now()
    if content.standing == Standing.RETURNED:
        _take_back(tip, transfer, content)
    elif is_first:
        _leave_to_them(tip, transfer, by=by)
    if content.standing == Standing.ENDED and by is not None:
        _end_here(tip, transfer, by=by)
    transfer.save(
        update_fields=[
            "state",
            "their_desk",
            "their_phone",
            "their_number",
            "their_reason",
            "confirmed_at",
            "ended_at",
            "stopped_clocks",
        ]
    )


def _leave_to_them(tip: Tip, transfer: Transfer, *, by: Officer | None) -> None:
    """Out of the list until it is time to ask after it, or its reporter writes."""
    transfer.state = Transfer.State.WITH_THEM
    if not tip.is_open:
        return
    running = tip.clocks.filter(stopped_at=None).values_list("id", flat=True)
    transfer.stopped_clocks = [str(clock_id) for clock_id in running]
    if tip.assigned_to_id is None and by is not None:
        # Somebody has it: here nobody is called for it any more.
        accept_tip(tip.pk, by=by)
        tip.refresh_from_db()
    deadlines.stop_clocks(tip)
    deadlines.set_due_at(tip)
    tip.set_aside_until = tip.due_at - DEADLINE_AHEAD if tip.due_at else None
    tip.save(update_fields=["due_at", "set_aside_until"])


def _take_back(tip: Tip, transfer: Transfer, content: TransferContent) -> None:
    """Here again, with the deadlines that ran before and go on from where they began."""
    transfer.state, transfer.ended_at = Transfer.State.RETURNED, times.now()
    transfer.their_reason = content.reason
    if not tip.is_open:
        return
    if transfer.stopped_clocks:
        deadlines.restore_clocks(tip, transfer.stopped_clocks)
        deadlines.set_due_at(tip)
    tip.set_aside_until = None
    tip.save(update_fields=["due_at", "set_aside_until"])


def _end_here(tip: Tip, transfer: Transfer, *, by: Officer) -> None:
    transfer.state, transfer.ended_at = Transfer.State.ENDED, times.now()
    tip.refresh_from_db()
    if not tip.is_open:
        return
    record_outcome(tip.pk, outcome=Tip.Outcome.HANDED_OVER, by=by)
    with translation.override(tip.language):
        words = transferred_end_sentence(transfer.their_desk)
    close_tip(tip.pk, by=by, text="" if tip.do_not_contact else words)
