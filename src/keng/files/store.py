"""Files of tips: the original sealed to its unit, beside it a copy to view.

A file lasts, in the data folder or in a store (`files.storage`), before the row that names it
commits; what no row names is swept later. Until there is a copy of a picture, it lies here once
more for the worker. Whatever is kept here is sealed before it is given to either place.
"""

import logging
import secrets
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.db import transaction
from nacl.secret import SecretBox

from keng.files.storage.base import StoredFile
from keng.files.storage.chosen import ORIGINALS_FOLDER, file_storage, replace_stored
from keng.files.storage.opener_copies import remove_copy
from keng.kit.ids import new_id
from keng.kit.secrets import site_box
from keng.kit.storage_away import StorageAway
from keng.vault import opening, seal
from keng.vault.hybrid import KEYED_HEAD_SIZE, SealedKind, key_id_of
from keng.vault.models import KeyClass

_BOX = "viewing copy"
# Before the length and the content of an original that was filled up; no kind of file begins so.
_FILLED_UP = b"KENG\0filled-up\n"
_LENGTH_BYTES = 8
_SHORTEST = 4096
# Each head is a call of the store.
_HEADS_AT_ONCE = 8
logger = logging.getLogger(__name__)
# To which key an original is sealed, by its name; the tag tells whether it was sealed anew.
_known_keys: dict[str, tuple[str, uuid.UUID | None]] = {}


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
    opened = opening.open_with_unit_key(
        file_storage().read(path), unit_key, kind=SealedKind.FILE, ref=ref_of(path)
    )
    return content_of_original(opened)


class OriginalsMissing(Exception):
    """Rows name originals that are not found, so nobody knows which keys these need."""


def keys_of_originals(named: Callable[[], set[str]]) -> set[uuid.UUID]:
    """The keys of epochs that an original is sealed to; `named` says which ones rows name.

    Raises OriginalsMissing: in the wrong bucket, or in a folder that another machine does not
    share, there are none, and their keys would be taken for unused.
    """
    before = named()
    found = _known_heads()
    if before - found.keys():
        # What was destroyed meanwhile has no row any more.
        missing = (before & named()) - found.keys()
        if missing:
            raise OriginalsMissing(
                f"{len(missing)} originals that rows name are not where KENG_FILES_URL and the "
                "data folder say: no key is destroyed until they are found"
            )
    return {key_id for key_id in found.values() if key_id is not None}


def originals_by_key() -> dict[uuid.UUID, list[str]]:
    """By the key of an epoch, the paths of the originals that are sealed to it."""
    found: defaultdict[uuid.UUID, list[str]] = defaultdict(list)
    for name, key_id in _known_heads().items():
        if key_id is not None:
            found[key_id].append(name)
    return dict(found)


def _known_heads() -> dict[str, uuid.UUID | None]:
    """By the path of each original that is there, its key; None of one of an older form."""
    # What is in two places counts as it is in the second (TwoStorages.listed).
    files = {file.name: file for file in file_storage().listed(ORIGINALS_FOLDER)}
    with ThreadPoolExecutor(_HEADS_AT_ONCE) as threads:
        found = zip(files, threads.map(_key_of, files.values()), strict=True)
        known = {name: key for name, key in found if not isinstance(key, FileNotFoundError)}
    for name in _known_keys.keys() - files.keys():
        _known_keys.pop(name, None)
    return known


def _key_of(file: StoredFile) -> uuid.UUID | FileNotFoundError | None:
    tag, key_id = _known_keys.get(file.name, ("", None))
    if file.tag and tag == file.tag:
        return key_id
    try:
        key_id = key_id_of(file_storage().read_head(file.name, KEYED_HEAD_SIZE))
    except FileNotFoundError as gone:
        return gone
    if file.tag:
        _known_keys[file.name] = file.tag, key_id
    return key_id


def replace_original(path: str, sealed: bytes) -> None:
    """Put what was sealed anew in the place of an original, whole; nothing where it is gone."""
    if path.rpartition("/")[0] == ORIGINALS_FOLDER:
        replace_stored(path, sealed)
        remove_copy(path)


def sealed_original(path: str) -> bytes:
    """An original as it lies there. Raises FileNotFoundError."""
    return file_storage().read(path)


def ref_of(path: str) -> uuid.UUID:
    """For which id a file was sealed: its name. Raises ValueError."""
    return uuid.UUID(path.rpartition("/")[2])


def content_of_original(opened: bytes) -> bytes:
    """What was kept, of what came out of the seal: without what it was filled up with."""
    if not opened.startswith(_FILLED_UP):
        return opened  # Kept before files were filled up.
    head = len(_FILLED_UP) + _LENGTH_BYTES
    length = int.from_bytes(opened[len(_FILLED_UP) : head])
    return opened[head : head + length]


def first_sealed_bytes(path: str, size: int) -> bytes:
    """How an original begins on the disk, which tells the key that it is sealed to."""
    return file_storage().read_head(path, size)


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
    key = opening.open_as_worker(key_sealed, kind=SealedKind.WAITING, ref=ref_of(path))
    return SecretBox(key).decrypt(file_storage().read(path))


def renew_key_for_worker(path: str, key_sealed: bytes) -> bytes:
    """Seal the key of a file that waits to the worker's key of now. Raises CryptoError, NoKey."""
    ref = ref_of(path)
    key = opening.open_as_worker(key_sealed, kind=SealedKind.WAITING, ref=ref)
    return seal.seal_for_worker(key, kind=SealedKind.WAITING, ref=ref)


def open_viewing_copy(path: str) -> bytes:
    """A copy to view, by its path. Raises FileNotFoundError. The look is recorded before."""
    return site_box(_BOX).decrypt(file_storage().read(path))


def discard_files(paths: Iterable[str]) -> None:
    """Remove these files once the rows that named them no longer do; "" is no file."""
    for path in filter(None, paths):
        transaction.on_commit(partial(_discard_file, path))


def _padded(content: bytes) -> bytes:
    told = _FILLED_UP + len(content).to_bytes(_LENGTH_BYTES) + content
    return told.ljust(max(rounded_size(len(told)), _SHORTEST), b"\0")


def _write(name: str, content: bytes) -> str:
    file_storage().put(name, content)
    return name


def _discard_file(path: str) -> None:
    try:
        file_storage().delete(path)
    except StorageAway as error:
        # No row names it any more, so the worker sweeps it once the store answers.
        logger.warning("A file is destroyed later: the store said %s.", error)
