"""The files that the public site serves, in the hands of an outsider with our script."""

import subprocess
import sys
from pathlib import Path

import pytest

from keng.audit.models import Entry
from keng.public_log.log_key import log_key
from keng.public_log.models import LogLeaf
from keng.public_log.serving import proof_of_opened
from keng.public_log.tests.log_world import put_entries, take_steps, write_log

pytestmark = pytest.mark.django_db
SCRIPT = Path(__file__).parents[4] / "docs" / "privacy" / "check_the_record.py"
TAMPERED, NOT_WITNESSED = 1, 3


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


def check(folder: Path, *more: str) -> tuple[int, str]:
    command = [sys.executable, "-I", str(SCRIPT), str(folder), "--log", log_key().written, *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_what_is_served_holds_with_the_proof_of_a_warning(monkeypatch, tmp_path) -> None:
    put_entries(3)
    put_entries(1, action="warning.approved")
    take_steps(monkeypatch, 18)
    served, proof = write_log(tmp_path / "served"), tmp_path / "proof"
    written = proof_of_opened("", "")
    assert written is not None
    proof.write_text(written)
    # No witness was asked: that is all that is missing.
    code, said = check(served, "--proof", str(proof), "--keep", str(tmp_path / "mine"))
    assert code == NOT_WITNESSED
    leaf = LogLeaf.objects.get(seq=Entry.objects.get(action="warning.approved").seq).leaf
    assert f"is leaf {leaf} of the record" in said
    take_steps(monkeypatch)
    assert check(write_log(served), "--keep", str(tmp_path / "mine"))[0] == NOT_WITNESSED
    tile = served / "tile" / "entries" / "001.p" / "48"
    raw = tile.read_bytes()
    tile.write_bytes(raw[:2] + b"z" * 32 + raw[34:])
    code, said = check(served)
    assert (code, "REWRITTEN" in said) == (TAMPERED, True)
