"""Shares sealed to people, and around that under the wrap key of their epoch.

To a holder by HPKE with P-256, which every browser computes (vault.opener_client says how); to the
custodians in form 03. The wrap key is a file that no ordinary backup holds (vault.epochs).

No Django here: the opener needs it.
"""

import os
import uuid
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

WRAP_KEY_SIZE = 32
_NONCE_SIZE = 12
_SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class ShareNotOpened(ValueError):
    """Another key, another place, or no share."""


def point_of(private: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half as browsers write it: 04 and two coordinates, 65 bytes."""
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def is_point(public: bytes) -> bool:
    """Whether these bytes are a public key on P-256."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    except ValueError:
        return False
    return len(public) == KEM.P256.enc_length()


def seal_to_point(plain: bytes, public: bytes, info: bytes) -> bytes:
    """HPKE in base mode to a key on P-256."""
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    return _SUITE.encrypt(plain, key, info=info)


def open_as_point(sealed: bytes, private: ec.EllipticCurvePrivateKey, info: bytes) -> bytes:
    """Raises ShareNotOpened."""
    try:
        return _SUITE.decrypt(sealed, private, info=info)
    except (InvalidTag, ValueError) as error:
        raise ShareNotOpened from error


def new_wrap_key() -> bytes:
    """For the shares of one epoch."""
    return os.urandom(WRAP_KEY_SIZE)


def wrap_share(
    sealed: bytes, wrap_key: bytes, unit_key_id: uuid.UUID, holder_key_id: uuid.UUID | None
) -> bytes:
    """The outer layer; bound to the key and the holder that the share is for."""
    nonce = os.urandom(_NONCE_SIZE)
    return nonce + AESGCM(wrap_key).encrypt(nonce, sealed, _place(unit_key_id, holder_key_id))


def unwrap_share(
    wrapped: bytes, wrap_keys: bytes, unit_key_id: uuid.UUID, holder_key_id: uuid.UUID | None
) -> bytes:
    """What `wrap_share` closed, with what the wrap key's file holds. Raises ShareNotOpened.

    While a key is split anew the file holds several, the new one first.
    """
    nonce, closed = wrapped[:_NONCE_SIZE], wrapped[_NONCE_SIZE:]
    place = _place(unit_key_id, holder_key_id)
    for start in range(0, len(wrap_keys), WRAP_KEY_SIZE):
        with suppress(InvalidTag, ValueError):
            wrap_key = wrap_keys[start : start + WRAP_KEY_SIZE]
            return AESGCM(wrap_key).decrypt(nonce, closed, place)
    raise ShareNotOpened


def _place(unit_key_id: uuid.UUID, holder_key_id: uuid.UUID | None) -> bytes:
    return b"keng wrap 1\0" + unit_key_id.bytes + (holder_key_id.bytes if holder_key_id else b"")
