"""From what somebody told us to one row of the statement: cut, sealed, clocked; no I/O."""

import datetime as dt
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, NamedTuple

from keng.alarms.line_bundles import BundledWith, bundles
from keng.channels.text import clean_text
from keng.kit import times
from keng.kit.ids import coarse_id, new_hex, new_id
from keng.kit.urgency import Urgency
from keng.language import lost_money, reporters_own
from keng.language.danger import danger_in
from keng.language.fold import folded_message
from keng.language.named_matters import may_be_named_matter
from keng.language.urgency import first_urgency_of
from keng.tips.deadlines import FirstClocks
from keng.vault import seal
from keng.vault.hybrid import SealedKind
from keng.vault.models import SealedIdentity, class_of_tip


@dataclass(frozen=True, slots=True)
class SealedPart:
    """Something that could name the reporter, closed already."""

    kind: str
    holds: tuple[str, ...]
    """What is inside, by name only: "name", "phone", "email", "chat"."""
    ciphertext: bytes = field(default=b"", repr=False)
    """Empty: the body as it came, which the row holds anyway (Chat.raw_sealed)."""
    row_id: uuid.UUID = field(default_factory=new_id)
    """Of its row in the vault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingChat:
    """What a chat brings beside the words: whom to answer, and how the provider delivered it."""

    account_id: uuid.UUID
    kind: str = "text"
    sent_at: dt.datetime | None = None
    location: tuple[float, float] | None = None
    raw_sealed: bytes = field(default=b"", repr=False)
    media: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    """Kind and boxed address of each file to fetch."""
    conversation_hash: bytes = field(repr=False)
    address_sealed: bytes = field(repr=False)
    link_hash: bytes = field(default=b"", repr=False)
    answer_sealed: bytes = field(default=b"", repr=False)
    answer_delivery_id: uuid.UUID = field(default_factory=new_id)
    """Of the delivery by which the answer leaves, and for which alone it was sealed."""
    answer_expires_at: dt.datetime | None = None


class TipField(NamedTuple):
    """How a field of IncomingTip reaches the table of tips."""

    type: str
    """PostgreSQL's."""
    columns: tuple[str, ...]
    """Of tips_tip; named as the field where there are none."""
    row_field: str
    """Its name in the row that the statement reads; "": as the field is named."""


def tip_column(type_: str, *columns: str, row_field: str = "") -> dict[str, TipField]:
    """For the metadata of a field that is written into the row of the tip."""
    return {"tip_column": TipField(type_, columns, row_field)}


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingTip:
    """What somebody told us, by form or by chat; printing it shows no word of it.

    `text` and `place_detail` are the reporter's own words, uncut; `contact` is what they said about
    themselves ({"name": …, "phone": …, "email": …, "address": …}). Both are taken apart and sealed
    on the way in, so a caller never seals anything itself, unless by `sealed` and `identity_holds`.
    """

    # What the statement writes into tips_tip is made of these (TIP_FIELDS).
    id: uuid.UUID = field(metadata=tip_column("uuid", row_field="tip"), default_factory=coarse_id)
    province_code: str = field(metadata=tip_column("text"), default="")
    unit_id: uuid.UUID = field(metadata=tip_column("uuid", "responsible_unit_id", row_field="unit"))
    place_id: uuid.UUID | None = field(metadata=tip_column("uuid", row_field="place"), default=None)
    place_detail: str = field(metadata=tip_column("text"), default="", repr=False)
    channel: str = field(metadata=tip_column("text"), default="web")
    language: str = field(metadata=tip_column("text"), default="vi")
    text: str = field(metadata=tip_column("text"), repr=False)
    topic: str = field(metadata=tip_column("text"), default="")
    # Empty: nobody answered, or nobody asked.
    happening: str = field(metadata=tip_column("text"), default="")
    money_moved: bool = field(metadata=tip_column("bool"), default=False)
    do_not_contact: bool = field(metadata=tip_column("bool"), default=False)
    do_not_call: bool = field(metadata=tip_column("bool"), default=False)
    safe_from: int | None = field(metadata=tip_column("int2"), default=None)
    """From and until which hour a call is safe for the reporter."""
    safe_until: int | None = field(metadata=tip_column("int2"), default=None)
    identity_holds: tuple[str, ...] = field(metadata=tip_column("jsonb"), default=())
    urgency: str = field(metadata=tip_column("text"), default="")
    """Empty: by the words."""
    is_for_named: bool = field(metadata=tip_column("bool"), default=False)
    """Set on the way in, where the words or the tile say so."""
    urgency_is_rated: bool = field(metadata=tip_column("bool"), default=False)
    """An officer who took it down said how urgent it is."""
    received_at: dt.datetime = field(
        metadata=tip_column("timestamptz", "received_at", "waiting_since"),
        default_factory=times.now,
    )
    due_at: dt.datetime | None = field(metadata=tip_column("timestamptz"), default=None)
    """Set on the way in: when its first clock ends."""

    dedupe_key: bytes = field(repr=False)
    """32 bytes, the same when the same thing is sent again (keng.kit.secrets.keyed_hash)."""
    receipt_hash: bytes = field(default=b"", repr=False)
    link_hash: bytes = field(default=b"", repr=False)
    """Of a one-time link that somebody else hands to the reporter (a chat has its own)."""
    concerns: tuple[uuid.UUID, ...] = ()
    concerns_by_words: bool = False
    """Nobody said that it is about them: it was read in the words."""
    contact: Mapping[str, str] = field(default_factory=dict, repr=False)
    sealed: tuple[SealedPart, ...] = ()
    seals: seal.SealBatch = field(default_factory=seal.SealBatch, repr=False, compare=False)
    """What is sealed on the way in is sealed with."""
    sender_mark: bytes = field(default=b"", repr=False)
    """By what this process knows whoever sends; it stands in no row (alarms.line_bundles)."""
    chat: IncomingChat | None = None
    inbound_id: uuid.UUID = field(default_factory=new_id)


def _tip_fields() -> Iterator[tuple[str, TipField]]:
    for each in fields(IncomingTip):
        if found := each.metadata.get("tip_column"):
            columns = found.columns or (each.name,)
            yield each.name, TipField(found.type, columns, found.row_field or each.name)


TIP_FIELDS: dict[str, TipField] = dict(_tip_fields())
# The same, made ready: the edge makes a row of each message.
_TIP_ROW_FIELDS = [each.row_field for each in TIP_FIELDS.values()]
_tip_values = attrgetter(*TIP_FIELDS)


class IncomingRow(NamedTuple):
    """One row of the statement: a JSON object, and its long sealed parts beside it."""

    json: str
    raw: bytes = b""
    address: bytes | None = None
    answer: bytes | None = None


def _json_value(value: object) -> str:
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(value)


_encode = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, separators=(",", ":"), default=_json_value
).encode


def incoming_row(tip: IncomingTip, first_clocks: FirstClocks) -> IncomingRow:
    """One row of the statement."""
    written, chat = _encode(_row_fields(tip, first_clocks)), tip.chat
    if chat is None:
        return IncomingRow(written)
    return IncomingRow(written, chat.raw_sealed, chat.address_sealed, chat.answer_sealed or None)


def _row_fields(tip: IncomingTip, first_clocks: FirstClocks) -> dict[str, Any]:
    is_for_named = tip.is_for_named or may_be_named_matter(tip.text, tip.topic)
    key_class = class_of_tip(concerns=bool(tip.concerns), is_for_named=is_for_named)
    text, detail, sealed = _shown_and_sealed(tip, key_class)
    # Ticked in the form, or said in so many words in any channel.
    money_moved = tip.money_moved or lost_money.money_has_left(folded_message(tip.text))
    urgency = tip.urgency or first_urgency_of(
        tip.text, happening=tip.happening, money_moved=money_moved, topic=tip.topic
    )
    clocks = first_clocks.due(urgency, tip.received_at)
    holds = sorted({*tip.identity_holds, *(word for one in sealed for word in one.holds)})
    row = dict(zip(_TIP_ROW_FIELDS, _tip_values(tip), strict=True))
    row |= {
        "text": text,
        "place_detail": detail,
        "money_moved": money_moved,
        "identity_holds": holds,
        "urgency": urgency,
        "is_for_named": is_for_named,
        "due_at": clocks[0][1],
        "key": tip.dedupe_key,
        "inbound": tip.inbound_id,
        "kind": "text",
        "clocks": [{"id": new_hex(), "rule": code, "due_at": due} for code, due in clocks],
        "message": new_hex(),
    }
    if bundle := _bundle_of(tip, urgency):
        row |= {"bundled_with": bundle.first, "bundle_is_joint": bundle.is_joint}
    if tip.receipt_hash:
        row["receipt"] = tip.receipt_hash
    if tip.link_hash:
        row["link"] = tip.link_hash
    if tip.concerns:
        row["concerns"] = [
            {"id": new_hex(), "unit": unit, "guess": tip.concerns_by_words} for unit in tip.concerns
        ]
    if sealed:
        row["sealed"] = [_sealed_row(one, tip.inbound_id) for one in sealed]
    if tip.chat:
        row |= _chat_row(tip.chat)
    return row


def _bundle_of(tip: IncomingTip, urgency: str) -> BundledWith | None:
    """The earlier tip whose calls are this one's too; what an officer rated rings by itself."""
    if urgency != Urgency.P0 or tip.urgency_is_rated or not tip.sender_mark:
        return None
    danger = danger_in(tip.text)
    return bundles.bundle_of(
        tip.sender_mark,
        unit_id=tip.unit_id,
        place_id=tip.place_id,
        kind=danger.kind if danger else "",
        text=tip.text,
        tip_id=tip.id,
    )


def _chat_row(chat: IncomingChat) -> dict[str, Any]:
    row: dict[str, Any] = {
        "account": chat.account_id,
        "kind": chat.kind,
        "conversation": new_hex(),
        "sent_at": chat.sent_at and times.rounded_down(chat.sent_at, times.COARSE),
        "conversation_hash": chat.conversation_hash,
    }
    if chat.location:
        row["latitude"], row["longitude"] = chat.location
    if chat.media:
        row["media"] = [{"id": new_hex(), "kind": kind, "url": url} for kind, url in chat.media]
    if chat.link_hash:
        row["link"] = chat.link_hash
    if chat.answer_sealed:
        row |= {
            "dispatch": new_hex(),
            "delivery": chat.answer_delivery_id,
            "answer_expires_at": chat.answer_expires_at,
        }
    return row


def _shown_and_sealed(tip: IncomingTip, key_class: str) -> tuple[str, str, list[SealedPart]]:
    """Words and place to show, and what is sealed: who they are, what they said in passing."""
    text, pieces = reporters_own.cut_reporters_own(clean_text(tip.text))
    detail, more = reporters_own.cut_reporters_own(clean_text(tip.place_detail))
    sealed = list(tip.sealed)
    said = {name: value for name, value in tip.contact.items() if value.strip()}
    if said:
        sealed.append(_sealed_part(tip, key_class, SealedKind.CONTACT, tuple(sorted(said)), said))
    if pieces := [*pieces, *more]:
        holds = reporters_own.kinds_of_pieces(pieces)
        sealed.append(_sealed_part(tip, key_class, SealedKind.IN_TEXT, holds, pieces))
    return text, detail, sealed


def _sealed_part(
    tip: IncomingTip, key_class: str, kind: SealedKind, holds: tuple[str, ...], plain: Any
) -> SealedPart:
    """Sealed for its tip; what a chat brings for its row, as it may join a tip (open_identity)."""
    row_id = new_id()
    words, ref = json.dumps(plain, ensure_ascii=False), row_id if tip.chat else tip.id
    closed = tip.seals.for_unit(tip.unit_id, words, kind=kind, ref=ref, key_class=key_class)
    return SealedPart(kind, holds, closed, row_id)


def _sealed_row(one: SealedPart, inbound_id: uuid.UUID) -> dict[str, Any]:
    row: dict[str, Any] = {
        # The body has the id that it was sealed for, as the message's own row holds it too.
        "id": one.row_id if one.ciphertext else inbound_id,
        "kind": one.kind,
        "holds": list(one.holds),
        "first": one.kind != SealedIdentity.Kind.IN_TEXT,
    }
    return row | {"ciphertext": one.ciphertext} if one.ciphertext else row
