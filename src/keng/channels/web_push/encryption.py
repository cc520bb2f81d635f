"""aes128gcm for one browser, in one record (RFC 8188 and 8291)."""

import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keng.channels.web_push.subscription import NotASubscription, PushSubscription

CURVE = ec.SECP256R1()
_RECORD = 4096
_LAST = b"\x02"


def encrypt_push(
    plain: bytes,
    to: PushSubscription,
    *,
    salt: bytes = b"",
    private: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The body of a push. Salt and key are new each time unless a test names them.

    Raises NotASubscription when the browser's key is no point of the curve.
    """
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, to.public_key)
    except ValueError as error:
        raise NotASubscription("key") from error
    private, salt = private or ec.generate_private_key(CURVE), salt or os.urandom(16)
    ours = public_point(private)
    key, nonce = record_keys(
        private.exchange(ec.ECDH(), theirs), to.auth, to.public_key, ours, salt
    )
    header = salt + _RECORD.to_bytes(4) + len(ours).to_bytes(1) + ours
    return header + AESGCM(key).encrypt(nonce, plain + _LAST, None)


def decrypt_push(body: bytes, private: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """What a browser does with it: the fake push service and the tests read along so."""
    salt, length = body[:16], body[20]
    ours, sealed = body[21 : 21 + length], body[21 + length :]
    sender = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, ours)
    shared = private.exchange(ec.ECDH(), sender)
    key, nonce = record_keys(shared, auth, public_point(private), ours, salt)
    return AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0").removesuffix(_LAST)


def record_keys(
    shared: bytes, auth: bytes, browsers: bytes, ours: bytes, salt: bytes
) -> tuple[bytes, bytes]:
    """Key and nonce of the record (RFC 8291 section 3.4)."""
    secret = _hkdf(auth, b"WebPush: info\0" + browsers + ours, 32, shared)
    return (
        _hkdf(salt, b"Content-Encoding: aes128gcm\0", 16, secret),
        _hkdf(salt, b"Content-Encoding: nonce\0", 12, secret),
    )


def public_point(private: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half, uncompressed."""
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _hkdf(salt: bytes, info: bytes, length: int, secret: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)
