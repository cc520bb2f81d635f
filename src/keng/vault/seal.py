"""Sealing: what any process may do. Opening is another matter (vault.opening).

One form, which whoever holds the private key opens. The throwaway key pair is new for each thing,
or where many things are sealed at once new for each `SealBatch`; the nonce is random:

    02, public half of the throwaway pair (32 bytes), nonce (24 bytes), crypto_box

What is in the box is filled up first, so that its length tells no name: 80, and 00 up to a multiple
of 64 bytes, above 256 bytes of 256.
"""

import contextlib
import threading
import time
import uuid

from nacl.public import Box, PrivateKey, PublicKey

from keng.vault.models import SenderKey, UnitKey, WorkerKey

SEALED_FORM = b"\x02"
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
_cache: dict[_Holder, tuple[float, PublicKey]] = {}


class NoKey(LookupError):
    """There is no public key to seal to yet: run `keng vault init`."""


def seal_for_sender(plain: str | bytes) -> bytes:
    """Ciphertext that only the sender process can open: a reply address, a one-time text."""
    return SealBatch().for_sender(plain)


def seal_for_unit(unit_id: uuid.UUID, plain: str | bytes) -> bytes:
    """Ciphertext that only the holder of the unit's private key can open."""
    return SealBatch().for_unit(unit_id, plain)


def seal_for_worker(plain: str | bytes) -> bytes:
    """Ciphertext that only the worker can open, and for an hour or so. Raises NoKey."""
    return SealBatch().for_worker(plain)


class SealBatch:
    """Seals with one throwaway key pair: two multiplications on the curve, not two for each thing.

    Let go of it when the last of what it sealed is no longer held in plain: until then it gives
    away nothing that does not lie beside it. Not for several threads.
    """

    def __init__(self) -> None:
        self._pair: PrivateKey | None = None
        self._head = b""
        self._boxes: dict[_Holder, Box] = {}

    def for_sender(self, plain: str | bytes) -> bytes:
        """The same as the function of that name."""
        return self._sealed(None, plain)

    def for_unit(self, unit_id: uuid.UUID, plain: str | bytes) -> bytes:
        """The same as the function of that name."""
        return self._sealed(unit_id, plain)

    def for_worker(self, plain: str | bytes) -> bytes:
        """The same as the function of that name."""
        return self._sealed(_WORKER, plain)

    def _sealed(self, holder: _Holder, plain: str | bytes) -> bytes:
        box = self._boxes.get(holder) or self._begun(holder)
        return self._head + box.encrypt(_padded(_as_bytes(plain)))

    def _begun(self, holder: _Holder) -> Box:
        if self._pair is None:
            self._pair = PrivateKey.generate()
            self._head = SEALED_FORM + bytes(self._pair.public_key)
        box = self._boxes[holder] = Box(self._pair, _key(holder))
        return box


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


def _key(holder: _Holder) -> PublicKey:
    found = _cache.get(holder)
    if found and found[0] > time.monotonic():
        return found[1]
    return _read_key(holder)


def _read_key(holder: _Holder) -> PublicKey:
    key: SenderKey | UnitKey | WorkerKey | None
    if holder is None:
        key = SenderKey.objects.filter(retired_at__isnull=True).order_by("-id").first()
    elif holder == _WORKER:
        key = WorkerKey.objects.filter(retired_at__isnull=True).order_by("-id").first()
    else:
        key = UnitKey.objects.filter(unit_id=holder, retired_at__isnull=True).first()
    if key is None:
        raise NoKey(str(holder or "sender"))
    public = PublicKey(bytes(key.public_key))
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
