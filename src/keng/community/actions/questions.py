"""Asking, answering, and what else may become of a question. Its words do not outlive that.

What the desk can read goes with the decision. A copy that only the asker's code opens is there a
week longer for one objection (actions.objections), as with claims. An answer that everybody reads
is let out by a second person (docs/decisions/0015); until then the words as they were asked stay.
"""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from keng.accounts.models import Officer
from keng.accounts.vouching import tied_to
from keng.acts.act import act
from keng.acts.locks import lock_one
from keng.audit.actions import record, unit_chain
from keng.channels.text import clean_text
from keng.claims.actions.errors import YourOwn
from keng.claims.actions.objections import OBJECTION_TIME
from keng.claims.secret_links import box_words
from keng.community import acts
from keng.community.models import Question
from keng.community.models.questions import PRIVATE_FOR, PUBLIC_FOR, UNANSWERED_FOR
from keng.community.number_checks import check_answer_numbers
from keng.dialogue import shown_codes
from keng.intake.receive import IncomingTip, receive_tip
from keng.kit import times
from keng.kit.codes import token_for_answers
from keng.kit.secrets import keyed_hash
from keng.kit.standby_confirmation import confirm_earlier_commits
from keng.kit.urgency import URGENT_LEVELS
from keng.language.officers import seems_about_officers
from keng.language.urgency import first_urgency_of
from keng.places import serving
from keng.places.models import Place, Unit
from keng.releases import steps
from keng.releases.errors import NothingWaits
from keng.tips import receipt_codes


@act(acts.ASK_DESK)
def ask_desk(place: Place, *, text: str, wish: str, token: str, language: str) -> str:
    """Hand a question in; the code of its answer, the same for the same token.

    Sent twice it is kept once, and its code is shown for a while from the first time on. One that
    seems to be about officers of the desk goes to the desk above it, as a report would.
    """
    code = receipt_codes.code_from_token(token)
    if Question.objects.filter(code_hash=receipt_codes.code_hash(code)).exists():
        confirm_earlier_commits()
        return code
    shown_codes.show_code_for_a_while(token)
    text = clean_text(text)
    unit, kept_from = _desk_for(place, text)
    question = Question(
        place=place,
        unit=unit,
        kept_from=kept_from,
        wish=wish,
        text=text,
        language=language,
        code_hash=receipt_codes.code_hash(code),
        box=box_words(text, code),
    )
    Question.objects.bulk_create([question], ignore_conflicts=True)
    return code


def is_urgent_question(text: str) -> bool:
    """Whether it tells of danger, or of money on its way: nobody may wait seven days for that."""
    return first_urgency_of(clean_text(text)) in URGENT_LEVELS


@act(acts.REPORT_URGENT_QUESTION)
def report_urgent_question(
    place: Place, *, text: str, token: str, language: str, sender_mark: bytes = b""
) -> str:
    """Open a report with the words of an urgent question, which rings as any other.

    Returns the token of its code, which is shown for a while. The same words sent twice are one
    report; other words on the same page are another one, and never lost. A question that was sent
    from there before keeps its code for itself. Raises tips.errors.CannotSeal.
    """
    text = clean_text(text)
    token = token_for_answers(token, "report", text)
    code = receipt_codes.code_from_token(token)
    if receipt_codes.tip_id_of_code(code) is not None:
        confirm_earlier_commits()
        return token
    shown_codes.show_code_for_a_while(token)
    unit, kept_from = _desk_for(place, text)
    receive_tip(
        IncomingTip(
            concerns=(kept_from.pk,) if kept_from else (),
            concerns_by_words=kept_from is not None,
            unit_id=unit.pk,
            text=text,
            place_id=place.pk,
            province_code=place.province_code,
            language=language,
            receipt_hash=receipt_codes.code_hash(code),
            dedupe_key=keyed_hash("urgent question", token),
            sender_mark=sender_mark,
        )
    )
    return token


def _desk_for(place: Place, text: str) -> tuple[Unit, Unit | None]:
    """The desk of the place and None; or the one above it, and the one that it is kept from."""
    nearest = serving.unit_for(place)
    unit = serving.unit_above(nearest) if seems_about_officers(text) else nearest
    return unit, None if unit == nearest else nearest


@act(acts.ANSWER_QUESTION)
def answer_question(pk: uuid.UUID, *, shown: str, words: str, by: Officer) -> Question:
    """Answer the asker alone, and the words as they were asked are gone; or hand the answer in that
    everybody is to read. Raises as `_locked_question`.
    """
    question = _locked_question(pk, by)
    question.shown_text, question.answer = shown, words
    if question.wish == Question.Wish.PUBLIC:
        return _hand_in_answer(question, by)
    return _close_question(question, Question.State.ANSWERED, "question.answered", by)


def _hand_in_answer(question: Question, by: Officer) -> Question:
    question.save(update_fields=["shown_text", "answer"])
    steps.submit(question, by=by)
    record(
        "question.handed_in",
        by=by,
        on=question,
        chain=unit_chain(question.unit_id),
        detail=steps.release_detail(question),
    )
    return question


@act(acts.LET_OUT_ANSWER)
def let_out_answer(pk: uuid.UUID, *, seen: bytes, numbers: str = "", by: Officer) -> Question:
    """Let everybody read exactly these words; the words as they were asked are gone.

    `numbers` is as for approving a warning. Raises as `_locked_question`, and
    HandInIt, TextChanged, NumbersUnchecked.
    """
    question = _locked_question(pk, by)
    checked = check_answer_numbers(question, by=by)
    steps.let_out(question, seen=seen, by=by)
    checked.require_compared(numbers)
    return _close_question(question, Question.State.ANSWERED, "question.answered", by)


@act(acts.DECLINE_QUESTION)
def decline_question_as_opinion(pk: uuid.UUID, *, by: Officer) -> Question:
    """No matter of this site: the asker reads the fixed answer. Raises as `_locked_question`."""
    return _close_question(
        _locked_question(pk, by), Question.State.OPINION, "question.declined", by
    )


@act(acts.MOVE_QUESTION)
def move_question_to_inbox(pk: uuid.UUID, *, by: Officer) -> uuid.UUID:
    """It is really a report: from now on the asker's code opens that. Returns the tip's id.

    A desk that did not get the question does not see the report either.

    Raises as `_locked_question`, and tips.errors.CannotSeal.
    """
    question = _locked_question(pk, by)
    kept_from = question.kept_from_id
    tip_id = receive_tip(
        IncomingTip(
            concerns=(kept_from,) if kept_from else (),
            concerns_by_words=bool(kept_from),
            unit_id=question.unit_id,
            text=question.text,
            place_id=question.place_id,
            province_code=question.place.province_code,
            language=question.language,
            receipt_hash=bytes(question.code_hash),
            received_at=question.asked_at,
            dedupe_key=keyed_hash("question", question.pk.bytes),
        )
    )
    _close_question(question, Question.State.MOVED, "question.moved", by)
    return tip_id


def sweep_questions(limit: int = 500) -> int:
    """Destroy the words whose time is over; how many questions."""
    now = times.now()
    waiting = Question.objects.undecided().alias(since=Coalesce("objected_at", "asked_at"))
    answered = Question.objects.filter(state=Question.State.ANSWERED)
    private, public = (answered.filter(wish=wish) for wish in ("private", "public"))
    gone: dict[str, Any] = {
        "state": Question.State.GONE,
        "text": "",
        "box": b"",
        "shown_text": "",
        "answer": "",
        "ended_at": now,
    }
    return (
        _empty_rows(
            waiting.filter(since__lt=now - UNANSWERED_FOR),
            limit,
            decided_at=now,
            decided_by=None,
            **gone,
        )
        # When it was answered stays: the reply time is told after the words are gone, too.
        + _empty_rows(private.filter(decided_at__lt=now - PRIVATE_FOR), limit, **gone)
        + _empty_rows(public.filter(decided_at__lt=now - PUBLIC_FOR), limit, **gone)
        + _empty_rows(
            Question.objects.filter(
                state=Question.State.OPINION, decided_at__lt=now - OBJECTION_TIME
            ).exclude(box=b""),
            limit,
            box=b"",
        )
    )


def _empty_rows(over: QuerySet[Question], limit: int, **empty: Any) -> int:
    keys = list(over.values_list("pk", flat=True)[:limit])
    # Asked once more: what was decided since then is not destroyed.
    return over.filter(pk__in=keys).update(**empty)


def _locked_question(pk: uuid.UUID, by: Officer) -> Question:
    """Raises NotAllowed, NothingWaits; YourOwn for whose decision was objected to."""
    question = lock_one(Question.objects.visible_to(by).select_related("place", "unit"), pk)
    if question.state != Question.State.WAITING:
        raise NothingWaits
    if question.decided_by_id in tied_to(by):
        raise YourOwn
    return question


def _close_question(
    question: Question, state: Question.State, action: str, by: Officer
) -> Question:
    question.state, question.text = state, ""
    detail: dict[str, object] = {"wish": question.wish}
    if question.is_released:
        detail |= steps.release_detail(question)
    elif state != Question.State.ANSWERED:
        # An answer that waited for a second person goes, too; whoever wrote it keeps their hand.
        question.shown_text, question.answer, question.submitted_at = "", "", None
    if state != Question.State.OPINION or question.objected_at is not None:
        question.box = b""
    question.decided_at, question.decided_by = times.now(), by
    question.save(
        update_fields=[
            "state",
            "text",
            "box",
            "shown_text",
            "answer",
            "decided_at",
            "decided_by",
            "submitted_at",
        ]
    )
    record(action, by=by, on=question, chain=unit_chain(question.unit_id), detail=detail)
    return question
