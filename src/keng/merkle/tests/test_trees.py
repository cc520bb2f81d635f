"""Roots and proofs: known answers, and every proof of every small tree beside a naive one."""

import hashlib
import random

import pytest

from keng.merkle.tests.outsider import is_included, tiles_of_size
from keng.merkle.tiles import (
    ENTRIES,
    TileAddress,
    entry_bundle,
    full_subtree_of_tiles,
    grown_tiles,
    split_hashes,
)
from keng.merkle.trees import (
    EMPTY_ROOT,
    MerkleTree,
    is_extended,
    leaf_hash,
    node_hash,
    tree_of_leaves,
)

# The leaves, roots and proofs that implementations of RFC 6962 have shared since the first one.
KNOWN_LEAVES = [
    leaf_hash(bytes.fromhex(each))
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
KNOWN_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
KNOWN_INCLUSION_OF_FIRST_IN_8 = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
KNOWN_CONSISTENCY_OF_6_IN_8 = [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]


def some_leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(f"leaf {number}".encode()).digest() for number in range(count)]


def naive_root(hashes: list[bytes]) -> bytes:
    """The definition of RFC 6962, word by word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return node_hash(naive_root(hashes[:half]), naive_root(hashes[half:]))


def test_the_known_answers_come_out() -> None:
    assert leaf_hash(b"").hex() == KNOWN_ROOTS[1]
    assert tree_of_leaves([]).root() == EMPTY_ROOT
    for size, root in KNOWN_ROOTS.items():
        assert tree_of_leaves(KNOWN_LEAVES[:size]).root().hex() == root
    tree = tree_of_leaves(KNOWN_LEAVES)
    assert [each.hex() for each in tree.inclusion_proof(0)] == KNOWN_INCLUSION_OF_FIRST_IN_8
    assert [each.hex() for each in tree.consistency_proof(6)] == KNOWN_CONSISTENCY_OF_6_IN_8


def test_every_proof_of_every_small_tree_is_right_and_no_other_is() -> None:
    leaves = some_leaves(34)
    roots = [naive_root(leaves[:size]) for size in range(len(leaves) + 1)]
    for size in range(1, len(leaves) + 1):
        tree = tree_of_leaves(leaves[:size])
        assert tree.root() == roots[size]
        for index in range(size):
            proof = tree.inclusion_proof(index)
            assert is_included(leaves[index], index, size, proof, roots[size])
            assert not is_included(leaves[index], index + 1, size, proof, roots[size])
            assert not is_included(leaf_hash(b"x"), index, size, proof, roots[size])
            assert not is_included(leaves[index], index, size, [*proof, EMPTY_ROOT], roots[size])
        for old in range(size + 1):
            proof = tree.consistency_proof(old)
            assert is_extended(old, roots[old], size, roots[size], proof)
            if old > 0:
                assert not is_extended(old, leaf_hash(b"x"), size, roots[size], proof)
                assert not is_extended(old, roots[old], size, leaf_hash(b"x"), proof)
            assert not is_extended(old, roots[old], size, roots[size], [*proof, EMPTY_ROOT])
            if proof:
                assert not is_extended(old, roots[old], size, roots[size], proof[:-1])
    assert not is_extended(5, roots[5], 4, roots[4], [])


def test_a_tree_in_tiles_has_the_roots_and_proofs_of_a_tree_in_memory() -> None:
    chance = random.Random(6962)
    data = some_leaves(66_500)
    leaves = [leaf_hash(each) for each in data]
    tiles: dict[tuple[int, int], bytes] = {}
    size = 0
    for step in (1, 254, 1, 1, 300, 65_000, 400, 1, 542):
        added = data[size : size + step]
        for level, number, hashes in list(
            grown_tiles(size, added, lambda level, number: tiles[level, number])
        ):
            tiles[level, number] = hashes
        size += step
        tree = MerkleTree(size, full_subtree_of_tiles(lambda level, number: tiles[level, number]))
        known = tree_of_leaves(leaves[:size])
        assert tree.root() == known.root()
        index, old = chance.randrange(size), chance.randrange(size + 1)
        assert tree.inclusion_proof(index) == known.inclusion_proof(index)
        assert tree.consistency_proof(old) == known.consistency_proof(old)
    wanted = {(each.level, each.number): each.width for each in tiles_of_size(size)}
    assert {key: len(hashes) // 32 for key, hashes in tiles.items()} == wanted
    assert split_hashes(tiles[ENTRIES, 259]) == data[259 * 256 : 66_500]
    assert entry_bundle(data[0] + data[1]) == b"\0\x20" + data[0] + b"\0\x20" + data[1]


def test_a_tile_has_one_address() -> None:
    for address, path in (
        (TileAddress(0, 0), "0/000"),
        (TileAddress(0, 1234067), "0/x001/x234/067"),
        (TileAddress(ENTRIES, 5, 12), "entries/005.p/12"),
        (TileAddress(2, 1000, 255), "2/x001/000.p/255"),
    ):
        assert address.path == path
        assert TileAddress.read(path) == address
    for path in (
        *("", "0", "0/0", "00/000", "64/000", "0/x000/001", "0/000.p/0", "0/000.p/256", "-1/000"),
        *("0/000.p/01", "0/000/", "/0/000", "0/x1/000", "0/000\n", "entries", "0/٠٠٠", "0/000.p/٣"),
    ):
        with pytest.raises(ValueError, match="no address"):
            TileAddress.read(path)


def test_only_what_a_tree_has_is_within_it() -> None:
    within = {each.path for each in tiles_of_size(70_000)}
    assert {"0/x000/000", "0/000"} & within == {"0/000"}
    # The example of the specification.
    assert {"0/272", "0/273.p/112", "1/000", "1/001.p/17", "2/000.p/1"} <= within
    assert all(each.is_within(70_000) for each in tiles_of_size(70_000))
    assert TileAddress(0, 273, 111).is_within(70_000)
    for path in ("0/273.p/113", "0/273", "1/001.p/18", "2/000", "3/000.p/1", "entries/273.p/113"):
        assert not TileAddress.read(path).is_within(70_000)
