"""Letting go of the chat a tip came from: by which it is known, and where it can be answered.

Both go with every kind of ending. Whoever writes again from there begins another tip, with an
address of its own; what the desk still says about the one that ended, or about one that was opened
again or objected about, is read with the receipt code. What was on its way then arrives: a delivery
has an address of its own until it is settled (delivery.sender.sql).

Where the reporter asked not to be contacted, only the address goes. Each message that comes in
brings it along (intake.statement), so that "messages again" can be answered.
"""

import uuid

from django.db import IntegrityError
from django.db.models import Exists, OuterRef, Q, QuerySet

from keng.acts.locks import lock_available
from keng.acts.work import savepoint, work
from keng.delivery.models import Conversation
from keng.tips.models import DialogueMessage, Tip

# What `Conversation.mode` says of stopping, by intake.command_statements: it was asked whether to
# stop; it was stopped; it was stopped and, after writing on, told how to come back.
STOP_ASKED, STOPPED, STOPPED_AND_TOLD = "stop_asked", "stopped", "stopped_told"
_PORTION = 500


def forget_conversation(tip: Tip, *, but_answer: bool = False) -> None:
    """No row leads back to who wrote this; in the transaction that ends it.

    With `but_answer` a message that came this moment, and may tell of danger, is answered first:
    then the address goes when it has been examined.
    """
    talks = Conversation.objects.filter(tip_ref=tip.pk)
    if but_answer and _unexamined_messages(tip.pk).exists():
        talks.update(key_hash=None)
    else:
        talks.update(key_hash=None, reply_address_sealed=b"")


def forget_reply_address(tip: Tip) -> None:
    """Nobody is written to, but whoever writes on joins the tip; in the caller's transaction."""
    Conversation.objects.filter(tip_ref=tip.pk).update(reply_address_sealed=b"")


def conversations_of_tip(tip: Tip) -> dict[str, dict[str, str]]:
    """What `restore_conversations` needs after `forget_conversation`.

    It is kept in a box that only undoing opens.
    """
    talks = Conversation.objects.filter(tip_ref=tip.pk)
    return {
        str(talk.pk): {
            "key": bytes(talk.key_hash or b"").hex(),
            "address": bytes(talk.reply_address_sealed).hex(),
        }
        for talk in talks
    }


def restore_conversations(talks: dict[str, dict[str, str]]) -> None:
    """The tip can be answered again, and the next message joins it, unless it began another one."""
    for pk, talk in talks.items():
        again = Conversation.objects.filter(pk=pk, key_hash=None)
        again.update(reply_address_sealed=bytes.fromhex(talk["address"]))
        if not talk["key"]:
            continue
        try:
            with savepoint():
                again.update(key_hash=bytes.fromhex(talk["key"]))
        except IntegrityError:
            continue


@work()
def forget_unneeded_addresses() -> int:
    """Drop the address of every chat that is not to be written to; how many. A job of the worker.

    An ending and a "stop" drop it by themselves: this is for what a message brought along after
    them, once it was examined, and for whatever ended before we did so.
    """
    is_unread = Q(Exists(_unexamined_messages(OuterRef("pk"))))
    # Who wrote after the stop is told once how to come back (intake.coming_back).
    stopped = Conversation.objects.filter(tip_ref=OuterRef("pk"), mode=STOPPED)
    needed = Tip.objects.filter(
        Q(do_not_contact=False) & (~Q(state=Tip.State.CLOSED) | is_unread)
        | is_unread & Q(Exists(stopped)),
        pk=OuterRef("tip_ref"),
        withdrawn_at=None,
    )
    kept = Conversation.objects.reachable().filter(~Exists(needed))
    chosen = lock_available(kept.order_by("key_hash"))
    ids = list(chosen.values_list("pk", flat=True)[:_PORTION])
    return Conversation.objects.filter(pk__in=ids).update(reply_address_sealed=b"")


def _unexamined_messages(tip: uuid.UUID | OuterRef) -> QuerySet[DialogueMessage]:
    """What the reporter said that the worker has not looked at."""
    return DialogueMessage.objects.filter(
        tip=tip, author=DialogueMessage.Author.REPORTER, examined_at=None
    )
