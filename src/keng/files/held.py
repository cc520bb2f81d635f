"""Originals that are held: quarantined, and so removed by nothing, and known when they come again.

Whatever destroys originals asks here first (docs/decisions/0034-evidence.md).
"""

import hashlib
import hmac
import uuid
from typing import Any

from django.db.models import QuerySet

from keng.files.models import HeldFile
from keng.kit.secrets import keyed_hash


def hold_original(path: str, *, came_with: uuid.UUID, file_hash: bytes) -> None:
    """Hold this original from now on. In the transaction that quarantines it."""
    HeldFile.objects.bulk_create(
        [HeldFile(original_path=path, came_with=came_with, keyed_hash=file_hash)],
        ignore_conflicts=True,
    )


def is_held(original_path: str) -> bool:
    """Whether this original may not be destroyed."""
    return HeldFile.objects.filter(original_path=original_path).exists()


def held_paths() -> QuerySet[HeldFile, Any]:
    """All that are held, for `original_path__in`."""
    return HeldFile.objects.values("original_path")


def keyed_file_hash(came_with: uuid.UUID, content: bytes) -> bytes:
    """By which the same file is known if it comes again with the same thing, and with no other."""
    return _hash_of_digest(came_with, hashlib.sha256(content).digest())


def is_quarantined_content(content: bytes) -> bool:
    """Whether a file of these bytes was quarantined, whatever it came with.

    Hashes of different reports cannot be compared with each other, so the new file is hashed once
    for each that is held: a few microseconds for one.
    """
    digest = hashlib.sha256(content).digest()
    known = HeldFile.objects.exclude(keyed_hash=b"").values_list("came_with", "keyed_hash")
    return any(
        hmac.compare_digest(_hash_of_digest(came_with, digest), bytes(kept))
        for came_with, kept in known.iterator()
    )


def _hash_of_digest(came_with: uuid.UUID, digest: bytes) -> bytes:
    return keyed_hash("file of a tip", came_with.bytes, digest)
