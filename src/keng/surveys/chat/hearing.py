"""The edge's part: a message that begins or answers a survey waits for the worker, nothing else.

Whether somebody is answering a survey only the database knows. So such a message is prepared as
both, and whichever statement claims its key first has it: a number belongs to the survey only while
a question waits there and neither a report nor an officer's words came after it.
"""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from keng.delivery import handlers
from keng.delivery.actions.inbound import hexed
from keng.delivery.handlers import Handler, Statement
from keng.delivery.receiving import Incoming, new_seals
from keng.kit.ids import new_id
from keng.kit.rate_limits import RateLimits
from keng.kit.secrets import site_box
from keng.kit.worker_tasks import WORK_CHANNEL
from keng.language import chat_words
from keng.surveys.chat.commands import Said, read
from keng.surveys.chat.talks import LIFE, TURN_BOX

# Surveys begun by one person; the codes of slips cannot be guessed in any number of tries.
_AT_ONCE, _PER_SECOND = 12, 1 / 60
_HEAR = f"""
WITH r AS MATERIALIZED (
  SELECT * FROM json_to_recordset(%(rows)s::json) AS r(
    key bytea, mark uuid, turn uuid, account uuid, conversation_hash bytea, address bytea,
    box bytea, received_at timestamptz, begins bool, stops bool, stops_all bool)
),
mine AS (
  SELECT r.* FROM r WHERE begins OR EXISTS (
    SELECT FROM surveys_chattalk t
    WHERE t.conversation_hash = r.conversation_hash AND t.asked_at > now() - %(life)s::interval
      AND NOT (r.stops AND t.is_over)
      AND NOT (r.stops_all AND EXISTS (
        SELECT FROM delivery_conversation c
        WHERE c.key_hash = r.conversation_hash AND c.tip_ref IS NOT NULL))
      AND NOT EXISTS (
        SELECT FROM delivery_conversation c
        WHERE c.key_hash = r.conversation_hash AND c.tip_ref IS NOT NULL
          AND (c.last_inbound_at > t.asked_at OR EXISTS (
            SELECT FROM tips_dialoguemessage m
            WHERE m.tip_id = c.tip_ref AND m.author = 'desk' AND m.at > t.asked_at))))
),
fresh AS (
  INSERT INTO delivery_dedupekey (key, inbound_ref)
  SELECT DISTINCT ON (key) key, mark FROM mine ORDER BY key
  ON CONFLICT (key) DO NOTHING
  RETURNING inbound_ref
),
turn AS (
  INSERT INTO surveys_chatturn
    (id, conversation_hash, account_id, address_sealed, box, received_at)
  SELECT turn, conversation_hash, account, address, box, received_at
  FROM mine JOIN fresh ON fresh.inbound_ref = mine.mark
  RETURNING 1
)
SELECT pg_notify('{WORK_CHANNEL}', '') FROM turn LIMIT 1
"""  # noqa: S608 -- our own pieces


@dataclass(frozen=True, slots=True)
class _Prepared:
    row: dict[str, Any] | None = field(repr=False)
    other: Handler | None
    otherwise: Any = field(repr=False)
    """The same message for whoever has it when no survey waits for it."""


class SurveyHandler:
    """Keeps no message, no conversation and no tip of what belongs to a survey."""

    name = "survey"

    def __init__(self) -> None:
        self._limits = RateLimits(network=(_AT_ONCE, _PER_SECOND), process=(10**6, 1e6))
        self._notices = RateLimits(network=(1, 1 / 600), process=(10**6, 1e6))

    def refresh(self) -> None:
        """Nothing to read; what the others need, they read themselves."""

    def takes(self, message: Incoming) -> bool:
        event = message.event
        if event.kind != "text" or event.media or not event.reply_address:
            return False
        said = read(event.text) if message.conversation_hash is not None else None
        # In a group people count and say "thôi" among themselves.
        return said is not None and (said.begins or not event.group)

    def prepare(self, message: Incoming) -> _Prepared:
        said = read(message.event.text)
        assert said is not None  # noqa: S101 -- `takes` has seen it
        if said.begins:
            return _Prepared(self._beginning(message, said), None, None)
        other = handlers.handler_of(message, after=self.name)
        return _Prepared(_row(message, said), other, other.prepare(message))

    def statements(self, prepared: Sequence[_Prepared], *, lane: int) -> list[Statement]:
        rows = json.dumps([one.row for one in prepared if one.row])
        made = [Statement(_HEAR, {"rows": rows, "life": LIFE})]
        for other, ones in itertools.groupby(prepared, key=lambda one: one.other):
            if other is not None:
                made += other.statements([one.otherwise for one in ones], lane=lane)
        return made

    def _beginning(self, message: Incoming, said: Said) -> dict[str, Any] | None:
        """Whoever begins surveys all the time is told once, then nothing."""
        who = (message.conversation_hash or b"").hex()
        if not self._limits.wait(who):
            return _row(message, said)
        return None if self._notices.wait(who) else _row(message, Said("slow", said.language))


def _row(message: Incoming, said: Said) -> dict[str, Any]:
    seals = message.seals or new_seals()
    return {
        "key": hexed(message.key),
        # What the key points at: nothing. A row of the message would hold who wrote it.
        "mark": str(message.id),
        "turn": str(new_id()),
        "account": str(message.account.id),
        "conversation_hash": hexed(message.conversation_hash or b""),
        "address": hexed(seals.for_sender(message.event.reply_address or "")),
        "box": hexed(bytes(site_box(TURN_BOX).encrypt(json.dumps(said.stored()).encode()))),
        "received_at": message.received_at.isoformat(),
        "begins": said.begins or said.act == "slow",
        "stops": said.act == "stop",
        # "Dừng nhận tin" of somebody who has also reported ends more than the survey.
        "stops_all": said.act == "stop" and chat_words.is_stop_sentence(message.event.text),
    }
