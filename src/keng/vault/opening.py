"""Opening: the sender opens reply addresses, the worker pictures, an operator's file identities.

What is opened has the form that vault.seal makes, or is older: the same without filling, or a
sealed box of libsodium.
"""

import contextlib
import os
from functools import cache
from pathlib import Path

from django.db import OperationalError
from nacl.exceptions import CryptoError
from nacl.public import Box, PrivateKey, PublicKey, SealedBox

from keng.kit.kept_secrets import read_secret
from keng.kit.refusals import KeyMissing
from keng.kit.secrets import KEY_SIZE, key_cut_short
from keng.vault.models import SenderKey
from keng.vault.seal import SEALED_FORM, UNPADDED_FORM, without_padding

_HEAD = len(SEALED_FORM) + PublicKey.SIZE


class NotTheSender(PermissionError):
    """This process has no sender key: only the sender can open reply addresses."""


class NotTheWorker(PermissionError):
    """This process has no worker keys: only the worker opens what waits for it."""


class _OpeningBox:
    """A private key, for what is sealed now and for sealed boxes."""

    def __init__(self, private: bytes) -> None:
        self._private = PrivateKey(private)

    def decrypt(self, sealed: bytes) -> bytes:
        form = sealed[: len(SEALED_FORM)]
        if form in (SEALED_FORM, UNPADDED_FORM) and len(sealed) > _HEAD:
            # A sealed box begins with a random key, so every 256th of them looks like this too.
            with contextlib.suppress(CryptoError):
                other = PublicKey(sealed[len(SEALED_FORM) : _HEAD])
                opened = Box(self._private, other).decrypt(sealed[_HEAD:])
                return without_padding(opened) if form == SEALED_FORM else opened
        return SealedBox(self._private).decrypt(sealed)


@cache
def _sender_box() -> _OpeningBox:
    path = os.environ.get("KENG_SENDER_KEY_FILE", "")
    if not path:
        raise NotTheSender
    return _OpeningBox(read_secret(Path(path)))


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
    if len(key) != KEY_SIZE:
        raise key_cut_short(Path(path))
    public = bytes(PrivateKey(key).public_key)
    try:
        known = SenderKey.objects.filter(retired_at__isnull=True).order_by("-id").first()
    except OperationalError:
        return  # The database is away; the sender waits for it by itself.
    if known is not None and bytes(known.public_key) != public:
        raise KeyMissing(f"{path} is another key than this database's; see `keng keys check`.")


def open_as_sender(ciphertext: bytes) -> bytes:
    """What was sealed to the sender. Raises NotTheSender in every other process."""
    return _sender_box().decrypt(bytes(ciphertext))


def open_as_worker(ciphertext: bytes) -> bytes:
    """What was sealed to the worker. Raises NotTheWorker, and CryptoError once its key is gone."""
    folder = os.environ.get("KENG_WORKER_KEYS", "")
    if not folder:
        raise NotTheWorker
    for file in Path(folder).glob("*"):
        with contextlib.suppress(CryptoError, FileNotFoundError):
            return _OpeningBox(file.read_bytes()).decrypt(bytes(ciphertext))
    raise CryptoError("no key of the worker opens it")


def open_with_unit_key(ciphertext: bytes, private_key: bytes) -> bytes:
    """What was sealed to a unit, with the private key that `vault.keys.unlock_unit_keys` gave."""
    return _OpeningBox(private_key).decrypt(bytes(ciphertext))
