"""What the public site serves: tiles for ever, the checkpoint for seconds, nothing beyond."""

import pytest

from keng.merkle.notes import LogCheckpointText, SignedNote
from keng.merkle.tests.outsider import tiles_of_size
from keng.merkle.trees import leaf_hash, tree_of_leaves
from keng.public_log.log_key import log_key
from keng.public_log.tests.log_world import put_entries, take_steps

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return tmp_path


def test_before_the_first_step_there_is_no_log(public_client) -> None:
    for path in ("/log/checkpoint", "/log/tile/0/000.p/1", "/log/tile/entries/000"):
        assert public_client.get(path).status_code == 404


def test_the_whole_log_can_be_fetched_and_computed_again(monkeypatch, public_client) -> None:
    put_entries(30)
    take_steps(monkeypatch, 20)
    answer = public_client.get("/log/checkpoint")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=5"
    assert not answer.cookies
    note = SignedNote.read(answer.content)
    assert note.signature_of(log_key())
    said = LogCheckpointText.read(note.text)
    assert said.size == 320
    leaves = []
    for address in tiles_of_size(said.size):
        tile = public_client.get(f"/log/tile/{address.path}")
        assert tile.status_code == 200
        assert tile["Content-Type"] == "application/octet-stream"
        assert tile["Cache-Control"] == "public, max-age=31536000, immutable"
        assert not tile.cookies
        if address.path.startswith("entries"):
            raw = tile.content
            leaves += [raw[at + 2 : at + 34] for at in range(0, len(raw), 34)]
    assert tree_of_leaves([leaf_hash(leaf) for leaf in leaves]).root() == said.root
    # What a partial tile held once, it holds for ever.
    early = public_client.get("/log/tile/0/000.p/16").content
    assert public_client.get("/log/tile/0/000").content.startswith(early)
    assert len(early) == 16 * 32


def test_what_no_checkpoint_has_is_not_there(monkeypatch, public_client) -> None:
    take_steps(monkeypatch)
    for path in (
        *("0/000", "0/000.p/17", "0/001.p/1", "1/000.p/1", "entries/000", "entries/000.p/17"),
        *("0/000.p/016", "64/000", "x", "0/x999/x999/x999/x999/x999/999", "0/../checkpoint"),
    ):
        assert public_client.get(f"/log/tile/{path}").status_code == 404, path
    assert public_client.get("/log/tile/0/000.p/16").status_code == 200
    assert public_client.post("/log/checkpoint").status_code in {403, 405}
