"""What somebody does with the log who has only what it publishes."""

from collections.abc import Iterator, Sequence

from keng.merkle.tiles import ENTRIES, TILE_WIDTH, TileAddress
from keng.merkle.trees import node_hash


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf with this hash stands at this place of the tree (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for each in proof:
        if not last:
            return False
        if node & 1 or node == last:
            found = node_hash(each, found)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, each)
        node, last = node >> 1, last >> 1
    return not last and found == root


def tiles_of_size(size: int) -> Iterator[TileAddress]:
    """Every tile of a tree, also the partial ones at its right edge, and those of its leaves."""
    level, hashes = 0, size
    while hashes:
        full, rest = divmod(hashes, TILE_WIDTH)
        for each in (ENTRIES, 0) if level == 0 else (level,):
            yield from (TileAddress(each, number) for number in range(full))
            if rest:
                yield TileAddress(each, full, rest)
        level, hashes = level + 1, full
