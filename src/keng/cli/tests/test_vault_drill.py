"""Whoever keeps the operator's file finds out whether it would open, without opening anything."""

from types import SimpleNamespace

import pytest

from keng.cli import custodians, vault
from keng.runtime.errors import CannotContinue
from keng.vault import keys, seal
from keng.vault.models import CustodianKey, UnitKey
from keng.vault.tests.key_holders import Holder, begin_all
from tests import make

pytestmark = pytest.mark.django_db
WORDS = "words-for-a-test"


@pytest.fixture
def file(tmp_path, monkeypatch):
    """The file, away from where it was made; one unit's keys are split."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    unit = make.unit()
    keys.make_unit_keys(WORDS)
    for _ in range(2):
        Holder(unit)
    begin_all()
    yield keys.operator_file().rename(tmp_path / "elsewhere.keys")
    seal.forget_public_keys()


def drill(file, monkeypatch, capsys, words=WORDS):
    monkeypatch.setattr(custodians, "asked_for", lambda: words)
    code = vault._drill(file)
    return SimpleNamespace(code=code, said=capsys.readouterr().out)


def test_the_right_file_is_said_to_be_the_right_one(file, monkeypatch, capsys):
    found = drill(file, monkeypatch, capsys)
    assert found.code == 0
    assert "of the custodians of today" in found.said
    assert "1 are in it, 0 are not" in found.said
    # It was away before, and nothing was brought here.
    assert not keys.operator_file().exists()


def test_a_file_of_other_custodians_is_found_out(file, monkeypatch, capsys):
    CustodianKey.objects.update(public_key=bytes(1216))
    UnitKey.objects.filter(epoch=None).update(public_key=bytes(1216))
    found = drill(file, monkeypatch, capsys)
    assert found.code == 1
    assert "is not in this file" in found.said
    assert "0 are in it, 1 are not" in found.said


def test_a_wrong_passphrase_or_another_file_is_said_in_words(file, monkeypatch, capsys, tmp_path):
    with pytest.raises(CannotContinue, match="does not open"):
        drill(file, monkeypatch, capsys, words="other words")
    damaged = tmp_path / "damaged"
    damaged.write_text("{}")
    for wrong in (damaged, tmp_path / "nowhere"):
        with pytest.raises(CannotContinue):
            drill(wrong, monkeypatch, capsys)
