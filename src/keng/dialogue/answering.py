"""What the desk says to a reporter, and what it keeps to itself."""

import datetime
import uuid

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock, lock_all
from keng.acts.work import permit_anywhere
from keng.alarms import unheard_danger
from keng.audit.actions import record, unit_chain
from keng.decisions.on_record import record_decision
from keng.dialogue import acts
from keng.kit import times
from keng.kit.urgency import Urgency
from keng.tips import deadlines
from keng.tips.check_list import cannot_wait
from keng.tips.errors import NoText, TooLate
from keng.tips.lock import lock_tip
from keng.tips.messages import ANSWER_HELD_FOR, add_message, call_off_dispatch, mark_answered
from keng.tips.models import Decision, DialogueMessage, Note, Tip


@act(acts.ANSWER_REPORTER)
def answer_reporter(
    tip_id: uuid.UUID,
    *,
    text: str,
    by: Officer,
    hold: datetime.timedelta = ANSWER_HELD_FOR,
    seen: str | None = None,
) -> DialogueMessage:
    """Answer the reporter: on the status page, and in the chat the tip came from.

    It waits for `hold`; where minutes count it leaves at once.

    Raises those of lock_tip, and NoText.
    """
    tip = lock_tip(tip_id, by=by, seen=seen, closed_too=True)
    if not text.strip():
        raise NoText
    at_once = tip.urgency == Urgency.P0 or cannot_wait(tip)
    message = add_message(tip, text, by=by, hold=datetime.timedelta(0) if at_once else hold)
    was_waiting = waited_since(tip)
    mark_answered(tip)
    if tip.danger_unheard and tip.assigned_to_id == by.pk:
        # Whoever has it answers the new message: that is taking it.
        unheard_danger.note_danger_heard(tip)
        deadlines.stop_clocks(tip, deadlines.URGENT_CLOCK)
        deadlines.set_due_at(tip)
        tip.save(update_fields=["due_at", *unheard_danger.DANGER_FIELDS])
    record_decision(
        tip, Decision.Kind.REPLIED, by=by, message=str(message.pk), was_waiting=was_waiting
    )
    return message


def waited_since(tip: Tip) -> str | None:
    """Since when somebody waits, for taking the answer back: the reporter's moment to five minutes.

    It stays in the decision; the moment itself stays with the message that it is of.
    """
    since = tip.waiting_since
    return times.rounded_down(since, times.COARSE).isoformat() if since else None


def words_of_answer(message_id: uuid.UUID, officer: Officer) -> str:
    """An answer of one's own, which leaves the desk with its row when it is taken back."""
    mine = DialogueMessage.objects.filter(pk=message_id, officer=officer)
    return mine.values_list("text", flat=True).first() or ""


@act(acts.WITHDRAW_ANSWER)
def withdraw_answer(message_id: uuid.UUID, *, by: Officer) -> Tip:
    """Take back an answer of one's own that has not left yet.

    That the words are one's own and nobody has read them stands in for seeing the tip: it may be
    sealed meanwhile, or lie with another desk. Raises NotAllowed, TooLate.
    """
    permit_anywhere()
    mine = DialogueMessage.objects.filter(pk=message_id, officer=by)
    asked = mine.first()
    if asked is None:
        raise NotAllowed
    if asked.visible_at <= times.now():
        # Where its tip lies with another desk the policy keeps it from this one by now.
        raise TooLate
    # The tip first, as whoever undoes its end.
    (tip,) = lock_all(Tip.objects.filter(pk=asked.tip_id))
    message = lock(mine).first()
    if message is None:
        raise NotAllowed
    if message.visible_at <= times.now():
        raise TooLate
    decision = tip.decisions.filter(
        kind=Decision.Kind.REPLIED, detail__message=str(message.pk)
    ).first()
    message.delete()
    call_off_dispatch(message.dispatch_ref)
    _forget_answer(tip, decision)
    record("tip.reply_withdrawn", by=by, on=tip, chain=unit_chain(tip.responsible_unit_id))
    return tip


@act(acts.ADD_NOTE)
def add_note(tip_id: uuid.UUID, *, text: str, by: Officer, seen: str | None = None) -> Note:
    """Write an internal note, which no reporter ever sees. Raises those of lock_tip, and NoText."""
    tip = lock_tip(tip_id, by=by, seen=seen, closed_too=True)
    if not text.strip():
        raise NoText
    note = Note.objects.create(tip=tip, officer=by, text=text.strip())
    record("tip.note", by=by, on=tip, chain=unit_chain(tip.responsible_unit_id))
    return note


def _first_within(tip: Tip, since: datetime.datetime) -> datetime.datetime:
    """When the reporter first wrote in the five minutes that began then."""
    theirs = tip.messages.filter(
        author=DialogueMessage.Author.REPORTER, at__gte=since, at__lt=since + times.COARSE
    )
    return theirs.order_by("at").values_list("at", flat=True).first() or since


def _forget_answer(tip: Tip, decision: Decision | None) -> None:
    if decision is not None:
        waiting = decision.detail.get("was_waiting")
        if waiting and tip.withdrawn_at is None:
            tip.waiting_since = _first_within(tip, datetime.datetime.fromisoformat(waiting))
        decision.detail["taken_back"] = True
        decision.save(update_fields=["detail"])
    if not tip.messages.filter(author=DialogueMessage.Author.DESK).exists():
        tip.first_answered_at = None
    tip.save(update_fields=["first_answered_at", "waiting_since"])
