"""The edge's part: what an officer answers from their phone waits for the worker, nothing else.

A key pressed in a call; `1` in a chat that is somebody's pager; and the code by which a chat
becomes one. None of these is a report, and of none is kept who wrote it.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from keng.delivery.actions.inbound import bytea_text
from keng.delivery.inbound_handlers import SqlStatement
from keng.delivery.inbound_message import InboundMessage, sealed_reply_address
from keng.delivery.models import PagerWay
from keng.duty.chat_pagers import code_hash, written_code
from keng.kit.worker_tasks import WORK_CHANNEL

ANSWER = "1"
_ANSWER_LINE = re.compile(r"\s{0,20}1[.!]?\s{0,20}")
_KEEP = f"""
WITH r AS MATERIALIZED (
  SELECT * FROM json_to_recordset(%(rows)s::json) AS r(
    id uuid, act text, call uuid, account uuid, chat_hash bytea, address bytea, code_hash bytea,
    at timestamptz)
),
kept AS (
  INSERT INTO delivery_pageranswer (id, delivery_ref, way_id, at)
  SELECT r.id, r.call, NULL, r.at FROM r WHERE act = 'pressed'
  UNION ALL
  SELECT DISTINCT ON (way.id) r.id, NULL::uuid, way.id, r.at
  FROM r JOIN delivery_pagerway way ON way.chat_hash = r.chat_hash
  WHERE act = 'answered' AND way.is_on AND way.gone_at IS NULL
  ON CONFLICT DO NOTHING
  RETURNING 1
),
sent AS (
  UPDATE delivery_chatpagercode code
  SET account_id = r.account, address_sealed = r.address, chat_hash = r.chat_hash, sent_at = now()
  FROM r WHERE act = 'code' AND code.code_hash = r.code_hash AND code.expires_at > now()
    AND code.sent_at IS NULL
  RETURNING 1
)
SELECT pg_notify('{WORK_CHANNEL}', '') FROM (SELECT FROM kept UNION ALL SELECT FROM sent) AS any_of
LIMIT 1
"""  # noqa: S608 -- our own pieces


class PagerHandler:
    """Which chats are pagers is read beforehand, so that `1` of anybody else goes its usual way."""

    name = "pager"

    def __init__(self) -> None:
        self._chats: frozenset[bytes] = frozenset()

    def refresh(self) -> None:
        """A chat that was added is known at once, since `chat_pagers` says so to the edge."""
        found = PagerWay.objects.filter(chat_hash__isnull=False, is_on=True, gone_at__isnull=True)
        hashes = found.values_list("chat_hash", flat=True)
        self._chats = frozenset(bytes(one) for one in hashes if one is not None)

    def takes(self, message: InboundMessage) -> bool:
        event = message.event
        if event.kind == "pressed":
            return True
        if event.kind != "text" or event.group or event.media or not message.conversation_hash:
            return False
        if written_code(event.text):
            return bool(event.reply_address)
        if event.is_overtaken or message.conversation_hash not in self._chats:
            return False
        return bool(_ANSWER_LINE.fullmatch(event.text[:60]))

    def prepare(self, message: InboundMessage) -> dict[str, Any]:
        event = message.event
        row: dict[str, Any] = {
            "id": str(message.id),
            "at": event.at.isoformat(),
            "account": str(message.account.id),
        }
        if event.kind == "pressed":
            return row | {"act": "pressed", "call": event.refers[0]}
        row["chat_hash"] = bytea_text(message.conversation_hash or b"")
        if code := written_code(event.text):
            sealed = bytea_text(sealed_reply_address(message))
            return row | {
                "act": "code",
                "code_hash": bytea_text(code_hash(code)),
                "address": sealed,
            }
        return row | {"act": "answered"}

    def statements(self, prepared: Sequence[dict[str, Any]]) -> list[SqlStatement]:
        return [SqlStatement(_KEEP, {"rows": json.dumps(prepared)})]
