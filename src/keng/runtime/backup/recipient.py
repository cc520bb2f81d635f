"""Whom a backup is sealed to: a key whose private half lies on no machine that runs Kẻng.

The public half is a file of the data folder. The private one is written once, under a passphrase,
into a file that somebody carries away.
"""

import hashlib
import json
import os
from pathlib import Path

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from keng.kit.database import data_folder
from keng.kit.durable_files import replace_file, write_new_file
from keng.runtime.errors import CannotContinue
from keng.vault.key_pairs import hybrid_public_key
from keng.vault.passphrase_lock import PassphraseLock, WrongPassphrase

_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
_INFO = b"keng backup 1"
_FORM = "keng backup key 1"
_MLKEM_SEED = 64
_LONGEST_KEY_FILE = 4096

PrivateKey = hpke.MLKEM768X25519PrivateKey


def public_key_file() -> Path:
    """Where the public half lies: it opens nothing."""
    return data_folder() / "keys" / "backup.public"


def make_recipient(private_file: Path, passphrase: str) -> str:
    """Write a new key pair: the private half to `private_file`; returns the fingerprint.

    The public half is written last, so that no backup is sealed to a key that nobody holds.
    """
    seed = os.urandom(_MLKEM_SEED)
    curve = X25519PrivateKey.generate()
    public = (
        MLKEM768PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw()
        + curve.public_key().public_bytes_raw()
    )
    lock = PassphraseLock.close(seed + curve.private_bytes_raw(), passphrase)
    stored = {
        "form": _FORM,
        "key": key_name(public),
        "salt": lock.salt,
        "private": lock.closed,
    }
    write_new_file(private_file, json.dumps(stored).encode())
    replace_file(public_key_file(), public)
    return key_name(public)


def recipient_here() -> bytes:
    """The public half. Raises CannotContinue where there is none."""
    try:
        public = public_key_file().read_bytes()
        hybrid_public_key(public)
    except FileNotFoundError:
        raise CannotContinue(
            "There is no key to seal a backup to: `keng backup key FILE` makes one, once."
        ) from None
    except ValueError:
        raise CannotContinue(f"{public_key_file()} is no key: it was cut short.") from None
    return public


def key_name(public: bytes) -> str:
    """By what people tell one key from another."""
    return hashlib.blake2b(public, digest_size=8, person=b"keng-backup").hexdigest()


def seal_data_key(data_key: bytes, public: bytes) -> bytes:
    """The key of one backup, for the holder of the private half alone."""
    return _SUITE.encrypt(data_key, hybrid_public_key(public), _INFO)


def open_data_key(sealed: bytes, private: PrivateKey) -> bytes:
    """Raises CannotContinue where the backup was sealed to another key."""
    try:
        return _SUITE.decrypt(sealed, private, _INFO)
    except Exception as error:
        raise CannotContinue("This backup is sealed to another key.") from error


def read_private_key(file: Path, passphrase: str) -> PrivateKey:
    """What `make_recipient` wrote. Raises CannotContinue."""
    try:
        with file.open("rb") as opened:
            stored = json.loads(opened.read(_LONGEST_KEY_FILE))
        plain = _lock_of(stored).open(passphrase)
        return hpke.MLKEM768X25519PrivateKey(
            MLKEM768PrivateKey.from_seed_bytes(plain[:_MLKEM_SEED]),
            X25519PrivateKey.from_private_bytes(plain[_MLKEM_SEED:]),
        )
    except OSError as error:
        raise CannotContinue(f"{file} cannot be read ({error.strerror}).") from None
    except WrongPassphrase:
        raise CannotContinue(f"This passphrase does not open {file}.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CannotContinue(f"{file} is no key of a backup.") from None


def _lock_of(stored: dict[str, str]) -> PassphraseLock:
    if stored["form"] != _FORM:
        raise ValueError(stored["form"])
    return PassphraseLock(stored["salt"], stored["private"])
