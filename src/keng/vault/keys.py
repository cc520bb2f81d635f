"""Making keys: the sender's, the worker's, and the units' under the operator's passphrase."""

import datetime
import json
import os
import uuid
from pathlib import Path

from django.db import transaction
from nacl import pwhash
from nacl.encoding import Base64Encoder
from nacl.public import PrivateKey
from nacl.secret import SecretBox

from keng.acts.work import work
from keng.kit import times
from keng.kit.codes import passphrase_of_groups
from keng.kit.database import data_folder
from keng.kit.private_files import create_private, make_private_folder
from keng.kit.secrets import read_or_make_key
from keng.places.models import Unit
from keng.vault import seal
from keng.vault.models import SenderKey, UnitKey, WorkerKey

_WORKER_KEY_LASTS = datetime.timedelta(hours=1)
# Longer than a process may still seal to a key that is retired, and than a box may wait.
_WORKER_KEY_STAYS = datetime.timedelta(minutes=30)


class WrongPassphrase(ValueError):
    """The passphrase does not open the operator's key file."""


def operator_file() -> Path:
    """Where the units' private keys lie, encrypted; move it off this machine."""
    return data_folder() / "keys" / "units.keys"


def sender_file() -> Path:
    """The sender's private key. Only the sender process is told of it."""
    return data_folder() / "keys" / "sender.key"


@work()
def make_sender_key() -> None:
    """Make the sender's key pair unless there is one."""
    private = PrivateKey(read_or_make_key(sender_file()))
    public = bytes(private.public_key)
    if not SenderKey.objects.filter(public_key=public, retired_at__isnull=True).exists():
        SenderKey.objects.create(public_key=public)
        seal.forget_public_keys()


def worker_folder() -> Path:
    """The worker's private keys, the present one and the one before. Only the worker opens them."""
    return data_folder() / "keys" / "worker"


@work()
def renew_worker_key() -> int:
    """Make a key pair for the worker each hour, and drop the private half of an old one.

    A job of the worker; 0, since nothing is left to do after it.
    """
    now = times.now()
    kept = worker_folder()
    current = WorkerKey.objects.filter(retired_at=None, created_at__gt=now - _WORKER_KEY_LASTS)
    if not any((kept / str(key.pk)).exists() for key in current):
        private = PrivateKey.generate()
        key = WorkerKey(public_key=bytes(private.public_key))
        # On disk before the row that lets others seal to it.
        _write_private(kept / str(key.pk), bytes(private))
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

    Returns how many were made. Raises WrongPassphrase when the file exists under another one.
    """
    missing = Unit.objects.exclude(
        id__in=UnitKey.objects.filter(retired_at__isnull=True).values("unit")
    )
    made = {unit.id: PrivateKey.generate() for unit in missing}
    if not made:
        return 0
    path = operator_file()
    keys = unlock_unit_keys(path, passphrase) if path.exists() else {}
    keys |= {unit_id: bytes(key) for unit_id, key in made.items()}
    _write(path, keys, passphrase)
    UnitKey.objects.bulk_create(
        UnitKey(unit_id=unit_id, public_key=bytes(key.public_key)) for unit_id, key in made.items()
    )
    seal.forget_public_keys()
    return len(made)


def make_first_keys() -> str:
    """Make every key of a new installation; returns the passphrase of the operator's file.

    An operator's file without a single key in the database is left over from a database that is
    gone, so it opens nothing and is replaced.
    """
    if not UnitKey.objects.exists():
        operator_file().unlink(missing_ok=True)
    passphrase = new_passphrase()
    make_sender_key()
    renew_worker_key()
    make_unit_keys(passphrase)
    return passphrase


def unlock_unit_keys(path: Path, passphrase: str) -> dict[uuid.UUID, bytes]:
    """The private keys in an operator's file. Raises WrongPassphrase."""
    stored = json.loads(path.read_text())
    box = SecretBox(_stretch(passphrase, Base64Encoder.decode(stored["salt"])))
    try:
        plain = box.decrypt(Base64Encoder.decode(stored["keys"]))
    except Exception as error:
        raise WrongPassphrase from error
    return {uuid.UUID(k): bytes.fromhex(v) for k, v in json.loads(plain).items()}


def new_passphrase() -> str:
    """Ten groups of four characters, about 198 bits: to be written down, not remembered."""
    return passphrase_of_groups(10)


def _write(path: Path, keys: dict[uuid.UUID, bytes], passphrase: str) -> None:
    salt = os.urandom(pwhash.argon2id.SALTBYTES)
    plain = json.dumps({str(k): v.hex() for k, v in keys.items()}).encode()
    cipher = SecretBox(_stretch(passphrase, salt)).encrypt(plain)
    stored = {
        "salt": Base64Encoder.encode(salt).decode(),
        "keys": Base64Encoder.encode(cipher).decode(),
    }
    make_private_folder(path.parent)
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(json.dumps(stored))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _write_private(path: Path, private: bytes) -> None:
    with os.fdopen(create_private(path), "wb") as file:
        file.write(private)
        file.flush()
        os.fsync(file.fileno())


def _drop_private_halves(folder: Path, now: datetime.datetime) -> None:
    """Of keys that are gone, also where a killed worker had not come to it."""
    known = {str(pk) for pk in WorkerKey.objects.values_list("pk", flat=True)}
    before = (now - _WORKER_KEY_STAYS).timestamp()
    for file in folder.iterdir():
        if file.name not in known and file.stat().st_mtime < before:
            file.unlink(missing_ok=True)


def _stretch(passphrase: str, salt: bytes) -> bytes:
    return pwhash.argon2id.kdf(
        SecretBox.KEY_SIZE,
        passphrase.encode(),
        salt,
        opslimit=pwhash.argon2id.OPSLIMIT_MODERATE,
        memlimit=pwhash.argon2id.MEMLIMIT_MODERATE,
    )
