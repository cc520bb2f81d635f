"""Whom a backup is sealed to: a key whose private half lies on no machine that runs Kẻng.

The public half is a file of the data folder. The private one is written once, under a passphrase,
into a file that somebody carries away.
"""

import base64
import hashlib
import json
import os
from pathlib import Path

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from nacl import pwhash
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from keng.kit.database import data_folder
from keng.kit.durable_files import replace_file, write_new_file
from keng.runtime.errors import CannotContinue

_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
_INFO = b"keng backup 1"
_FORM = "keng backup key 1"
_MLKEM_SEED, _MLKEM_PUBLIC = 64, 1184
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
    salt = os.urandom(pwhash.argon2id.SALTBYTES)
    box = SecretBox(_stretched(passphrase, salt))
    stored = {
        "form": _FORM,
        "key": key_name(public),
        "salt": base64.b64encode(salt).decode(),
        "private": base64.b64encode(box.encrypt(seed + curve.private_bytes_raw())).decode(),
    }
    write_new_file(private_file, json.dumps(stored).encode())
    replace_file(public_key_file(), public)
    return key_name(public)


def recipient_here() -> bytes:
    """The public half. Raises CannotContinue where there is none."""
    try:
        public = public_key_file().read_bytes()
        _public_key(public)
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
    return _SUITE.encrypt(data_key, _public_key(public), _INFO)


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
        stored = {_FORM: stored}[stored["form"]]
        salt, sealed = (base64.b64decode(stored[name]) for name in ("salt", "private"))
        box = SecretBox(_stretched(passphrase, salt))
    except OSError as error:
        raise CannotContinue(f"{file} cannot be read ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError):
        raise CannotContinue(f"{file} is no key of a backup.") from None
    try:
        plain = box.decrypt(sealed)
    except CryptoError:
        raise CannotContinue(f"This passphrase does not open {file}.") from None
    return hpke.MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(plain[:_MLKEM_SEED]),
        X25519PrivateKey.from_private_bytes(plain[_MLKEM_SEED:]),
    )


def _public_key(public: bytes) -> hpke.MLKEM768X25519PublicKey:
    return hpke.MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC]),
        X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC:]),
    )


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return pwhash.argon2id.kdf(
        SecretBox.KEY_SIZE,
        passphrase.encode(),
        salt,
        opslimit=pwhash.argon2id.OPSLIMIT_MODERATE,
        memlimit=pwhash.argon2id.MEMLIMIT_MODERATE,
    )
