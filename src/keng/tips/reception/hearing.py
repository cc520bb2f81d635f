"""The handlers of this area: a message becomes a tip or joins one, unless it is a command."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from keng.channels.base import Event
from keng.delivery.actions.inbound import hexed, inbound_row
from keng.delivery.handlers import Statement
from keng.delivery.receiving import Incoming
from keng.kit.ids import new_id
from keng.kit.languages import full
from keng.kit.secrets import box
from keng.language.fold import fold
from keng.network.actions.subscriptions import address_hash
from keng.tips import receipts
from keng.tips.actions import intake
from keng.tips.actions.intake import Chat, NewTip, Sealed
from keng.tips.reception import commands, greeting, money, wording
from keng.tips.reception.rows import Row, row_of
from keng.tips.reception.statement import RECEIVE
from keng.tips.reception.urgency import ClockLimits, limits_in_force, urgency_of
from keng.vault import seal

# A provider takes free answers for two days; a receipt link later than that would only confuse.
ANSWER_EXPIRES_AFTER = dt.timedelta(days=2)
MEDIA_BOX = "address of a file"


class RulesNotRead(RuntimeError):
    """Nobody has called `refresh` yet, so no clock could be started."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """One row of the statement; first the thread before it may have to be left."""

    row: Row = field(repr=False)
    release: dict[str, Any] | None = field(default=None, repr=False)


class TipHandler:
    """Opens a tip or joins one: which, the database decides."""

    name = "tip"

    def __init__(self) -> None:
        self._limits: ClockLimits | None = None

    def refresh(self) -> None:
        """Read the clock rules of today."""
        self._limits = limits_in_force()

    def takes(self, message: Incoming) -> bool:
        event = message.event
        if not event.is_content or message.conversation_hash is None or not event.reply_address:
            return False
        is_idle_talk = event.group and not event.media and event.kind == "text"
        return not (is_idle_talk and wording.is_courtesy(event.text))

    def prepare(self, message: Incoming) -> _Prepared:
        if self._limits is None:
            raise RulesNotRead
        anew, text = wording.begins_anew(message.event.text)
        tip = tip_of(message, text)
        release = {"conversation_hash": message.conversation_hash, "key": message.key}
        return _Prepared(row_of(tip, self._limits), release if anew else None)

    def statements(self, prepared: Sequence[_Prepared], *, lane: int) -> list[Statement]:
        """One statement for all, unless somebody among them begins anew."""
        made: list[Statement] = []
        rows: list[Row] = []
        for one in prepared:
            if one.release:
                made += _receive(rows, lane)
                made.append(Statement(commands.RELEASE, one.release))
                rows = []
            rows.append(one.row)
        return [*made, *_receive(rows, lane)]


class NewTipHandler:
    """ "Tin mới" and not a word more: the next message opens another tip."""

    name = "new_tip"

    def refresh(self) -> None:
        """Nothing to read."""

    def takes(self, message: Incoming) -> bool:
        event = message.event
        if event.kind != "text" or event.media or message.conversation_hash is None:
            return False
        return wording.begins_anew(event.text) == (True, "")

    def prepare(self, message: Incoming) -> dict[str, Any]:
        return _command_row(message, greeting.anew_answer)

    def statements(self, prepared: Sequence[dict[str, Any]], *, lane: int) -> list[Statement]:
        return [_command(commands.BEGIN_ANEW, one) for one in prepared]


class StopHandler:
    """ "Dừng", and a person who takes back the leave to be written to."""

    name = "stop"

    def refresh(self) -> None:
        """Nothing to read."""

    def takes(self, message: Incoming) -> bool:
        event = message.event
        if message.conversation_hash is None:
            return False
        return event.kind == "erase" or (event.kind == "text" and wording.is_stop(event.text))

    def prepare(self, message: Incoming) -> dict[str, Any]:
        return _command_row(
            message, None if message.event.kind == "erase" else greeting.stopped_answer
        )

    def statements(self, prepared: Sequence[dict[str, Any]], *, lane: int) -> list[Statement]:
        return [_command(commands.STOP, one) for one in prepared]


def tip_of(message: Incoming, text: str) -> NewTip:
    """Everything the statement needs, sealed; the plain address and link end here."""
    account, event = message.account, message.event
    text = text or _without_words(event)
    language = wording.language_of(text)
    folded = fold(text)
    urgency = urgency_of(text)
    is_silent = wording.wants_no_contact(folded)
    # Every tip has a receipt; whoever asked for silence is sent no link to it.
    token = receipts.new_token()
    seals = message.seals or seal.Together()
    answer = b"" if is_silent else seals.for_sender(
        greeting.first_answer(
            full(language), unit_name=account.unit_name, urgency=urgency,
            in_group=bool(event.group), token=token, money_left=money.has_left(folded),
        )
    )  # fmt: skip
    return NewTip(
        unit_id=account.unit_id, text=text, dedupe_key=message.key, channel=account.channel,
        province_code=account.province_code, place_id=account.place_id, language=language,
        do_not_contact=is_silent, urgency=urgency, received_at=message.received_at,
        receipt_hash=receipts.hash_of(receipts.code_from(token)),
        inbound_id=message.id, sealed=(Sealed("raw", ("chat",)),),
        chat=Chat(
            account_id=account.id, kind=event.kind, sent_at=event.at, location=event.location,
            raw_sealed=seals.for_unit(account.unit_id, message.raw),
            media=tuple((m.type, _boxed(m.url)) for m in event.media),
            conversation_hash=message.conversation_hash or b"",
            address_sealed=seals.for_sender(event.reply_address or ""),
            link_hash=b"" if is_silent else receipts.token_hash(token), answer_sealed=answer,
            answer_expires_at=message.received_at + ANSWER_EXPIRES_AFTER,
        ),
    )  # fmt: skip


def _receive(rows: list[Row], lane: int) -> list[Statement]:
    return [Statement(RECEIVE, intake.values_of(rows, lane=lane))] if rows else []


def _command_row(message: Incoming, answer: Callable[[str], str] | None) -> dict[str, Any]:
    account, event = message.account, message.event
    row = inbound_row(message) | {
        "text": event.text, "unit": str(account.unit_id), "message": str(new_id()),
        "dispatch": str(new_id()), "delivery": str(new_id()),
    }  # fmt: skip
    if event.reply_address:
        row["subscription_hash"] = hexed(address_hash(account.channel, event.reply_address))
        if answer:
            row["address"] = hexed(seal.for_sender(event.reply_address))
            row["answer"] = hexed(seal.for_sender(answer(account.unit_name)))
    return row


def _command(sql: str, row: dict[str, Any]) -> Statement:
    return Statement(sql, {"rows": json.dumps([row], ensure_ascii=False)})


def _without_words(event: Event) -> str:
    """A place or a picture sent without a word is still something to read in a list."""
    if event.location is None:
        return _("Files: %(count)d") % {"count": len(event.media)}
    latitude, longitude = event.location
    return f"📍 {latitude:.6f}, {longitude:.6f}"


def _boxed(url: str) -> bytes:
    # The worker fetches files and the sender's key is not the worker's: so a box of the site.
    return bytes(box(MEDIA_BOX).encrypt(url.encode()))
