"""What stands in a transfer file: one form both ways, read strictly.

The number in its first line (envelope.py) says which fields there are: 2 has those about who
reported besides, and nothing else differs.

A field that is not known is refused and not passed over: what one side means must not be lost
without either of them knowing it.
"""

import base64
import datetime
import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.conf import settings

from keng.kit.urgency import Urgency
from keng.transfers.errors import UnreadableContent

MOST_LINES = 500
MOST_IDENTITIES = 20
MOST_PARTS = 20
"""Of an identity, each named by what it is: "name", "phone"."""
MOST_IDENTITY_BYTES = 512 * 1024
_LONGEST_WORDS = 50_000
_PART_NAME = re.compile(r"[a-z_]{0,20}")
# Of moments: what lies far outside cannot be reckoned with in every zone.
_YEARS = (2000, 2200)


class Standing(StrEnum):
    """How the tip stands on the side that made the file."""

    HANDED = "handed"
    WITH_US = "with_us"
    RETURNED = "returned"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class SaidLine:
    """A message of the reporter, or of a desk to them."""

    is_reporters: bool
    at: datetime.datetime
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """A decision in short: when, at which desk, of which kind."""

    at: datetime.datetime
    desk: str
    kind: str


@dataclass(frozen=True, slots=True)
class EarlierNumber:
    """Under which number the tip stood where."""

    desk: str
    number: str


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A deadline that runs, and since when."""

    code: str
    starts_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class ToldDeskKey:
    """A key of the desk that has the tip, signed by its installation (vault.desk_key_statement)."""

    id: uuid.UUID
    public: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class CarriedIdentity:
    """A record of who reported, sealed to a key that the receiver told."""

    ref: uuid.UUID
    """For which it is sealed, and by which both sides speak of it."""
    kind: str
    holds: tuple[str, ...]
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class IdentityAnswer:
    """What became of such a record at the receiver (TransferIdentity.Answer)."""

    ref: uuid.UUID
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferredTip:
    """The tip itself; of who reported it nothing but which parts the old desk keeps sealed."""

    text: str = field(repr=False)
    category: str
    topic: str
    urgency: str
    happening: str
    money_moved: bool
    language: str
    place_code: str
    place_detail: str = field(repr=False)
    received_at: datetime.datetime
    do_not_contact: bool
    is_for_named: bool
    holds: tuple[str, ...]
    files: int
    clocks: tuple[RunningClock, ...]
    decisions: tuple[DecidedLine, ...]
    numbers: tuple[EarlierNumber, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferContent:
    """One file."""

    transfer: uuid.UUID
    is_from_receiver: bool
    """Made by the side that took the tip over; otherwise by the one that it came from."""
    number: int
    made_at: datetime.datetime
    desk: str
    phone: str
    tip_number: str
    standing: Standing
    reason: str
    messages: tuple[SaidLine, ...] = ()
    tip: TransferredTip | None = None
    desk_key: ToldDeskKey | None = None
    identities: tuple[CarriedIdentity, ...] = ()
    answers: tuple[IdentityAnswer, ...] = ()

    def as_bytes(self, form: int) -> bytes:
        """As it is signed and sealed, with the fields of that number."""
        plain = {name: _plain(getattr(self, name)) for name in _PARTS_OF_FORM[form]}
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def read_content(written: bytes, form: int) -> TransferContent:
    """From what a known installation signed. Raises UnreadableContent."""
    try:
        content: TransferContent = _CONTENT_OF_FORM[form](json.loads(written))
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise UnreadableContent from error
    return content


def _plain(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value) if isinstance(value, uuid.UUID) else value


_Read = Callable[[Any], Any]


def _words(longest: int) -> _Read:
    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) > longest or "\0" in value:
            raise ValueError
        # Half a character of JSON is none of the database's.
        value.encode()
        return value

    return read


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 32_000:
        raise ValueError
    return value


def _moment(value: Any) -> datetime.datetime:
    at = datetime.datetime.fromisoformat(_words(40)(value))
    if at.tzinfo is None or not _YEARS[0] <= at.year <= _YEARS[1]:
        raise ValueError
    return at


def _id(value: Any) -> uuid.UUID:
    return uuid.UUID(_words(36)(value))


def _bytes(longest: int) -> _Read:
    def read(value: Any) -> bytes:
        if not isinstance(value, str) or len(value) > longest * 2:
            raise ValueError
        found = base64.b64decode(value, validate=True)
        if len(found) > longest:
            raise ValueError
        return found

    return read


def _part_name(value: Any) -> str:
    """What a part is, never what stands in it: it is kept and shown in clear."""
    if not isinstance(value, str) or not _PART_NAME.fullmatch(value):
        raise ValueError
    return value


def _one_of(*known: str) -> _Read:
    def read(value: Any) -> str:
        if value not in known:
            raise ValueError
        return str(value)

    return read


def _several(read_one: _Read, most: int = MOST_LINES) -> _Read:
    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) > most:
            raise ValueError
        return tuple(read_one(one) for one in value)

    return read


def _fields(kind: type[Any], parts: Mapping[str, _Read]) -> _Read:
    def read(value: Any) -> Any:
        if not isinstance(value, dict) or set(value) != set(parts):
            raise ValueError
        return kind(**{name: read_one(value[name]) for name, read_one in parts.items()})

    return read


_SAID = _fields(
    SaidLine,
    {"is_reporters": _flag, "at": _moment, "text": _words(_LONGEST_WORDS)},
)
_TIP = _fields(
    TransferredTip,
    {
        "text": _words(_LONGEST_WORDS),
        "category": _words(30),
        "topic": _words(16),
        "urgency": _one_of(*Urgency),
        "happening": _words(8),
        "money_moved": _flag,
        "language": _one_of(*dict(settings.LANGUAGES)),
        "place_code": _words(20),
        "place_detail": _words(200),
        "received_at": _moment,
        "do_not_contact": _flag,
        "is_for_named": _flag,
        "holds": _several(_part_name, MOST_PARTS),
        "files": _count,
        "clocks": _several(
            _fields(RunningClock, {"code": _words(30), "starts_at": _moment}),
            20,
        ),
        "decisions": _several(
            _fields(DecidedLine, {"at": _moment, "desk": _words(160), "kind": _words(10)})
        ),
        "numbers": _several(
            _fields(EarlierNumber, {"desk": _words(160), "number": _words(30)}), 20
        ),
    },
)
_WITHOUT_IDENTITY: Mapping[str, _Read] = {
    "transfer": _id,
    "is_from_receiver": _flag,
    "number": _count,
    "made_at": _moment,
    "desk": _words(160),
    "phone": _words(40),
    "tip_number": _words(30),
    "standing": lambda value: Standing(_words(8)(value)),
    "reason": _words(500),
    "messages": _several(_SAID),
    "tip": lambda value: None if value is None else _TIP(value),
}
_DESK_KEY = _fields(ToldDeskKey, {"id": _id, "public": _bytes(2_000), "signature": _bytes(64)})
_ABOUT_IDENTITY: Mapping[str, _Read] = {
    "desk_key": lambda value: None if value is None else _DESK_KEY(value),
    "identities": _several(
        _fields(
            CarriedIdentity,
            {
                "ref": _id,
                "kind": _one_of("contact", "in_text", "raw"),
                "holds": _several(_part_name, MOST_PARTS),
                "sealed": _bytes(MOST_IDENTITY_BYTES),
            },
        ),
        MOST_IDENTITIES,
    ),
    "answers": _several(
        _fields(IdentityAnswer, {"ref": _id, "answer": _one_of("taken", "key_ended")}),
        MOST_LINES,
    ),
}
_PARTS_OF_FORM: Mapping[int, Mapping[str, _Read]] = {
    1: _WITHOUT_IDENTITY,
    2: {**_WITHOUT_IDENTITY, **_ABOUT_IDENTITY},
}
_CONTENT_OF_FORM = {form: _fields(TransferContent, it) for form, it in _PARTS_OF_FORM.items()}
