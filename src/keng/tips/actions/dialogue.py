"""What the desk says to a reporter, and what it keeps to itself."""

import datetime
import uuid

from django.db import transaction

from keng.accounts.models import Officer
from keng.audit.actions import record, unit_chain
from keng.delivery.actions.replies import send_to_conversation
from keng.delivery.models import Conversation, Delivery, Dispatch
from keng.kit import times
from keng.tips.actions import clocks, unheard
from keng.tips.actions.steps import decided, lock
from keng.tips.errors import NoText, NotYours, TooLate
from keng.tips.models import Decision, DialogueMessage, Note, Tip
from keng.tips.queries.checks import cannot_wait

# An answer waits this long before it leaves, so that it can be taken back; where minutes count it
# leaves at once.
HOLD = datetime.timedelta(seconds=20)


@transaction.atomic
def answer(
    tip_id: uuid.UUID, *, text: str, by: Officer, seen: str | None = None
) -> DialogueMessage:
    """Answer the reporter: on the status page, and in the chat the tip came from. Raises NoText."""
    tip = lock(tip_id, by=by, seen=seen, closed_too=True)
    if not text.strip():
        raise NoText
    at_once = tip.urgency == "P0" or cannot_wait(tip)
    message = say(tip, text, by=by, hold=datetime.timedelta(0) if at_once else HOLD)
    was_waiting = waited_since(tip)
    answered(tip)
    if tip.danger_unheard and tip.assigned_to_id == by.pk:
        # Whoever has it answers the new message: that is taking it.
        unheard.stop_calling(tip)
        clocks.stop(tip, clocks.AT_ONCE)
        clocks.settle(tip)
        tip.save(update_fields=["due_at", *unheard.FIELDS])
    decided(tip, Decision.Kind.REPLIED, by=by, message=str(message.pk), was_waiting=was_waiting)
    return message


def say(
    tip: Tip, text: str, *, by: Officer | None, hold: datetime.timedelta = HOLD
) -> DialogueMessage:
    """Put a message into the dialogue and, if the tip came by chat, queue it for the sender.

    Not a decision by itself: for the actions of this area, inside their transaction. Whoever asked
    not to be contacted finds it on the status page only.
    """
    leaves_at = times.now() + hold
    conversation = conversation_of(tip)
    message = DialogueMessage(
        tip=tip,
        text=text.strip(),
        officer=by,
        visible_at=leaves_at,
        author=DialogueMessage.Author.DESK if by else DialogueMessage.Author.AUTOMATIC,
        channel=conversation.account.channel if conversation else "web",
    )
    if conversation is not None:
        dispatch = send_to_conversation(
            conversation,
            text=message.text,
            kind=Dispatch.Kind.REPLY,
            unit_id=tip.responsible_unit_id,
            by=by,
            source_kind="tip",
            source_ref=tip.pk,
            leaves_at=leaves_at,
        )
        message.dispatch_ref = dispatch.pk
    message.save()
    return message


def waited_since(tip: Tip) -> str | None:
    """Since when somebody waits, for taking the answer back: the reporter's moment to five minutes.

    It stays in the decision; the moment itself stays with the message that it is of.
    """
    since = tip.waiting_since
    return times.rounded_down(since, times.COARSE).isoformat() if since else None


def answered(tip: Tip) -> None:
    """Nobody is waiting for an answer any more."""
    tip.first_answered_at = tip.first_answered_at or times.now()
    tip.waiting_since = None
    tip.save(update_fields=["first_answered_at", "waiting_since"])


def conversation_of(tip: Tip) -> Conversation | None:
    """Where an answer can be sent; None when it can only be read with the receipt code.

    So it is of a tip that was opened again: the address went with its end (tips.actions.chats).
    """
    if tip.do_not_contact:
        return None
    talks = Conversation.objects.reachable().filter(tip_ref=tip.pk)
    return talks.select_related("account").order_by("-id").first()


def is_answered_in_chat(tip: Tip) -> bool:
    """Whether an answer can be sent; for whoever may not read where to."""
    talks = Conversation.objects.reachable().filter(tip_ref=tip.pk)
    return not tip.do_not_contact and talks.exists()


def take_out(message_id: str) -> uuid.UUID | None:
    """Nobody will read this message: it has not left yet. Raises TooLate.

    Not a decision by itself: for the actions of this area, inside their transaction. Returns what
    carries it, for `call_off_dispatch`.
    """
    message = DialogueMessage.objects.select_for_update(no_key=True).filter(pk=message_id).first()
    if message is None:
        return None  # Its officer has taken it back already.
    if message.visible_at <= times.now():
        raise TooLate
    message.delete()
    return message.dispatch_ref


@transaction.atomic
def withdraw(message_id: uuid.UUID, *, by: Officer) -> Tip:
    """Take back an answer of one's own that has not left yet. Raises NotYours, TooLate."""
    mine = DialogueMessage.objects.filter(pk=message_id, officer=by)
    tip_id = mine.values_list("tip", flat=True).first()
    if tip_id is None:
        raise NotYours
    # The tip first, as whoever undoes its end.
    tip = lock(tip_id, by=by, closed_too=True)
    message = mine.select_for_update(no_key=True).first()
    if message is None:
        raise NotYours
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


@transaction.atomic
def add_note(tip_id: uuid.UUID, *, text: str, by: Officer, seen: str | None = None) -> Note:
    """Write an internal note, which no reporter ever sees. Raises NoText."""
    tip = lock(tip_id, by=by, seen=seen, closed_too=True)
    if not text.strip():
        raise NoText
    note = Note.objects.create(tip=tip, officer=by, text=text.strip())
    record("tip.note", by=by, on=tip, chain=unit_chain(tip.responsible_unit_id))
    return note


def call_off_dispatch(dispatch: uuid.UUID | None) -> None:
    """It does not leave, with the caller's transaction. Raises TooLate when a sender holds it."""
    if dispatch is None:
        return
    deliveries = Delivery.objects.select_for_update(no_key=True).filter(dispatch=dispatch)
    if any(each.state != Delivery.State.QUEUED for each in deliveries):
        raise TooLate
    now = times.now()
    deliveries.update(
        state=Delivery.State.CANCELLED, settled_at=now, address_sealed=None, text_sealed=None
    )
    Dispatch.objects.filter(pk=dispatch).update(cancelled_at=now)


def _first_within(tip: Tip, since: datetime.datetime) -> datetime.datetime:
    """When the reporter first wrote in the five minutes that began then."""
    theirs = tip.messages.filter(
        author=DialogueMessage.Author.REPORTER, at__gte=since, at__lt=since + times.COARSE
    )
    return theirs.order_by("at").values_list("at", flat=True).first() or since


def _forget_answer(tip: Tip, decision: Decision | None) -> None:
    if decision is not None:
        waiting = decision.detail.get("was_waiting")
        if waiting:
            tip.waiting_since = _first_within(tip, datetime.datetime.fromisoformat(waiting))
        decision.detail["taken_back"] = True
        decision.save(update_fields=["detail"])
    if not tip.messages.filter(author=DialogueMessage.Author.DESK).exists():
        tip.first_answered_at = None
    tip.save(update_fields=["first_answered_at", "waiting_since"])
