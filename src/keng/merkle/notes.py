"""Signed notes, checkpoints and cosignatures, as C2SP has them."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from keng.merkle.trees import HASH_BYTES

LONGEST_NOTE = 64 * 1024
_MOST_SIGNATURES = 64
_MOST_SIZE = 2**62
_ID_BYTES = 4
_TIME_BYTES = 8
_NAME = re.compile(r"[^\s+]{1,255}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class NoteKeyKind(IntEnum):
    """What a key signs: the note itself, or the note behind a moment."""

    LOG = 1
    COSIGNER = 4


@dataclass(frozen=True, slots=True)
class NoteKey:
    """The public half of a key, with the name that it signs under."""

    name: str
    kind: NoteKeyKind
    public: bytes

    @classmethod
    def read(cls, written: str) -> "NoteKey":
        """From `name+id+key`. Raises ValueError."""
        name, _, rest = written.partition("+")
        mark, _, encoded = rest.partition("+")
        raw = _decoded(encoded)
        if not _NAME.fullmatch(name) or len(raw) != 1 + HASH_BYTES:
            raise ValueError("no key of signed notes")
        key = cls(name, NoteKeyKind(raw[0]), raw[1:])
        if key.id.hex() != mark:
            raise ValueError("a key whose mark is not its own")
        return key

    @property
    def id(self) -> bytes:
        """By which its signatures are found."""
        said = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(said).digest()[:_ID_BYTES]

    @property
    def written(self) -> str:
        """As people hand it on: `name+id+key`."""
        return f"{self.name}+{self.id.hex()}+{_encoded(bytes([self.kind]) + self.public)}"

    def line(self, signature: bytes) -> str:
        """The line of a note that carries a signature of this key."""
        return NoteSignature(self.name, self.id, signature).line


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One line below a note."""

    name: str
    key_id: bytes
    signature: bytes

    @classmethod
    def read(cls, line: str) -> "NoteSignature":
        """Raises ValueError for what is no line of a signature."""
        dash, name, encoded = line.split(" ")
        raw = _decoded(encoded)
        if dash != "—" or not _NAME.fullmatch(name) or len(raw) <= _ID_BYTES:
            raise ValueError("no signature of a note")
        return cls(name, raw[:_ID_BYTES], raw[_ID_BYTES:])

    @property
    def line(self) -> str:
        """As it stands below the note."""
        return f"— {self.name} {_encoded(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text, and who signed it."""

    text: str
    signatures: tuple[NoteSignature, ...]

    @classmethod
    def read(cls, raw: bytes) -> "SignedNote":
        """Raises ValueError for what is no signed note; nothing is verified yet."""
        if len(raw) > LONGEST_NOTE:
            raise ValueError("too long for a note")
        written = raw.decode()
        text, blank, block = written.rpartition("\n\n")
        lines = block.removesuffix("\n").split("\n")
        if not blank or not block.endswith("\n") or _CONTROL.search(written):
            raise ValueError("no signed note")
        if len(lines) > _MOST_SIGNATURES:
            raise ValueError("too many signatures")
        return cls(text + "\n", tuple(map(NoteSignature.read, lines)))

    @property
    def written(self) -> str:
        """As it is served."""
        return self.text + "\n" + "".join(each.line for each in self.signatures)

    def signature_of(self, key: NoteKey) -> NoteSignature | None:
        """The signature of this key, if there is one and it is genuine."""
        for each in self.signatures:
            if (each.name, each.key_id) == (key.name, key.id) and _is_genuine(key, self.text, each):
                return each
        return None


@dataclass(frozen=True, slots=True)
class LogCheckpointText:
    """What a checkpoint says: whose log, how many leaves, which root."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def read(cls, text: str) -> "LogCheckpointText":
        """Raises ValueError for what is no checkpoint."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]) or not _SIZE.fullmatch(lines[1]):
            raise ValueError("no checkpoint")
        found = cls(lines[0], int(lines[1]), _decoded(lines[2]))
        if found.size > _MOST_SIZE or len(found.root) != HASH_BYTES:
            raise ValueError("no checkpoint")
        return found

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{_encoded(self.root)}\n"


def cosigned_at(signature: NoteSignature) -> int:
    """The moment that a cosignature names, in seconds since 1970."""
    return int.from_bytes(signature.signature[:_TIME_BYTES], "big")


def cosignature_line(text: str, name: str, key: SigningKey, at: int) -> str:
    """The line of a witness below a checkpoint that it looked at."""
    signature = key.sign(_cosigned(text, at)).signature
    note_key = NoteKey(name, NoteKeyKind.COSIGNER, bytes(key.verify_key))
    return note_key.line(at.to_bytes(_TIME_BYTES, "big") + signature)


def genuine_lines(text: str, lines: Iterable[str], key: NoteKey) -> list[NoteSignature]:
    """Those of some lines that are signatures of this key under the text; others are passed by."""
    found = []
    for line in lines:
        try:
            each = NoteSignature.read(line)
        except ValueError:
            continue
        if SignedNote(text, (each,)).signature_of(key):
            found.append(each)
    return found


def _is_genuine(key: NoteKey, text: str, found: NoteSignature) -> bool:
    said, signature = text.encode(), found.signature
    if key.kind is NoteKeyKind.COSIGNER:
        said, signature = _cosigned(text, cosigned_at(found)), signature[_TIME_BYTES:]
    try:
        VerifyKey(key.public).verify(said, signature)
    except (BadSignatureError, ValueError, TypeError):
        return False
    return True


def _cosigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def encoded_hash(found: bytes) -> str:
    """A hash as notes and proofs write it."""
    return _encoded(found)


def decoded_hash(line: str) -> bytes:
    """Raises ValueError for what is no hash."""
    raw = _decoded(line)
    if len(raw) != HASH_BYTES:
        raise ValueError("no hash")
    return raw


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decoded(line: str) -> bytes:
    try:
        raw = base64.b64decode(line, validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
    if _encoded(raw) != line:
        # Spare bits: the same bytes could be written in several ways.
        raise ValueError("no base64")
    return raw
