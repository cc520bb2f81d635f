"""Files of tips below the data folder: the original sealed to its unit, beside it a copy to view.

A file is written, flushed and renamed into place before the row that names it commits; what no row
names is swept later. Until there is a copy of a picture, it lies here once more for the worker.
"""

import os
import secrets
import uuid
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from functools import partial

from django.db import transaction
from nacl.secret import SecretBox

from keng.kit.database import data_folder
from keng.kit.ids import new_id
from keng.kit.private_files import create_private
from keng.kit.secrets import site_box
from keng.vault import opening, seal
from keng.vault.hybrid import KEYED_HEAD_SIZE, SealedKind, key_id_of
from keng.vault.models import KeyClass

_BOX = "viewing copy"
# Before the length and the content of an original that was filled up; no kind of file begins so.
_FILLED_UP = b"KENG\0filled-up\n"
_LENGTH_BYTES = 8
_SHORTEST = 4096


def keep_original(content: bytes, *, unit_id: uuid.UUID, key_class: str = KeyClass.ORDINARY) -> str:
    """Seal a file to the unit, so that no process can open it; returns its path for the row.

    What lies on the disk does not tell how long the file was: it is filled up before it is sealed.
    """
    file = new_id()
    sealed = seal.seal_for_unit(
        unit_id, _padded(content), kind=SealedKind.FILE, ref=file, key_class=key_class
    )
    return _write(f"files/originals/{file}", sealed)


def open_original(path: str, unit_key: bytes) -> bytes:
    """What `keep_original` kept, with the private key that vault.keys.unlock_unit_keys returned."""
    file = data_folder() / path
    opened = opening.open_with_unit_key(
        file.read_bytes(), unit_key, kind=SealedKind.FILE, ref=uuid.UUID(file.name)
    )
    return content_of_original(opened)


def keys_of_originals() -> set[uuid.UUID]:
    """The keys of epochs that an original on the disk is sealed to."""
    return set(originals_by_key())


def originals_by_key() -> dict[uuid.UUID, list[str]]:
    """By the key of an epoch, the paths of the originals that are sealed to it."""
    found: defaultdict[uuid.UUID, list[str]] = defaultdict(list)
    for path in (data_folder() / "files" / "originals").glob("*"):
        with suppress(FileNotFoundError), path.open("rb") as file:
            key_id = key_id_of(file.read(KEYED_HEAD_SIZE))
            if key_id is not None:
                found[key_id].append(str(path.relative_to(data_folder())))
    return dict(found)


def replace_original(path: str, sealed: bytes) -> None:
    """Put what was sealed anew in the place of an original, whole; nothing where it is gone."""
    place = data_folder() / path
    if not place.is_file() or place.parent != data_folder() / "files" / "originals":
        return
    # One that a killed process left.
    place.with_suffix(".new").unlink(missing_ok=True)
    _write(path, sealed)


def content_of_original(opened: bytes) -> bytes:
    """What was kept, of what came out of the seal: without what it was filled up with."""
    if not opened.startswith(_FILLED_UP):
        return opened  # Kept before files were filled up.
    head = len(_FILLED_UP) + _LENGTH_BYTES
    length = int.from_bytes(opened[len(_FILLED_UP) : head])
    return opened[head : head + length]


def first_sealed_bytes(path: str, size: int) -> bytes:
    """How an original begins on the disk, which tells the key that it is sealed to."""
    with (data_folder() / path).open("rb") as file:
        return file.read(size)


def rounded_size(size: int) -> int:
    """Up, to three binary digits that count."""
    step = 1 << max(size.bit_length() - 3, 0)
    return -(-size // step) * step


def keep_viewing_copy(content: bytes) -> str:
    """Keep a copy without place and device, in a box of the site; returns its path for the row."""
    return _write(f"files/viewing/{new_id()}", bytes(site_box(_BOX).encrypt(content)))


def keep_for_worker(content: bytes) -> tuple[str, bytes]:
    """Keep what a copy is to be made of; returns its path, and the only key that opens it, sealed.

    Raises vault.seal.NoKey, and then keeps nothing.
    """
    file, key = new_id(), secrets.token_bytes(SecretBox.KEY_SIZE)
    sealed = seal.seal_for_worker(key, kind=SealedKind.WAITING, ref=file)
    return _write(f"files/waiting/{file}", bytes(SecretBox(key).encrypt(content))), sealed


def open_for_worker(path: str, key_sealed: bytes) -> bytes:
    """What `keep_for_worker` kept. Raises FileNotFoundError, nacl's CryptoError."""
    file = data_folder() / path
    key = opening.open_as_worker(key_sealed, kind=SealedKind.WAITING, ref=uuid.UUID(file.name))
    return SecretBox(key).decrypt(file.read_bytes())


def renew_key_for_worker(path: str, key_sealed: bytes) -> bytes:
    """Seal the key of a file that waits to the worker's key of now. Raises CryptoError, NoKey."""
    ref = uuid.UUID((data_folder() / path).name)
    key = opening.open_as_worker(key_sealed, kind=SealedKind.WAITING, ref=ref)
    return seal.seal_for_worker(key, kind=SealedKind.WAITING, ref=ref)


def open_viewing_copy(path: str) -> bytes:
    """A copy to view, by its path. Raises FileNotFoundError. The look is recorded before."""
    return site_box(_BOX).decrypt((data_folder() / path).read_bytes())


def discard_files(paths: Iterable[str]) -> None:
    """Remove these files once the rows that named them no longer do; "" is no file."""
    for path in filter(None, paths):
        transaction.on_commit(partial((data_folder() / path).unlink, missing_ok=True))


def _padded(content: bytes) -> bytes:
    told = _FILLED_UP + len(content).to_bytes(_LENGTH_BYTES) + content
    return told.ljust(max(rounded_size(len(told)), _SHORTEST), b"\0")


def _write(name: str, content: bytes) -> str:
    path = data_folder() / name
    draft = path.with_suffix(".new")
    with os.fdopen(create_private(draft), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return name
