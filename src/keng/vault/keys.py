"""Making keys: the sender's, the worker's, and the units' under the operator's passphrase.

Once the custodians' key is divided (vault.dividing), the units' are sealed to it instead.
"""

import datetime
import fcntl
import json
import os
import uuid
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Length

from keng.acts.locks import lock, wait_for_turn
from keng.acts.work import work
from keng.kit import times
from keng.kit.advisory_locks import TurnLock
from keng.kit.codes import passphrase_of_groups
from keng.kit.database import data_folder
from keng.kit.durable_files import replace_file, write_new_file
from keng.kit.secrets import read_or_make_key
from keng.places.models import Unit
from keng.vault import seal, sealed_unit_keys
from keng.vault.fingerprints import fingerprint_of_public_key
from keng.vault.key_pairs import (
    HALF_SIZE,
    HYBRID_PUBLIC_SIZE,
    PRIVATE_SIZE,
    new_private_key,
    public_half,
)
from keng.vault.models import CustodianKey, Installation, SenderKey, UnitKey, WorkerKey
from keng.vault.passphrase_lock import PassphraseLock
from keng.vault.sealed_unit_keys import PrivateKeys

_WORKER_KEY_LASTS = datetime.timedelta(hours=1)
# Longer than a process may still seal to a key that is retired, and than a box may wait.
_WORKER_KEY_STAYS = datetime.timedelta(minutes=30)
# Before the id of a key of the custodians in the operator's file; a unit's stands there bare.
_CUSTODIANS = "custodians "


def operator_file() -> Path:
    """Where the units' private keys lie, encrypted; move it off this machine."""
    return data_folder() / "keys" / "units.keys"


def sender_file() -> Path:
    """The sender's private key. Only the sender process is told of it."""
    return data_folder() / "keys" / "sender.key"


@work()
def make_sender_key() -> None:
    """Make the sender's key pair unless there is one, and a hybrid pair beside one from before."""
    private = _sender_private_key()
    public = public_half(private)
    if SenderKey.objects.filter(public_key=public, retired_at__isnull=True).exists():
        return
    SenderKey.objects.annotate(size=Length("public_key")).filter(
        retired_at__isnull=True, size=HALF_SIZE
    ).update(retired_at=times.now())
    SenderKey.objects.create(public_key=public)
    # What the file was known by before it held a hybrid pair.
    earlier = fingerprint_of_public_key("sender", public_half(private[:HALF_SIZE]))
    Installation.objects.filter(sender_key=earlier).update(
        sender_key=fingerprint_of_public_key("sender", public)
    )
    seal.forget_public_keys()


def _sender_private_key() -> bytes:
    """With both halves; the file of an older version is replaced whole, and keeps its first."""
    path = sender_file()
    private = read_or_make_key(path, PRIVATE_SIZE)
    if len(private) != HALF_SIZE:
        return private
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        # Two that begin at once add the same half.
        fcntl.flock(folder, fcntl.LOCK_EX)
        private = path.read_bytes()
        if len(private) == HALF_SIZE:
            private = new_private_key(private)
            replace_file(path, private)
    finally:
        os.close(folder)
    return private


def worker_folder() -> Path:
    """The worker's private keys, the present one and the one before. Only the worker opens them."""
    return data_folder() / "keys" / "worker"


@work()
def renew_worker_key() -> int:
    """Make a key pair for the worker each hour, and drop the private half of an old one.

    A job of the worker; 0, since nothing is left to do after it.
    """
    # A worker that stood still may wake up beside the next one: two would each make a pair.
    wait_for_turn(TurnLock.WORKER_KEY)
    now = times.now()
    kept = worker_folder()
    current = WorkerKey.objects.filter(retired_at=None, created_at__gt=now - _WORKER_KEY_LASTS)
    if not any((kept / str(key.pk)).exists() for key in current):
        private = new_private_key()
        key = WorkerKey(public_key=public_half(private))
        # On disk before the row that lets others seal to it.
        write_new_file(kept / str(key.pk), private)
        WorkerKey.objects.filter(retired_at=None).update(retired_at=now)
        key.save(force_insert=True)
        transaction.on_commit(seal.forget_public_keys)
    old = WorkerKey.objects.filter(retired_at__lt=now - _WORKER_KEY_STAYS)
    old.delete()
    _drop_private_halves(kept, now)
    return 0


@work()
def make_unit_keys(passphrase: str) -> int:
    """Make a key pair for every unit without one; add the private halves to the operator's file.

    A unit with a key from before form 03 gets a hybrid pair beside it where the file is here that
    holds the old one. The custodians get theirs in the same file. Returns how many units got one.
    Once the custodians' key is divided no passphrase is needed, and what is older stays so.
    Raises WrongPassphrase when the file exists under another one.
    """
    # Whoever divides waits here, and the other way round: the file must not go with a new key.
    custodian_key = lock(CustodianKey.objects.in_use()).first()
    if custodian_key is not None and custodian_key.division:
        return _make_sealed_unit_keys(custodian_key)
    current = UnitKey.objects.filter(retired_at__isnull=True)
    from_before = units_with_older_keys().values_list("pk", flat=True)
    missing = set(Unit.objects.exclude(pk__in=current.values("unit")).values_list("pk", flat=True))
    without_custodians = custodian_key is None
    path = operator_file()
    if not (missing or (path.exists() and (from_before or without_custodians))):
        return 0
    kept = unlock_operator_file(path, passphrase) if path.exists() else {}
    older = {pk: kept[str(pk)][:HALF_SIZE] for pk in from_before if str(pk) in kept}
    made = {pk: new_private_key(older.get(pk, b"")) for pk in (*missing, *older)}
    kept |= {str(pk): private for pk, private in made.items()}
    if without_custodians:
        custodians = new_private_key()
        key = CustodianKey.objects.create(public_key=public_half(custodians))
        kept[custodians_name(key.pk)] = custodians
    _write(path, kept, passphrase)
    current.filter(unit__in=older).update(retired_at=times.now())
    UnitKey.objects.bulk_create(
        UnitKey(unit_id=pk, public_key=public_half(private)) for pk, private in made.items()
    )
    seal.forget_public_keys()
    return len(made)


def _make_sealed_unit_keys(custodians: CustodianKey) -> int:
    """Nobody has to bring anything."""
    current = UnitKey.objects.filter(retired_at__isnull=True).values("unit")
    missing = Unit.objects.exclude(pk__in=current).values_list("pk", flat=True)
    made = {pk: new_private_key() for pk in missing}
    if not made:
        return 0
    kept = {str(pk): private for pk, private in made.items()}
    portion = sealed_unit_keys.sealed_to_custodians(custodians, kept)
    # On disk before the rows that others seal to.
    sealed_unit_keys.write_portions([*sealed_unit_keys.sealed_portions(), portion])
    UnitKey.objects.bulk_create(
        UnitKey(unit_id=pk, public_key=public_half(private)) for pk, private in made.items()
    )
    seal.forget_public_keys()
    return len(made)


def divided_custodians() -> CustodianKey | None:
    """The custodians' key where it takes several of them (vault.dividing)."""
    current = CustodianKey.objects.in_use().first()
    return current if current and current.division else None


def units_with_older_keys() -> QuerySet[Unit]:
    """To whose keys things are sealed in form 02 still, until the operator's file was here once."""
    older = UnitKey.objects.annotate(size=Length("public_key")).filter(
        retired_at__isnull=True, size__lt=HYBRID_PUBLIC_SIZE
    )
    return Unit.objects.filter(pk__in=older.values("unit"))


def make_first_keys() -> str:
    """Make every key of a new installation; returns the passphrase of the operator's file.

    An operator's file without a single key in the database is left over from a database that is
    gone, so it opens nothing and is replaced.
    """
    if not UnitKey.objects.exists():
        operator_file().unlink(missing_ok=True)
        sealed_unit_keys.sealed_unit_keys_file().unlink(missing_ok=True)
    passphrase = new_passphrase()
    make_sender_key()
    renew_worker_key()
    make_unit_keys(passphrase)
    return passphrase


def custodians_name(key_id: uuid.UUID) -> str:
    """Under which a key of the custodians stands in the operator's file; a unit's under its id."""
    return f"{_CUSTODIANS}{key_id}"


def unit_keys_in(kept: PrivateKeys) -> dict[uuid.UUID, bytes]:
    """The units' among the private keys (vault.key_pairs) that the custodians keep."""
    return {uuid.UUID(k): v for k, v in kept.items() if not k.startswith(_CUSTODIANS)}


def custodian_keys_in(kept: PrivateKeys) -> list[bytes]:
    """The custodians' own among them."""
    return [private for name, private in kept.items() if name.startswith(_CUSTODIANS)]


def unlock_unit_keys(path: Path, passphrase: str) -> dict[uuid.UUID, bytes]:
    """The units' private keys in an operator's file. Raises WrongPassphrase."""
    return unit_keys_in(unlock_operator_file(path, passphrase))


def unlock_custodian_keys(path: Path, passphrase: str) -> list[bytes]:
    """The private keys of the custodians in the same file. Raises WrongPassphrase."""
    return custodian_keys_in(unlock_operator_file(path, passphrase))


@dataclass(frozen=True, slots=True)
class CustodianDrill:
    """What an operator's file would open, found without opening anything."""

    is_of_custodians: bool
    """Whether every split key that begins now has a share that this file opens."""
    unit_keys: int
    """How many keys of units from before they were split are in it."""
    missing: int
    """How many of those that the database knows are not."""


def try_operator_file(path: Path, passphrase: str) -> CustodianDrill:
    """Hold the keys in the file to the public halves in the database. Raises WrongPassphrase."""
    kept = [public_half(private) for private in unlock_operator_file(path, passphrase).values()]
    custodians = CustodianKey.objects.in_use().first()
    unsplit = UnitKey.objects.filter(epoch=None, destroyed_at=None)
    known = [bytes(public) for public in unsplit.values_list("public_key", flat=True)]
    there = sum(public in kept for public in known)
    return CustodianDrill(
        is_of_custodians=custodians is not None and bytes(custodians.public_key) in kept,
        unit_keys=there,
        missing=len(known) - there,
    )


def unlock_operator_file(path: Path, passphrase: str) -> PrivateKeys:
    """All private keys in it, by name. Raises WrongPassphrase."""
    stored = json.loads(path.read_text())
    plain = PassphraseLock(stored["salt"], stored["keys"]).open(passphrase)
    return sealed_unit_keys.read_private_keys(plain)


def new_passphrase() -> str:
    """Ten groups of four characters, about 198 bits: to be written down, not remembered."""
    return passphrase_of_groups(10)


def _write(path: Path, keys: PrivateKeys, passphrase: str) -> None:
    lock = PassphraseLock.close(sealed_unit_keys.written_private_keys(keys), passphrase)
    replace_file(path, json.dumps({"salt": lock.salt, "keys": lock.closed}).encode())


def _drop_private_halves(folder: Path, now: datetime.datetime) -> None:
    """Of keys that are gone, also where a killed worker had not come to it."""
    known = {str(pk) for pk in WorkerKey.objects.values_list("pk", flat=True)}
    before = (now - _WORKER_KEY_STAYS).timestamp()
    for file in folder.iterdir():
        if file.name not in known and file.stat().st_mtime < before:
            file.unlink(missing_ok=True)
