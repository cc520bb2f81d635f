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
WHOLE, TAMPERED, NOT_CHECKED, NOT_WITNESSED, LOST = range(5)


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
    origin: str = ORIGIN

    @property
    def public(self) -> NoteKey:
        return NoteKey(self.origin, NoteKeyKind.LOG, bytes(self.key.verify_key))

    def restored(self, size: int) -> "OwnedLog":
        """As `keng restore` goes on from a backup that had so many leaves."""
        root = tree_of_leaves([leaf_hash(leaf) for leaf in self.leaves[:size]]).root().hex()[:16]
        origin = f"{ORIGIN}/restored-20261130T020000Z-{size}-{root}"
        return OwnedLog(self.leaves[:size], self.key, origin)

    def note(self) -> str:
        return self._note_of(self._tree())

    def _tree(self) -> MerkleTree:
        return tree_of_leaves([leaf_hash(leaf) for leaf in self.leaves])

    def _note_of(self, tree: MerkleTree) -> str:
        text = LogCheckpointText(self.origin, len(self.leaves), tree.root()).text
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


DAYS = 24 * 3600


@dataclass
class LateEntry:
    """Something of today that its owner wants to have known weeks ago."""

    chance: random.Random
    salt: bytes
    entry: bytes

    @property
    def leaf(self) -> bytes:
        return hashlib.sha256(self.salt + self.entry).digest()

    def proof(self, leaves: list[bytes], note: str) -> str:
        return proof_file(leaves, leaves.index(self.leaf), self.salt, self.entry, note)

    def put_among(self, leaves: list[bytes], size: int) -> list[bytes]:
        """Those of an older checkpoint, with it in one of their places or between them."""
        at = self.chance.randrange(size - 1)
        return [*leaves[:at], self.leaf, *leaves[at + self.chance.choice([0, 1]) : size]]


@dataclass
class DatingBack:
    """The ways to have an entry of today look older, for whoever owns database and keys."""

    watched: WatchedLog
    late: LateEntry
    before: dict[int, tuple[str, int]]
    """By size what was cosigned before it came: the note, and how many days ago."""

    def serve(self, owner: OwnedLog, honest: str) -> list[str]:
        """Serve the record so, and what somebody asks who reads a date in what was published."""
        chance, leaves = self.late.chance, self.watched.log.leaves
        size, (note, days) = chance.choice(list(self.before.items()))
        owner.leaves = self.late.put_among(leaves, size)
        way = chance.randrange(4)
        if way == 0:
            # Left where it lies: the date alone is a lie.
            shown, proof = honest, self.late.proof(leaves, honest)
        elif way == 1:
            # Put among the older ones, and all that came after signed anew.
            owner.leaves += leaves[size:]
            shown = chance.choice([owner.note(), owner.note() + honest.splitlines(True)[-1]])
            proof = self.late.proof(owner.leaves, owner.note())
        elif way == 2:
            # A checkpoint of then made today, and the old cosignature pasted below it.
            shown = honest
            made = owner.note() + chance.choice(["", note.splitlines(keepends=True)[-1]])
            proof = self.late.proof(owner.leaves, made)
        else:
            # The checkpoint of then as it was, below a path of a tree that was made today.
            shown, proof = honest, self.late.proof(owner.leaves, note)
        (owner if shown != honest else self.watched.log).write(self.watched.served, shown)
        (self.watched.folder / "proof").write_text(proof)
        moment = time.time() - (days + 1) * DAYS - chance.randrange(1, 20 * DAYS)
        dated = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(moment))
        return ["--proof", str(self.watched.folder / "proof"), "--dated", dated]


def test_1000_random_attacks_on_what_was_cosigned_are_found(watched: WatchedLog) -> None:
    """Whoever owns database and keys makes every tile and signature anew, as well as they can.

    They grow on afterwards, or not; they paste the witness's old line below, or show what it
    cosigned earlier; and ask the witness to cosign theirs, which it never does. Or they date an
    entry of today back to before what was cosigned without it. What nobody cosigned later than a
    day after that date, and before the entry came, no log can tell: `--dated` asks for no more.
    """
    chance = random.Random(12_009)
    late = LateEntry(chance, chance.randbytes(32), chance.randbytes(32))
    kept, before = [], {}
    for size, days in ((200, 10), (275, 5)):
        watched.clock[0] = time.time() - days * DAYS
        note = watched.grow(some_leaves(chance, size - len(watched.log.leaves)))
        before[size] = (note, days)
        (watched.folder / f"kept-{size}").write_text(note)
        kept += ["--kept", str(watched.folder / f"kept-{size}")]
    watched.clock[0] = time.time()
    honest = watched.grow([*some_leaves(chance, 12), late.leaf, *some_leaves(chance, 19)])
    leaves, seen = watched.log.leaves, watched.seen_by_witness()
    watched.log.write(watched.served, honest)
    assert watched.result("--kept", seen, *kept)[0] == WHOLE
    dating, owner = DatingBack(watched, late, before), OwnedLog()
    old_line = honest.splitlines(keepends=True)[-1]
    shown_before = [(honest, len(leaves)), *((note, size) for size, (note, _) in before.items())]
    for number in range(1000):
        if (way := number % (len(ATTACKS) + 1)) == len(ATTACKS):
            code, words = watched.result(*dating.serve(owner, honest), *kept)
            assert code == TAMPERED, (number, words)
            continue
        owner.leaves = ATTACKS[way](chance, leaves)
        owner.leaves += some_leaves(chance, chance.choice([0, 0, 16, 60]))
        if owner.leaves[: len(leaves)] == leaves:
            owner.leaves[0] = chance.randbytes(32)
        asked = owner.ask(watched.witness, min(len(leaves), len(owner.leaves)))
        assert "paper.example" not in asked
        older = [note for note, size in shown_before if size <= len(owner.leaves)]
        shown = chance.choice([asked, asked + old_line, *older])
        owner.write(watched.served, shown)
        code, words = watched.result("--kept", seen)
        assert code == TAMPERED, (number, words)
        # Who kept nothing and asks no witness sees at least that none of today stands behind it.
        if number % 4 == 0:
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


@pytest.mark.parametrize("size", [0, 300, 600])
def test_an_honest_restore_says_what_is_lost_and_is_no_fraud(
    watched: WatchedLog, tmp_path: Path, size: int
) -> None:
    """With the key of before; the backup had fewer leaves than were kept, or all of them."""
    chance = random.Random(9)
    early = tmp_path / "early"
    early.write_text(watched.grow(some_leaves(chance, 280)))
    watched.log.write(watched.served, watched.grow(some_leaves(chance, 320)))
    keep = ["--keep", str(tmp_path / "mine")]
    assert watched.result(*keep)[0] == WHOLE
    restored = watched.log.restored(size)
    restored.leaves = restored.leaves + some_leaves(chance, 32)
    restored.write(watched.served, restored.note())
    code, words = watched.result(*keep, "--kept", str(early))
    if size == 600:
        assert (code, "LOST" in words) == (NOT_WITNESSED, False)
        return
    assert code == LOST, words
    assert f"the last {600 - size} of the 600 leaves" in words
    assert ("It goes on from" in words) == (size >= 280)


def test_a_restore_that_is_made_up_rewrites_nothing_unseen(watched: WatchedLog) -> None:
    """What was kept stands in what the record says it goes on from, or is missed by number."""
    chance = random.Random(10)
    honest = watched.grow(some_leaves(chance, 120))
    watched.log.write(watched.served, honest)
    seen = watched.seen_by_witness()
    for number in range(200):
        size = chance.randrange(240)
        forged = OwnedLog(ATTACKS[number % len(ATTACKS)](chance, watched.log.leaves))
        forged.leaves += some_leaves(chance, max(0, size - len(forged.leaves)))
        forged = forged.restored(size)
        forged.leaves += some_leaves(chance, 16)
        forged.write(watched.served, forged.note())
        expected = {LOST} if size < 120 else {TAMPERED}
        if forged.leaves[:120] == watched.log.leaves:
            expected = {NOT_WITNESSED}
        assert watched.result("--kept", seen)[0] in expected, (number, size)
    # A name that does not fit its leaves.
    other = watched.log.restored(60)
    other.leaves = [chance.randbytes(32), *other.leaves[1:], *some_leaves(chance, 80)]
    other.write(watched.served, other.note())
    assert watched.result("--kept", seen)[0] == TAMPERED
    # Back to the name of before, and shorter: no restore leads there.
    cut_off = OwnedLog(watched.log.leaves[:90])
    cut_off.write(watched.served, cut_off.note())
    assert watched.result("--kept", seen)[0] == TAMPERED


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
