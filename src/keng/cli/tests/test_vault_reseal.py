"""The custodians reseal what is on hold with their file, and the command shows nothing of it."""

import pytest

from keng.cli import custodians, vault
from keng.cli.checks import resealing as check
from keng.cli.checks.check import FindingLevel
from keng.kit import times
from keng.openings.tests import held_world as worlds
from keng.runtime.errors import CannotContinue
from keng.vault import keys, seal
from keng.vault.models import HolderKey

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path, monkeypatch, db):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    yield worlds.held_world()
    seal.forget_public_keys()


def test_the_file_and_its_passphrase_reseal_once(world, monkeypatch, capsys):
    monkeypatch.setattr(custodians, "asked_for", lambda: "other words")
    with pytest.raises(CannotContinue, match="does not open"):
        vault._reseal([])
    assert worlds.keys_of(world) == [world.key.pk.bytes] * 3
    monkeypatch.setattr(custodians, "asked_for", lambda: worlds.PASSPHRASE)
    assert vault._reseal([]) == 0
    said = capsys.readouterr().out
    assert said.startswith("3 sealed things on hold were resealed.")
    assert "Giữ" not in said
    assert len(set(worlds.keys_of(world)) - {world.key.pk.bytes}) == 1
    assert vault._reseal([]) == 0
    assert capsys.readouterr().out.startswith("0 sealed things")
    keys.operator_file().unlink()
    with pytest.raises(CannotContinue, match="Bring"):
        vault._reseal([])


def test_the_doctor_names_what_waits_for_the_custodians_and_their_command(world, monkeypatch):
    monkeypatch.setattr("keng.runtime.environment.load_django", lambda _process: None)
    found = check.resealing(None)
    assert (found.level, found.text[:39]) == (
        FindingLevel.OK,
        "no key waits for the custodians; 0 wait",
    )
    HolderKey.objects.filter(pk__in=[person.key.pk for person in world.people[1:]]).update(
        retired_at=times.now()
    )
    found = check.resealing(None)
    assert found.level is FindingLevel.ATTENTION
    assert found.text.startswith("1 keys (3 sealed things, all on legal hold) wait")
    world.key.refresh_from_db()
    assert f"since {times.local_date(world.key.retired_at)}." in found.text
    assert found.text.endswith("keng vault reseal")
    monkeypatch.setattr(custodians, "asked_for", lambda: worlds.PASSPHRASE)
    vault._reseal([])
    assert check.resealing(None).level is FindingLevel.OK
