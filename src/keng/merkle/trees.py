"""A Merkle tree as RFC 6962 (2.1) has it: its root, its two kinds of proof, and checking them."""

import hashlib
from collections.abc import Callable, Iterator, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

FullSubtree = Callable[[int, int], bytes]
"""The hash of the leaves from `index << height` to before `(index + 1) << height`."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of what stands above two hashes."""
    return hashlib.sha256(b"\1" + left + right).digest()


class MerkleTree:
    """The first `size` leaves of a log whose full subtrees somebody knows."""

    def __init__(self, size: int, full_subtree: FullSubtree) -> None:
        self.size = size
        self._full_subtree = full_subtree

    def root(self) -> bytes:
        """The hash that a checkpoint names."""
        return self._hash_of(0, self.size) if self.size else EMPTY_ROOT

    def inclusion_proof(self, index: int) -> list[bytes]:
        """The hashes that lead from a leaf to the root, the leaf's neighbour first."""
        if not 0 <= index < self.size:
            raise ValueError("no leaf of this tree")
        start, end = 0, self.size
        proof = []
        while end - start > 1:
            middle = start + _left_part(end - start)
            if index < middle:
                proof.append(self._hash_of(middle, end))
                end = middle
            else:
                proof.append(self._hash_of(start, middle))
                start = middle
        return proof[::-1]

    def consistency_proof(self, old_size: int) -> list[bytes]:
        """The hashes that show that the first `old_size` leaves stand in this tree unchanged."""
        if not 0 <= old_size <= self.size:
            raise ValueError("no earlier size of this tree")
        if old_size in {0, self.size}:
            return []
        start, end = 0, self.size
        proof = []
        while end != old_size:
            middle = start + _left_part(end - start)
            if old_size <= middle:
                proof.append(self._hash_of(middle, end))
                end = middle
            else:
                proof.append(self._hash_of(start, middle))
                start = middle
        if start:
            # Else it is the whole old tree, whose root whoever asks knows already.
            proof.append(self._hash_of(start, end))
        return proof[::-1]

    def _hash_of(self, start: int, end: int) -> bytes:
        count = end - start
        if count & (count - 1) == 0 and start % count == 0:
            return self._full_subtree(count.bit_length() - 1, start // count)
        middle = start + _left_part(count)
        return node_hash(self._hash_of(start, middle), self._hash_of(middle, end))


def tree_of_leaves(leaf_hashes: Sequence[bytes]) -> MerkleTree:
    """The tree over hashes that are all in memory."""

    def full_subtree(height: int, index: int) -> bytes:
        hashes = leaf_hashes[index << height : (index + 1) << height]
        return root_of_full(hashes)

    return MerkleTree(len(leaf_hashes), full_subtree)


def root_of_full(hashes: Sequence[bytes]) -> bytes:
    """The root above hashes whose number is a power of two."""
    level = list(hashes)
    while len(level) > 1:
        level = [node_hash(*level[at : at + 2]) for at in range(0, len(level), 2)]
    return level[0]


def is_extended(
    old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether a tree holds all leaves of an older one at their places (RFC 9162, 2.1.4.2)."""
    if old_size == size:
        return not proof and old_root == root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    if not 0 < old_size < size or not proof:
        return False
    hashes = iter(proof)
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    # A full old tree is its own first hash.
    found_old = found_new = next(hashes) if node else old_root
    return _climbed(hashes, node, last, found_old, found_new) == (old_root, root)


def _climbed(
    hashes: Iterator[bytes], node: int, last: int, old: bytes, new: bytes
) -> tuple[bytes, bytes] | None:
    """Both roots that the proof leads to; None where it is too long or too short."""
    for each in hashes:
        if not last:
            return None
        if node & 1 or node == last:
            old, new = node_hash(each, old), node_hash(each, new)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, each)
        node, last = node >> 1, last >> 1
    return None if last else (old, new)


def _left_part(count: int) -> int:
    """The largest power of two below a count."""
    return 1 << ((count - 1).bit_length() - 1)
