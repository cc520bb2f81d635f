"""Signed heads: what moved is signed once, and a chain rewritten afterwards is found out."""

import json
import stat

import pytest
from django.db import transaction

from keng.audit import heads, verify
from keng.audit.actions import record
from keng.audit.chain import entry_hash
from keng.audit.heads import sign_heads, verify_key
from keng.audit.models import Chain, Entry, SignedHead

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return tmp_path


def put(detail):
    with transaction.atomic():
        record("test.done", by="worker", on=None, chain="unit:test", detail=detail)


def test_a_head_is_signed_when_it_moved_and_not_again(own_folder):
    put({"n": 1})
    assert (sign_heads(), sign_heads()) == (1, 0)
    put({"n": 2})
    assert sign_heads() == 1
    assert list(SignedHead.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2]
    assert list(verify.chain_faults()) == []
    (file,) = (own_folder / "audit").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["seq"] for line in lines] == [1, 2]
    assert {line["key"] for line in lines} == {bytes(verify_key()).hex()}


def test_a_chain_rewritten_whole_is_found_by_its_signed_head():
    put({"n": 1})
    sign_heads()
    entry = Entry.objects.get()
    forged = entry_hash(
        bytes(entry.previous_hash),
        entry.chain,
        1,
        entry.at,
        entry.action,
        ("process", "worker"),
        ("", ""),
        {"n": 9},
    )
    Entry.objects.update(detail={"n": 9}, hash=forged)
    Chain.objects.update(last_hash=forged)
    assert [fault.what for fault in verify.chain_faults()] == [
        "differs from the head that was signed then"
    ]


def test_a_signed_head_rewritten_with_its_chain_is_found_by_its_signature():
    put({"n": 1})
    sign_heads()
    entry = Entry.objects.get()
    forged = entry_hash(
        bytes(entry.previous_hash),
        entry.chain,
        1,
        entry.at,
        entry.action,
        ("process", "worker"),
        ("", ""),
        {"n": 9},
    )
    Entry.objects.update(detail={"n": 9}, hash=forged)
    Chain.objects.update(last_hash=forged)
    SignedHead.objects.update(hash=forged)
    assert [fault.what for fault in verify.chain_faults()] == ["bears a signature that is not ours"]


def test_reading_a_long_chain_again_keeps_nothing_of_it():
    """Only the entries and the heads of the moment are held, however long the chain is."""
    for n in range(3):
        record("test", by="worker", on=None, chain="unit:long", detail={"n": n})
        sign_heads()
    SignedHead.objects.filter(seq=2).update(hash=b"x" * 32)
    found = [(fault.seq, fault.what) for fault in verify.chain_faults()]
    assert found == [
        (2, "bears a signature that is not ours"),
        (2, "differs from the head that was signed then"),
    ]
    Entry.objects.filter(chain="unit:long", seq=3).delete()
    assert (3, "differs from the head that was signed then") in [
        (fault.seq, fault.what) for fault in verify.chain_faults()
    ]


def test_whoever_waited_longest_is_signed_first_however_many_came_since(monkeypatch):
    monkeypatch.setattr(heads, "_PORTION", 2)
    names = ["unit:z", "unit:y", *(f"!{n:04}" for n in range(5))]
    for name in names:
        record("test", by="worker", on=None, chain=name)
    signed = []
    # What was signed moves on at once: it waits behind those that were not.
    while len(signed) < 8:
        assert sign_heads() == 2
        signed = list(SignedHead.objects.order_by("id").values_list("chain", flat=True))
        for name in signed[-2:]:
            record("test", by="worker", on=None, chain=name)
    assert signed[:7] == names
    while sign_heads():
        pass
    assert list(verify.chain_faults()) == []
