"""The worker's part: one message, one answer. The steps of a survey, question by question.

One worker at a time reads them, so that two messages of one person are not read side by side.
"""

import logging
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import translation

from keng.delivery.actions.replies import answer_asker
from keng.surveys import queries
from keng.surveys.actions import answering
from keng.surveys.actions.errors import NotOpen, SlipUnknown, SlipUsed
from keng.surveys.chat import talks, words
from keng.surveys.chat.commands import MOST_CHOICES, Said
from keng.surveys.chat.talks import Talk
from keng.surveys.content import Content, Question, spoken
from keng.surveys.models import Answer, ChatTalk, ChatTurn, Survey

log = logging.getLogger(__name__)
_MOST_OFFERED = 5
_ONE_WORKER = "SELECT pg_try_advisory_xact_lock(hashtext('keng survey chats'), 0)"
# Somebody told something else meanwhile: it is with the officers, and the survey is over.
_LEFT = """
SELECT t.conversation_hash, tip.do_not_contact
FROM surveys_chattalk t
JOIN delivery_conversation c ON c.key_hash = t.conversation_hash AND c.last_inbound_at > t.asked_at
JOIN tips_tip tip ON tip.id = c.tip_ref
ORDER BY t.asked_at LIMIT 1
"""


@transaction.atomic
def answer() -> int:
    """Read the oldest message and answer it; 1 when there was one.

    One that cannot be answered goes, too: else everybody behind it would wait.
    """
    if not _mine():
        return 0
    turn = ChatTurn.objects.select_related("account").order_by("id").first()
    if turn is None:
        return 0
    try:
        with transaction.atomic():
            _reply(turn)
    except (InterfaceError, OperationalError):
        # The database is away, or busy: nothing is wrong with the message.
        raise
    except Exception as error:  # noqa: BLE001 -- whatever one message does, the next is read
        log.warning("A message to a survey was not answered (%s).", type(error).__name__)
    turn.delete()
    return 1


def _reply(turn: ChatTurn) -> None:
    said = talks.heard(turn)
    if said is None:
        return
    for text in _answers(turn, said):
        answer_asker(turn.account, bytes(turn.address_sealed), text, source_kind="survey")


@transaction.atomic
def put_aside() -> int:
    """End one survey whose answerer has reported something meanwhile, and say so."""
    if not _mine():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_LEFT)
        found = cursor.fetchone()
    if found is None:
        return 0
    row = ChatTalk.objects.select_related("survey", "account").get(pk=found[0])
    talk = talks.opened(row)
    if talk is not None and not talk.is_over and not found[1]:
        with translation.override(talk.language):
            text = words.put_aside(talk.survey, talk.language)
        answer_asker(row.account, bytes(row.address_sealed), text, source_kind="survey")
    row.delete()
    return 1


def _mine() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_ONE_WORKER)
        return bool(cursor.fetchone()[0])


def _answers(turn: ChatTurn, said: Said) -> list[str]:
    """What is said to this message; nothing when it came before its question."""
    if said.begins or said.act == "slow":
        with translation.override(said.language):
            return [words.slow()] if said.act == "slow" else _begun(turn, said)
    talk = talks.load(turn)
    if talk is None:
        return []
    with translation.override(talk.language):
        if talk.is_over:
            return [words.over_already()]
        if not queries.takes_answers(talk.survey):
            talks.end(turn, talk)
            return [words.closed(talk.survey)]
        if said.act == "stop":
            talks.end(turn, talk)
            return [words.stopped(talk.survey, talk.language)]
        return _step(turn, talk, said)


def _begun(turn: ChatTurn, said: Said) -> list[str]:
    if not said.code:
        offered = [(one, queries.content_of(one, said.language)) for one in queries.open_now()]
        return [words.which(offered[:_MOST_OFFERED], said.language)]
    survey = queries.by_code(said.code)
    if survey is None:
        return [words.unknown()]
    if refusal := _refusal(turn, survey, said):
        return [refusal]
    language = spoken(survey.content, said.language)
    talk = Talk(survey, language, slip=said.slip)
    with translation.override(language):
        content = queries.content_of(survey, language)
        asked = by_number(content, {})
        if not asked:
            return [words.only_on_the_page(survey)]
        left_out = len(content.asked({})) - len(asked)
        talks.save(turn, talk)
        hello = words.greeting(survey, content, len(asked), left_out)
        return _in_one([hello, words.asking(asked[0], 1, len(asked))])


def _refusal(turn: ChatTurn, survey: Survey, said: Said) -> str:
    """Why this survey cannot be begun here; "" when it can."""
    if not queries.takes_answers(survey):
        return words.closed(survey)
    if survey.reach == Survey.Reach.OPEN:
        return words.answered_already(survey) if talks.has_answered(turn, survey) else ""
    if not said.slip:
        return words.slip_wanted(survey, said.language, "")
    try:
        answering.check_slip(survey, said.slip)
    except SlipUnknown:
        return words.slip_wanted(survey, said.language, "unknown")
    except SlipUsed:
        return words.slip_wanted(survey, said.language, "used")
    return ""


def _step(turn: ChatTurn, talk: Talk, said: Said) -> list[str]:
    content = queries.content_of(talk.survey, talk.language)
    question = _next(content, talk)
    if question is None or said.act in {"send", "again"}:
        return _at_the_end(turn, talk, content, said)
    if said.act == "numbers":
        answer = _answer_of(question, said.numbers)
        if answer is None:
            return [words.not_a_choice(question)]
        talk.said[question.key] = answer
    talk.seen.append(question.key)
    talks.save(turn, talk)
    return [_what_now(content, talk)]


def _at_the_end(turn: ChatTurn, talk: Talk, content: Content, said: Said) -> list[str]:
    """Count it, begin again, or say once more what can be done now."""
    is_whole = _next(content, talk) is None
    if said.act == "again" or (is_whole and said.numbers == (2,)):
        talk.said, talk.seen = {}, []
        talks.save(turn, talk)
        return [_what_now(content, talk)]
    if is_whole and (said.act == "send" or said.numbers == (1,)):
        return [_counted(turn, talk, content)]
    return [_what_now(content, talk)]


def _counted(turn: ChatTurn, talk: Talk, content: Content) -> str:
    survey, is_open = talk.survey, talk.survey.reach == Survey.Reach.OPEN
    if is_open and talks.has_answered(turn, survey):
        told = words.answered_already(survey)
    else:
        try:
            answering.take(survey, content, talk.said, slip=talk.slip, origin=Answer.Origin.CHAT)
        except NotOpen:
            told = words.closed(survey)
        except (SlipUsed, SlipUnknown):
            told = words.slip_wanted(survey, talk.language, "used")
        else:
            told = words.thanks(survey)
            if is_open:
                talks.note_answered(turn, survey)
    talks.end(turn, talk)
    return told


def by_number(content: Content, said: dict[str, Any]) -> list[Question]:
    """The questions that somebody with these answers is asked in a chat: those with numbers."""
    return [
        one
        for one in content.asked(said)
        if one.kind != "text" and (one.kind != "place" or len(one.options) <= MOST_CHOICES)
    ]


def _next(content: Content, talk: Talk) -> Question | None:
    asked = by_number(content, talk.said)
    return next((one for one in asked if one.key not in talk.seen), None)


def _what_now(content: Content, talk: Talk) -> str:
    asked, question = by_number(content, talk.said), _next(content, talk)
    if question is None:
        return words.look_over(content, talk.said, asked)
    return words.asking(question, asked.index(question) + 1, len(asked))


def _answer_of(question: Question, numbers: tuple[int, ...]) -> Any:
    """What is kept of these numbers; None when they are no answer to it."""
    if not all(1 <= one <= len(question.options) for one in numbers):
        return None
    if question.kind == "several":
        return sorted({one - 1 for one in numbers})
    return numbers[0] - 1 if len(numbers) == 1 else None


def _in_one(parts: list[str]) -> list[str]:
    whole = "\n\n".join(parts)
    return [whole] if len(whole) <= words.LONGEST else parts
