"""Key pairs as bytes: the public halves in the database, the private ones in files.

A private key is two halves of 32 bytes each: the key of X25519 that forms 01, 02 and sealed boxes
are opened with, and the seed of a hybrid pair, X25519 and ML-KEM-768, for form 03. A key from
before form 03 has the first half alone. The halves are drawn by themselves: whoever breaks the
curve some day and so knows the first learns nothing of the second.

The seed is X-Wing's: SHAKE256 makes 96 bytes of it, the seed of ML-KEM-768 (64) and the key of
X25519 (32). The public half is ML-KEM's (1,184 bytes), then X25519's (32).
"""

import hashlib
import os

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey
from nacl.public import PrivateKey

HALF_SIZE = 32
PRIVATE_SIZE = 2 * HALF_SIZE
_LATTICE_SEED_SIZE, _LATTICE_PUBLIC_SIZE = 64, 1184
HYBRID_PUBLIC_SIZE = _LATTICE_PUBLIC_SIZE + 32


def new_private_key(first_half: bytes = b"") -> bytes:
    """Two halves; `first_half` is that of a key from before, whose pair is made beside it."""
    return (first_half or os.urandom(HALF_SIZE)) + os.urandom(HALF_SIZE)


def is_private_key(private: bytes) -> bool:
    """Whether these bytes have the length of one, of today or from before form 03."""
    return len(private) in (HALF_SIZE, PRIVATE_SIZE)


def curve_key(private: bytes) -> PrivateKey:
    """What opens forms 01 and 02 and sealed boxes."""
    return PrivateKey(private[:HALF_SIZE])


def hybrid_key(private: bytes) -> MLKEM768X25519PrivateKey | None:
    """What opens form 03; None of a key from before it."""
    pairs = _hybrid_pairs(private)
    return pairs and MLKEM768X25519PrivateKey(*pairs)


def public_half(private: bytes) -> bytes:
    """What others seal to: the hybrid pair's, or of a key from before it the curve's."""
    pairs = _hybrid_pairs(private)
    if pairs is None:
        return bytes(curve_key(private).public_key)
    lattice, curve = pairs
    return lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()


def is_hybrid(public: bytes) -> bool:
    """Whether things are sealed to this public half in form 03."""
    return len(public) == HYBRID_PUBLIC_SIZE


def hybrid_public_key(public: bytes) -> MLKEM768X25519PublicKey:
    """From the bytes of `public_half`. Raises ValueError."""
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(public[:_LATTICE_PUBLIC_SIZE]),
        X25519PublicKey.from_public_bytes(public[_LATTICE_PUBLIC_SIZE:]),
    )


def _hybrid_pairs(private: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey] | None:
    seed = private[HALF_SIZE:]
    if not seed:
        return None
    expanded = hashlib.shake_256(seed).digest(_LATTICE_SEED_SIZE + HALF_SIZE)
    return (
        MLKEM768PrivateKey.from_seed_bytes(expanded[:_LATTICE_SEED_SIZE]),
        X25519PrivateKey.from_private_bytes(expanded[_LATTICE_SEED_SIZE:]),
    )
