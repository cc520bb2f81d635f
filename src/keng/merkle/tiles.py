"""The tiles in which a tree is kept and served (C2SP tlog-tiles): 256 hashes each, by level."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from keng.merkle.trees import HASH_BYTES, FullSubtree, leaf_hash, root_of_full

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
# Below the hashes of the leaves: the leaves themselves, each as long as a hash.
ENTRIES = -1

ReadTile = Callable[[int, int], bytes]
"""The hashes of the tile with this level and number, as many as there are by now."""

_PATH = re.compile(
    r"(?P<level>entries|[1-5]?[0-9]|6[0-3])/(?P<number>(?:x[0-9]{3}/){0,5}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class TileAddress:
    """Which tile, and how many of its hashes."""

    level: int
    number: int
    width: int = TILE_WIDTH

    @classmethod
    def read(cls, path: str) -> "TileAddress":
        """From what stands behind `tile/` in an address. Raises ValueError."""
        parts = _PATH.fullmatch(path)
        if parts is None:
            raise ValueError("no address of a tile")
        level = ENTRIES if parts["level"] == "entries" else int(parts["level"])
        number = int(parts["number"].replace("/", "").replace("x", ""))
        width = int(parts["width"] or TILE_WIDTH)
        found = cls(level, number, width)
        # One tile has one address: no zeros too many, and no full one written as a partial one.
        if found.path != path:
            raise ValueError("no address of a tile")
        return found

    @property
    def path(self) -> str:
        """What stands behind `tile/` in its address."""
        digits = str(self.number)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        level = "entries" if self.level == ENTRIES else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"{level}/{number}{partial}"

    def is_within(self, size: int) -> bool:
        """Whether a tree of this size has so many hashes of this tile."""
        hashes = size >> (TILE_HEIGHT * max(self.level, 0))
        return self.number * TILE_WIDTH + self.width <= hashes


def grown_tiles(
    size: int, leaves: Sequence[bytes], read_tile: ReadTile
) -> Iterator[tuple[int, int, bytes]]:
    """Level, number and hashes of each tile that changes when leaves come behind the last one."""
    changed = list(_grown_level(ENTRIES, size, b"".join(leaves), read_tile))
    yield from changed
    level, before = 0, size
    added = b"".join(map(leaf_hash, leaves))
    while added:
        changed = list(_grown_level(level, before, added, read_tile))
        yield from changed
        full = [hashes for _level, _number, hashes in changed if len(hashes) == _FULL_BYTES]
        added = b"".join(map(tile_root, full))
        level, before = level + 1, before // TILE_WIDTH


_FULL_BYTES = TILE_WIDTH * HASH_BYTES


def _grown_level(
    level: int, before: int, added: bytes, read_tile: ReadTile
) -> Iterator[tuple[int, int, bytes]]:
    number, kept = divmod(before, TILE_WIDTH)
    hashes = (read_tile(level, number)[: kept * HASH_BYTES] if kept else b"") + added
    for place in range(0, len(hashes), _FULL_BYTES):
        yield level, number, hashes[place : place + _FULL_BYTES]
        number += 1


def tile_root(hashes: bytes) -> bytes:
    """The hash of a full tile, as the level above holds it."""
    return root_of_full(split_hashes(hashes))


def split_hashes(joined: bytes) -> list[bytes]:
    """The hashes that stand behind each other."""
    return [joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)]


def full_subtree_of_tiles(read_tile: ReadTile) -> FullSubtree:
    """How a tree finds the hashes of its full subtrees in tiles."""

    def full_subtree(height: int, index: int) -> bytes:
        level, above = divmod(height, TILE_HEIGHT)
        number, place = divmod(index << above, TILE_WIDTH)
        start, end = place * HASH_BYTES, (place + (1 << above)) * HASH_BYTES
        return root_of_full(split_hashes(read_tile(level, number)[start:end]))

    return full_subtree


def entry_bundle(leaves: bytes) -> bytes:
    """The leaves of a tile as they are served: each behind its length in two bytes."""
    length = HASH_BYTES.to_bytes(2, "big")
    return b"".join(length + leaf for leaf in split_hashes(leaves))
