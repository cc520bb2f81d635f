"""What the opener does with keys that two holders put together, and nobody sees anything by it.

It splits them anew, or reseals to a hold key what is on hold: what came together leaves sealed.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from keng.vault import share_seals
from keng.vault.hybrid import SealedKind
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
from keng.vault.resealing import resealed
from keng.vault.sealed_shares import sealed_shares
from keng.vault.splitting import HOLDERS_NEEDED, SharesDoNotFit, combine_shares

# What is resealed within the time of one answer.
_MOST_RECORDS = 200


class Resharer:
    """The acts of a resharing; what an officer gives is kept as one text for all keys."""

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
        if resharing.hold_key is not None:
            raise NotInRecord
        with self._both_given(resharing) as read:
            made = [
                new
                for key_id in resharing.plan
                for new in self._new_shares(resharing, key_id, [each[key_id] for each in read])
            ]
        if not self._rows.keep_new_shares(resharing_id, made):
            raise AlreadyOpened
        self._once.forget(resharing_id)

    def reseal(self, resharing_id: uuid.UUID) -> tuple[int, bool]:
        """A portion of what is on hold, each record by itself; how many, and whether all is done.

        The shares stay until all is done or their time is over: killed in between, the rest is
        resealed when two have given theirs once more.
        """
        resharing = self._rows.resharing(resharing_id)
        done = 0
        with self._resealing(resharing) as (key_id, private, to):
            for record in self._rows.held_records(resharing_id, _MOST_RECORDS):
                found = resealed(record.ciphertext, private, to, kind=record.kind, refs=record.refs)
                done += found is not None and self._rows.reseal_held(resharing_id, record, found)
        has_files = bool(self._rows.held_files(resharing_id, key_id))
        is_done = not has_files and self._rows.end_resealing(resharing_id)
        if is_done:
            self._once.forget(resharing_id)
        return done, is_done

    def reseal_file(self, resharing_id: uuid.UUID) -> tuple[str, bytes]:
        """The next original of what is on hold, and its path: the desk puts it in its place, since
        this process writes no file. Empty where none is left.
        """
        resharing = self._rows.resharing(resharing_id)
        with self._resealing(resharing) as (key_id, private, to):
            for file in self._rows.held_files(resharing_id, key_id):
                sealed, ref = file.read() or (b"", file.id)
                found = resealed(sealed, private, to, kind=SealedKind.FILE, refs=[ref])
                if found is not None and self._rows.note_resealed_file(resharing_id, file):
                    return file.path, found
        return "", b""

    @contextmanager
    def _resealing(
        self, resharing: StandingResharing
    ) -> Iterator[tuple[uuid.UUID, bytes, tuple[uuid.UUID, bytes]]]:
        """The old key's id and private half, and id and public half of the hold key."""
        if resharing.hold_key is None:
            raise NotInRecord
        to = resharing.hold_key, self._rows.public_key(resharing.hold_key)
        (key_id,) = resharing.plan
        with (
            self._both_given(resharing) as read,
            self._whole_key(key_id, [each[key_id] for each in read]) as private,
        ):
            yield key_id, private, to

    @contextmanager
    def _both_given(self, resharing: StandingResharing) -> Iterator[list[dict[uuid.UUID, bytes]]]:
        """The shares of two people who are on record; forgotten where they do not fit."""
        self._rows.require_both_on_record(resharing)
        kept = self._once.require_key(resharing.id)
        given = kept.shares_of(resharing.officers)
        if len(given) < HOLDERS_NEEDED:
            raise SharesMissing
        try:
            yield [read_shares(bytes(each)) for each in given]
        except SharesDoNotFit:
            kept.forget_shares()
            raise SharesMissing from None

    @contextmanager
    def _whole_key(self, key_id: uuid.UUID, words: list[bytes]) -> Iterator[bytes]:
        """The private key, for as long as it is needed. Raises SharesDoNotFit."""
        private = bytearray(combine_shares([each.decode("ascii", "replace") for each in words]))
        try:
            plain = bytes(private)
            if hybrid_key(plain) is None or public_half(plain) != self._rows.public_key(key_id):
                raise SharesDoNotFit
            yield plain
        finally:
            private[:] = bytes(len(private))

    def _new_shares(
        self, resharing: StandingResharing, key_id: uuid.UUID, words: list[bytes]
    ) -> list[tuple[uuid.UUID, uuid.UUID | None, bytes]]:
        points = {holder: self._rows.point(holder) for holder in resharing.plan[key_id]}
        custodians = self._rows.custodians()
        # Any share of the key lies under its wrap key.
        wrap_key = self._rows.wrap_key(key_id)
        with self._whole_key(key_id, words) as private:
            sealed = sealed_shares(key_id, private, points, custodians)
        return [
            (key_id, holder, share_seals.wrap_share(share, wrap_key, key_id, holder))
            for holder, share in sealed.items()
        ]

    def _require_officer(self, resharing: StandingResharing, holder_key_id: uuid.UUID) -> uuid.UUID:
        officer = self._rows.holder(holder_key_id)
        if officer not in resharing.officers:
            raise NotInRecord
        return officer
