"""The edge's part: a code from a lead's own chat makes that chat the one where they are told.

The code is a secret between the lead's page and the lead, so whoever sends it has agreed. The
worker greets them there. It is no report, and nothing of it is kept but the sealed address.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from keng.delivery.actions.inbound import bytea_text
from keng.delivery.inbound_handlers import SqlStatement
from keng.delivery.inbound_message import InboundMessage, sealed_reply_address
from keng.kit.worker_tasks import WORK_CHANNEL
from keng.network.actions.lead_ways import CODE_WORD, chat_address, lead_code_hash

# Telegram sends "/start CODE" by itself when its link is tapped.
_WRITTEN = re.compile(
    rf"\s{{0,9}}(?:/start\s{{1,3}})?{CODE_WORD.lower()}[ -]{{0,3}}([0-9a-z]{{4}})[ -]{{0,3}}"
    r"([0-9a-z]{4})\s{0,9}"
)
_LONGEST = 80
_CHOOSE_CHAT = f"""
WITH r AS MATERIALIZED (
  SELECT * FROM json_to_recordset(%(rows)s::json) AS r(
    account uuid, channel text, address bytea, address_hash bytea, code_hash bytea)
),
chosen AS (
  UPDATE network_leadway way
  SET channel = r.channel, account_ref = r.account, address_sealed = r.address,
    address_hash = r.address_hash, is_entered_for_lead = false, entered_at = now(),
    first_message_at = NULL, confirmed_at = now(), gone_at = NULL, code_hash = NULL,
    code_until = NULL
  FROM r WHERE way.code_hash = r.code_hash AND way.code_until > now()
  RETURNING 1
)
SELECT pg_notify('{WORK_CHANNEL}', '') FROM chosen LIMIT 1
"""  # noqa: S608 -- our own pieces


def lead_code_in(text: str) -> str:
    """The code in a message that holds nothing else; empty where it is something else."""
    found = _WRITTEN.fullmatch(text[:_LONGEST].lower())
    return (found.group(1) + found.group(2)).upper() if found else ""


class LeadChatHandler:
    """ "DAUMOI-7K3Q-X9AB" from a person's own chat."""

    name = "lead chat"

    def refresh(self) -> None:
        """Nothing to read: a code is looked for where it is used."""

    def takes(self, message: InboundMessage) -> bool:
        event = message.event
        if event.kind != "text" or event.media or event.group or not event.reply_address:
            return False
        return bool(lead_code_in(event.text))

    def prepare(self, message: InboundMessage) -> dict[str, Any]:
        account, event = message.account, message.event
        chat = chat_address(account.channel, account.id, event.reply_address or "")
        return {
            "account": str(account.id),
            "channel": account.channel,
            "address": bytea_text(sealed_reply_address(message)),
            "address_hash": bytea_text(chat.hash),
            "code_hash": bytea_text(lead_code_hash(lead_code_in(event.text))),
        }

    def statements(self, prepared: Sequence[dict[str, Any]]) -> list[SqlStatement]:
        return [SqlStatement(_CHOOSE_CHAT, {"rows": json.dumps([one])}) for one in prepared]
