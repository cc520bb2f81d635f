"""Comparing the public log with the entries: each leaf must be what its entry and its salt make."""

from collections.abc import Iterator

from django.db import connection

from keng.audit.verify import ChainFault
from keng.merkle.notes import LogCheckpointText
from keng.merkle.tiles import ENTRIES, TILE_WIDTH, split_hashes
from keng.merkle.trees import leaf_hash, tree_of_leaves
from keng.public_log.growing import commitment, newest_checkpoint, tile_hashes

# What a leaf stands for, beside the entry as it is now. A salt that was purged opens nothing.
_OF_TILE = """
SELECT leaf.leaf, leaf.chain, leaf.seq, salt.salt, entry.hash
FROM public_log_logleaf AS leaf
LEFT JOIN public_log_leafsalt AS salt ON salt.leaf = leaf.leaf
LEFT JOIN audit_entry AS entry ON entry.chain = leaf.chain AND entry.seq = leaf.seq
WHERE leaf.leaf >= %s AND leaf.leaf < %s ORDER BY leaf.leaf
"""
_NAME = "public log"


def log_faults() -> Iterator[ChainFault]:
    """Everything in which entries, leaves and the newest checkpoint do not agree."""
    newest = newest_checkpoint()
    if newest is None:
        return
    hashes: list[bytes] = []
    for number in range(-(-newest.size // TILE_WIDTH)):
        leaves = split_hashes(tile_hashes(ENTRIES, number))[: newest.size - number * TILE_WIDTH]
        hashes += map(leaf_hash, leaves)
        yield from _faults_of_tile(number, leaves)
    if tree_of_leaves(hashes).root() != LogCheckpointText.read(newest.text).root:
        yield ChainFault(_NAME, newest.size, "its leaves are not those that were signed")


def _faults_of_tile(number: int, leaves: list[bytes]) -> Iterator[ChainFault]:
    first = number * TILE_WIDTH
    with connection.cursor() as cursor:
        cursor.execute(_OF_TILE, [first, first + len(leaves)])
        rows = cursor.fetchall()
    for leaf, chain, seq, salt, entry_hash in rows:
        if entry_hash is None:
            yield ChainFault(chain, seq, f"stands in leaf {leaf} of the public log, and is missing")
        elif (
            salt is not None and commitment(bytes(salt), bytes(entry_hash)) != leaves[leaf - first]
        ):
            yield ChainFault(chain, seq, f"differs from what leaf {leaf} of the public log says")
