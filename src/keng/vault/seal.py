"""Sealing: what any process may do. Opening is another matter (vault.opening).

What is sealed to a hybrid key has form 03 (vault.hybrid); to a key from before, which a unit has
until its operator runs `keng vault init`, form 02, with a throwaway key pair of the curve:

    02, public half of the throwaway pair (32 bytes), nonce (24 bytes), crypto_box

In both a thing is filled up first, so that its length tells no name: 80, and 00 up to a multiple of
64 bytes, above 256 bytes of 256.
"""

import contextlib
import threading
import time
import uuid
from typing import Protocol

from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey
from nacl.public import Box, PrivateKey, PublicKey

from keng.vault.hybrid import HybridSeal, SealedKind
from keng.vault.key_pairs import hybrid_public_key, is_hybrid
from keng.vault.models import SenderKey, UnitKey, WorkerKey

CURVE_FORM = b"\x02"
"""What a ciphertext begins with (an older one, a sealed box of libsodium, may by chance)."""
UNPADDED_FORM = b"\x01"
"""What the same begins with that was sealed before it was filled up."""
_END = b"\x80"
_STEP, _LONG_STEP = 64, 256
_CACHE_SECONDS = 60.0
_lock = threading.Lock()
_WORKER = "worker"
# The key of a unit; of the sender for None.
_Holder = uuid.UUID | str | None
_PublicKey = MLKEM768X25519PublicKey | PublicKey
_cache: dict[_Holder, tuple[float, _PublicKey]] = {}


class NoKey(LookupError):
    """There is no public key to seal to yet: run `keng vault init`."""


def seal_for_sender(plain: str | bytes, *, kind: SealedKind, ref: uuid.UUID | None = None) -> bytes:
    """Ciphertext that only the sender process can open: a reply address, a one-time text.

    It opens as this kind alone and, where it belongs to one row, with that row's id (`ref`).
    """
    return SealBatch().for_sender(plain, kind=kind, ref=ref)


def seal_for_unit(
    unit_id: uuid.UUID, plain: str | bytes, *, kind: SealedKind, ref: uuid.UUID
) -> bytes:
    """Ciphertext that only the holder of the unit's private key can open; bound likewise."""
    return SealBatch().for_unit(unit_id, plain, kind=kind, ref=ref)


def seal_for_worker(plain: str | bytes, *, kind: SealedKind, ref: uuid.UUID) -> bytes:
    """Ciphertext that only the worker can open, and for an hour or so. Raises NoKey."""
    return SealBatch().for_worker(plain, kind=kind, ref=ref)


class SealBatch:
    """Seals everything for one recipient under one data key: one hybrid seal, not one for each.

    For one tip, or what one process writes together. Let go of it when the last of what it sealed
    is no longer held in plain: until then it gives away nothing that does not lie beside it. Not
    for several threads.
    """

    def __init__(self) -> None:
        self._seals: dict[_Holder, _Sealing] = {}

    def for_sender(
        self, plain: str | bytes, *, kind: SealedKind, ref: uuid.UUID | None = None
    ) -> bytes:
        """The same as the function of that name."""
        return self._sealed(None, plain, kind, ref)

    def for_unit(
        self, unit_id: uuid.UUID, plain: str | bytes, *, kind: SealedKind, ref: uuid.UUID
    ) -> bytes:
        """The same as the function of that name."""
        return self._sealed(unit_id, plain, kind, ref)

    def for_worker(self, plain: str | bytes, *, kind: SealedKind, ref: uuid.UUID) -> bytes:
        """The same as the function of that name."""
        return self._sealed(_WORKER, plain, kind, ref)

    def _sealed(
        self, holder: _Holder, plain: str | bytes, kind: SealedKind, ref: uuid.UUID | None
    ) -> bytes:
        sealing = self._seals.get(holder) or self._begun(holder)
        return sealing.close(_padded(_as_bytes(plain)), kind, ref)

    def _begun(self, holder: _Holder) -> "_Sealing":
        key = _key(holder)
        sealing: _Sealing = _CurveSeal(key) if isinstance(key, PublicKey) else HybridSeal(key)
        self._seals[holder] = sealing
        return sealing


class _Sealing(Protocol):
    def close(self, padded: bytes, kind: SealedKind, ref: uuid.UUID | None, /) -> bytes: ...


class _CurveSeal:
    """Form 02, for a key from before form 03; it is bound to nothing."""

    def __init__(self, key: PublicKey) -> None:
        pair = PrivateKey.generate()
        self._head = CURVE_FORM + bytes(pair.public_key)
        self._box = Box(pair, key)

    def close(self, padded: bytes, _kind: SealedKind, _ref: uuid.UUID | None, /) -> bytes:
        return self._head + self._box.encrypt(padded)


def renew_public_keys(unit_ids: list[uuid.UUID]) -> None:
    """Read these keys and the sender's again, before the cached ones are too old to be used.

    For a process that seals where it must not wait for the database (the edge). A unit without a
    key is passed over: sealing to it raises NoKey when it is tried.
    """
    for unit_id in [None, *unit_ids]:
        with contextlib.suppress(NoKey):
            _read_key(unit_id)


def forget_public_keys() -> None:
    """Drop the cached public keys (after a rotation, and in tests)."""
    with _lock:
        _cache.clear()


def _key(holder: _Holder) -> _PublicKey:
    found = _cache.get(holder)
    if found and found[0] > time.monotonic():
        return found[1]
    return _read_key(holder)


def _read_key(holder: _Holder) -> _PublicKey:
    key: SenderKey | UnitKey | WorkerKey | None
    if holder is None:
        key = SenderKey.objects.filter(retired_at__isnull=True).order_by("-id").first()
    elif holder == _WORKER:
        key = WorkerKey.objects.filter(retired_at__isnull=True).order_by("-id").first()
    else:
        key = UnitKey.objects.filter(unit_id=holder, retired_at__isnull=True).first()
    if key is None:
        raise NoKey(str(holder or "sender"))
    stored = bytes(key.public_key)
    public = hybrid_public_key(stored) if is_hybrid(stored) else PublicKey(stored)
    with _lock:
        _cache[holder] = (time.monotonic() + _CACHE_SECONDS, public)
    return public


def without_padding(opened: bytes) -> bytes:
    """What was filled up, as it was."""
    return opened.rstrip(b"\0").removesuffix(_END)


def _padded(plain: bytes) -> bytes:
    size = len(plain) + len(_END)
    step = _STEP if size <= _LONG_STEP else _LONG_STEP
    return (plain + _END).ljust(-(-size // step) * step, b"\0")


def _as_bytes(plain: str | bytes) -> bytes:
    return plain.encode() if isinstance(plain, str) else plain
