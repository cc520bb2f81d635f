"""What a transfer file says: the tip with its first one, and with each what is new since the last.

For the acts of this area, inside their transaction and the lock of the tip.
"""

import itertools
import json

from django.db.models import Max

from keng.accounts.models import Officer
from keng.kit import times
from keng.tips.models import DialogueMessage, OtherInstallation, Tip, Transfer, TransferFile
from keng.tips.reporter_times import reporter_time
from keng.transfers import identities
from keng.transfers.content import (
    MOST_LINES,
    DecidedLine,
    EarlierNumber,
    RunningClock,
    SaidLine,
    Standing,
    TransferContent,
    TransferredTip,
)
from keng.transfers.envelope import MOST_TRANSFER_BYTES, NEWEST_FORM, close_envelope

WITH_IDENTITY = 2
"""From this number of a file on it says something of who reported."""
_REPORTER = DialogueMessage.Author.REPORTER
# Those of a chain of desks that stand nearest to this one.
_MOST_NUMBERS = 19
# The rest goes with the next file: the other side takes no larger one (envelope.py).
_MOST_BYTES_SAID = MOST_TRANSFER_BYTES // 2


def write_file(transfer: Transfer, *, by: Officer | None) -> TransferFile | None:
    """The next file for the other side; None where it would say nothing new.

    `by` nobody: the worker makes it.
    """
    tip = transfer.tip
    written = transfer.files.filter(is_incoming=False)
    last = written.order_by("number").last()
    new, standing = _new_messages(transfer), _standing_here(transfer)
    form = form_for(transfer.other)
    about_reporter = identities.new_identities(transfer) if form >= WITH_IDENTITY else []
    if last is not None and not new and not about_reporter and last.says == standing:
        return None
    key = identities.key_to_tell(transfer) if form >= WITH_IDENTITY else None
    identities.keep_told_key(transfer, key)
    unit, is_answer = tip.responsible_unit, transfer.is_incoming
    content = TransferContent(
        transfer=transfer.number_of_both,
        is_from_receiver=transfer.is_incoming,
        number=last.number + 1 if last else 1,
        made_at=times.now(),
        desk=unit.name,
        phone=unit.desk_phone,
        tip_number=tip.reference,
        standing=standing,
        reason=transfer.reason if _tells_why(standing, is_first=last is None) else "",
        messages=tuple(_said(message, tip) for message in new),
        tip=None if last or is_answer else _whole_tip(tip),
        desk_key=key,
        identities=tuple(identities.as_carried(each) for each in about_reporter if not is_answer),
        answers=tuple(identities.as_answer(each) for each in about_reporter if is_answer),
    )
    return TransferFile.objects.create(
        transfer=transfer,
        number=content.number,
        content=close_envelope(content.as_bytes(form), to=transfer.other, form=form),
        says=standing,
        messages=[str(message.pk) for message in new],
        identities=[str(each.ref) for each in about_reporter],
        by=by,
    )


def has_news(transfer: Transfer) -> bool:
    """Whether a file for the other side would say something new."""
    last = transfer.files.filter(is_incoming=False).order_by("number").last()
    is_known = last is not None and last.says == _standing_here(transfer)
    if not is_known or _new_messages(transfer):
        return True
    return form_for(transfer.other) >= WITH_IDENTITY and bool(identities.new_identities(transfer))


def form_for(other: OtherInstallation) -> int:
    """The newest number of a file that this installation has shown to read; 1 until it did."""
    came = TransferFile.objects.filter(transfer__other=other, is_incoming=True)
    shown: int = came.aggregate(newest=Max("reads_form"))["newest"] or 1
    return min(shown, NEWEST_FORM)


def _tells_why(standing: Standing, *, is_first: bool) -> bool:
    return standing == Standing.RETURNED or (standing == Standing.HANDED and is_first)


def _standing_here(transfer: Transfer) -> Standing:
    if not transfer.is_incoming:
        return Standing.HANDED
    if transfer.state == Transfer.State.RETURNED:
        return Standing.RETURNED
    return Standing.WITH_US if transfer.tip.is_open else Standing.ENDED


def _new_messages(transfer: Transfer) -> list[DialogueMessage]:
    """What the other side has not got: of the reporter from here, of the desk from there."""
    carried = {each for ids in transfer.files.values_list("messages", flat=True) for each in ids}
    said = transfer.tip.messages.filter(visible_at__lte=times.now()).order_by("id")
    if transfer.is_incoming:
        if transfer.state == Transfer.State.RETURNED:
            return []
        said = said.exclude(author=_REPORTER)
    elif transfer.files.filter(is_incoming=False).exists():
        said = said.filter(author=_REPORTER)
    new = [message for message in said if str(message.pk) not in carried and message.text.strip()]
    sizes = itertools.accumulate(len(json.dumps(message.text)) for message in new)
    fitting = sum(size <= _MOST_BYTES_SAID for size in sizes)
    return new[: min(fitting, MOST_LINES)]


def _said(message: DialogueMessage, tip: Tip) -> SaidLine:
    is_theirs = message.author == _REPORTER
    at = reporter_time(message.at, tip) if is_theirs else message.at
    return SaidLine(is_theirs, at, message.text)


def _whole_tip(tip: Tip) -> TransferredTip:
    steps = tip.decisions.select_related("unit").order_by("id")[:MOST_LINES]
    clocks = tip.clocks.filter(stopped_at=None).order_by("due_at")
    return TransferredTip(
        text=tip.text,
        category=tip.category,
        topic=tip.topic,
        urgency=tip.urgency,
        happening=tip.happening,
        money_moved=tip.money_moved,
        language=tip.language,
        place_code=tip.place.code if tip.place else "",
        place_detail=tip.place_detail,
        received_at=reporter_time(tip.received_at, tip),
        do_not_contact=tip.do_not_contact,
        is_for_named=tip.is_for_named,
        holds=tuple(tip.identity_holds),
        files=tip.attachments.count(),
        clocks=tuple(
            RunningClock(each.rule_code, reporter_time(each.starts_at, tip)) for each in clocks
        ),
        decisions=tuple(DecidedLine(step.at, step.unit.name, step.kind) for step in steps),
        numbers=_numbers(tip),
    )


def _numbers(tip: Tip) -> tuple[EarlierNumber, ...]:
    """Its number here, and those under which it stood at other desks before."""
    came = tip.transfers.filter(is_incoming=True).order_by("id")[:_MOST_NUMBERS]
    before = [EarlierNumber(each.their_desk, each.their_number) for each in came]
    return (*before, EarlierNumber(tip.responsible_unit.name, tip.reference))
