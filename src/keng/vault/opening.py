"""Opening: the sender opens reply addresses, the worker pictures, an operator's file identities.

What is opened has the form that vault.seal makes, or is older: a sealed box of libsodium.
"""

import contextlib
import os
from functools import cache
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.public import Box, PrivateKey, PublicKey, SealedBox

from keng.vault.seal import FORM

_HEAD = len(FORM) + PublicKey.SIZE


class NotTheSender(PermissionError):
    """This process has no sender key: only the sender can open reply addresses."""


class NotTheWorker(PermissionError):
    """This process has no worker keys: only the worker opens what waits for it."""


class _Box:
    """A private key, for what is sealed now and for sealed boxes."""

    def __init__(self, private: bytes) -> None:
        self._private = PrivateKey(private)

    def decrypt(self, sealed: bytes) -> bytes:
        if sealed.startswith(FORM) and len(sealed) > _HEAD:
            # A sealed box begins with a random key, so every 256th of them looks like this too.
            with contextlib.suppress(CryptoError):
                other = PublicKey(sealed[len(FORM) : _HEAD])
                return Box(self._private, other).decrypt(sealed[_HEAD:])
        return SealedBox(self._private).decrypt(sealed)


@cache
def _sender_box() -> _Box:
    path = os.environ.get("KENG_SENDER_KEY_FILE", "")
    if not path:
        raise NotTheSender
    return _Box(Path(path).read_bytes())


def for_sender(ciphertext: bytes) -> bytes:
    """What was sealed to the sender. Raises NotTheSender in every other process."""
    return _sender_box().decrypt(bytes(ciphertext))


def for_worker(ciphertext: bytes) -> bytes:
    """What was sealed to the worker. Raises NotTheWorker, and CryptoError once its key is gone."""
    folder = os.environ.get("KENG_WORKER_KEYS", "")
    if not folder:
        raise NotTheWorker
    for file in Path(folder).glob("*"):
        with contextlib.suppress(CryptoError, FileNotFoundError):
            return _Box(file.read_bytes()).decrypt(bytes(ciphertext))
    raise CryptoError("no key of the worker opens it")


def for_unit(ciphertext: bytes, private_key: bytes) -> bytes:
    """What was sealed to a unit, with the private key that `vault.keys.unlock` returned."""
    return _Box(private_key).decrypt(bytes(ciphertext))
