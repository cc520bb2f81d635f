"""What the public site serves of the log: checkpoint, tiles, entries (C2SP tlog-tiles), proofs."""

import base64
import json
import uuid

from django.db import connection
from django.db.models import Exists, OuterRef

from keng.merkle.notes import NoteSignature, SignedNote, encoded_hash
from keng.merkle.tiles import ENTRIES, TileAddress, entry_bundle
from keng.merkle.trees import HASH_BYTES
from keng.public_log.growing import log_tree, newest_checkpoint, tile_hashes
from keng.public_log.models import Cosignature, LogCheckpoint, OpenedLeaf

PROOF_HEAD = "c2sp.org/tlog-proof@v1"


def served_checkpoint() -> LogCheckpoint | None:
    """The newest one that is shown: one that witnesses have cosigned, where they answer."""
    return LogCheckpoint.objects.filter(is_served=True).order_by("-size").first()


def served_note(checkpoint: LogCheckpoint) -> str:
    """With our signature and those of the witnesses."""
    lines = Cosignature.objects.filter(size=checkpoint.size).order_by("witness")
    signatures = [checkpoint.signature, *lines.values_list("line", flat=True)]
    read = tuple(NoteSignature.read(line.removesuffix("\n")) for line in signatures)
    return SignedNote(checkpoint.text, read).written


def tile_content(address: TileAddress) -> bytes | None:
    """The bytes of a tile; None for one that no checkpoint has so far."""
    newest = newest_checkpoint()
    if newest is None or not address.is_within(newest.size):
        return None
    hashes = tile_hashes(address.level, address.number)[: address.width * HASH_BYTES]
    return entry_bundle(hashes) if address.level == ENTRIES else hashes


def proof_of_opened(object_kind: str, object_id: str) -> str | None:
    """The file that proves that the entry which let something out stands in the log.

    None while its step has not come, and for what was let out before there was a log.
    """
    opened = OpenedLeaf.objects.filter(object_kind=object_kind, object_id=object_id)
    found = opened.order_by("leaf").first()
    if found is None:
        return None
    return _proof_of_leaf(found.leaf, bytes(found.salt), bytes(found.entry_hash))


def proof_of_report(tip_id: uuid.UUID) -> str | None:
    """The file that proves that a report came in, for whoever has its code and asks for it.

    None while its step has not come, where its entry stands for messages of several people and
    cannot be told from others, and where the salt was purged.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM public_log_opening_of_tip(%s)", [tip_id])
        leaf, salt, entry_hash = cursor.fetchone()
    return None if leaf is None else _proof_of_leaf(leaf, bytes(salt), bytes(entry_hash))


def is_provable(object_kind: str, object_id: str) -> bool:
    """Whether that file can be had by now."""
    served = LogCheckpoint.objects.filter(is_served=True, size__gt=OuterRef("leaf"))
    opened = OpenedLeaf.objects.filter(object_kind=object_kind, object_id=object_id)
    return opened.filter(Exists(served)).exists()


def _proof_of_leaf(leaf: int, salt: bytes, entry_hash: bytes) -> str | None:
    """As C2SP tlog-proof writes it; beside it what the leaf is made of.

    None while no checkpoint with this leaf is shown.
    """
    checkpoint = served_checkpoint()
    if checkpoint is None or leaf >= checkpoint.size:
        return None
    extra = json.dumps({"entry": entry_hash.hex(), "salt": salt.hex()}).encode()
    proof = map(encoded_hash, log_tree(checkpoint.size).inclusion_proof(leaf))
    return "\n".join(
        [
            PROOF_HEAD,
            f"extra {base64.b64encode(extra).decode()}",
            f"index {leaf}",
            *proof,
            "",
            served_note(checkpoint),
        ]
    )
