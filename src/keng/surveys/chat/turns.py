"""The worker's part: one message, one answer. The steps of a survey, question by question.

One worker at a time reads them, so that two messages of one person are not read side by side.
"""

import logging
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.utils import translation

from keng.acts.locks import take_turn
from keng.acts.work import savepoint, work
from keng.delivery.actions.replies import answer_asker
from keng.kit.advisory_locks import TurnLock
from keng.kit.compiled_queries import CompiledQuery
from keng.surveys import queries
from keng.surveys.actions import answering
from keng.surveys.actions.errors import NotOpen, SlipUnknown, SlipUsed
from keng.surveys.chat import sentences, talk_state
from keng.surveys.chat.commands import MOST_CHAT_OPTIONS, ChatCommand
from keng.surveys.chat.talk_state import UnfinishedTalk
from keng.surveys.content import Question, SurveyContent, reading_language
from keng.surveys.models import Answer, ChatTalk, ChatTurn, Survey

log = logging.getLogger(__name__)
_MOST_OFFERED = 5
# Somebody told something else meanwhile: it is with the officers, and the survey is over.
_LEFT_FOR_REPORT = """
SELECT t.conversation_hash, tip.do_not_contact
FROM surveys_chattalk t
JOIN delivery_conversation c ON c.key_hash = t.conversation_hash AND c.last_inbound_at > t.asked_at
JOIN tips_tip tip ON tip.id = c.tip_ref
ORDER BY t.asked_at LIMIT 1
"""


# Asked every few seconds, also while nobody answers a survey.
_ANY_TURN = CompiledQuery(lambda: ChatTurn.objects.values_list("pk")[:1])
_ANY_TALK = CompiledQuery(lambda: ChatTalk.objects.values_list("pk")[:1])


def answer_turn() -> int:
    """Read the oldest message and answer it; 1 when there was one.

    One that cannot be answered goes, too: else everybody behind it would wait.
    """
    return _answer_next_turn() if _ANY_TURN.fetch_rows() else 0


@work()
def _answer_next_turn() -> int:
    if not take_turn(TurnLock.SURVEY_CHATS):
        return 0
    turn = ChatTurn.objects.select_related("account").order_by("id").first()
    if turn is None:
        return 0
    try:
        with savepoint():
            _reply(turn)
    except (InterfaceError, OperationalError):
        # The database is away, or busy: nothing is wrong with the message.
        raise
    except Exception as error:  # noqa: BLE001 -- whatever one message does, the next is read
        log.warning("A message to a survey was not answered (%s).", type(error).__name__)
    turn.delete()
    return 1


def _reply(turn: ChatTurn) -> None:
    command = talk_state.command_of_turn(turn)
    if command is None:
        return
    for text in _replies_to(turn, command):
        answer_asker(turn.account, bytes(turn.address_sealed), text, source_kind="survey")


def end_talk_left_for_report() -> int:
    """End one survey whose answerer has reported something meanwhile, and say so."""
    return _end_next_talk() if _ANY_TALK.fetch_rows() else 0


@work()
def _end_next_talk() -> int:
    if not take_turn(TurnLock.SURVEY_CHATS):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_LEFT_FOR_REPORT)
        found = cursor.fetchone()
    if found is None:
        return 0
    row = ChatTalk.objects.select_related("survey", "account").get(pk=found[0])
    talk = talk_state.unbox_talk(row)
    if talk is not None and not talk.is_over and not found[1]:
        with translation.override(talk.language):
            text = sentences.ended_by_report(talk.survey, talk.language)
        answer_asker(row.account, bytes(row.address_sealed), text, source_kind="survey")
    row.delete()
    return 1


def _replies_to(turn: ChatTurn, command: ChatCommand) -> list[str]:
    """What is said to this message; nothing when it came before its question."""
    if command.begins or command.act == "slow":
        with translation.override(command.language):
            return [sentences.too_many_begun()] if command.act == "slow" else _begin(turn, command)
    talk = talk_state.load_talk(turn)
    if talk is None:
        return []
    with translation.override(talk.language):
        if talk.is_over:
            return [sentences.survey_is_over()]
        if not queries.takes_answers(talk.survey):
            talk_state.end_talk(turn, talk)
            return [sentences.survey_is_closed(talk.survey)]
        if command.act == "stop":
            talk_state.end_talk(turn, talk)
            return [sentences.survey_stopped(talk.survey, talk.language)]
        return _step(turn, talk, command)


def _begin(turn: ChatTurn, command: ChatCommand) -> list[str]:
    if not command.code:
        offered = [
            (one, queries.content_of(one, command.language))
            for one in queries.open_surveys()[:_MOST_OFFERED]
        ]
        return [sentences.choice_of_surveys(offered, command.language)]
    survey = queries.public_survey(command.code)
    # A partner's is answered on its page alone: this chat is with the police.
    if survey is None or survey.partner_id is not None:
        return [sentences.unknown_survey()]
    if refusal := _refusal(turn, survey, command):
        return [refusal]
    if begun := talk_state.talk_of_survey(turn, survey):
        talk, asked_at = begun
        if talk.slip == command.slip:
            # Tapped twice: its answer is there already. Later it goes on where it stands.
            return [] if turn.received_at < asked_at else _go_on(talk)
    language = reading_language(survey.content, command.language)
    talk = UnfinishedTalk(survey, language, slip=command.slip)
    with translation.override(language):
        content = queries.content_of(survey, language)
        asked = questions_by_number(content, {})
        if not asked:
            return [sentences.only_on_page(survey)]
        left_out = len(content.questions_for({})) - len(asked)
        talk_state.save_talk(turn, talk)
        hello = sentences.greeting(survey, content, len(asked), left_out)
        return _joined([hello, sentences.question_text(asked[0], 1, len(asked))])


def _go_on(talk: UnfinishedTalk) -> list[str]:
    """The question where it stands; "again" begins anew."""
    with translation.override(talk.language):
        return [_next_prompt(queries.content_of(talk.survey, talk.language), talk)]


def _refusal(turn: ChatTurn, survey: Survey, command: ChatCommand) -> str:
    """Why this survey cannot be begun here; "" when it can."""
    if not queries.takes_answers(survey):
        return sentences.survey_is_closed(survey)
    if survey.reach == Survey.Reach.OPEN:
        return (
            sentences.chat_answered_before(survey)
            if talk_state.chat_has_answered(turn, survey)
            else ""
        )
    if not command.slip:
        return sentences.slip_needed(survey, command.language, "")
    try:
        answering.check_slip(survey, command.slip)
    except SlipUnknown:
        return sentences.slip_needed(survey, command.language, "unknown")
    except SlipUsed:
        return sentences.slip_needed(survey, command.language, "used")
    return ""


def _step(turn: ChatTurn, talk: UnfinishedTalk, command: ChatCommand) -> list[str]:
    content = queries.content_of(talk.survey, talk.language)
    question = _next_question(content, talk)
    if question is None or command.act in {"send", "again"}:
        return _at_the_end(turn, talk, content, command)
    if command.act == "numbers":
        answer = _answer_of(question, command.numbers)
        if answer is None:
            return [sentences.not_an_option(question)]
        talk.said[question.key] = answer
    talk.seen.append(question.key)
    talk_state.save_talk(turn, talk)
    return [_next_prompt(content, talk)]


def _at_the_end(
    turn: ChatTurn, talk: UnfinishedTalk, content: SurveyContent, command: ChatCommand
) -> list[str]:
    """Count it, begin again, or say once more what can be done now."""
    is_whole = _next_question(content, talk) is None
    if command.act == "again" or (is_whole and command.numbers == (2,)):
        talk.said, talk.seen = {}, []
        talk_state.save_talk(turn, talk)
        return [_next_prompt(content, talk)]
    if is_whole and (command.act == "send" or command.numbers == (1,)):
        return [_count(turn, talk, content)]
    return [_next_prompt(content, talk)]


def _count(turn: ChatTurn, talk: UnfinishedTalk, content: SurveyContent) -> str:
    survey, is_open = talk.survey, talk.survey.reach == Survey.Reach.OPEN
    if is_open and talk_state.chat_has_answered(turn, survey):
        told = sentences.chat_answered_before(survey)
    else:
        try:
            answering.take_answer(
                survey, content, talk.said, slip=talk.slip, origin=Answer.Origin.CHAT
            )
        except NotOpen:
            told = sentences.survey_is_closed(survey)
        except (SlipUsed, SlipUnknown):
            told = sentences.slip_needed(survey, talk.language, "used")
        else:
            told = sentences.answer_counted(survey)
            if is_open:
                talk_state.note_chat_answered(turn, survey)
    talk_state.end_talk(turn, talk)
    return told


def questions_by_number(content: SurveyContent, said: dict[str, Any]) -> list[Question]:
    """The questions that somebody with these answers is asked in a chat: those with numbers."""
    return [
        one
        for one in content.questions_for(said)
        if one.kind != "text" and (one.kind != "place" or len(one.options) <= MOST_CHAT_OPTIONS)
    ]


def _next_question(content: SurveyContent, talk: UnfinishedTalk) -> Question | None:
    asked = questions_by_number(content, talk.said)
    return next((one for one in asked if one.key not in talk.seen), None)


def _next_prompt(content: SurveyContent, talk: UnfinishedTalk) -> str:
    asked, question = questions_by_number(content, talk.said), _next_question(content, talk)
    if question is None:
        return sentences.answers_summary(content, talk.said, asked)
    return sentences.question_text(question, asked.index(question) + 1, len(asked))


def _answer_of(question: Question, numbers: tuple[int, ...]) -> Any:
    """What is kept of these numbers; None when they are no answer to it."""
    if not all(1 <= one <= len(question.options) for one in numbers):
        return None
    if question.kind == "several":
        return sorted({one - 1 for one in numbers})
    return numbers[0] - 1 if len(numbers) == 1 else None


def _joined(parts: list[str]) -> list[str]:
    whole = "\n\n".join(parts)
    return [whole] if len(whole) <= sentences.LONGEST else parts
