"""What the opener keeps in memory: a key pair for each request, and the shares given to it."""

import time
import uuid
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec

from keng.vault import share_seals
from keng.vault.filling import without_filling
from keng.vault.hybrid import open_hybrid
from keng.vault.key_pairs import hybrid_key, public_half
from keng.vault.opener.opener_rows import OpenerRows, SealedRecord, StandingRequest
from keng.vault.opener_client import (
    SHARES_STAY,
    AlreadyOpened,
    Lapsed,
    NotInRecord,
    SharesMissing,
    given_info,
)
from keng.vault.splitting import HOLDERS_NEEDED, SharesDoNotFit, combine_shares

# More than a province opens at once; whoever asks for more waits for one to lapse.
_MOST_SESSIONS = 200


@dataclass
class _Session:
    """One request's key pair, and by officer the words of the shares given."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)
    ends_at: float
    shares: dict[uuid.UUID, bytearray] = field(default_factory=dict, repr=False)

    def forget_shares(self) -> None:
        """Overwrite what can be: Python keeps no promise about copies it made itself."""
        for words in self.shares.values():
            words[:] = bytes(len(words))
        self.shares.clear()


class Opener:
    """The four acts of `vault.opener_client`, done where the keys come together."""

    def __init__(self, rows: OpenerRows) -> None:
        self._rows = rows
        self._sessions: dict[uuid.UUID, _Session] = {}

    @property
    def is_idle(self) -> bool:
        """Whether nothing would be lost with it."""
        self.forget_lapsed()
        return not self._sessions

    def begin(self, request_id: uuid.UUID) -> bytes:
        """The public half of the one-time key."""
        request = self._rows.request(request_id)
        self._rows.record(request)
        self.forget_lapsed()
        session = self._sessions.get(request_id)
        if session is None:
            if len(self._sessions) >= _MOST_SESSIONS:
                raise Lapsed
            private = ec.generate_private_key(ec.SECP256R1())
            session = _Session(private, time.monotonic() + SHARES_STAY.total_seconds())
            self._sessions[request_id] = session
        return share_seals.point_of(session.private)

    def share_for(self, request_id: uuid.UUID, holder_key_id: uuid.UUID) -> bytes:
        """What is sealed to the holder, without the epoch's wrap."""
        request = self._rows.request(request_id)
        self._require_officer(request, holder_key_id)
        key_id = self._rows.record(request).key_id
        wrapped, wrap_key = self._rows.share(key_id, holder_key_id)
        try:
            return share_seals.unwrap_share(wrapped, wrap_key, key_id, holder_key_id)
        except share_seals.ShareNotOpened:
            raise NotInRecord from None

    def give_share(self, request_id: uuid.UUID, holder_key_id: uuid.UUID, sealed: bytes) -> None:
        """Keep a share until the record is opened, or 15 minutes are over."""
        request = self._rows.request(request_id)
        officer = self._require_officer(request, holder_key_id)
        key_id = self._rows.record(request).key_id
        session = self._session(request_id)
        info = given_info(request.id, request.record_id, key_id)
        try:
            words = share_seals.open_as_point(sealed, session.private, info)
        except share_seals.ShareNotOpened:
            raise SharesMissing from None
        session.shares[officer] = bytearray(words)

    def open_record(self, request_id: uuid.UUID) -> tuple[str, bytes]:
        """What the record is and what was sealed, once."""
        request = self._rows.request(request_id)
        self._rows.require_approval(request)
        record = self._rows.record(request)
        session = self._session(request_id)
        given = [session.shares[each] for each in request.officers if each in session.shares]
        if len(given) < HOLDERS_NEEDED:
            raise SharesMissing
        try:
            plain = self._opened(record, given)
        except SharesDoNotFit:
            session.forget_shares()
            raise SharesMissing from None
        # On record as opened before anybody sees it.
        if not self._rows.mark_opened(request_id):
            raise AlreadyOpened
        session.forget_shares()
        del self._sessions[request_id]
        return request.what, plain

    def forget_lapsed(self) -> None:
        """Drop what stood for 15 minutes."""
        now = time.monotonic()
        for request_id, session in list(self._sessions.items()):
            if session.ends_at <= now:
                session.forget_shares()
                del self._sessions[request_id]

    def _opened(self, record: SealedRecord, given: list[bytearray]) -> bytes:
        private = bytearray(combine_shares([words.decode("ascii", "replace") for words in given]))
        try:
            key = hybrid_key(bytes(private))
            if key is None or public_half(bytes(private)) != self._rows.public_key(record.key_id):
                raise SharesDoNotFit
            for ref in record.refs:
                padded = open_hybrid(record.ciphertext, key, record.kind, ref)
                if padded is not None:
                    return without_filling(padded)
        finally:
            private[:] = bytes(len(private))
        raise NotInRecord

    def _session(self, request_id: uuid.UUID) -> _Session:
        self.forget_lapsed()
        session = self._sessions.get(request_id)
        if session is None:
            raise Lapsed
        return session

    def _require_officer(self, request: StandingRequest, holder_key_id: uuid.UUID) -> uuid.UUID:
        officer = self._rows.holder(holder_key_id)
        if officer not in request.officers:
            raise NotInRecord
        return officer
