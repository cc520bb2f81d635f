"""What the opener reads of the database, and the functions by which it writes.

It writes that a request was opened, new shares, and what was resealed, here or for another desk.
"""

import datetime
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from keng.vault.desk_key_statement import desk_key_to_sign, is_signed_desk_key
from keng.vault.hybrid import KEYED_HEAD_SIZE, SealedKind, key_id_of
from keng.vault.opener_client import (
    APPROVED_ENTRY,
    REQUEST_STANDS,
    RESEALING_ENTRY,
    RESHARING_ENTRY,
    AlreadyOpened,
    KeptByOperator,
    Lapsed,
    NoDeskKey,
    NotInRecord,
)
from keng.vault.share_seals import WRAP_KEY_SIZE
from keng.vault.splitting import HOLDERS_NEEDED

_REQUEST = """
SELECT tip_ref, what, record_ref, asked_by_ref, approved_by_ref,
       refused_at IS NOT NULL, opened_at IS NOT NULL,
       lapsed_at IS NOT NULL OR asked_at < now() - %s, transfer_ref
FROM vault_openingrequest WHERE id = %s
"""
_IN_RECORD = """
SELECT FROM audit_entry
WHERE object_kind = 'openingrequest' AND object_id = %s AND action = %s AND actor_id = %s
"""
_JOINED = """
SELECT FROM audit_entry
WHERE object_kind = 'resharingrequest' AND object_id = %s AND action = %s AND actor_id = %s
"""
_SEALED = """
SELECT ciphertext FROM vault_sealedidentity WHERE id = %s AND tip_ref = %s AND kind = %s
"""
_FILE = "SELECT original_path FROM tips_attachment WHERE id = %s AND tip_id = %s"
_ORIGINALS = "files/originals/"
# Where the desk puts copies of those that lie in a store (keng.files.storage.opener_copies).
_COPIES = "files/opening/"
_HOLDER = "SELECT officer_ref FROM vault_holderkey WHERE id = %s AND retired_at IS NULL"
_SHARE = "SELECT sealed FROM vault_keyshare WHERE unit_key_id = %s AND holder_key_id = %s"
_PUBLIC = "SELECT public_key FROM vault_unitkey WHERE id = %s AND destroyed_at IS NULL"
_RESHARING = """
SELECT plan::text, first_ref, second_ref, done_at IS NOT NULL, dropped_at IS NOT NULL,
       coalesce(joined_at < now() - %s, false), hold_key_id
FROM vault_resharingrequest WHERE id = %s
"""
_POINT = "SELECT public_key FROM vault_holderkey WHERE id = %s AND retired_at IS NULL"
_CUSTODIANS = """
SELECT public_key FROM vault_custodiankey WHERE retired_at IS NULL ORDER BY id DESC LIMIT 1
"""
_KEEP = "SELECT vault_keep_new_shares(%s, %s, %s, %s)"
_HELD = "SELECT place, record_id, tip, kind, sealed FROM vault_held_records(%s, %s)"
_RESEAL = "SELECT vault_reseal_held(%s, %s, %s, %s, %s)"
_HELD_FILES = "SELECT file, path FROM vault_held_files(%s)"
_NOTE_FILE = "SELECT vault_note_resealed_file(%s, %s)"
_END_RESEALING = "SELECT vault_end_resealing(%s)"
# The newest first. Who is known there the operator alone says.
_DESK_KEYS = """
SELECT told.key_ref, told.public_key, told.signature, sent.number_of_both, there.signing_key
FROM tips_transferkey AS told
JOIN tips_transfer AS sent ON sent.id = told.transfer_id
JOIN tips_otherinstallation AS there ON there.id = sent.other_id
WHERE sent.id = %s AND sent.tip_id = %s AND NOT sent.is_incoming AND sent.state = 'with_them'
  AND there.removed_at IS NULL
ORDER BY told.id DESC
"""
_SEND_ON = "SELECT tips_send_identity_on(%s, %s, %s, %s)"
_MARK = "SELECT vault_mark_opened(%s)"


@dataclass(frozen=True)
class StandingRequest:
    """A request that may still be opened."""

    id: uuid.UUID
    tip_id: uuid.UUID
    what: str
    record_id: uuid.UUID
    asked_by: uuid.UUID
    approved_by: uuid.UUID | None
    transfer: uuid.UUID | None = None
    """With which the record goes along, resealed; None where it is opened and shown."""

    @property
    def officers(self) -> frozenset[uuid.UUID]:
        """Who gives a share: two people once it is approved."""
        return frozenset({self.asked_by, *([self.approved_by] if self.approved_by else [])})


@dataclass(frozen=True)
class StandingResharing:
    """A resharing that may still be done."""

    id: uuid.UUID
    plan: Mapping[uuid.UUID, Sequence[uuid.UUID]]
    """By key, for whose keys it is to be split."""
    officers: frozenset[uuid.UUID]
    """Who came so far, two at the most."""
    hold_key: uuid.UUID | None
    """To which what is on hold is resealed; None where keys are split anew."""


@dataclass(frozen=True)
class SealedRecord:
    """One record as it lies there, and under what it was sealed."""

    ciphertext: bytes
    key_id: uuid.UUID
    kind: SealedKind
    refs: tuple[uuid.UUID, ...]
    """The ids that it may have been sealed for."""


@dataclass(frozen=True)
class HeldRecord:
    """One sealed thing of a tip on hold."""

    place: str
    """`identity` or `inbound`: in which table it lies."""
    id: uuid.UUID
    tip_id: uuid.UUID
    kind: SealedKind
    ciphertext: bytes

    @property
    def refs(self) -> tuple[uuid.UUID, ...]:
        """The ids that it may have been sealed for."""
        return self.tip_id, self.id


@dataclass(frozen=True)
class HeldFile:
    """One original file of a tip on hold."""

    id: uuid.UUID
    """Of the row of tips.Attachment."""
    path: str
    """Below the data folder."""
    place: Path

    def key_id(self) -> uuid.UUID | None:
        """To which key it is sealed; None of an older form, or where it is gone."""
        try:
            with self.place.open("rb") as file:
                return key_id_of(file.read(KEYED_HEAD_SIZE))
        except OSError:
            return None

    def read(self) -> tuple[bytes, uuid.UUID] | None:
        """The file as it lies there, and the id that it was sealed for; None where it is gone."""
        try:
            return self.place.read_bytes(), uuid.UUID(self.place.name)
        except (OSError, ValueError):
            return None


class OpenerRows:
    """One connection, made before the process gives its rights up, and never another."""

    def __init__(self, connection: psycopg.Connection[Any], data: Path) -> None:
        self._connection = connection
        self._data = data

    def is_there(self) -> bool:
        """Whether the database still answers."""
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def request(self, request_id: uuid.UUID) -> StandingRequest:
        """Raises NotInRecord, AlreadyOpened, Lapsed."""
        row = self._one(_REQUEST, REQUEST_STANDS, request_id)
        if row is None:
            raise NotInRecord
        tip, what, record, asked_by, approved_by, is_refused, is_opened, is_over, transfer = row
        if is_opened:
            raise AlreadyOpened
        if is_refused:
            raise NotInRecord
        if is_over:
            raise Lapsed
        return StandingRequest(request_id, tip, what, record, asked_by, approved_by, transfer)

    def require_approval(self, request: StandingRequest) -> None:
        """By another person, and on record. Raises NotInRecord."""
        approved_by = request.approved_by
        if approved_by is None or approved_by == request.asked_by:
            raise NotInRecord
        if self._one(_IN_RECORD, str(request.id), APPROVED_ENTRY, str(approved_by)) is None:
            raise NotInRecord

    def record(self, request: StandingRequest) -> SealedRecord:
        """Raises NotInRecord where it is gone, KeptByOperator where its key was not split."""
        if request.what == SealedKind.FILE:
            ciphertext, refs = self._file(request)
        else:
            row = self._one(_SEALED, request.record_id, request.tip_id, request.what)
            if row is None:
                raise NotInRecord
            ciphertext, refs = bytes(row[0]), (request.tip_id, request.record_id)
        key_id = key_id_of(ciphertext)
        if key_id is None:
            raise KeptByOperator
        return SealedRecord(ciphertext, key_id, SealedKind(request.what), refs)

    def _file(self, request: StandingRequest) -> tuple[bytes, tuple[uuid.UUID, ...]]:
        row = self._one(_FILE, request.record_id, request.tip_id)
        name = row[0].removeprefix(_ORIGINALS) if row else ""
        try:
            file = uuid.UUID(name)
            return self._original(str(file)).read_bytes(), (file,)
        except (ValueError, OSError):
            raise NotInRecord from None

    def _original(self, name: str) -> Path:
        copy = self._data / _COPIES / name
        return copy if copy.exists() else self._data / _ORIGINALS / name

    def holder(self, holder_key_id: uuid.UUID) -> uuid.UUID:
        """Whose key it is. Raises NotInRecord."""
        row = self._one(_HOLDER, holder_key_id)
        if row is None:
            raise NotInRecord
        return uuid.UUID(str(row[0]))

    def share(self, key_id: uuid.UUID, holder_key_id: uuid.UUID) -> tuple[bytes, bytes]:
        """A share as it is wrapped, and the wrap key. Raises NotInRecord."""
        return self._bytes(_SHARE, key_id, holder_key_id), self._wrap_keys(key_id)

    def wrap_key(self, key_id: uuid.UUID) -> bytes:
        """What new shares of a key are wrapped under. Raises NotInRecord."""
        return self._wrap_keys(key_id)[:WRAP_KEY_SIZE]

    def _wrap_keys(self, key_id: uuid.UUID) -> bytes:
        try:
            return (self._data / "keys" / "epochs" / str(key_id)).read_bytes()
        except OSError:
            raise NotInRecord from None

    def public_key(self, key_id: uuid.UUID) -> bytes:
        """Raises NotInRecord where the key was destroyed."""
        return self._bytes(_PUBLIC, key_id)

    def desk_key(self, request: StandingRequest) -> tuple[uuid.UUID, bytes]:
        """Id and public half of the key to which the record goes.

        By the signature of the installation that took the tip over, and by nobody's word here.
        Raises NoDeskKey.
        """
        values = [request.transfer, request.tip_id]
        for row in self._connection.execute(_DESK_KEYS.encode(), values).fetchall():
            key_id, public, signature, number, signer = row
            said = desk_key_to_sign(number, key_id, bytes(public))
            if is_signed_desk_key(bytes(signer), said, bytes(signature)):
                return key_id, bytes(public)
        raise NoDeskKey

    def send_on(
        self, request: StandingRequest, to_key: uuid.UUID, opened: bytes, resealed: bytes
    ) -> bool:
        """Keep what was resealed for the next file there, with its entry in the record; False where
        the request stands no more, the record changed, or it went already.
        """
        row = self._one(_SEND_ON, request.id, to_key, opened, resealed)
        return bool(row and row[0])

    def resharing(self, resharing_id: uuid.UUID) -> StandingResharing:
        """Raises NotInRecord, AlreadyOpened, Lapsed."""
        row = self._one(_RESHARING, REQUEST_STANDS, resharing_id)
        if row is None:
            raise NotInRecord
        plan, first, second, is_done, is_dropped, is_over, hold_key = row
        if is_done:
            raise AlreadyOpened
        if is_dropped:
            raise NotInRecord
        if is_over:
            raise Lapsed
        read = {
            uuid.UUID(key): [uuid.UUID(holder) for holder in holders]
            for key, holders in json.loads(plan).items()
        }
        came = frozenset(each for each in (first, second) if each is not None)
        return StandingResharing(resharing_id, read, came, hold_key)

    def require_both_on_record(self, resharing: StandingResharing) -> None:
        """That two people came, and that the record says so of each. Raises NotInRecord."""
        if len(resharing.officers) < HOLDERS_NEEDED:
            raise NotInRecord
        action = RESEALING_ENTRY if resharing.hold_key else RESHARING_ENTRY
        for officer in resharing.officers:
            entry = (str(resharing.id), action, str(officer))
            if self._one(_JOINED, *entry) is None:
                raise NotInRecord

    def point(self, holder_key_id: uuid.UUID) -> bytes:
        """The public half of a holder's key. Raises NotInRecord where it was given up."""
        return self._bytes(_POINT, holder_key_id)

    def custodians(self) -> bytes:
        """The public half of the custodians' key. Raises NotInRecord."""
        return self._bytes(_CUSTODIANS)

    def keep_new_shares(
        self,
        resharing_id: uuid.UUID,
        shares: Sequence[tuple[uuid.UUID, uuid.UUID | None, bytes]],
    ) -> bool:
        """For the worker, by key and holder; False where the resharing stands no more."""
        keys, holders, sealed = (list(column) for column in zip(*shares, strict=True))
        row = self._one(_KEEP, resharing_id, keys, holders, sealed)
        return bool(row and row[0])

    def held_records(self, resharing_id: uuid.UUID, most: int) -> list[HeldRecord]:
        """What is on hold under the old key still; nothing where the request stands no more."""
        rows = self._connection.execute(_HELD.encode(), [resharing_id, most]).fetchall()
        return [
            HeldRecord(place, record, tip, SealedKind(kind), bytes(sealed))
            for place, record, tip, kind, sealed in rows
        ]

    def reseal_held(self, resharing_id: uuid.UUID, record: HeldRecord, resealed: bytes) -> bool:
        """Put it in the place of what was opened, with its entry in the record; False where the
        hold was ended, the record changed, or the request stands no more.
        """
        opened = (record.place, record.id, record.ciphertext)
        row = self._one(_RESEAL, resharing_id, *opened, resealed)
        return bool(row and row[0])

    def held_files(self, resharing_id: uuid.UUID, key_id: uuid.UUID) -> list[HeldFile]:
        """Originals of what is on hold that are sealed to this key still."""
        rows = self._connection.execute(_HELD_FILES.encode(), [resharing_id]).fetchall()
        files = [HeldFile(file, path, self._original(Path(path).name)) for file, path in rows]
        return [file for file in files if file.key_id() == key_id]

    def note_resealed_file(self, resharing_id: uuid.UUID, file: HeldFile) -> bool:
        """On record before it is handed out; False where the hold or the request stands no more."""
        row = self._one(_NOTE_FILE, resharing_id, file.id)
        return bool(row and row[0])

    def end_resealing(self, resharing_id: uuid.UUID) -> bool:
        """Whether nothing on hold is left under the old key, which is on record then."""
        row = self._one(_END_RESEALING, resharing_id)
        return bool(row and row[0])

    def _bytes(self, query: str, *values: uuid.UUID) -> bytes:
        row = self._one(query, *values)
        if row is None:
            raise NotInRecord
        return bytes(row[0])

    def mark_opened(self, request_id: uuid.UUID) -> bool:
        """Whether it is this opening; False where the request stands no more."""
        row = self._one(_MARK, request_id)
        return bool(row and row[0])

    def _one(
        self, query: str, *values: uuid.UUID | str | bytes | datetime.timedelta | list[Any]
    ) -> tuple[Any, ...] | None:
        return self._connection.execute(query.encode(), values).fetchone()
