"""Entries that differ from their leaves are found, and what no witness has seen is counted."""

import pytest

from keng.audit.models import Entry
from keng.merkle.tiles import ENTRIES
from keng.public_log.models import LeafSalt, LogLeaf, LogTile, WitnessStanding
from keng.public_log.standing import witnessed_windows
from keng.public_log.tests.log_world import put_entries, take_steps
from keng.public_log.verifying import log_faults

pytestmark = pytest.mark.django_db
WITNESS = (
    "https://paper.example paper.example+3a6d0b49+BAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return tmp_path


def test_a_log_that_holds_has_no_fault(monkeypatch) -> None:
    assert list(log_faults()) == []
    put_entries(20)
    take_steps(monkeypatch, 20)
    assert list(log_faults()) == []


def test_each_change_of_an_entry_or_a_leaf_is_named(monkeypatch) -> None:
    put_entries(5)
    take_steps(monkeypatch, 2)
    Entry.objects.filter(seq=2).update(hash=b"x" * 32)
    Entry.objects.filter(seq=4).delete()
    faults = {(fault.chain, fault.seq): fault.what for fault in log_faults()}
    leaves = {each.seq: each.leaf for each in LogLeaf.objects.all()}
    assert faults == {
        ("unit:test", 2): f"differs from what leaf {leaves[2]} of the public log says",
        ("unit:test", 4): f"stands in leaf {leaves[4]} of the public log, and is missing",
    }


def test_a_purged_salt_is_no_fault_and_opens_nothing(monkeypatch) -> None:
    put_entries(3)
    take_steps(monkeypatch)
    LeafSalt.objects.all().delete()
    assert list(log_faults()) == []


def test_a_leaf_that_was_replaced_is_missed_by_the_signature(monkeypatch) -> None:
    take_steps(monkeypatch)
    tile = LogTile.objects.get(level=ENTRIES, number=0)
    LogTile.objects.filter(level=ENTRIES).update(hashes=b"y" * 32 + bytes(tile.hashes)[32:])
    assert [(fault.chain, fault.what) for fault in log_faults()] == [
        ("public log", "its leaves are not those that were signed")
    ]


def test_what_a_witness_has_not_seen_is_counted_of_the_own_chains_alone(
    monkeypatch, settings
) -> None:
    assert witnessed_windows(["unit:a"]) == []
    settings.LOG_WITNESSES = WITNESS
    put_entries(3, chain="unit:a")
    put_entries(9, chain="unit:b")
    (window,) = witnessed_windows(["unit:a"])
    assert (window.witness, window.entries, window.cosigned_at) == ("paper.example", 3, None)
    take_steps(monkeypatch)
    assert witnessed_windows(["unit:a"])[0].entries == 3
    WitnessStanding.objects.create(witness="paper.example", size=16, trouble="unreachable")
    put_entries(2, chain="unit:a")
    put_entries(2, chain="unit:b")
    (window,) = witnessed_windows(["unit:a"])
    assert (window.entries, window.trouble) == (2, "Bên chứng không trả lời.")
