"""The handlers of this area: a message becomes a tip or joins one, unless it is a command."""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from keng.delivery.actions.inbound import bytea_text, inbound_row
from keng.delivery.inbound_handlers import SqlStatement
from keng.delivery.inbound_message import InboundMessage
from keng.intake import auto_replies, command_statements, receive
from keng.intake.incoming_tip import IncomingRow, incoming_row
from keng.intake.receive import IncomingChat, IncomingTip, SealedPart
from keng.intake.statement import RECEIVE
from keng.kit.ids import new_id
from keng.kit.languages import full_language
from keng.kit.secrets import site_box
from keng.kit.urgency import URGENT_LEVELS
from keng.language import chat_words, lost_money, officers
from keng.language.danger import calls_for_child_line, numbers_to_call
from keng.language.fold import folded_message
from keng.language.named_matters import may_be_named_matter
from keng.language.urgency import first_urgency_of
from keng.network.actions.subscriptions import address_hash
from keng.tips import receipt_codes
from keng.tips.deadlines import FirstClocks, read_first_clocks
from keng.tips.wordless import words_for_message
from keng.vault import seal
from keng.vault.hybrid import SealedKind
from keng.vault.models import class_of_tip

# A provider takes free answers for two days; a receipt link later than that would only confuse.
ANSWER_EXPIRES_AFTER = dt.timedelta(days=2)
MEDIA_BOX = "address of a file"


class RulesNotRead(RuntimeError):
    """Nobody has called `refresh` yet, so no clock could be started."""


@dataclass(frozen=True, slots=True)
class _PreparedRow:
    """One row of the statement; first the thread before it may have to be left."""

    row: IncomingRow = field(repr=False)
    before: SqlStatement | None = None
    after: SqlStatement | None = None


class TipHandler:
    """Opens a tip or joins one: which, the database decides."""

    name = "tip"

    def __init__(self) -> None:
        self._first_clocks: FirstClocks | None = None

    def refresh(self) -> None:
        """Read the rules of the clocks that start with a tip."""
        self._first_clocks = read_first_clocks()

    def takes(self, message: InboundMessage) -> bool:
        event = message.event
        if not event.is_content or message.conversation_hash is None or not event.reply_address:
            return False
        is_idle_talk = event.group and not event.media and event.kind == "text"
        if not is_idle_talk:
            return True
        return not (chat_words.is_courtesy(event.text) or chat_words.may_be_stop(event.text))

    def prepare(self, message: InboundMessage) -> _PreparedRow:
        if self._first_clocks is None:
            raise RulesNotRead
        anew, text = chat_words.begins_anew(message.event.text)
        tip = incoming_tip_of(message, text)
        row = incoming_row(tip, self._first_clocks)
        if anew:
            return _PreparedRow(
                row,
                SqlStatement(
                    command_statements.RELEASE_CONVERSATION, _conversation_values(message)
                ),
            )
        if tip.concerns_by_words:
            above = {"above": message.account.above_id}
            return _PreparedRow(
                row,
                SqlStatement(
                    command_statements.LEAVE_THE_UNIT, _conversation_values(message) | above
                ),
                SqlStatement(command_statements.MARK_DO_NOT_CONTACT, {"tip": tip.id}),
            )
        return _PreparedRow(row)

    def statements(self, prepared: Sequence[_PreparedRow]) -> list[SqlStatement]:
        """One statement for all, unless somebody among them leaves the thread before."""
        made: list[SqlStatement] = []
        rows: list[IncomingRow] = []
        for one in prepared:
            if one.before is not None:
                made += _receive_statements(rows)
                made.append(one.before)
                rows = []
            rows.append(one.row)
            if one.after is not None:
                made += [*_receive_statements(rows), one.after]
                rows = []
        return [*made, *_receive_statements(rows)]


class BeginAnewHandler:
    """ "Tin mới" and not a word more: the next message opens another tip."""

    name = "new_tip"

    def refresh(self) -> None:
        """Nothing to read."""

    def takes(self, message: InboundMessage) -> bool:
        event = message.event
        if event.kind != "text" or event.media or message.conversation_hash is None:
            return False
        if event.is_overtaken:
            return False
        return chat_words.begins_anew(event.text) == (True, "")

    def prepare(self, message: InboundMessage) -> dict[str, Any]:
        return _command_row(message, auto_replies.anew_answer)

    def statements(self, prepared: Sequence[dict[str, Any]]) -> list[SqlStatement]:
        return [_command_statement(command_statements.BEGIN_ANEW, one) for one in prepared]


@dataclass(frozen=True, slots=True)
class _StopWish:
    """What somebody wishes of messages, as values of the statements."""

    row: dict[str, Any] = field(repr=False)
    comes_back: bool = False
    otherwise: Any = field(default=None, repr=False)
    """The same message as a part of a tip: of a lone word, of whoever has not stopped, and of what
    is told beside a stop."""


class StopHandler:
    """ "Dừng nhận tin", "nhận lại", and a person who takes back the leave to be written to.

    A lone word that may be an answer is kept as the reporter's message, and asked about.
    """

    name = "stop"

    def __init__(self, tips: TipHandler) -> None:
        self._tips = tips

    def refresh(self) -> None:
        """Nothing to read; what a tip needs, its own handler reads."""

    def takes(self, message: InboundMessage) -> bool:
        event = message.event
        if message.conversation_hash is None:
            return False
        if event.kind == "erase":
            return True
        if event.kind != "text" or event.media:
            return False
        if event.group:
            # In a group people say "stop" and "thôi" among themselves.
            return chat_words.is_stop_sentence(event.text)
        is_undone = event.is_overruled or event.may_be_overruled
        asks_for_messages = chat_words.asks_for_messages(event.text) and not is_undone
        return chat_words.is_stop(event.text) or (
            bool(event.reply_address) and (chat_words.may_be_stop(event.text) or asks_for_messages)
        )

    def prepare(self, message: InboundMessage) -> _StopWish:
        text = message.event.text
        if message.event.kind == "erase":
            return _StopWish(_command_row(message, None) | {"is_plain": True})
        if chat_words.is_stop(text):
            row = _command_row(message, auto_replies.stopped_answer)
            # "Don't text me, he is beating my mother": what is told beside it begins a report or
            # joins one, like every other message.
            is_urgent = first_urgency_of(text) in URGENT_LEVELS
            tells_more = chat_words.tells_beside_stop(text) or is_urgent
            otherwise = self._tips.prepare(message) if tells_more else None
            row |= {"is_plain": True, "tells_more": tells_more} | _warnings_row(message, row)
            return _StopWish(row, otherwise=otherwise)
        otherwise = self._tips.prepare(message)
        if chat_words.asks_for_messages(text):
            row = _command_row(message, auto_replies.came_back_answer)
            return _StopWish(row, comes_back=True, otherwise=otherwise)
        row = _command_row(message, auto_replies.stopped_answer)
        row |= _warnings_row(message, row) | _question_row(message, row)
        return _StopWish(
            row | {"is_plain_word": chat_words.is_plain_stop_word(text)}, otherwise=otherwise
        )

    def statements(self, prepared: Sequence[_StopWish]) -> list[SqlStatement]:
        made: list[SqlStatement] = []
        for one in prepared:
            made.append(
                _command_statement(
                    command_statements.MESSAGES_AGAIN
                    if one.comes_back
                    else command_statements.STOP_MESSAGES,
                    one.row,
                )
            )
            if one.otherwise is not None:
                made += self._tips.statements([one.otherwise])
                if not one.comes_back and not one.row["is_overruled"]:
                    made.append(_command_statement(command_statements.ASK_WHETHER_TO_STOP, one.row))
        return made


def incoming_tip_of(message: InboundMessage, text: str) -> IncomingTip:
    """Everything the statement needs, sealed; the plain address and link end here."""
    account, event = message.account, message.event
    text = text or words_for_message(files=len(event.media), location=event.location)
    language = chat_words.language_of(text)
    folded = folded_message(text)
    urgency = first_urgency_of(text)
    wants_silence = chat_words.wants_no_contact(folded) or chat_words.is_stop(text)
    is_silent = wants_silence and not event.is_overruled
    # Those it is about never have it: it stands at the desk above from the first moment.
    is_about_unit = account.above_id != account.unit_id and officers.seems_about_officers(text)
    unit_id = account.above_id if is_about_unit else account.unit_id
    # Every tip has a receipt; whoever asked for silence is sent no link to it.
    token = receipt_codes.new_token()
    seals, delivery = message.seals or seal.SealBatch(), new_id()
    is_for_named = may_be_named_matter(text)
    key_class = class_of_tip(concerns=is_about_unit, is_for_named=is_for_named)
    answer = (
        b""
        if is_silent
        else seals.for_sender(
            auto_replies.first_answer(
                full_language(language),
                unit_name=account.above_name if is_about_unit else account.unit_name,
                urgency=urgency,
                in_group=bool(event.group),
                token=token,
                money_left=lost_money.money_has_left(folded),
                for_child=calls_for_child_line(text),
                numbers=numbers_to_call(text),
                kept_from=account.unit_name if is_about_unit else "",
                own_language=language,
            ),
            kind=SealedKind.TEXT,
            ref=delivery,
        )
    )
    return IncomingTip(
        unit_id=unit_id,
        text=text,
        dedupe_key=message.key,
        channel=account.channel,
        is_for_named=is_for_named,
        concerns=(account.unit_id,) if is_about_unit else (),
        concerns_by_words=is_about_unit,
        province_code=account.province_code,
        place_id=account.place_id,
        language=language,
        do_not_contact=is_silent,
        urgency=urgency,
        received_at=message.received_at,
        receipt_hash=receipt_codes.code_hash(receipt_codes.code_from_token(token)),
        inbound_id=message.id,
        sealed=(SealedPart("raw", ("chat",)),),
        sender_mark=message.conversation_hash or b"",
        seals=seals,
        chat=IncomingChat(
            account_id=account.id,
            kind=event.kind,
            sent_at=event.at,
            location=event.location,
            raw_sealed=seals.for_unit(
                unit_id, message.raw, kind=SealedKind.RAW, ref=message.id, key_class=key_class
            ),
            media=tuple((m.type, _boxed_address(m.url)) for m in event.media),
            conversation_hash=message.conversation_hash or b"",
            # Who is not to be written to needs none.
            address_sealed=b""
            if is_silent
            else seals.for_sender(event.reply_address or "", kind=SealedKind.ADDRESS),
            link_hash=b"" if is_silent else receipt_codes.token_hash(token),
            answer_sealed=answer,
            answer_delivery_id=delivery,
            answer_expires_at=message.received_at + ANSWER_EXPIRES_AFTER,
        ),
    )


def _conversation_values(message: InboundMessage) -> dict[str, Any]:
    return {"conversation_hash": message.conversation_hash, "key": message.key}


def _receive_statements(rows: list[IncomingRow]) -> list[SqlStatement]:
    return [SqlStatement(RECEIVE, receive.statement_values(rows))] if rows else []


def _command_row(message: InboundMessage, answer: Callable[[str], str] | None) -> dict[str, Any]:
    account, event = message.account, message.event
    row = inbound_row(message) | {
        "text": event.text,
        "unit": str(account.unit_id),
        "message": str(new_id()),
        "dispatch": str(new_id()),
        "delivery": str(new_id()),
        "is_plain": False,
        "is_plain_word": False,
        "tells_more": False,
        "is_overruled": event.is_overruled,
        "ends_before": event.at.isoformat() if event.may_be_overruled else None,
    }
    if event.reply_address:
        row["subscription_hash"] = bytea_text(address_hash(account.channel, event.reply_address))
        if answer:
            seals = message.seals or seal.SealBatch()
            row["address"] = bytea_text(
                seals.for_sender(event.reply_address, kind=SealedKind.ADDRESS)
            )
            row["answer"] = _sealed_answer(message, row, answer(account.unit_name))
    return row


def _sealed_answer(message: InboundMessage, row: dict[str, Any], text: str) -> str:
    """For the one delivery that the row may lead to."""
    seals, delivery = message.seals or seal.SealBatch(), uuid.UUID(row["delivery"])
    return bytea_text(seals.for_sender(text, kind=SealedKind.TEXT, ref=delivery))


def _warnings_row(message: InboundMessage, row: dict[str, Any]) -> dict[str, Any]:
    """What is said to somebody who only got warnings."""
    if not message.event.reply_address:
        return {}
    text = auto_replies.stopped_warnings_answer(message.account.unit_name)
    return {"subscription_answer": _sealed_answer(message, row, text)}


def _question_row(message: InboundMessage, row: dict[str, Any]) -> dict[str, Any]:
    """Whether to stop: for the chat, and as the desk and the page of the report show it."""
    text = auto_replies.whether_to_stop_question(chat_words.language_of_command(message.event.text))
    return {
        "question": _sealed_answer(message, row, text),
        "question_text": text,
        "question_message": str(new_id()),
    }


def _command_statement(sql: str, row: dict[str, Any]) -> SqlStatement:
    return SqlStatement(sql, {"rows": json.dumps([row], ensure_ascii=False)})


def _boxed_address(url: str) -> bytes:
    # The worker fetches files and the sender's key is not the worker's: so a box of the site.
    return bytes(site_box(MEDIA_BOX).encrypt(url.encode()))
