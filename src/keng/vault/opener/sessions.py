"""Opening one record with the shares of two people."""

import uuid

from keng.vault import share_seals
from keng.vault.filling import without_filling
from keng.vault.hybrid import open_hybrid
from keng.vault.key_pairs import hybrid_key, public_half
from keng.vault.opener.one_time_keys import OneTimeKeys
from keng.vault.opener.opener_rows import OpenerRows, SealedRecord, StandingRequest
from keng.vault.opener_client import (
    AlreadyOpened,
    NotInRecord,
    SharesMissing,
    given_info,
)
from keng.vault.splitting import HOLDERS_NEEDED, SharesDoNotFit, combine_shares


class Opener:
    """The four acts of `vault.opener_client`, done where the keys come together."""

    def __init__(self, rows: OpenerRows, once: OneTimeKeys | None = None) -> None:
        self._rows = rows
        self._once = once or OneTimeKeys()

    @property
    def is_idle(self) -> bool:
        """Whether nothing would be lost with it."""
        return self._once.is_empty

    def begin(self, request_id: uuid.UUID) -> bytes:
        """The public half of the one-time key."""
        request = self._rows.request(request_id)
        self._rows.record(request)
        return self._once.begin(request_id)

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
        session = self._once.require_key(request_id)
        info = given_info(request.id, request.record_id, key_id)
        try:
            words = share_seals.open_as_point(sealed, session.private, info)
        except share_seals.ShareNotOpened:
            raise SharesMissing from None
        session.keep_share(officer, words)

    def open_record(self, request_id: uuid.UUID) -> tuple[str, bytes]:
        """What the record is and what was sealed, once."""
        request = self._rows.request(request_id)
        self._rows.require_approval(request)
        record = self._rows.record(request)
        session = self._once.require_key(request_id)
        given = session.shares_of(request.officers)
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
        self._once.forget(request_id)
        return request.what, plain

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

    def _require_officer(self, request: StandingRequest, holder_key_id: uuid.UUID) -> uuid.UUID:
        officer = self._rows.holder(holder_key_id)
        if officer not in request.officers:
            raise NotInRecord
        return officer
