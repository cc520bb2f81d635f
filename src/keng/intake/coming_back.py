"""Somebody stopped messages in a chat and writes on: they are told once how to come back."""

import uuid
from collections.abc import Iterable

from django.db.models import QuerySet

from keng.acts.locks import lock
from keng.delivery.actions.replies import send_to_conversation
from keng.delivery.models import Conversation, Dispatch
from keng.intake import auto_replies
from keng.kit import times
from keng.language import chat_words
from keng.tips.chats import STOPPED, STOPPED_AND_TOLD
from keng.tips.models import DialogueMessage, Tip


def stopped_talks(tip_ids: Iterable[uuid.UUID]) -> QuerySet[Conversation]:
    """Those of these tips in which somebody stopped messages, and was told nothing since."""
    return Conversation.objects.reachable().filter(tip_ref__in=list(tip_ids), mode=STOPPED)


def tell_how_to_come_back(tip: Tip, message: DialogueMessage) -> None:
    """Answer what came after the stop; in the caller's transaction, the tip locked.

    Whoever never said "stop" but asks not to be contacted is told nothing; nor is the stop itself
    answered a second time, or what was written on the page of the report.
    """
    is_from_chat = message.inbound_ref is not None and not chat_words.is_stop(message.text)
    if not (tip.do_not_contact and is_from_chat):
        return
    # What was written before the stop is examined late now and then: it asks for no answer.
    talks = stopped_talks([tip.pk]).filter(last_inbound_at__lte=message.at)
    talk = lock(talks.select_related("account")).first()
    if talk is None:
        return
    text = auto_replies.still_stopped_answer(tip.language)
    dispatch = send_to_conversation(
        talk,
        text=text,
        kind=Dispatch.Kind.ACKNOWLEDGEMENT,
        unit_id=tip.responsible_unit_id,
        by=None,
        source_kind="tip",
        source_ref=tip.pk,
    )
    DialogueMessage.objects.create(
        tip=tip,
        author=DialogueMessage.Author.AUTOMATIC,
        text=text,
        channel=talk.account.channel,
        dispatch_ref=dispatch.pk,
        visible_at=times.now(),
    )
    talk.mode = STOPPED_AND_TOLD
    talk.save(update_fields=["mode"])
