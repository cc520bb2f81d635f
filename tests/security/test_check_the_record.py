"""The outsider's script beside whoever owns the database and the keys, and one honest witness.

The record is kept by the product's own functions; the script is what docs/privacy hands out.
"""

import base64
import contextlib
import hashlib
import importlib.util
import io
import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from keng.cosigner.judging import CosigningWitness
from keng.cosigner.witness_folder import WitnessFolder, origin_mark
from keng.merkle.notes import LogCheckpointText, NoteKey, NoteKeyKind, encoded_hash
from keng.merkle.tests.outsider import tiles_of_size
from keng.merkle.tiles import TileAddress, entry_bundle, grown_tiles
from keng.merkle.trees import MerkleTree, leaf_hash, tree_of_leaves
from keng.merkle.witness_requests import add_checkpoint_body
from tests.architecture.source import ROOT

SCRIPT = ROOT / "docs" / "privacy" / "check_the_record.py"
ORIGIN = "keng.example/log"
WHOLE, TAMPERED, NOT_CHECKED, NOT_WITNESSED = range(4)


def loaded_script():
    spec = importlib.util.spec_from_file_location("check_the_record", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


check_the_record = loaded_script()


@dataclass
class OwnedLog:
    """A log with its keys in the hands of whoever runs it."""

    leaves: list[bytes] = field(default_factory=list)
    key: SigningKey = field(default_factory=lambda: SigningKey(b"o" * 32))

    @property
    def public(self) -> NoteKey:
        return NoteKey(ORIGIN, NoteKeyKind.LOG, bytes(self.key.verify_key))

    def note(self) -> str:
        return self._note_of(self._tree())

    def _tree(self) -> MerkleTree:
        return tree_of_leaves([leaf_hash(leaf) for leaf in self.leaves])

    def _note_of(self, tree: MerkleTree) -> str:
        text = LogCheckpointText(ORIGIN, len(self.leaves), tree.root()).text
        return f"{text}\n{self.public.line(self.key.sign(text.encode()).signature)}"

    def write(self, folder: Path, note: str) -> None:
        """As the public site serves it."""
        shutil.rmtree(folder, ignore_errors=True)
        size = int(note.split("\n")[1])
        tiles = {
            (level, number): hashes
            for level, number, hashes in grown_tiles(0, self.leaves[:size], lambda *_: b"")
        }
        for address in tiles_of_size(size):
            file = folder / "tile" / address.path
            file.parent.mkdir(parents=True, exist_ok=True)
            hashes = tiles[address.level, address.number]
            file.write_bytes(entry_bundle(hashes) if address.level < 0 else hashes)
        folder.mkdir(exist_ok=True)
        (folder / "checkpoint").write_text(note)

    def ask(self, witness: CosigningWitness, old: int) -> str:
        """The note with the cosignature, or without one where the witness refuses."""
        tree = self._tree()
        note = self._note_of(tree)
        proof = tree.consistency_proof(old) if old <= tree.size else []
        reply = witness.add_checkpoint(add_checkpoint_body(old, proof, note))
        return note + (reply.body if reply.status == 200 else "")


def some_leaves(chance: random.Random, count: int) -> list[bytes]:
    return [chance.randbytes(32) for _each in range(count)]


def proof_file(leaves: list[bytes], index: int, salt: bytes, entry: bytes, note: str) -> str:
    tree = tree_of_leaves([leaf_hash(leaf) for leaf in leaves])
    extra = json.dumps({"entry": entry.hex(), "salt": salt.hex()}).encode()
    lines = ["c2sp.org/tlog-proof@v1", f"extra {base64.b64encode(extra).decode()}"]
    return "\n".join(
        [*lines, f"index {index}", *map(encoded_hash, tree.inclusion_proof(index)), "", note]
    )


@dataclass
class WatchedLog:
    """What was honest until now: a log, its witness, and what somebody kept."""

    folder: Path
    clock: list[float] = field(default_factory=lambda: [time.time()])

    def __post_init__(self) -> None:
        self.log = OwnedLog()
        self.home = WitnessFolder(self.folder / "witness", "paper.example")
        self.home.add_log(self.log.public)
        self.witness = CosigningWitness(self.home, clock=lambda: self.clock[0])
        self.served = self.folder / "served"

    def grow(self, leaves: list[bytes]) -> str:
        old = len(self.log.leaves)
        self.log.leaves = self.log.leaves + leaves
        note = self.log.ask(self.witness, old)
        assert "paper.example" in note
        return note

    @property
    def options(self) -> list[str]:
        return ["--log", self.log.public.written, "--witness", self.home.key().written]

    def seen_by_witness(self) -> str:
        note = self.witness.last_cosigned(origin_mark(ORIGIN)).body
        file = self.folder / "seen"
        file.write_text(note)
        return str(file)

    def result(self, *more: str) -> tuple[int, str]:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            code = check_the_record.main([str(self.served), *self.options, *more])
        return code, said.getvalue()


@pytest.fixture
def watched(tmp_path: Path) -> WatchedLog:
    return WatchedLog(tmp_path)


def rewrite(chance: random.Random, leaves: list[bytes]) -> list[bytes]:
    at = chance.randrange(len(leaves))
    return [*leaves[:at], chance.randbytes(32), *leaves[at + 1 :]]


def delete(chance: random.Random, leaves: list[bytes]) -> list[bytes]:
    at = chance.randrange(len(leaves))
    return leaves[:at] + leaves[at + 1 :]


def insert(chance: random.Random, leaves: list[bytes]) -> list[bytes]:
    at = chance.randrange(len(leaves))
    return [*leaves[:at], chance.randbytes(32), *leaves[at:]]


def reorder(chance: random.Random, leaves: list[bytes]) -> list[bytes]:
    one, other = chance.sample(range(len(leaves)), 2)
    changed = list(leaves)
    changed[one], changed[other] = changed[other], changed[one]
    return changed


def cut(chance: random.Random, leaves: list[bytes]) -> list[bytes]:
    return leaves[: chance.randrange(len(leaves))]


def fork(chance: random.Random, leaves: list[bytes]) -> list[bytes]:
    at = chance.randrange(len(leaves))
    return leaves[:at] + some_leaves(chance, len(leaves) - at + chance.choice([0, 0, 1, 16]))


ATTACKS: list[Callable[[random.Random, list[bytes]], list[bytes]]] = [
    *(rewrite, delete, insert, reorder, cut, fork),
]


def test_1000_random_attacks_on_what_was_cosigned_are_found(watched: WatchedLog) -> None:
    """Whoever owns database and keys makes every tile and signature anew, as well as they can.

    They grow on afterwards, or not; they paste the witness's old line below, or show what it
    cosigned earlier; and ask the witness to cosign theirs, which it never does.
    """
    chance = random.Random(12_009)
    early = watched.grow(some_leaves(chance, 200))
    honest = watched.grow(some_leaves(chance, 75))
    leaves, seen = watched.log.leaves, watched.seen_by_witness()
    watched.log.write(watched.served, honest)
    assert watched.result("--kept", seen)[0] == WHOLE
    owner = OwnedLog()
    old_line = honest.splitlines(keepends=True)[-1]
    for number in range(1000):
        owner.leaves = ATTACKS[number % len(ATTACKS)](chance, leaves)
        owner.leaves += some_leaves(chance, chance.choice([0, 0, 16, 60]))
        if owner.leaves[: len(leaves)] == leaves:
            owner.leaves[0] = chance.randbytes(32)
        asked = owner.ask(watched.witness, min(len(leaves), len(owner.leaves)))
        assert "paper.example" not in asked
        older = [note for note, size in ((honest, 275), (early, 200)) if size <= len(owner.leaves)]
        shown = chance.choice([asked, asked + old_line, *older])
        owner.write(watched.served, shown)
        code, words = watched.result("--kept", seen)
        assert code == TAMPERED, (number, words)
        # Who kept nothing and asks no witness sees at least that none stands behind it, but for
        # what is shown as it was earlier on the same day.
        if number % 4 == 0 and shown != early:
            assert watched.result()[0] in {TAMPERED, NOT_WITNESSED}, number


def test_what_is_dated_back_is_found(watched: WatchedLog, tmp_path: Path) -> None:
    chance = random.Random(5)
    watched.clock[0] = time.time() - 10 * 24 * 3600
    first = watched.grow(some_leaves(chance, 40))
    watched.clock[0] = time.time() - 5 * 24 * 3600
    middle = watched.grow(some_leaves(chance, 40))
    watched.clock[0] = time.time()
    salt, entry = chance.randbytes(32), chance.randbytes(32)
    late = hashlib.sha256(salt + entry).digest()
    now = watched.grow([*some_leaves(chance, 7), late, *some_leaves(chance, 32)])
    watched.log.write(watched.served, now)
    for name, note in (("first", first), ("middle", middle)):
        (tmp_path / name).write_text(note)
    proof = tmp_path / "proof"
    proof.write_text(proof_file(watched.log.leaves, 87, salt, entry, now))

    def dated(days: int) -> tuple[int, str]:
        moment = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() - days * 86400))
        kept = ["--kept", str(tmp_path / "first"), "--kept", str(tmp_path / "middle")]
        return watched.result("--proof", str(proof), "--dated", moment, *kept)

    assert dated(0)[0] == WHOLE
    code, words = dated(8)
    assert (code, "BACK-DATED" in words, "paper.example" in words) == (TAMPERED, True, True)


def test_a_proof_proves_its_own_leaf_and_no_other(watched: WatchedLog, tmp_path: Path) -> None:
    chance = random.Random(6)
    salt, entry = chance.randbytes(32), chance.randbytes(32)
    leaf = hashlib.sha256(salt + entry).digest()
    leaves = [*some_leaves(chance, 300), leaf]
    note = watched.grow(leaves)
    watched.log.write(watched.served, note)
    good = proof_file(leaves, 300, salt, entry, note)
    proof = tmp_path / "proof"

    def code(written: str) -> int:
        proof.write_text(written)
        return watched.result("--proof", str(proof))[0]

    assert code(good) == WHOLE
    assert code(proof_file(leaves, 300, salt, chance.randbytes(32), note)) == TAMPERED
    assert code(proof_file(leaves, 299, salt, entry, note)) == TAMPERED
    assert code(good.replace("index 300", "index 3000")) == TAMPERED
    assert code("anything") == NOT_CHECKED
    # One of another log, signed by somebody else.
    other = OwnedLog(leaves, SigningKey(b"x" * 32))
    assert code(proof_file(leaves, 300, salt, entry, other.note())) == TAMPERED


def test_one_who_keeps_a_folder_needs_nobody_else(watched: WatchedLog, tmp_path: Path) -> None:
    chance = random.Random(7)
    keep = ["--keep", str(tmp_path / "mine")]
    note = watched.grow(some_leaves(chance, 600))
    watched.log.write(watched.served, note)
    assert watched.result(*keep)[0] == WHOLE
    honest = list(watched.log.leaves)
    watched.log.write(watched.served, watched.grow(some_leaves(chance, 30)))
    assert watched.result(*keep)[0] == WHOLE
    # What was kept is not fetched again, so that it cannot be another one either.
    (watched.served / "tile" / TileAddress(-1, 0).path).unlink()
    assert watched.result(*keep)[0] == WHOLE
    owner = OwnedLog(rewrite(chance, honest) + some_leaves(chance, 100))
    owner.write(watched.served, owner.note())
    code, words = watched.result(*keep)
    assert (code, "REWRITTEN" in words) == (TAMPERED, True)
    owner = OwnedLog(honest[:-1])
    owner.write(watched.served, owner.note())
    code, words = watched.result(*keep)
    assert (code, "CUT" in words) == (TAMPERED, True)


def test_what_cannot_be_checked_is_not_called_tampered(watched: WatchedLog) -> None:
    assert watched.result()[0] == NOT_CHECKED
    watched.log.write(watched.served, watched.grow([b"1" * 32]))
    assert watched.result()[0] == WHOLE
    assert watched.result("--kept", "/nowhere")[0] == NOT_CHECKED
    assert watched.result("--ask", "http://127.0.0.1:1")[0] == NOT_CHECKED
    assert watched.result("--witness", "x")[0] == NOT_CHECKED
    (watched.served / "checkpoint").write_text("not a checkpoint")
    assert watched.result()[0] == NOT_CHECKED
    watched.clock[0] = time.time() - 2 * 24 * 3600
    watched.log.write(watched.served, watched.grow([b"2" * 32]))
    assert watched.result()[0] == NOT_WITNESSED


def test_the_script_runs_alone_and_stays_short(watched: WatchedLog, tmp_path: Path) -> None:
    """As somebody else runs it: from another folder, with nothing of ours to import."""
    written = SCRIPT.read_text()
    assert len(written.splitlines()) <= 250
    assert "keng." not in written.replace("keng.example", "")
    chance = random.Random(8)
    watched.log.write(watched.served, watched.grow(some_leaves(chance, 260)))
    alone = tmp_path / "check_the_record.py"
    shutil.copy(SCRIPT, alone)

    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(alone), str(watched.served), *watched.options]
        return subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False
        )

    whole = run()
    assert (whole.returncode, whole.stderr) == (WHOLE, "")
    assert "Cosigned by paper.example." in whole.stdout
    owner = OwnedLog(rewrite(chance, watched.log.leaves))
    owner.write(watched.served, (watched.served / "checkpoint").read_text())
    tampered = run()
    assert (tampered.returncode, tampered.stderr) == (TAMPERED, "")
    assert "REWRITTEN" in tampered.stdout
