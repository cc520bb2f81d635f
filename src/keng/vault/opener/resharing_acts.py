"""Splitting keys anew with the shares of two holders: what came together leaves sealed again."""

import uuid

from keng.vault import share_seals
from keng.vault.key_pairs import hybrid_key, public_half
from keng.vault.opener.one_time_keys import OneTimeKeys
from keng.vault.opener.opener_rows import OpenerRows, StandingResharing
from keng.vault.opener_client import (
    AlreadyOpened,
    NotInRecord,
    SharesMissing,
    read_shares,
    resharing_info,
    written_shares,
)
from keng.vault.sealed_shares import sealed_shares
from keng.vault.splitting import HOLDERS_NEEDED, SharesDoNotFit, combine_shares


class Resharer:
    """The four acts of a resharing; what an officer gives is kept as one text for all keys."""

    def __init__(self, rows: OpenerRows, once: OneTimeKeys) -> None:
        self._rows = rows
        self._once = once

    def begin(self, resharing_id: uuid.UUID) -> bytes:
        """The public half of the one-time key."""
        self._rows.resharing(resharing_id)
        return self._once.begin(resharing_id)

    def shares_for(self, resharing_id: uuid.UUID, holder_key_id: uuid.UUID) -> bytes:
        """Of every key what is sealed to the holder, without the epoch's wrap."""
        resharing = self._rows.resharing(resharing_id)
        self._require_officer(resharing, holder_key_id)
        found = {}
        for key_id in resharing.plan:
            wrapped, wrap_key = self._rows.share(key_id, holder_key_id)
            try:
                found[key_id] = share_seals.unwrap_share(wrapped, wrap_key, key_id, holder_key_id)
            except share_seals.ShareNotOpened:
                raise NotInRecord from None
        return written_shares(found)

    def give(self, resharing_id: uuid.UUID, holder_key_id: uuid.UUID, body: bytes) -> None:
        """Keep shares until the keys are split anew, or 15 minutes are over."""
        resharing = self._rows.resharing(resharing_id)
        officer = self._require_officer(resharing, holder_key_id)
        kept = self._once.require_key(resharing_id)
        try:
            given = read_shares(body)
            words = {
                key_id: share_seals.open_as_point(
                    given[key_id], kept.private, resharing_info(resharing.id, key_id)
                )
                for key_id in resharing.plan
            }
        except (KeyError, ValueError):
            raise SharesMissing from None
        kept.keep_share(officer, written_shares(words))

    def reshare(self, resharing_id: uuid.UUID) -> None:
        """All keys of the plan or none."""
        resharing = self._rows.resharing(resharing_id)
        self._rows.require_both_on_record(resharing)
        kept = self._once.require_key(resharing_id)
        given = kept.shares_of(resharing.officers)
        if len(given) < HOLDERS_NEEDED:
            raise SharesMissing
        read = [read_shares(bytes(each)) for each in given]
        try:
            made = [
                new
                for key_id in resharing.plan
                for new in self._new_shares(resharing, key_id, [each[key_id] for each in read])
            ]
        except SharesDoNotFit:
            kept.forget_shares()
            raise SharesMissing from None
        if not self._rows.keep_new_shares(resharing_id, made):
            raise AlreadyOpened
        self._once.forget(resharing_id)

    def _new_shares(
        self, resharing: StandingResharing, key_id: uuid.UUID, words: list[bytes]
    ) -> list[tuple[uuid.UUID, uuid.UUID | None, bytes]]:
        points = {holder: self._rows.point(holder) for holder in resharing.plan[key_id]}
        custodians = self._rows.custodians()
        # Any share of the key lies under its wrap key.
        wrap_key = self._rows.wrap_key(key_id)
        private = bytearray(combine_shares([each.decode("ascii", "replace") for each in words]))
        try:
            plain = bytes(private)
            if hybrid_key(plain) is None or public_half(plain) != self._rows.public_key(key_id):
                raise SharesDoNotFit
            sealed = sealed_shares(key_id, plain, points, custodians)
        finally:
            private[:] = bytes(len(private))
        return [
            (key_id, holder, share_seals.wrap_share(share, wrap_key, key_id, holder))
            for holder, share in sealed.items()
        ]

    def _require_officer(self, resharing: StandingResharing, holder_key_id: uuid.UUID) -> uuid.UUID:
        officer = self._rows.holder(holder_key_id)
        if officer not in resharing.officers:
            raise NotInRecord
        return officer
