"""Sealing: what any process may do. Opening is another matter (vault.opening).

What is sealed to a hybrid key has form 03, and form 04 where the key is one of an epoch
(vault.hybrid); to a key from before, which a unit has until its operator runs `keng vault init`,
form 02, with a throwaway key pair of the curve:

    02, public half of the throwaway pair (32 bytes), nonce (24 bytes), crypto_box

In all of them a thing is filled up first (vault.filling).
"""

import contextlib
import threading
import time
import uuid
from typing import Protocol

from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey
from nacl.public import Box, PrivateKey, PublicKey

from keng.vault.filling import filled_up
from keng.vault.hybrid import HybridSeal, SealedKind
from keng.vault.key_pairs import hybrid_public_key, is_hybrid
from keng.vault.models import KeyClass, SenderKey, UnitKey, WorkerKey

CURVE_FORM = b"\x02"
"""What a ciphertext begins with (an older one, a sealed box of libsodium, may by chance)."""
UNPADDED_FORM = b"\x01"
"""What the same begins with that was sealed before it was filled up."""
_CACHE_SECONDS = 60.0
_lock = threading.Lock()
_WORKER = "worker"
# The key of a unit and a class; of the sender for None.
_Holder = tuple[uuid.UUID, str] | str | None
# With the id of the key where it is one of an epoch.
_PublicKey = tuple[MLKEM768X25519PublicKey | PublicKey, uuid.UUID | None]
_KeyRow = SenderKey | UnitKey | WorkerKey
_cache: dict[_Holder, tuple[float, _PublicKey]] = {}


class NoKey(LookupError):
    """There is no public key to seal to yet: run `keng vault init`."""


def seal_for_sender(plain: str | bytes, *, kind: SealedKind, ref: uuid.UUID | None = None) -> bytes:
    """Ciphertext that only the sender process can open: a reply address, a one-time text.

    It opens as this kind alone and, where it belongs to one row, with that row's id (`ref`).
    """
    return SealBatch().for_sender(plain, kind=kind, ref=ref)


def seal_for_unit(
    unit_id: uuid.UUID,
    plain: str | bytes,
    *,
    kind: SealedKind,
    ref: uuid.UUID,
    key_class: str = KeyClass.ORDINARY,
) -> bytes:
    """Ciphertext that only the holders of the unit's private key can open; bound likewise.

    A class without a key of its own is sealed as ordinary.
    """
    return SealBatch().for_unit(unit_id, plain, kind=kind, ref=ref, key_class=key_class)


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
        self,
        unit_id: uuid.UUID,
        plain: str | bytes,
        *,
        kind: SealedKind,
        ref: uuid.UUID,
        key_class: str = KeyClass.ORDINARY,
    ) -> bytes:
        """The same as the function of that name."""
        return self._sealed((unit_id, key_class), plain, kind, ref)

    def for_worker(self, plain: str | bytes, *, kind: SealedKind, ref: uuid.UUID) -> bytes:
        """The same as the function of that name."""
        return self._sealed(_WORKER, plain, kind, ref)

    def _sealed(
        self, holder: _Holder, plain: str | bytes, kind: SealedKind, ref: uuid.UUID | None
    ) -> bytes:
        sealing = self._seals.get(holder) or self._begun(holder)
        return sealing.close(filled_up(_as_bytes(plain)), kind, ref)

    def _begun(self, holder: _Holder) -> "_Sealing":
        key, key_id = _key(holder)
        sealing: _Sealing = (
            _CurveSeal(key) if isinstance(key, PublicKey) else HybridSeal(key, key_id)
        )
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
    with contextlib.suppress(NoKey):
        _read_key(None)
    keys = UnitKey.objects.filter(unit_id__in=unit_ids, retired_at=None)
    current = {(key.unit_id, key.key_class): key for key in keys}
    for unit_id in unit_ids:
        for key_class in KeyClass:
            key = current.get((unit_id, key_class)) or current.get((unit_id, KeyClass.ORDINARY))
            if key is not None:
                _keep((unit_id, key_class), key)


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
    key = _current_key(holder)
    if key is None:
        raise NoKey(str(holder or "sender"))
    return _keep(holder, key)


def _keep(holder: _Holder, key: _KeyRow) -> _PublicKey:
    stored = bytes(key.public_key)
    public = hybrid_public_key(stored) if is_hybrid(stored) else PublicKey(stored)
    found = public, key.pk if isinstance(key, UnitKey) and key.epoch else None
    with _lock:
        _cache[holder] = (time.monotonic() + _CACHE_SECONDS, found)
    return found


def _current_key(holder: _Holder) -> _KeyRow | None:
    if isinstance(holder, tuple):
        unit_id, key_class = holder
        found = UnitKey.objects.filter(
            unit_id=unit_id, retired_at=None, key_class__in={key_class, KeyClass.ORDINARY}
        )
        # The class's own, where there is one.
        return min(found, key=lambda key: key.key_class != key_class, default=None)
    if holder == _WORKER:
        return WorkerKey.objects.filter(retired_at=None).order_by("-id").first()
    return SenderKey.objects.filter(retired_at=None).order_by("-id").first()


def current_unit_key(unit_id: uuid.UUID, key_class: str) -> UnitKey | None:
    """What is sealed to a unit now, in this class; None where it has no key yet."""
    key = _current_key((unit_id, key_class))
    return key if isinstance(key, UnitKey) else None


def _as_bytes(plain: str | bytes) -> bytes:
    return plain.encode() if isinstance(plain, str) else plain
