"""A witness cosigns what only grew, and nothing else: not a fork, not a shorter log."""

import hashlib
import http.client
import threading
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey

from keng.cosigner.judging import CosigningWitness
from keng.cosigner.witness_folder import WitnessFolder, origin_mark
from keng.cosigner.witness_server import WitnessServer
from keng.kit.locked_folder import FolderInUse
from keng.merkle.notes import (
    LogCheckpointText,
    NoteKey,
    NoteKeyKind,
    SignedNote,
    encoded_hash,
    genuine_lines,
)
from keng.merkle.trees import leaf_hash, tree_of_leaves
from keng.merkle.witness_requests import AddCheckpoint

LOG_SIGNS = SigningKey(b"l" * 32)
ORIGIN = "log.example/record"
LOG = NoteKey(ORIGIN, NoteKeyKind.LOG, bytes(LOG_SIGNS.verify_key))
LEAVES = [leaf_hash(f"{number}".encode()) for number in range(60)]
FORKED = [*LEAVES[:5], leaf_hash(b"another"), *LEAVES[6:]]


def note(leaves: list[bytes], *, origin: str = ORIGIN, key: SigningKey = LOG_SIGNS) -> str:
    text = LogCheckpointText(origin, len(leaves), tree_of_leaves(leaves).root()).text
    named = NoteKey(origin, NoteKeyKind.LOG, bytes(key.verify_key))
    return f"{text}\n{named.line(key.sign(text.encode()).signature)}"


def request(old: int, leaves: list[bytes], **changed: Any) -> bytes:
    proof = tree_of_leaves(leaves).consistency_proof(old) if old <= len(leaves) else []
    lines = [f"old {old}", *map(encoded_hash, proof), "", note(leaves, **changed)]
    return "\n".join(lines).encode()


@pytest.fixture
def folder(tmp_path: Path) -> WitnessFolder:
    made = WitnessFolder(tmp_path / "witness", "paper.example")
    made.add_log(LOG)
    return made


@pytest.fixture
def witness(folder: WitnessFolder) -> CosigningWitness:
    return CosigningWitness(folder, clock=lambda: 1_800_000_000.0)


def test_a_log_that_grows_is_cosigned(folder, witness) -> None:
    for old, size in ((0, 7), (7, 7), (7, 40), (40, 60)):
        reply = witness.add_checkpoint(request(old, LEAVES[:size]))
        assert reply.status == HTTPStatus.OK
        text = SignedNote.read(note(LEAVES[:size]).encode()).text
        assert genuine_lines(text, [reply.body.strip()], folder.key())
        assert folder.last_checkpoint(ORIGIN).size == size
    kept = folder.cosigned(ORIGIN)
    assert kept.signature_of(LOG)
    assert kept.signature_of(folder.key())
    assert witness.last_cosigned(origin_mark(ORIGIN)).body == kept.written
    (history,) = folder.path.glob("*.history")
    # The second said nothing that was not there.
    assert len(history.read_text().splitlines()) == 3


def test_a_fork_or_a_shorter_log_is_not(folder, witness) -> None:
    witness.add_checkpoint(request(0, LEAVES[:20]))
    for old, leaves, status in (
        (20, FORKED[:30], HTTPStatus.UNPROCESSABLE_ENTITY),
        (20, FORKED[:20], HTTPStatus.CONFLICT),
        (0, FORKED[:30], HTTPStatus.CONFLICT),
        (0, LEAVES[:10], HTTPStatus.CONFLICT),
        (10, LEAVES[:30], HTTPStatus.CONFLICT),
        (20, LEAVES[:10], HTTPStatus.BAD_REQUEST),
    ):
        reply = witness.add_checkpoint(request(old, leaves))
        assert reply.status == status
        if status == HTTPStatus.CONFLICT:
            assert (reply.kind, reply.body) == ("text/x.tlog.size", "20\n")
    # Also with a proof that is another one's.
    stolen = request(20, LEAVES[:30]).partition(b"\n\n")[0]
    forged = stolen + b"\n\n" + note(FORKED[:30]).encode()
    assert witness.add_checkpoint(forged).status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert folder.last_checkpoint(ORIGIN).root == tree_of_leaves(LEAVES[:20]).root()


def test_only_known_logs_with_their_own_signature_are_heard(witness) -> None:
    stranger = SigningKey(b"s" * 32)
    for changed, status in (
        ({"origin": "another.example"}, HTTPStatus.NOT_FOUND),
        ({"key": stranger}, HTTPStatus.FORBIDDEN),
    ):
        assert witness.add_checkpoint(request(0, LEAVES[:5], **changed)).status == status
    # A signature of the right name under other words.
    words = request(0, LEAVES[:6]).partition(b"\n\n")[2].split(b"\n\n")
    other = request(0, LEAVES[:5]).partition(b"\n\n")[2].split(b"\n\n")
    mixed = b"old 0\n\n" + words[0] + b"\n\n" + other[1]
    assert witness.add_checkpoint(mixed).status == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"old 0",
        b"old 0\n\n",
        b"old -1\n\n" + note(LEAVES[:5]).encode(),
        b"old 00\n\n" + note(LEAVES[:5]).encode(),
        b"old x\n\n" + note(LEAVES[:5]).encode(),
        b"new 0\n\n" + note(LEAVES[:5]).encode(),
        b"old 0\nxxxx\n\n" + note(LEAVES[:5]).encode(),
        b"old 1\n"
        + (encoded_hash(b"x" * 32).encode() + b"\n") * 64
        + b"\n"
        + note(LEAVES).encode(),
        b"\xff\xfe\n\n",
        b"old 0\n\n" + note(LEAVES[:5]).encode().replace(b"\n5\n", b"\n05\n"),
    ],
)
def test_what_is_no_request_is_refused(witness, raw: bytes) -> None:
    assert witness.add_checkpoint(raw).status == HTTPStatus.BAD_REQUEST
    with pytest.raises(ValueError):  # noqa: PT011 -- that it is refused, and by no other error
        AddCheckpoint.read(raw)


def test_what_was_cosigned_is_on_the_disk_before_the_answer_goes(folder, monkeypatch) -> None:
    """A witness that is killed there cosigns nothing else of this size afterwards."""

    class Killed(BaseException):
        pass

    witness = CosigningWitness(folder)

    def killed(path: Path, target: Path) -> Path:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        with pytest.raises(Killed):
            witness.add_checkpoint(request(0, LEAVES[:5]))
    assert CosigningWitness(folder).add_checkpoint(request(0, LEAVES[:8])).status == 200
    keep = WitnessFolder.keep

    def keep_and_die(self: WitnessFolder, origin: str, written: str) -> None:
        keep(self, origin, written)
        raise Killed

    monkeypatch.setattr(WitnessFolder, "keep", keep_and_die)
    with pytest.raises(Killed):
        CosigningWitness(folder).add_checkpoint(request(8, LEAVES[:9]))
    monkeypatch.setattr(WitnessFolder, "keep", keep)
    again = CosigningWitness(folder)
    assert again.add_checkpoint(request(8, FORKED[:9])).status == HTTPStatus.CONFLICT
    assert again.add_checkpoint(request(9, LEAVES[:9])).status == HTTPStatus.OK


def test_one_process_writes_a_folder(folder) -> None:
    with folder.held(), pytest.raises(FolderInUse), folder.held():
        pass


def test_a_lost_key_is_not_made_anew_where_something_was_cosigned(folder, witness) -> None:
    witness.add_checkpoint(request(0, LEAVES[:5]))
    (folder.path / "witness.key").unlink()
    with pytest.raises(FileNotFoundError):
        CosigningWitness(folder)


@pytest.fixture
def served(witness) -> Iterator[WitnessServer]:
    server = WitnessServer(("127.0.0.1", 0), witness)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_many_at_once_leave_one_line_of_growth(served, folder) -> None:
    """Both branches ask at once, again and again: whichever was first is the only one from then."""
    seen: list[tuple[int, bytes]] = []

    def grow(leaves: list[bytes]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", served.server_port, timeout=10)
        old = 0
        for size in (7, 9, 12, 20, 33):
            for _try in range(2):
                connection.request("POST", "/add-checkpoint", request(old, leaves[:size]))
                answer = connection.getresponse()
                body = answer.read()
                if answer.status == HTTPStatus.OK:
                    seen.append((size, tree_of_leaves(leaves[:size]).root()))
                    old = size
                elif answer.status == HTTPStatus.CONFLICT:
                    old = int(body)
        connection.close()

    threads = [threading.Thread(target=grow, args=(each,)) for each in (LEAVES, FORKED) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen
    branches = [
        all(root == tree_of_leaves(leaves[:size]).root() for size, root in seen)
        for leaves in (LEAVES, FORKED)
    ]
    assert branches.count(True) == 1


def test_what_no_witness_is_asked_for_has_a_clear_answer(served) -> None:
    asked = http.client.HTTPConnection("127.0.0.1", served.server_port, timeout=10)
    for method, path, headers, status in (
        ("GET", "/", {}, 404),
        ("GET", "/checkpoint/" + "0" * 64, {}, 404),
        ("GET", "/checkpoint/../witness.key", {}, 404),
        ("POST", "/", {}, 404),
        ("POST", "/add-checkpoint", {"Content-Length": "9999999"}, 413),
        ("POST", "/add-checkpoint", {"Content-Length": "x"}, 411),
        ("PUT", "/add-checkpoint", {}, 501),
    ):
        asked.close()
        asked.putrequest(method, path)
        for name, value in headers.items():
            asked.putheader(name, value)
        if method == "POST" and not headers:
            asked.putheader("Content-Length", "0")
        asked.endheaders()
        answer = asked.getresponse()
        answer.read()
        assert answer.status == status, (method, path)
    asked.close()


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb"])
def test_what_is_no_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- that it is refused, and by no other error
        WitnessFolder(tmp_path, name).key()


def test_names_of_origins_are_marks_in_files() -> None:
    assert origin_mark("a/b") == hashlib.sha256(b"a/b").hexdigest()


def test_the_same_checkpoint_sent_again_by_anybody_fills_no_disk(folder, witness) -> None:
    assert witness.add_checkpoint(request(0, LEAVES[:7])).status == HTTPStatus.OK
    size = sum(file.stat().st_size for file in folder.path.iterdir())
    for _again in range(3):
        assert witness.add_checkpoint(request(7, LEAVES[:7])).status == HTTPStatus.OK
    assert sum(file.stat().st_size for file in folder.path.iterdir()) == size
