"""Opening: the sender opens reply addresses, the worker pictures, an operator's file identities.

What is opened has form 03 or 04 (vault.hybrid) and then only the kind and the id that it was sealed
for, or is older: form 02 (vault.seal), the same without filling (01), or a sealed box of libsodium.
"""

import contextlib
import os
import uuid
from functools import cache
from pathlib import Path

from django.db import OperationalError
from nacl.exceptions import CryptoError
from nacl.public import Box, PublicKey, SealedBox

from keng.kit.kept_secrets import read_secret
from keng.kit.refusals import KeyMissing
from keng.kit.secrets import key_cut_short
from keng.vault.filling import without_filling
from keng.vault.hybrid import SealedKind, open_hybrid
from keng.vault.key_pairs import curve_key, hybrid_key, is_private_key, public_half
from keng.vault.models import SealedIdentity, SenderKey
from keng.vault.seal import CURVE_FORM, UNPADDED_FORM

_CURVE_HEAD = len(CURVE_FORM) + PublicKey.SIZE


class NotTheSender(PermissionError):
    """This process has no sender key: only the sender can open reply addresses."""


class NotTheWorker(PermissionError):
    """This process has no worker keys: only the worker opens what waits for it."""


class _PrivateKey:
    """Both halves of a private key, or the first alone of one from before form 03."""

    def __init__(self, private: bytes) -> None:
        self._curve, self._hybrid = curve_key(private), hybrid_key(private)

    def open(self, sealed: bytes, kind: SealedKind, ref: uuid.UUID | None) -> bytes:
        """Raises CryptoError."""
        # A sealed box begins with a random key, so some of them look like one of the forms.
        if self._hybrid is not None:
            padded = open_hybrid(sealed, self._hybrid, kind, ref)
            if padded is not None:
                return without_filling(padded)
        form = sealed[: len(CURVE_FORM)]
        if form in (CURVE_FORM, UNPADDED_FORM) and len(sealed) > _CURVE_HEAD:
            with contextlib.suppress(CryptoError):
                other = PublicKey(sealed[len(CURVE_FORM) : _CURVE_HEAD])
                opened = Box(self._curve, other).decrypt(sealed[_CURVE_HEAD:])
                return without_filling(opened) if form == CURVE_FORM else opened
        return SealedBox(self._curve).decrypt(sealed)


@cache
def _sender_private_key() -> _PrivateKey:
    path = os.environ.get("KENG_SENDER_KEY_FILE", "")
    if not path:
        raise NotTheSender
    return _PrivateKey(read_secret(Path(path)))


def require_sender_key() -> None:
    """Raises KeyMissing with what to do where the sender could open nothing of this database."""
    path = os.environ.get("KENG_SENDER_KEY_FILE", "")
    if not path:
        raise KeyMissing("KENG_SENDER_KEY_FILE must say where the sender's key lies.")
    try:
        key = read_secret(Path(path))
    except FileNotFoundError:
        raise KeyMissing(
            f"{path} is missing. Put it back from the backup; see `keng keys check`."
        ) from None
    if not is_private_key(key):
        raise key_cut_short(Path(path))
    try:
        known = SenderKey.objects.filter(retired_at__isnull=True).order_by("-id").first()
    except OperationalError:
        return  # The database is away; the sender waits for it by itself.
    if known is not None and bytes(known.public_key) != public_half(key):
        raise KeyMissing(f"{path} is another key than this database's; see `keng keys check`.")


def open_as_sender(ciphertext: bytes, *, kind: SealedKind, ref: uuid.UUID | None = None) -> bytes:
    """What was sealed to the sender. Raises NotTheSender in every other process, CryptoError."""
    return _sender_private_key().open(bytes(ciphertext), kind, ref)


def open_as_worker(ciphertext: bytes, *, kind: SealedKind, ref: uuid.UUID) -> bytes:
    """What was sealed to the worker. Raises NotTheWorker, and CryptoError once its key is gone."""
    folder = os.environ.get("KENG_WORKER_KEYS", "")
    if not folder:
        raise NotTheWorker
    for file in Path(folder).glob("*"):
        with contextlib.suppress(CryptoError, FileNotFoundError):
            return _PrivateKey(file.read_bytes()).open(bytes(ciphertext), kind, ref)
    raise CryptoError("no key of the worker opens it")


def open_with_unit_key(
    ciphertext: bytes, private_key: bytes, *, kind: SealedKind, ref: uuid.UUID
) -> bytes:
    """What was sealed to a unit, with the private key that `vault.keys.unlock_unit_keys` gave.

    Raises CryptoError.
    """
    return _PrivateKey(private_key).open(bytes(ciphertext), kind, ref)


def open_identity(row: SealedIdentity, private_key: bytes) -> bytes:
    """A row of the vault, with the unit's private key likewise.

    It was sealed for its tip, or, where a chat brought it and nobody knew yet whether it began a
    tip or joined one, for the row itself.
    """
    key, kind = _PrivateKey(private_key), SealedKind(row.kind)
    with contextlib.suppress(CryptoError):
        return key.open(bytes(row.ciphertext), kind, row.tip_ref)
    return key.open(bytes(row.ciphertext), kind, row.pk)
