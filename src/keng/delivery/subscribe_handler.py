"""A subscription that is asked for from the own chat, by the code that the page gave.

What does not belong to a wish that waits is a message like any other: the next handler has it.
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from keng.delivery.actions.inbound import bytea_text, inbound_row
from keng.delivery.inbound_handlers import InboundHandler, SqlStatement
from keng.delivery.inbound_message import InboundMessage
from keng.delivery.message_wishes import subscription_code_in
from keng.delivery.priorities import Priority
from keng.kit.ids import new_id
from keng.kit.secrets import new_row_secret
from keng.network.actions.subscriptions import (
    CHAT_WISH_KEPT,
    address_hash,
    chat_code_hash,
)
from keng.vault import seal
from keng.vault.hybrid import SealedKind

_LANGUAGES = ("vi", "en")
# As keng.tips.chats, which lies above, calls it in `Conversation.mode`.
_STOP_ASKED, _STOPPED = "stop_asked", "stopped"
# An answer that comes later than that only confuses.
_ANSWER_EXPIRES = dt.timedelta(days=2)

_SUBSCRIBE = f"""
WITH sent AS MATERIALIZED (
  SELECT * FROM json_to_recordset(%(rows)s::json) AS sent(
    key bytea, inbound uuid, account uuid, channel text, kind text, conversation_hash bytea,
    sent_at timestamptz, received_at timestamptz, text text, raw bytea,
    written_at timestamptz, is_overruled bool, may_be_overruled bool, doubts bytea[],
    has_newer_code bool, code_hash bytea,
    unit uuid, subscription uuid, subscription_hash bytea,
    link_secret bytea, address bytea, reply_address bytea, answer_vi bytea, answer_en bytea,
    over_vi bytea, over_en bytea, dispatch uuid, delivery uuid)
),
wish AS (
  DELETE FROM network_subscriptionwish w USING sent
  WHERE w.code_hash = sent.code_hash AND w.account_ref = sent.account
    AND w.made_at > now() - interval '{int(CHAT_WISH_KEPT.total_seconds())} seconds'
    AND NOT EXISTS (SELECT FROM delivery_dedupekey d WHERE d.key = sent.key)
  RETURNING w.*
),
new AS (
  SELECT sent.*, wish.place_ids, wish.kinds, wish.language, wish.minimum_severity,
         wish.quiet_from, wish.quiet_to, wish.week_limit, wish.warning_code
  FROM sent JOIN wish ON wish.code_hash = sent.code_hash
),
-- One that the same person overruled later is kept, and begins nothing. Each lone word after it did
-- so, but for those that a survey took, which keeps no message, and for one that was only asked
-- about (of two the first may have ended everything before). What stopped this chat since it was
-- written did as well, and what was chosen later by another code stays chosen.
wished AS (
  SELECT * FROM new
  WHERE NOT is_overruled
    AND NOT (may_be_overruled AND
      (cardinality(doubts) = 0)::int + (
        SELECT count(*) FROM unnest(doubts) AS word WHERE NOT EXISTS (
          SELECT FROM delivery_dedupekey d
          WHERE d.key = word
            AND NOT EXISTS (SELECT FROM delivery_inbound i WHERE i.id = d.inbound_ref)
            AND EXISTS (
              SELECT FROM surveys_chattalk talk
              WHERE talk.conversation_hash = new.conversation_hash)))
      > (EXISTS (
        SELECT FROM delivery_conversation c
        WHERE c.key_hash = new.conversation_hash AND c.tip_ref IS NOT NULL
          AND c.mode = '{_STOP_ASKED}'))::int)
    AND NOT EXISTS (
      SELECT FROM delivery_conversation c
      WHERE c.key_hash = new.conversation_hash AND c.mode = '{_STOPPED}'
        AND c.last_inbound_at > new.written_at)
    AND NOT (has_newer_code AND EXISTS (
      SELECT FROM network_subscription s
      WHERE s.channel = new.channel AND s.address_hash = new.subscription_hash
        AND s.warning_code = new.warning_code AND s.member_ref IS NULL AND s.stopped_at IS NULL
        AND s.asked_at > new.written_at))
),
claimed AS (
  INSERT INTO delivery_dedupekey (key, inbound_ref) SELECT key, inbound FROM new
),
kept AS (
  INSERT INTO delivery_inbound
    (id, account_id, channel, kind, conversation_hash, sent_at, received_at, text, raw_sealed)
  SELECT inbound, account, channel, kind, conversation_hash, sent_at, received_at, text, raw
  FROM new
),
-- Not by ON CONFLICT, for which a process must be able to read what it may only write.
changed AS (
  UPDATE network_subscription s
  SET account_ref = wished.account, address_sealed = wished.address, kinds = wished.kinds,
      language = wished.language, minimum_severity = wished.minimum_severity,
      quiet_from = wished.quiet_from, quiet_to = wished.quiet_to, week_limit = wished.week_limit,
      asked_at = now()
  FROM wished
  WHERE s.channel = wished.channel AND s.address_hash = wished.subscription_hash
    AND s.warning_code = wished.warning_code AND s.member_ref IS NULL AND s.stopped_at IS NULL
  RETURNING s.id, s.address_hash
),
begun AS (
  INSERT INTO network_subscription AS s
    (id, channel, account_ref, address_hash, address_sealed, kinds, language, minimum_severity,
     quiet_from, quiet_to, week_limit, warning_code, link_secret, asked_at, confirmed_at)
  SELECT subscription, channel, account, subscription_hash, address, kinds, language,
         minimum_severity, quiet_from, quiet_to, week_limit, warning_code, link_secret, now(),
         now()
  FROM wished
  WHERE NOT EXISTS (SELECT FROM changed WHERE changed.address_hash = wished.subscription_hash)
  RETURNING s.id, s.address_hash
),
subscribed AS (
  SELECT id, address_hash FROM changed UNION ALL SELECT id, address_hash FROM begun
),
place_of AS (
  SELECT subscribed.id, unnest(new.place_ids) AS place
  FROM new JOIN subscribed ON subscribed.address_hash = new.subscription_hash
),
left_out AS (
  DELETE FROM network_subscription_places p USING subscribed
  WHERE p.subscription_id = subscribed.id
    AND NOT EXISTS (SELECT FROM place_of WHERE place_of.id = p.subscription_id
                    AND place_of.place = p.place_id)
),
chosen AS (
  INSERT INTO network_subscription_places (subscription_id, place_id)
  SELECT place_of.id, place_of.place FROM place_of JOIN places_place p ON p.id = place_of.place
  WHERE p.valid_to IS NULL AND NOT EXISTS (
    SELECT FROM network_subscription_places there
    WHERE there.subscription_id = place_of.id AND there.place_id = place_of.place)
),
dispatch AS (
  INSERT INTO delivery_dispatch
    (id, kind, is_urgent, unit_id, source_kind, source_ref, materialised_at)
  SELECT new.dispatch, 'ack', true, new.unit, 'subscription', subscribed.id, received_at
  FROM new JOIN subscribed ON subscribed.address_hash = new.subscription_hash
),
delivery AS (
  INSERT INTO delivery_delivery
    (id, dispatch_id, account_id, channel, recipient_kind, recipient_ref, text_sealed,
     address_sealed, priority, is_urgent, expires_at)
  SELECT new.delivery, new.dispatch, new.account, new.channel, 'subscription', subscribed.id,
         CASE WHEN new.warning_code = ''
           THEN CASE new.language WHEN 'en' THEN answer_en ELSE answer_vi END
           ELSE CASE new.language WHEN 'en' THEN over_en ELSE over_vi END END, reply_address,
         {Priority.FIRST_ANSWER:d}, true,
         received_at + interval '{int(_ANSWER_EXPIRES.total_seconds())} seconds'
  FROM new JOIN subscribed ON subscribed.address_hash = new.subscription_hash
)
SELECT pg_notify('keng_delivery', '') FROM new LIMIT 1
"""  # noqa: S608 -- our own pieces


@dataclass(frozen=True, slots=True)
class _PreparedWish:
    row: dict[str, Any] = field(repr=False)
    otherwise: Any = field(repr=False)
    """The same message for the handler behind this one, should no wish wait for it."""


class SubscribeHandler:
    """ "NHAN 7K3QX9" from a person's own chat."""

    name = "subscribe"

    def __init__(self, otherwise: InboundHandler) -> None:
        self._otherwise = otherwise

    def refresh(self) -> None:
        """Nothing to read; what comes behind reads for itself."""

    def takes(self, message: InboundMessage) -> bool:
        event = message.event
        if event.kind != "text" or event.media or event.group or not event.reply_address:
            return False
        return bool(subscription_code_in(event.text)) and self._otherwise.takes(message)

    def prepare(self, message: InboundMessage) -> _PreparedWish:
        account, event = message.account, message.event
        seals, delivery = message.seals or seal.SealBatch(), new_id()
        address = event.reply_address or ""
        row = inbound_row(message) | {
            "text": "",
            "written_at": event.at.isoformat() if event.is_fetched else None,
            "is_overruled": event.is_overruled,
            "may_be_overruled": event.may_be_overruled,
            "has_newer_code": event.has_newer_code,
            "doubts": [bytea_text(key) for key in event.doubts],
            "code_hash": bytea_text(chat_code_hash(subscription_code_in(event.text))),
            "unit": str(account.unit_id),
            "subscription": str(new_id()),
            "subscription_hash": bytea_text(address_hash(account.channel, address)),
            "link_secret": bytea_text(new_row_secret()),
            "address": bytea_text(seals.for_sender(address, kind=SealedKind.ADDRESS)),
            "reply_address": bytea_text(seals.for_sender(address, kind=SealedKind.ADDRESS)),
            "dispatch": str(new_id()),
            "delivery": str(delivery),
        }
        for language in _LANGUAGES:
            row[f"answer_{language}"] = bytea_text(
                seals.for_sender(_answer(language), kind=SealedKind.TEXT, ref=delivery)
            )
            row[f"over_{language}"] = bytea_text(
                seals.for_sender(_answer_when_over(language), kind=SealedKind.TEXT, ref=delivery)
            )
        return _PreparedWish(row, self._otherwise.prepare(message))

    def statements(self, prepared: Sequence[_PreparedWish]) -> list[SqlStatement]:
        made: list[SqlStatement] = []
        for one in prepared:
            made.append(
                SqlStatement(_SUBSCRIBE, {"rows": json.dumps([one.row], ensure_ascii=False)})
            )
            # Once the wish has claimed the key of the message, this writes nothing.
            made += self._otherwise.statements([one.otherwise])
        return made


def _answer(language: str) -> str:
    with translation.override(language):
        return _(
            "Done. From now on warnings of the places you chose come here. To stop, write DỪNG."
        )


def _answer_when_over(language: str) -> str:
    with translation.override(language):
        return _("Done. When this warning is over, you are told here once. To stop, write DỪNG.")
