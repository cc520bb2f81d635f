"""What the keys of this machine are known by; a fingerprint gives nothing of its key away.

Readable before the settings are, and makes no key: a missing one is told apart from another one.
"""

import hashlib
from pathlib import Path
from typing import Literal, get_args

from nacl.public import PrivateKey
from nacl.signing import SigningKey

from keng.kit.database import data_folder
from keng.kit.secrets import KEY_SIZE, key_cut_short, site_key_file, site_secret_here

KeyKind = Literal["site", "sender", "audit"]
KEY_KINDS: tuple[KeyKind, ...] = get_args(KeyKind)


def key_file(kind: KeyKind) -> Path:
    """Where a key of this kind lies (the site's may stand in KENG_SECRET_KEY instead)."""
    if kind == "site":
        return site_key_file()
    return data_folder() / "keys" / f"{kind}.key"


def key_fingerprint(kind: KeyKind) -> bytes | None:
    """32 bytes, or None where there is no key. Raises KeyMissing where a file is no key."""
    if kind == "site":
        secret = site_secret_here()
        return secret and hashlib.blake2b(b"fingerprint", key=secret, digest_size=32).digest()
    file = key_file(kind)
    try:
        key = file.read_bytes()
    except FileNotFoundError:
        return None
    if len(key) != KEY_SIZE:
        raise key_cut_short(file)
    public = PrivateKey(key).public_key if kind == "sender" else SigningKey(key).verify_key
    return fingerprint_of_public_key(kind, bytes(public))


def fingerprint_of_public_key(kind: KeyKind, public: bytes) -> bytes:
    """The fingerprint of a key whose public half is on record."""
    return hashlib.blake2b(public, digest_size=32, person=f"keng-{kind}".encode()).digest()
