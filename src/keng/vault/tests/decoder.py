"""A second reader of form 03, written from its description alone (docs/decisions/0028).

Nothing of the vault is imported: what this opens, anybody can open with the private key and that
page, by the primitives of X-Wing and of RFC 9180.
"""

import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM
from nacl.bindings import crypto_scalarmult, crypto_scalarmult_base

INFO = b"keng seal 03"
XWING_LABEL = bytes.fromhex("5c2e2f2f5e5c")
KEM, KDF, AEAD = 0x647A, 0x0001, 0x0002
LATTICE_CIPHERTEXT, KEM_CIPHERTEXT, WRAPPED = 1088, 1120, 1168


def read_form_03(sealed: bytes, private: bytes, kind: str, ref: bytes = b"") -> bytes:
    """The thing itself. Raises cryptography's InvalidTag, and ValueError for another form."""
    if sealed[:1] != b"\x03":
        raise ValueError("another form")
    wrapped, rest = sealed[1 : 1 + WRAPPED], sealed[1 + WRAPPED :]
    shared = xwing_secret(private[32:64], wrapped[:KEM_CIPHERTEXT])
    key, nonce = hpke_key_and_nonce(shared)
    data_key = aes_gcm(key, nonce, wrapped[KEM_CIPHERTEXT:], b"")
    padded = aes_gcm(data_key, rest[:12], rest[12:], INFO + b"\0" + kind.encode() + b"\0" + ref)
    return padded[: padded.rindex(b"\x80")]


def xwing_secret(seed: bytes, ciphertext: bytes) -> bytes:
    """Decapsulation of draft-connolly-cfrg-xwing-kem."""
    expanded = hashlib.shake_256(seed).digest(96)
    own = expanded[64:]
    lattice, point = ciphertext[:LATTICE_CIPHERTEXT], ciphertext[LATTICE_CIPHERTEXT:]
    of_lattice = MLKEM768PrivateKey.from_seed_bytes(expanded[:64]).decapsulate(lattice)
    of_curve = crypto_scalarmult(own, point)
    return hashlib.sha3_256(
        of_lattice + of_curve + point + crypto_scalarmult_base(own) + XWING_LABEL
    ).digest()


def hpke_key_and_nonce(shared: bytes) -> tuple[bytes, bytes]:
    """The key schedule of RFC 9180 in base mode, for the first message."""
    suite = b"HPKE" + struct.pack(">HHH", KEM, KDF, AEAD)
    context = (
        b"\0" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", INFO)
    )
    secret = _extract(suite, shared, b"secret", b"")
    return (
        _expand(suite, secret, b"key", context, 32),
        _expand(suite, secret, b"base_nonce", context, 12),
    )


def aes_gcm(key: bytes, nonce: bytes, closed: bytes, associated: bytes) -> bytes:
    """Raises InvalidTag."""
    box = Cipher(AES(key), GCM(nonce, closed[-16:])).decryptor()
    box.authenticate_additional_data(associated)
    return box.update(closed[:-16]) + box.finalize()


def _extract(suite: bytes, salt: bytes, label: bytes, value: bytes) -> bytes:
    labelled = b"HPKE-v1" + suite + label + value
    return hmac.new(salt or bytes(32), labelled, hashlib.sha256).digest()


def _expand(suite: bytes, secret: bytes, label: bytes, info: bytes, length: int) -> bytes:
    labelled = struct.pack(">H", length) + b"HPKE-v1" + suite + label + info
    return hmac.new(secret, labelled + b"\x01", hashlib.sha256).digest()[:length]
