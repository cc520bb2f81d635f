"""Keys of epochs: begun by the worker, each month and whenever a holder joins or leaves.

The private half is split in the moment in which it is made and lies nowhere. A share is sealed to
its holder and wrapped once more under the epoch's wrap key, a file outside of the database and of
every ordinary backup: when it is destroyed, an old copy of the database opens nothing either.
"""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Literal

from django.db import transaction
from nacl.exceptions import CryptoError

from keng.acts.locks import lock
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.kit.database import data_folder
from keng.kit.durable_files import replace_file
from keng.places.models import Unit
from keng.vault import seal, share_seals
from keng.vault.holders import desk_holders
from keng.vault.hybrid import SealedKind
from keng.vault.key_pairs import new_private_key, public_half
from keng.vault.models import CustodianKey, HolderKey, KeyClass, KeyShare, UnitKey
from keng.vault.opening import open_with_unit_key
from keng.vault.sealed_shares import sealed_shares, share_for_custodians
from keng.vault.splitting import HOLDERS_NEEDED, combine_shares, split_key

_PORTION = 10


def epochs_folder() -> Path:
    """Where the wrap keys lie, a file for each key of a unit."""
    return data_folder() / "keys" / "epochs"


def wrap_key_file(unit_key_id: uuid.UUID) -> Path:
    """The wrap key of the shares of one key."""
    return epochs_folder() / str(unit_key_id)


@dataclass(frozen=True)
class _DueEpoch:
    unit: Unit
    key_class: str
    current_id: uuid.UUID | None


def begin_due_epochs() -> int:
    """New keys where the month is over or the holders are others; how many. A task of the worker.

    A unit with fewer than two holders keeps what it has. Without custodians nothing begins: two
    lost keys of officers would close everything for good.
    """
    if not CustodianKey.objects.in_use().exists():
        return 0
    due = list(islice(_due_epochs(), _PORTION))
    for each in due:
        _begin_epoch(each)
    return len(due)


def _due_epochs() -> Iterator[_DueEpoch]:
    holders = desk_holders()
    if not holders.at:
        return
    current = {(key.unit_id, key.key_class): key for key in UnitKey.objects.filter(retired_at=None)}
    held: defaultdict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    shares = KeyShare.objects.filter(unit_key__retired_at=None, holder_key__isnull=False)
    for unit_key, holder_key in shares.values_list("unit_key_id", "holder_key_id"):
        held[unit_key].add(holder_key)
    month = this_month()
    for unit in Unit.objects.order_by("pk"):
        for key_class in _classes_of(unit):
            wanted = holders.of_unit(unit, key_class)
            key = current.get((unit.pk, key_class))
            is_current = (
                key is not None
                and key.epoch == month
                and held[key.pk] == {holder.pk for holder in wanted}
            )
            if len(wanted) >= HOLDERS_NEEDED and not is_current:
                yield _DueEpoch(unit, key_class, key.pk if key else None)


def this_month() -> datetime.date:
    """The first day of the month, by the clock of Vietnam."""
    return times.local_date(times.now()).replace(day=1)


def _classes_of(unit: Unit) -> list[str]:
    """What concerns a unit lies with its province, which alone needs a key for it."""
    return [
        key_class
        for key_class in KeyClass
        if key_class != KeyClass.CONCERNS_UNIT or unit.kind == Unit.Kind.PROVINCE
    ]


@work()
def _begin_epoch(due: _DueEpoch) -> None:
    """One new key in the place of the one before, unless another worker was faster."""
    # Whoever begins one for this unit waits here: it has a key of this class in any case.
    list(lock(UnitKey.objects.filter(unit=due.unit, retired_at=None)))
    current = UnitKey.objects.filter(unit=due.unit, key_class=due.key_class, retired_at=None)
    if current.values_list("pk", flat=True).first() != due.current_id:
        return
    # Somebody may have left while this waited for the lock.
    holders = desk_holders().of_unit(due.unit, due.key_class)
    if len(holders) < HOLDERS_NEEDED:
        return
    key = UnitKey(unit=due.unit, key_class=due.key_class, epoch=this_month())
    current.update(retired_at=times.now())
    _make_and_split(key, holders)
    transaction.on_commit(seal.forget_public_keys)
    detail = {"class": str(due.key_class), "holders": len(holders)}
    record("keys.epoch_begun", by="worker", on=key, chain=unit_chain(due.unit.pk), detail=detail)


def make_hold_key(old: UnitKey, holders: Sequence[HolderKey]) -> UnitKey:
    """A key to which what is on hold under an old one can be resealed; nothing else seals to it.

    In the caller's transaction, which has locked the old one. Where fewer than two hold, its only
    share is the custodians', until they split it (`split_all_anew`).
    """
    key = UnitKey(
        unit=old.unit,
        key_class=old.key_class,
        epoch=this_month(),
        retired_at=times.now(),
        held_from=old,
    )
    _make_and_split(key, holders if len(holders) >= HOLDERS_NEEDED else ())
    return key


def _make_and_split(key: UnitKey, holders: Sequence[HolderKey]) -> None:
    private = new_private_key()
    key.public_key = public_half(private)
    wrap_key = share_seals.new_wrap_key()
    # On disk before the rows that it opens.
    write_wrap_key(key.pk, wrap_key)
    shares = _wrapped_shares(key, _sealed_shares(key, private, holders), wrap_key)
    key.save(force_insert=True)
    KeyShare.objects.bulk_create(shares)


@work()
def split_anew(unit_key_id: uuid.UUID, private: bytes) -> bool:
    """Split a key among those who hold today, by a new polynomial, and destroy the old shares.

    For somebody who left: what they had opens nothing more, neither with another old share nor with
    a new one, and an old copy of the rows lacks its wrap key. False where it is split so already,
    or where fewer than two hold.
    """
    key = lock(UnitKey.objects.filter(pk=unit_key_id, destroyed_at=None)).first()
    if key is None or public_half(private) != bytes(key.public_key):
        return False
    wanted = desk_holders().of_unit(key.unit, key.key_class)
    shares = KeyShare.objects.filter(unit_key=key)
    held = set(shares.exclude(holder_key=None).values_list("holder_key_id", flat=True))
    if len(wanted) < HOLDERS_NEEDED or held == {holder.pk for holder in wanted}:
        _leave_one_wrap_key(key.pk)
        return False
    replace_shares(key, _sealed_shares(key, private, wanted), by="operator")
    return True


@work()
def forget_old_wrap_keys(key_id: uuid.UUID) -> None:
    """Once new shares are committed. With the row locked: another splitting may have begun, whose
    wrap key lies in the file before its rows are there.
    """
    if lock(UnitKey.objects.filter(pk=key_id, destroyed_at=None)).first() is not None:
        _leave_one_wrap_key(key_id)


def _leave_one_wrap_key(key_id: uuid.UUID) -> None:
    """Of the wrap keys the one under which the shares lie. The key is locked by the caller."""
    share = KeyShare.objects.get(unit_key=key_id, holder_key=None)
    size = share_seals.WRAP_KEY_SIZE
    wrap_keys = wrap_key_file(key_id).read_bytes()
    if len(wrap_keys) == size:
        return
    for start in range(0, len(wrap_keys), size):
        wrap_key = wrap_keys[start : start + size]
        with suppress(share_seals.ShareNotOpened):
            share_seals.unwrap_share(bytes(share.sealed), wrap_key, key_id, None)
            write_wrap_key(key_id, wrap_key)
            return


def replace_shares(
    key: UnitKey, sealed: Mapping[uuid.UUID | None, bytes], *, by: Literal["operator", "worker"]
) -> None:
    """Put these shares in the place of all of a key, under a new wrap key.

    `sealed` as `sealed_shares.sealed_shares` gives them. The key is locked by the caller.
    """
    wrap_key = share_seals.new_wrap_key()
    # All until the rows are committed, whoever is killed in between: which of those of before opens
    # the rows of before is not the first one, where somebody was killed over this already.
    write_wrap_key(key.pk, wrap_key + wrap_key_file(key.pk).read_bytes())
    KeyShare.objects.filter(unit_key=key).delete()
    KeyShare.objects.bulk_create(_wrapped_shares(key, sealed, wrap_key))
    # Where it fails, whoever splits the key the next time does it.
    transaction.on_commit(partial(forget_old_wrap_keys, key.pk), robust=True)
    record(
        "keys.epoch_split_anew",
        by=by,
        on=key,
        chain=unit_chain(key.unit_id),
        detail={"holders": len(sealed.keys() - {None})},
    )


def split_all_anew(custodians: Sequence[bytes]) -> int:
    """Every key whose holders are others by now, by the custodians' own keys; how many."""
    live = UnitKey.objects.filter(destroyed_at=None, epoch__isnull=False).order_by("pk")
    done = 0
    for key_id in live.values_list("pk", flat=True):
        private = open_as_custodians(key_id, custodians)
        done += private is not None and split_anew(key_id, private)
    return done


def _sealed_shares(
    key: UnitKey, private: bytes, holders: Sequence[HolderKey]
) -> dict[uuid.UUID | None, bytes]:
    """With no holders the custodians' alone."""
    custodians = bytes(CustodianKey.objects.in_use()[0].public_key)
    points = {holder.pk: bytes(holder.public_key) for holder in holders}
    if points:
        return sealed_shares(key.pk, private, points, custodians)
    words = split_key(private, HOLDERS_NEEDED).custodians
    return {None: share_for_custodians(key.pk, words, custodians)}


def _wrapped_shares(
    key: UnitKey, sealed: Mapping[uuid.UUID | None, bytes], wrap_key: bytes
) -> list[KeyShare]:
    return [
        KeyShare(
            unit_key=key,
            holder_key_id=holder,
            sealed=share_seals.wrap_share(share, wrap_key, key.pk, holder),
        )
        for holder, share in sealed.items()
    ]


def open_as_custodians(unit_key_id: uuid.UUID, custodians: Sequence[bytes]) -> bytes | None:
    """The private key of an epoch, by the custodians' own (keys.unlock_custodian_keys).

    None where its share or its wrap key is gone, or where none of these opens it.
    """
    share = KeyShare.objects.filter(unit_key=unit_key_id, holder_key=None).first()
    try:
        wrap_key = wrap_key_file(unit_key_id).read_bytes()
    except FileNotFoundError:
        return None
    if share is None:
        return None
    sealed = share_seals.unwrap_share(bytes(share.sealed), wrap_key, unit_key_id, None)
    for private in custodians:
        try:
            words = open_with_unit_key(sealed, private, kind=SealedKind.SHARE, ref=unit_key_id)
        except CryptoError:
            continue
        return combine_shares([words.decode()])
    return None


def write_wrap_key(unit_key_id: uuid.UUID, wrap_key: bytes) -> None:
    """Whole and on the disk, in the place of the one before if there is one."""
    replace_file(wrap_key_file(unit_key_id), wrap_key)
