"""A number alone in a chat, a question about one, or "tra cứu …": answered by a look-up.

What is asked goes on sealed; the sender answers it (lookup.chat_answers). Outside of a report
nobody is remembered for a question. In the middle of an open tip its words belong to the tip as
well, and a message that tells what happened is a tip whatever it asks. Only the database knows
whether a tip is open, so such a message is prepared as both: a question that claims its key stands
alone, else it is answered once the tip has it.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from keng.channels.base import Event
from keng.delivery.actions.inbound import bytea_text
from keng.delivery.inbound_handlers import SqlStatement
from keng.delivery.inbound_message import InboundMessage
from keng.delivery.priorities import Priority
from keng.intake.chat_handlers import TipHandler
from keng.kit.ids import new_id
from keng.kit.rate_limits import ChatThrottle
from keng.kit.urgency import URGENT_LEVELS, Urgency
from keng.language import chat_words, lookup_questions, reporters_own
from keng.language.fold import fold, folded_message
from keng.language.indicators import extract
from keng.language.indicators.patterns import NAMED_BANK
from keng.language.lookup_terms import (
    LONGEST_QUESTION,
    LookupTerm,
    lookup_terms_in,
    only_lookup_term,
)
from keng.language.phrase_lists import listed_phrases_pattern
from keng.language.urgency import first_urgency_of
from keng.lookup import chat_answers
from keng.vault import seal
from keng.vault.hybrid import SealedKind

_MOST_ASKED = 3
# Shorter ones are rather a code or a sum, and mostly somebody answers a question with them.
_ACCOUNT_FROM = 8
_LONGEST_ALONE = 200
_LONGEST_QUESTION = 1000
_HAS_FIGURE_OR_DOT = re.compile(r"\d|[^\s.]\.[^\s.]")
_MAY_NAME_ONE = re.compile(r"\d|\.\w")
_THREE_WORDS = re.compile(r"(?<![^\W\d_])(?:[^\W\d_]{2,}+[\s,.!?]++){2}[^\W\d_]{2,}+(?![^\s,.!?])")
_COMMAND = re.compile(
    r"\s*(?:(?P<vi>tra cuu)|(?P<en>look ?up)|(?P<soft>kiem tra|check))(?![^\W_])[\s:,.\-]*"
)
_FILLERS = re.compile(rf"(?:(?:{listed_phrases_pattern('look_up_fillers')})(?![^\W_])[\s:,.\-]*)*")
_WORDS_BESIDE = re.compile(
    rf"[\s:,.()?!\-]*(?:(?:{listed_phrases_pattern('look_up_fillers')}|{NAMED_BANK})(?![^\W_])[\s:,.()?!\-]*)*"
)
_HANDLE = re.compile(r"(?<![\w.@/])@[\w.]+")
_AT_ONCE, _PER_SECOND = 30, 1 / 30

_ROWS_SQL = """
WITH r AS MATERIALIZED (
  SELECT * FROM json_to_recordset(%(rows)s::json) AS r(
    key bytea, mark uuid, account uuid, channel text, conversation_hash bytea, unit uuid,
    received_at timestamptz, address bytea, kept text, dispatch uuid, things json)
),
"""
_ANSWERED_SQL = f"""
thing AS MATERIALIZED (
  SELECT asking.*, t.*
  FROM asking, json_to_recordset(asking.things) AS t(n int, delivery uuid, words bytea)
),
dispatch AS (
  INSERT INTO delivery_dispatch (id, kind, is_urgent, unit_id, source_kind, materialised_at)
  SELECT DISTINCT dispatch, 'ack', true, unit, 'lookup', received_at FROM thing
),
delivery AS (
  INSERT INTO delivery_delivery
    (id, dispatch_id, account_id, channel, recipient_kind, recipient_ref, part, text_sealed,
     address_sealed, priority, is_urgent, expires_at)
  SELECT delivery, dispatch, account, channel, 'asker', dispatch, n, words, address,
         {Priority.FIRST_ANSWER:d}, true, received_at + interval '1 hour'
  FROM thing
)
SELECT pg_notify('keng_delivery', '') FROM thing LIMIT 1
"""  # noqa: S608 -- our own pieces
# A question by itself: its key is claimed, so that no tip has it.
_ASK_SQL = f"""
{_ROWS_SQL}
alone AS (
  SELECT r.* FROM r WHERE kept = 'never' OR kept = 'in_talk' AND NOT EXISTS (
    SELECT FROM delivery_conversation c
    WHERE c.key_hash = r.conversation_hash AND c.tip_ref IS NOT NULL)
),
fresh AS (
  INSERT INTO delivery_dedupekey (key, inbound_ref)
  SELECT DISTINCT ON (key) key, mark FROM alone ORDER BY key
  ON CONFLICT (key) DO NOTHING
  RETURNING inbound_ref
),
asking AS (SELECT alone.* FROM alone JOIN fresh ON fresh.inbound_ref = alone.mark),
{_ANSWERED_SQL}
"""  # noqa: S608 -- our own pieces
# A question in a report: the message is in its tip just now (a repetition has no row of its own).
# Whoever asked to be left alone is not written to, whatever they ask.
_ASK_IN_TIP_SQL = f"""
{_ROWS_SQL}
asking AS (
  SELECT r.* FROM r JOIN delivery_inbound i ON i.id = r.mark JOIN tips_tip t ON t.id = i.tip_ref
  WHERE NOT t.do_not_contact
),
{_ANSWERED_SQL}
"""  # noqa: S608 -- our own pieces


@dataclass(frozen=True, slots=True)
class LookupQuestion:
    """What somebody wants to know, and whether the words belong to a tip as well."""

    asked: tuple[LookupTerm, ...]
    kept: Literal["never", "in_talk", "always"]
    """in_talk: only where a tip is open already."""
    languages: tuple[str, ...] = ("vi", "en")


@dataclass(frozen=True, slots=True)
class _Prepared:
    row: dict[str, Any] = field(repr=False)
    as_tip: Any = field(repr=False)
    """The same message as a part of a tip; None when it can be nothing but a question."""


class LookupHandler:
    """Answers a question without keeping who asked, unless the words belong to a report."""

    name = "look_up"

    def __init__(self, tips: TipHandler) -> None:
        self._tips = tips
        self._throttle = ChatThrottle(at_once=_AT_ONCE, per_second=_PER_SECOND)

    def refresh(self) -> None:
        """Read what a message needs that becomes a part of a tip."""
        self._tips.refresh()

    def takes(self, message: InboundMessage) -> bool:
        event = message.event
        if event.group or not event.reply_address or message.conversation_hash is None:
            return False
        return lookup_question_of(event) is not None

    def prepare(self, message: InboundMessage) -> _Prepared:
        question = lookup_question_of(message.event)
        assert question is not None  # noqa: S101 -- `takes` has seen it
        as_tip = None if question.kept == "never" else self._tips.prepare(message)
        return _Prepared(_row_of(message, question, self._texts(message, question)), as_tip)

    def statements(self, prepared: Sequence[_Prepared]) -> list[SqlStatement]:
        parts = [one for one in prepared if one.as_tip is not None]
        made = [SqlStatement(_ASK_SQL, {"rows": json.dumps([one.row for one in prepared])})]
        if parts:
            made += self._tips.statements([one.as_tip for one in parts])
            made.append(
                SqlStatement(_ASK_IN_TIP_SQL, {"rows": json.dumps([one.row for one in parts])})
            )
        return made

    def _texts(self, message: InboundMessage, question: LookupQuestion) -> list[str]:
        """A question for each thing; when there is none, what to do."""
        if refusal := self._throttle.refusal(message.conversation_hash):
            slow = chat_answers.lookup_slow_text(question.languages)
            return [slow] if refusal == "tell" else []
        if not question.asked:
            return [chat_answers.lookup_help_text(question.languages)]
        return [
            chat_answers.question_to_seal(thing, question.languages) for thing in question.asked
        ]


def lookup_question_of(event: Event) -> LookupQuestion | None:
    """What a message asks; None when it tells something, however short it is."""
    text = unicodedata.normalize("NFC", event.text.strip())
    if event.kind != "text" or event.media or not text or len(text) > LONGEST_QUESTION:
        return None
    command = _COMMAND.match(fold(text[:40]))
    if command is None or (command["soft"] and _command_question(text, command) is None):
        return _free_question(text)
    # Whoever is in danger or has just paid reports, whatever the first word was.
    if first_urgency_of(text) in URGENT_LEVELS:
        return _free_question(text)
    return _command_question(text, command)


def _free_question(text: str) -> LookupQuestion | None:
    """A number alone, or words that ask about one."""
    # Most messages end here: a story is not looked through for a number that it could be.
    is_story = len(text) > _LONGEST_ALONE or _THREE_WORDS.search(text)
    alone = None if is_story else _if_answerable(_only_indicator(text))
    if alone:
        return LookupQuestion((alone,), "in_talk")
    if len(text) > _LONGEST_QUESTION or not _MAY_NAME_ONE.search(text):
        return None
    # Roughly first, since it is cheap: without what holds a figure or a dot.
    rough = " ".join(
        word
        for word in folded_message(text).split()
        if word.isalpha() or not _HAS_FIGURE_OR_DOT.search(word)
    )
    if not lookup_questions.is_lookup_question(rough):
        return None
    shown, _own = reporters_own.cut_reporters_own(text)
    words = " ".join(fold(_words_without_indicators(shown)).split())
    things = tuple(one for one in lookup_terms_in(shown) if _if_answerable(one))[:_MOST_ASKED]
    # Nobody in danger is to read about a number first.
    if not things or first_urgency_of(text) == Urgency.P0:
        return None
    is_report = (
        lookup_questions.tells_more_than_question(words) or first_urgency_of(text) == Urgency.P1
    )
    language = chat_words.language_of(text)
    return LookupQuestion(things, "always" if is_report else "in_talk", (language,))


def _words_without_indicators(text: str) -> str:
    """The words around what is asked about."""
    left, end = [], 0
    for one in extract(text):
        left.append(text[end : one.start])
        end = one.end
    return " ".join([*left, text[end:]])


def _command_question(text: str, command: re.Match[str]) -> LookupQuestion | None:
    rest = text[command.end() :]
    rest = rest[_end_of(_FILLERS.match(fold(rest))) :]
    languages = _answer_languages(text, command)
    if command["soft"]:
        # Everyday words: a question only when nothing but the number follows.
        if len(rest) > _LONGEST_ALONE:
            return None
        alone = _only_indicator(rest)
        return LookupQuestion((alone,), "never", languages) if alone else None
    things = tuple(lookup_terms_in(rest)[:_MOST_ASKED])
    if not things and len(rest.split()) > 3:
        return None
    return LookupQuestion(things, _kept_in_tip(rest, things), languages)


def _kept_in_tip(rest: str, things: Sequence[LookupTerm]) -> Literal["never", "in_talk", "always"]:
    """A command may tell what happened as well, and that is never answered and thrown away."""
    if len(things) == 1 and only_lookup_term(rest):
        return "never"
    words = " ".join(fold(_HANDLE.sub(" ", _words_without_indicators(rest))).split())
    if _WORDS_BESIDE.fullmatch(words):
        return "never"
    return "always" if lookup_questions.tells_more_than_question(words) else "in_talk"


def _only_indicator(text: str) -> LookupTerm | None:
    """The one thing that the text names, beside words such as "stk", "giúp em" and a bank."""
    alone = only_lookup_term(text)
    if alone:
        return alone
    found = extract(text)
    if len(found) != 1:
        return None
    beside = fold(f"{text[: found[0].start]} {text[found[0].end :]}")
    return lookup_terms_in(text)[0] if _WORDS_BESIDE.fullmatch(beside) else None


def _answer_languages(text: str, command: re.Match[str]) -> tuple[str, ...]:
    if chat_words.language_of(text) == "en":
        return ("en",)
    is_vietnamese = command["vi"] or command[0].strip().startswith("kiem")
    return ("vi",) if is_vietnamese else ("vi", "en")


def _if_answerable(alone: LookupTerm | None) -> LookupTerm | None:
    """What a bare message may ask: a plate or a page by itself is rather a part of a report."""
    if alone is None or alone.may_name_a_person:
        return None
    is_short = alone.type == "bank_account" and len(alone.value) < _ACCOUNT_FROM
    return None if is_short else alone


def _row_of(message: InboundMessage, question: LookupQuestion, texts: list[str]) -> dict[str, Any]:
    account, seals = message.account, message.seals or seal.SealBatch()
    return {
        "key": bytea_text(message.key),
        # What the key points at: nothing. A row of the message would hold who wrote it.
        "mark": str(message.id),
        "account": str(account.id),
        "channel": account.channel,
        "conversation_hash": bytea_text(message.conversation_hash or b""),
        "unit": str(account.unit_id),
        "received_at": message.received_at.isoformat(),
        "address": bytea_text(
            seals.for_sender(message.event.reply_address or "", kind=SealedKind.ADDRESS)
        ),
        "kept": question.kept,
        "dispatch": str(new_id()),
        "things": [
            {
                "n": n,
                "delivery": str(delivery := new_id()),
                "words": bytea_text(seals.for_sender(text, kind=SealedKind.TEXT, ref=delivery)),
            }
            for n, text in enumerate(texts, 1)
        ],
    }


def _end_of(found: re.Match[str] | None) -> int:
    return found.end() if found else 0
