"""What the keys of this machine are known by; a fingerprint gives nothing of its key away.

Readable before the settings are, and makes no key: a missing one is told apart from another one.
"""

import hashlib
from pathlib import Path
from typing import Literal, get_args

from nacl.signing import SigningKey

from keng.kit.database import data_folder
from keng.kit.secrets import KEY_SIZE, key_cut_short, site_key_file, site_secret_here
from keng.vault.key_pairs import HALF_SIZE, PRIVATE_SIZE, is_private_key, public_half

KeyKind = Literal["site", "sender", "audit", "transfer"]
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
    fits = {"sender": is_private_key(key), "transfer": len(key) == PRIVATE_SIZE}
    if not fits.get(kind, len(key) == KEY_SIZE):
        raise key_cut_short(file)
    public = bytes(SigningKey(key).verify_key) if kind == "audit" else public_half(key)
    return fingerprint_of_public_key(kind, public)


def earlier_fingerprint(kind: KeyKind) -> bytes | None:
    """What the same file was known by before a hybrid pair was made beside what it held.

    None where there is none. A database may know it still: out of a backup, or since the start that
    made the pair was cut off.
    """
    if kind != "sender" or key_fingerprint(kind) is None:
        return None
    return fingerprint_of_public_key(kind, public_half(key_file(kind).read_bytes()[:HALF_SIZE]))


def fingerprint_of_public_key(kind: KeyKind, public: bytes) -> bytes:
    """The fingerprint of a key whose public half is on record."""
    return hashlib.blake2b(public, digest_size=32, person=f"keng-{kind}".encode()).digest()
