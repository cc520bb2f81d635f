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

from keng.delivery import inbound_handlers
from keng.delivery.actions.inbound import bytea_text
from keng.delivery.inbound_handlers import InboundHandler, SqlStatement
from keng.delivery.inbound_message import InboundMessage, sealed_reply_address
from keng.kit.ids import new_id
from keng.kit.rate_limits import ChatThrottle
from keng.kit.secrets import site_box
from keng.kit.worker_tasks import WORK_CHANNEL
from keng.language import chat_words
from keng.surveys.chat.commands import ChatCommand, read_command
from keng.surveys.chat.talk_state import TALK_LIFE, TURN_BOX

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
    other: InboundHandler | None
    otherwise: Any = field(repr=False)
    """The same message for whoever has it when no survey waits for it."""


class SurveyHandler:
    """Keeps no message, no conversation and no tip of what belongs to a survey."""

    name = "survey"

    def __init__(self) -> None:
        self._throttle = ChatThrottle(at_once=_AT_ONCE, per_second=_PER_SECOND)

    def refresh(self) -> None:
        """Nothing to read; what the others need, they read themselves."""

    def takes(self, message: InboundMessage) -> bool:
        event = message.event
        if event.kind != "text" or event.media or not event.reply_address or event.is_overtaken:
            return False
        command = read_command(event.text) if message.conversation_hash is not None else None
        # In a group people count and say "thôi" among themselves.
        return command is not None and (command.begins or not event.group)

    def prepare(self, message: InboundMessage) -> _Prepared:
        command = read_command(message.event.text)
        assert command is not None  # noqa: S101 -- `takes` has seen it
        if command.begins:
            return _Prepared(self._beginning(message, command), None, None)
        other = inbound_handlers.handler_of(message, after=self)
        return _Prepared(_row(message, command), other, other.prepare(message))

    def statements(self, prepared: Sequence[_Prepared]) -> list[SqlStatement]:
        rows = json.dumps([one.row for one in prepared if one.row])
        made = [SqlStatement(_HEAR, {"rows": rows, "life": TALK_LIFE})]
        for other, ones in itertools.groupby(prepared, key=lambda one: one.other):
            if other is not None:
                made += other.statements([one.otherwise for one in ones])
        return made

    def _beginning(self, message: InboundMessage, command: ChatCommand) -> dict[str, Any] | None:
        """Whoever begins surveys all the time is told once, then nothing."""
        refusal = self._throttle.refusal(message.conversation_hash)
        if refusal == "silent":
            return None
        return _row(message, ChatCommand("slow", command.language) if refusal else command)


def _row(message: InboundMessage, command: ChatCommand) -> dict[str, Any]:
    return {
        "key": bytea_text(message.key),
        # What the key points at: nothing. A row of the message would hold who wrote it.
        "mark": str(message.id),
        "turn": str(new_id()),
        "account": str(message.account.id),
        "conversation_hash": bytea_text(message.conversation_hash or b""),
        "address": bytea_text(sealed_reply_address(message)),
        "box": bytea_text(bytes(site_box(TURN_BOX).encrypt(json.dumps(command.stored()).encode()))),
        "received_at": message.received_at.isoformat(),
        "begins": command.begins or command.act == "slow",
        "stops": command.act == "stop",
        # "Dừng nhận tin" of somebody who has also reported ends more than the survey.
        "stops_all": command.act == "stop" and chat_words.is_stop_sentence(message.event.text),
    }
