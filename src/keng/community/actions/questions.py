"""Asking, answering, and what else may become of a question. Its words never outlive that."""

import uuid
from typing import Any

from django.db import transaction
from django.db.models.functions import Coalesce

from keng.accounts.models import Officer
from keng.audit.actions import record, unit_chain
from keng.community.models import Question
from keng.community.models.questions import PRIVATE_FOR, PUBLIC_FOR, UNANSWERED_FOR
from keng.community.rights import NotYours, speaks
from keng.kit import times
from keng.kit.secrets import keyed_hash
from keng.places import serving
from keng.places.models import Place
from keng.tips import receipts
from keng.tips.actions.intake import NewTip, receive_one


class AlreadyDecided(ValueError):
    """A colleague was faster, or its time is over."""


def ask(place: Place, *, text: str, wish: str, token: str, language: str) -> str:
    """Hand a question in; the code of its answer, the same for the same token.

    Sent twice it is kept once.
    """
    code = receipts.code_from(token)
    question = Question(
        place=place, unit=serving.unit_for(place), wish=wish, text=text, language=language,
        code_hash=receipts.hash_of(code),
    )  # fmt: skip
    Question.objects.bulk_create([question], ignore_conflicts=True)
    return code


@transaction.atomic
def answer(pk: uuid.UUID, *, shown: str, words: str, by: Officer) -> Question:
    """Answer it; the words as they were asked are gone. Raises NotYours, AlreadyDecided."""
    question = _open(pk, by)
    question.shown_text, question.answer = shown, words
    return _decided(question, Question.State.ANSWERED, "question.answered", by)


@transaction.atomic
def decline_as_opinion(pk: uuid.UUID, *, by: Officer) -> Question:
    """No matter of this site: the asker reads the fixed answer. Raises NotYours, AlreadyDecided."""
    return _decided(_open(pk, by), Question.State.OPINION, "question.declined", by)


@transaction.atomic
def move_to_reports(pk: uuid.UUID, *, by: Officer) -> uuid.UUID:
    """It is really a report: from now on the asker's code opens that. Returns the tip's id.

    Raises NotYours, AlreadyDecided, tips.errors.CannotSeal.
    """
    question = _open(pk, by)
    tip_id = receive_one(
        NewTip(
            unit_id=question.unit_id, text=question.text, place_id=question.place_id,
            province_code=question.place.province_code, language=question.language,
            receipt_hash=bytes(question.code_hash), received_at=question.asked_at,
            dedupe_key=keyed_hash("question", question.pk.bytes),
        )
    )  # fmt: skip
    _decided(question, Question.State.MOVED, "question.moved", by)
    return tip_id


def sweep(limit: int = 500) -> int:
    """Destroy the words whose time is over; how many questions."""
    now = times.now()
    over: tuple[dict[str, Any], ...] = (
        {"state": Question.State.WAITING, "asked_at__lt": now - UNANSWERED_FOR},
        {
            "state": Question.State.ANSWERED,
            "wish": Question.Wish.PRIVATE,
            "decided_at__lt": now - PRIVATE_FOR,
        },
        {
            "state": Question.State.ANSWERED,
            "wish": Question.Wish.PUBLIC,
            "decided_at__lt": now - PUBLIC_FOR,
        },
    )
    found = 0
    for which in over:
        keys = Question.objects.filter(**which).values_list("pk", flat=True)[:limit]
        found += Question.objects.filter(pk__in=list(keys)).update(
            state=Question.State.GONE, text="", shown_text="", answer="",
            # When it was answered stays: the reply time is told after the words are gone, too.
            decided_at=Coalesce("decided_at", now),
        )  # fmt: skip
    return found


def _open(pk: uuid.UUID, by: Officer) -> Question:
    found = Question.objects.visible_to(by).select_for_update(of=("self",))
    question = found.select_related("place").filter(pk=pk).first()
    if question is None or not speaks(by):
        raise NotYours
    if question.state != Question.State.WAITING:
        raise AlreadyDecided
    return question


def _decided(question: Question, state: Question.State, act: str, by: Officer) -> Question:
    question.state, question.text = state, ""
    question.decided_at, question.decided_by = times.now(), by
    question.save(
        update_fields=["state", "text", "shown_text", "answer", "decided_at", "decided_by"]
    )
    record(
        act, by=by, on=question, chain=unit_chain(question.unit_id), detail={"wish": question.wish}
    )
    return question
