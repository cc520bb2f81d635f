"""What arrives and opens no tip: it is kept, and receipts move the rows they speak of."""

import json
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from keng.delivery.inbound_handlers import SqlStatement
from keng.delivery.inbound_message import InboundMessage
from keng.kit import times
from keng.kit.ids import new_id
from keng.vault import seal
from keng.vault.hybrid import SealedKind

# The key is claimed first: the same event again writes nothing.
CLAIM_KEYS_SQL = """
fresh AS (
  INSERT INTO delivery_dedupekey (key, inbound_ref)
  SELECT DISTINCT ON (key) key, inbound FROM r ORDER BY key
  ON CONFLICT (key) DO NOTHING
  RETURNING inbound_ref
),
new AS (SELECT r.* FROM r JOIN fresh ON fresh.inbound_ref = r.inbound)
"""
_KEEP = f"""
WITH r AS MATERIALIZED (
  SELECT * FROM json_to_recordset(%(rows)s::json) AS r(
    key bytea, inbound uuid, account uuid, channel text, kind text, conversation_hash bytea,
    sent_at timestamptz, received_at timestamptz, text text, raw bytea)
),
{CLAIM_KEYS_SQL}
INSERT INTO delivery_inbound
  (id, account_id, channel, kind, conversation_hash, sent_at, received_at, text, raw_sealed)
SELECT inbound, account, channel, kind, conversation_hash, sent_at, received_at, text, raw
FROM new
"""  # noqa: S608 -- our own pieces
# A receipt only ever moves a row forwards, and finds it by the provider's number: what ended
# unknown got none, and stays unknown. Of two for one row in a batch the further one counts: "read"
# comes after "delivered" in the alphabet, too. "It failed" counts where nothing else is said.
# With a reference of ours it says something of that row alone.
RECEIPT_SQL = """
UPDATE delivery_delivery SET
  state = told.state,
  code = CASE told.state WHEN 'rejected' THEN 'not_delivered' ELSE code END
FROM (
  SELECT account, provider_id, reference,
    coalesce(max(state) FILTER (WHERE state <> 'rejected'), 'rejected') AS state
  FROM unnest(%(accounts)s::uuid[], %(ids)s::text[], %(states)s::text[], %(references)s::uuid[])
    AS each(account, provider_id, state, reference)
  GROUP BY account, provider_id, reference
) AS told
WHERE delivery_delivery.provider_id = told.provider_id AND told.provider_id <> ''
  AND delivery_delivery.account_id = told.account
  AND (told.reference IS NULL OR delivery_delivery.id = told.reference)
  AND (delivery_delivery.state IN ('sent', 'unknown')
       OR delivery_delivery.state = 'delivered' AND told.state = 'read')
"""
RECEIPT_STATES = {"received": "delivered", "seen": "read", "failed": "rejected"}


class Receipt(NamedTuple):
    """What a provider says of one message: `reference`, where it is believed of no other."""

    account: str
    provider_id: str
    state: str
    reference: str | None = None


def _receipt_statement(receipts: Sequence[Receipt]) -> SqlStatement:
    values = {
        "accounts": [receipt.account for receipt in receipts],
        "ids": [receipt.provider_id for receipt in receipts],
        "states": [receipt.state for receipt in receipts],
        "references": [receipt.reference for receipt in receipts],
    }
    return SqlStatement(RECEIPT_SQL, values)


class ReceiptHandler:
    """What a provider says of our messages: arrived, read, failed. Echoes need no row."""

    name = "receipt"

    def refresh(self) -> None:
        """Nothing to read."""

    def takes(self, message: InboundMessage) -> bool:
        return message.event.kind in (*RECEIPT_STATES, "echo")

    def prepare(self, message: InboundMessage) -> list[Receipt]:
        account, event = str(message.account.id), message.event
        state = RECEIPT_STATES.get(event.kind)
        if state is None:
            return []
        return [Receipt(account, one, state, event.reference or None) for one in event.refers]

    def statements(self, prepared: Sequence[list[Receipt]]) -> list[SqlStatement]:
        receipts = [receipt for listed in prepared for receipt in listed]
        if not receipts:
            return []
        if all(len(listed) <= 1 for listed in prepared):
            return [_receipt_statement(receipts)]
        # Rows are no count of messages where one names several: not one statement alone, then.
        return [_receipt_statement(receipts[:1]), _receipt_statement(receipts[1:])]


# Where a list that began before is not awaited already. The key is claimed: once for each event.
_ASK_FOR_GROUPS = f"""
WITH r AS MATERIALIZED (
  SELECT * FROM json_to_recordset(%(rows)s::json) AS r(
    key bytea, inbound uuid, account uuid, request uuid)
),
{CLAIM_KEYS_SQL}
INSERT INTO delivery_grouprequest (id, account_id, kind)
SELECT DISTINCT ON (new.account) new.request, new.account, 'list' FROM new
WHERE NOT EXISTS (
  SELECT FROM delivery_grouprequest asked JOIN delivery_channelaccount a ON a.id = new.account
  WHERE asked.account_id = new.account AND asked.kind = 'list' AND asked.ended_at IS NULL
    AND (a.groups_asked_at IS NULL OR asked.asked_at > a.groups_asked_at))
ORDER BY new.account, new.request
"""  # noqa: S608 -- our own pieces


class GroupsChangedHandler:
    """An event about the account's own groups: the sender asks the provider which there are.

    What the event says of them is not kept and not believed.
    """

    name = "groups"

    def refresh(self) -> None:
        """Nothing to read."""

    def takes(self, message: InboundMessage) -> bool:
        return message.event.kind == "groups"

    def prepare(self, message: InboundMessage) -> dict[str, Any]:
        return {
            "key": bytea_text(message.key),
            "inbound": str(message.id),
            "account": str(message.account.id),
            "request": str(new_id()),
        }

    def statements(self, prepared: Sequence[dict[str, Any]]) -> list[SqlStatement]:
        return [SqlStatement(_ASK_FOR_GROUPS, {"rows": json.dumps(prepared)})]


class KeptHandler:
    """The last handler: whatever nobody else takes is recorded, its raw body sealed."""

    name = "kept"

    def refresh(self) -> None:
        """Nothing to read."""

    def takes(self, message: InboundMessage) -> bool:
        return True

    def prepare(self, message: InboundMessage) -> dict[str, Any]:
        return inbound_row(message)

    def statements(self, prepared: Sequence[dict[str, Any]]) -> list[SqlStatement]:
        return [SqlStatement(_KEEP, {"rows": json.dumps(prepared, ensure_ascii=False)})]


def inbound_row(message: InboundMessage) -> dict[str, Any]:
    """The columns of one inbound row. The words of what is only kept stay sealed with the body."""
    seals = message.seals or seal.SealBatch()
    return {
        "key": bytea_text(message.key),
        "inbound": str(message.id),
        "account": str(message.account.id),
        "channel": message.account.channel,
        "kind": message.event.kind,
        "conversation_hash": bytea_text(message.conversation_hash)
        if message.conversation_hash
        else None,
        "sent_at": times.rounded_down(message.event.at, times.COARSE).isoformat(),
        "received_at": message.received_at.isoformat(),
        "text": "",
        "raw": bytea_text(
            seals.for_unit(
                message.account.unit_id, message.raw, kind=SealedKind.RAW, ref=message.id
            )
        ),
    }


def bytea_text(data: bytes) -> str:
    """Bytes as PostgreSQL reads them in text."""
    return f"\\x{data.hex()}"


def pin_signature_variant(account_id: uuid.UUID, variant: str) -> None:
    """Keep which reading of the signature scheme once matched, unless one is kept already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE delivery_channelaccount "
            "SET learned = learned || jsonb_build_object('signature_variant', %s::text) "
            "WHERE id = %s AND NOT jsonb_exists(learned, 'signature_variant')",
            [variant, account_id],
        )
