"""A number alone in a chat, or "tra cứu …": a question, and nobody is remembered for it.

What is asked goes on sealed; the sender answers it (lookup.chat).

A bare number in the middle of an open tip belongs to the tip; only the database knows of that, so
such a message is prepared as both, and whichever statement claims its key first has it.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from keng.channels.base import Event
from keng.delivery.actions.inbound import hexed
from keng.delivery.handlers import Statement
from keng.delivery.receiving import Incoming
from keng.kit.ids import new_id
from keng.kit.limits import Limits
from keng.language.asked import LONGEST, Asked, alone_in, asked_in
from keng.language.fold import fold
from keng.language.indicators import extract
from keng.language.indicators.wording import NAMED_BANK
from keng.lookup import chat
from keng.tips.reception import wording
from keng.tips.reception.hearing import TipHandler
from keng.tips.reception.phrases import any_of
from keng.tips.reception.urgency import urgency_of
from keng.vault import seal

_MOST = 3
# Shorter ones are rather a code or a sum, and mostly somebody answers a question with them.
_ACCOUNT_FROM = 8
_LONGEST_ALONE = 200
_THREE_WORDS = re.compile(r"(?:[^\W\d_]{2,}[\s,.!?]+){2}[^\W\d_]{2,}(?![^\s,.!?])")
_COMMAND = re.compile(
    r"\s*(?:(?P<vi>tra cuu)|(?P<en>look ?up)|(?P<soft>kiem tra|check))(?![^\W_])[\s:,.\-]*"
)
_FILLERS = re.compile(rf"(?:(?:{any_of('look_up_fillers')})(?![^\W_])[\s:,.\-]*)*")
_BESIDE = re.compile(
    rf"[\s:,.()?!\-]*(?:(?:{any_of('look_up_fillers')}|{NAMED_BANK})(?![^\W_])[\s:,.()?!\-]*)*"
)
_AT_ONCE, _PER_SECOND = 30, 1 / 30

_ASK = """
WITH r AS MATERIALIZED (
  SELECT * FROM json_to_recordset(%(rows)s::json) AS r(
    key bytea, mark uuid, account uuid, channel text, conversation_hash bytea, unit uuid,
    received_at timestamptz, address bytea, is_told bool, dispatch uuid, things json)
),
asking AS (
  SELECT r.* FROM r WHERE is_told OR NOT EXISTS (
    SELECT FROM delivery_conversation c
    WHERE c.key_hash = r.conversation_hash AND c.tip_ref IS NOT NULL)
),
fresh AS (
  INSERT INTO delivery_dedupekey (key, inbound_ref)
  SELECT DISTINCT ON (key) key, mark FROM asking ORDER BY key
  ON CONFLICT (key) DO NOTHING
  RETURNING inbound_ref
),
thing AS MATERIALIZED (
  SELECT asking.*, t.*
  FROM asking JOIN fresh ON fresh.inbound_ref = asking.mark,
       json_to_recordset(asking.things) AS t(n int, delivery uuid, words bytea)
),
dispatch AS (
  INSERT INTO delivery_dispatch (id, kind, is_urgent, unit_id, source_kind, materialised_at)
  SELECT DISTINCT dispatch, 'ack', true, unit, 'lookup', received_at FROM thing
),
delivery AS (
  INSERT INTO delivery_delivery
    (id, dispatch_id, account_id, channel, recipient_kind, recipient_ref, part, text_sealed,
     address_sealed, priority, is_urgent, expires_at)
  SELECT delivery, dispatch, account, channel, 'asker', dispatch, n, words, address, 5, true,
         received_at + interval '1 hour'
  FROM thing
)
SELECT pg_notify('keng_delivery', '') FROM thing LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to know. With `is_told` they said so in words."""

    things: tuple[Asked, ...]
    is_told: bool
    languages: tuple[str, ...] = ("vi", "en")


@dataclass(frozen=True, slots=True)
class _Prepared:
    row: dict[str, Any] = field(repr=False)
    otherwise: Any = field(repr=False)
    """The same message as a part of a tip; None when it can be nothing but a question."""


class LookUpHandler:
    """Answers a question without keeping who asked: no inbound row, no conversation, no tip."""

    name = "look_up"

    def __init__(self, tips: TipHandler) -> None:
        self._tips = tips
        self._limits = Limits(network=(_AT_ONCE, _PER_SECOND), process=(10**6, 1e6))
        self._notices = Limits(network=(1, 1 / 600), process=(10**6, 1e6))

    def refresh(self) -> None:
        """Nothing to read; what a tip needs, its own handler reads."""

    def takes(self, message: Incoming) -> bool:
        event = message.event
        if event.group or not event.reply_address or message.conversation_hash is None:
            return False
        return wish_of(event) is not None

    def prepare(self, message: Incoming) -> _Prepared:
        wish = wish_of(message.event)
        assert wish is not None  # noqa: S101 -- `takes` has seen it
        otherwise = None if wish.is_told else self._tips.prepare(message)
        return _Prepared(_row(message, wish, self._texts(message, wish)), otherwise)

    def statements(self, prepared: Sequence[_Prepared], *, lane: int) -> list[Statement]:
        rows = json.dumps([one.row for one in prepared])
        asked = Statement(_ASK, {"rows": rows})
        parts = [one.otherwise for one in prepared if one.otherwise is not None]
        return [asked, *self._tips.statements(parts, lane=lane)]

    def _texts(self, message: Incoming, wish: Wish) -> list[str]:
        """A question for each thing; when there is none, what to do."""
        who = message.conversation_hash.hex() if message.conversation_hash else ""
        if self._limits.wait(who):
            slow = chat.slow_text(wish.languages)
            return [] if self._notices.wait(who) else [slow]
        if not wish.things:
            return [chat.help_text(wish.languages)]
        return [chat.question(thing, wish.languages) for thing in wish.things]


def wish_of(event: Event) -> Wish | None:
    """What a message asks; None when it tells something, however short it is."""
    text = unicodedata.normalize("NFC", event.text.strip())
    if event.kind != "text" or event.media or not text or len(text) > LONGEST:
        return None
    command = _COMMAND.match(fold(text[:40]))
    if command is None:
        # Most messages end here: a story is not looked through for a number that it could be.
        is_story = len(text) > _LONGEST_ALONE or _THREE_WORDS.search(text)
        alone = None if is_story else _public(_only(text))
        return Wish((alone,), is_told=False) if alone else None
    # Whoever is in danger or has just paid reports, whatever the first word was.
    if urgency_of(text) in ("P0", "P1"):
        return None
    return _told(text, command)


def _told(text: str, command: re.Match[str]) -> Wish | None:
    rest = text[command.end() :]
    rest = rest[_end_of(_FILLERS.match(fold(rest))) :]
    languages = _languages(text, command)
    if command["soft"]:
        # Everyday words: a question only when nothing but the number follows.
        if len(rest) > _LONGEST_ALONE:
            return None
        alone = _only(rest)
        return Wish((alone,), is_told=True, languages=languages) if alone else None
    things = tuple(asked_in(rest)[:_MOST])
    if not things and len(rest.split()) > 3:
        return None
    return Wish(things, is_told=True, languages=languages)


def _only(text: str) -> Asked | None:
    """The one thing that the text names, beside words such as "stk", "giúp em" and a bank."""
    alone = alone_in(text)
    if alone:
        return alone
    found = extract(text)
    if len(found) != 1:
        return None
    beside = fold(f"{text[: found[0].start]} {text[found[0].end :]}")
    return asked_in(text)[0] if _BESIDE.fullmatch(beside) else None


def _languages(text: str, command: re.Match[str]) -> tuple[str, ...]:
    if wording.language_of(text) == "en":
        return ("en",)
    is_vietnamese = command["vi"] or command[0].strip().startswith("kiem")
    return ("vi",) if is_vietnamese else ("vi", "en")


def _public(alone: Asked | None) -> Asked | None:
    """What a bare message may ask: a plate or a page by itself is rather a part of a report."""
    if alone is None or alone.may_name_a_person:
        return None
    is_short = alone.type == "bank_account" and len(alone.value) < _ACCOUNT_FROM
    return None if is_short else alone


def _row(message: Incoming, wish: Wish, texts: list[str]) -> dict[str, Any]:
    account, seals = message.account, message.seals or seal.Together()
    return {
        "key": hexed(message.key),
        # What the key points at: nothing. A row of the message would hold who wrote it.
        "mark": str(message.id),
        "account": str(account.id),
        "channel": account.channel,
        "conversation_hash": hexed(message.conversation_hash or b""),
        "unit": str(account.unit_id),
        "received_at": message.received_at.isoformat(),
        "address": hexed(seals.for_sender(message.event.reply_address or "")),
        "is_told": wish.is_told,
        "dispatch": str(new_id()),
        "things": [
            {"n": n, "delivery": str(new_id()), "words": hexed(seals.for_sender(text))}
            for n, text in enumerate(texts, 1)
        ],
    }


def _end_of(found: re.Match[str] | None) -> int:
    return found.end() if found else 0
