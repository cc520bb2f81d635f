"""Messages to a reporter as rows: put into the dialogue, queued for the sender, called off in time.

Steps of other acts, inside their transaction, and no decision by themselves: answering is
`dialogue.answering`.
"""

import datetime
import uuid

from keng.accounts.models import Officer
from keng.acts.locks import lock
from keng.delivery.actions.replies import send_to_conversation
from keng.delivery.models import Conversation, Delivery, Dispatch
from keng.kit import times
from keng.kit.compiled_queries import CompiledModelQuery
from keng.tips.chat_notices import words_for_chat
from keng.tips.errors import TooLate
from keng.tips.models import DialogueMessage, Tip

# An answer waits this long before it leaves, so that it can be taken back; where minutes count it
# leaves at once.
ANSWER_HELD_FOR = datetime.timedelta(seconds=20)
# Answers to several are held longer, but none longer than this.
LONGEST_HELD = datetime.timedelta(seconds=60)
_TALKS: CompiledModelQuery[Conversation] = CompiledModelQuery(
    lambda *, tip: (
        Conversation.objects.reachable()
        .filter(tip_ref=tip)
        .select_related("account")
        .order_by("-id")[:1]
    )
)


def add_message(
    tip: Tip,
    text: str,
    *,
    by: Officer | None,
    hold: datetime.timedelta = ANSWER_HELD_FOR,
    says_whom_to_ring: bool = False,
) -> DialogueMessage:
    """Put a message into the dialogue and, if the tip came by chat, queue it for the sender.

    Not a decision by itself: for the actions of this area, inside their transaction. Whoever asked
    not to be contacted finds it on the status page only. What the chat shows of it says
    `chat_notices`.
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
            text=words_for_chat(
                tip, conversation, message.text, says_whom_to_ring=says_whom_to_ring
            ),
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


def mark_answered(tip: Tip) -> None:
    """Nobody is waiting for an answer any more."""
    tip.first_answered_at = tip.first_answered_at or times.now()
    tip.waiting_since = None
    tip.save(update_fields=["first_answered_at", "waiting_since"])


def conversation_of(tip: Tip) -> Conversation | None:
    """Where an answer can be sent; None when it can only be read with the receipt code.

    So it is of a tip that was opened again: the address went with its end (tips.chats).
    """
    if tip.do_not_contact:
        return None
    return next(iter(_TALKS.fetch(tip=tip.pk)), None)


def is_answered_in_chat(tip: Tip) -> bool:
    """Whether an answer can be sent; for whoever may not read where to."""
    talks = Conversation.objects.reachable().filter(tip_ref=tip.pk)
    return not tip.do_not_contact and talks.exists()


def remove_unsent_message(message_id: str) -> uuid.UUID | None:
    """Nobody will read this message: it has not left yet. Raises TooLate.

    Not a decision by itself: for the actions of this area, inside their transaction. Returns what
    carries it, for `call_off_dispatch`.
    """
    message = lock(DialogueMessage.objects.filter(pk=message_id), to_delete=True).first()
    if message is None:
        return None  # Its officer has taken it back already.
    if message.visible_at <= times.now():
        raise TooLate
    message.delete()
    return message.dispatch_ref


def call_off_dispatch(dispatch: uuid.UUID | None) -> None:
    """It does not leave, with the caller's transaction. Raises TooLate when a sender holds it."""
    if dispatch is None:
        return
    rows = Delivery.objects.filter(dispatch=dispatch)
    # What was called off before, since its reporter stopped it, has not left either.
    deliveries = lock(rows.exclude(state=Delivery.State.CANCELLED))
    if any(each.state != Delivery.State.QUEUED for each in deliveries):
        raise TooLate
    now = times.now()
    deliveries.update(
        state=Delivery.State.CANCELLED, settled_at=now, address_sealed=None, text_sealed=None
    )
    Dispatch.objects.filter(pk=dispatch).update(cancelled_at=now)
