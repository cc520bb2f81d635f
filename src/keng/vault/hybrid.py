"""Form 03: one hybrid seal wraps a data key, and under the data key each thing is closed by itself.

    03, the data key wrapped (1,168 bytes), nonce (12 bytes), AES-256-GCM under the data key

Wrapped by HPKE in base mode: KEM MLKEM768-X25519 (X-Wing, 0x647a), HKDF-SHA256, AES-256-GCM, info
"keng seal 03", no associated data; 1,120 bytes of the KEM, then 48 of the data key. Whoever wants
to read what is sealed has to break both X25519 and ML-KEM-768.

The associated data of a thing are "keng seal 03", 00, its kind, 00, and the 16 bytes of the id it
belongs to, if any: it opens as nothing else and, with an id, in no other place. The nonce is
random. Each thing carries the wrapped key along, so that it is opened, copied and destroyed alone.

Form 04 is form 03 behind the id of the unit's key that it is sealed to, of which there is one each
month, so that it is known whose shares open it:

    04, id of the key (16 bytes), all of form 03
"""

import os
import uuid
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

HYBRID_FORM = b"\x03"
KEYED_FORM = b"\x04"
"""What a thing begins with that is sealed to the key of an epoch."""
_KEYED_END = len(KEYED_FORM) + 16
KEYED_HEAD_SIZE = _KEYED_END + len(HYBRID_FORM)
"""So many bytes of a thing tell which key it is sealed to."""
_INFO = b"keng seal 03"
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_KEY_SIZE, _TAG_SIZE, _NONCE_SIZE = 32, 16, 12
_WRAPPED_END = len(HYBRID_FORM) + KEM.MLKEM768_X25519.enc_length() + _KEY_SIZE + _TAG_SIZE
_NONCE_END = _WRAPPED_END + _NONCE_SIZE


class SealedKind(StrEnum):
    """What a sealed thing is; it opens as nothing else."""

    # For a unit: who a reporter is, as `SealedIdentity.Kind`, and original files.
    CONTACT = "contact"
    RAW = "raw"
    IN_TEXT = "in_text"
    CONTENT = "content"
    FILE = "file"
    # For the sender: where something goes, what only its recipient reads, tokens of an account.
    ADDRESS = "address"
    TEXT = "text"
    TOKENS = "tokens"
    # For the worker: the key of a file that waits for its copy.
    WAITING = "waiting"
    # For the custodians: one share of a unit's key.
    SHARE = "share"
    # For the custodians: private keys of units, once their key is divided.
    UNIT_KEYS = "unit_keys"
    # For members of a partner: the key of its inbox, that of one matter there, and its words.
    INBOX_KEY = "inbox_key"
    MATTER_KEY = "matter_key"
    MATTER_WORDS = "matter_words"
    # For another installation: a tip that goes there, and what is said of it.
    TRANSFER = "transfer"


class HybridSeal:
    """A new data key, wrapped for one recipient. Not for more than a batch."""

    def __init__(self, public: MLKEM768X25519PublicKey, key_id: uuid.UUID | None = None) -> None:
        """With the id of the key it is form 04, else form 03."""
        key = os.urandom(_KEY_SIZE)
        prefix = KEYED_FORM + key_id.bytes if key_id else b""
        self._head = prefix + HYBRID_FORM + _SUITE.encrypt(key, public, info=_INFO)
        self._box = AESGCM(key)

    def close(self, padded: bytes, kind: SealedKind, ref: uuid.UUID | None) -> bytes:
        """One thing, closed under the data key."""
        nonce = os.urandom(_NONCE_SIZE)
        closed = self._box.encrypt(nonce, padded, _associated_data(kind, ref))
        return b"".join((self._head, nonce, closed))


def open_hybrid(
    sealed: bytes, private: MLKEM768X25519PrivateKey, kind: SealedKind, ref: uuid.UUID | None
) -> bytes | None:
    """What was closed, still filled up; None where this key, kind and id do not open it."""
    if key_id_of(sealed) is not None:
        sealed = sealed[_KEYED_END:]
    if not sealed.startswith(HYBRID_FORM) or len(sealed) < _NONCE_END + _TAG_SIZE:
        return None
    try:
        key = _SUITE.decrypt(sealed[len(HYBRID_FORM) : _WRAPPED_END], private, info=_INFO)
        nonce, closed = sealed[_WRAPPED_END:_NONCE_END], sealed[_NONCE_END:]
        return AESGCM(key).decrypt(nonce, closed, _associated_data(kind, ref))
    # A point of the curve that gives no key is a ValueError.
    except (InvalidTag, ValueError):
        return None


def key_id_of(sealed: bytes) -> uuid.UUID | None:
    """The id of the unit's key that a thing in form 04 is sealed to; None of an older form."""
    if not sealed.startswith(KEYED_FORM) or sealed[_KEYED_END : _KEYED_END + 1] != HYBRID_FORM:
        return None
    return uuid.UUID(bytes=bytes(sealed[len(KEYED_FORM) : _KEYED_END]))


def _associated_data(kind: SealedKind, ref: uuid.UUID | None) -> bytes:
    return b"\0".join((_INFO, kind.encode(), ref.bytes if ref else b""))
