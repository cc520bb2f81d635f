"""Opening one record with the shares of two people, or sealing it unseen to another desk."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from keng.vault import share_seals
from keng.vault.filling import without_filling
from keng.vault.hybrid import open_hybrid
from keng.vault.key_pairs import hybrid_key, public_half
from keng.vault.opener.one_time_keys import OneTimeKey, OneTimeKeys
from keng.vault.opener.opener_rows import OpenerRows, SealedRecord, StandingRequest
from keng.vault.opener_client import (
    AlreadyOpened,
    NotInRecord,
    SharesMissing,
    given_info,
    sent_on_info,
)
from keng.vault.resealing import resealed
from keng.vault.splitting import HOLDERS_NEEDED, SharesDoNotFit, combine_shares


class Opener:
    """The acts about one record of `vault.opener_client`, done where the keys come together."""

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
        info_for = given_info if request.transfer is None else sent_on_info
        info = info_for(request.id, request.record_id, key_id)
        try:
            words = share_seals.open_as_point(sealed, session.private, info)
        except share_seals.ShareNotOpened:
            raise SharesMissing from None
        session.keep_share(officer, words)

    def open_record(self, request_id: uuid.UUID) -> tuple[str, bytes]:
        """What the record is and what was sealed, once."""
        request = self._approved(request_id)
        if request.transfer is not None:
            # Agreed to unseen: nobody reads it.
            raise NotInRecord
        record = self._rows.record(request)
        with self._both_given(request) as given, self._whole_key(record, given) as private:
            plain = _opened(record, private)
        # On record as opened before anybody sees it.
        if not self._rows.mark_opened(request_id):
            raise AlreadyOpened
        self._once.forget(request_id)
        return request.what, plain

    def send_on(self, request_id: uuid.UUID) -> None:
        """Seal the record to the desk that took its tip over; it leaves here sealed alone."""
        request = self._approved(request_id)
        if request.transfer is None:
            raise NotInRecord
        to = self._rows.desk_key(request)
        record = self._rows.record(request)
        with self._both_given(request) as given, self._whole_key(record, given) as private:
            found = resealed(
                record.ciphertext,
                private,
                to,
                kind=record.kind,
                refs=record.refs,
                as_ref=request.id,
            )
        if found is None:
            raise NotInRecord
        if not self._rows.send_on(request, to[0], record.ciphertext, found):
            raise AlreadyOpened
        self._once.forget(request_id)

    def _approved(self, request_id: uuid.UUID) -> StandingRequest:
        request = self._rows.request(request_id)
        self._rows.require_approval(request)
        return request

    @contextmanager
    def _both_given(self, request: StandingRequest) -> Iterator[list[bytearray]]:
        """The shares of its two people; forgotten where they do not fit. Raises SharesMissing."""
        session: OneTimeKey = self._once.require_key(request.id)
        given = session.shares_of(request.officers)
        if len(given) < HOLDERS_NEEDED:
            raise SharesMissing
        try:
            yield given
        except SharesDoNotFit:
            session.forget_shares()
            raise SharesMissing from None

    @contextmanager
    def _whole_key(self, record: SealedRecord, given: list[bytearray]) -> Iterator[bytes]:
        """The private key, for as long as it is needed. Raises SharesDoNotFit."""
        private = bytearray(combine_shares([words.decode("ascii", "replace") for words in given]))
        try:
            plain = bytes(private)
            if hybrid_key(plain) is None or public_half(plain) != self._rows.public_key(
                record.key_id
            ):
                raise SharesDoNotFit
            yield plain
        finally:
            private[:] = bytes(len(private))

    def _require_officer(self, request: StandingRequest, holder_key_id: uuid.UUID) -> uuid.UUID:
        officer = self._rows.holder(holder_key_id)
        if officer not in request.officers:
            raise NotInRecord
        return officer


def _opened(record: SealedRecord, private: bytes) -> bytes:
    key = hybrid_key(private)
    if key is None:
        raise NotInRecord
    for ref in record.refs:
        padded = open_hybrid(record.ciphertext, key, record.kind, ref)
        if padded is not None:
            return without_filling(padded)
    raise NotInRecord
