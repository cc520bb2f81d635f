"""Whatever is changed in or taken from a chain is found."""

import datetime

import pytest
from django.db import transaction

from keng.audit import verify, witness
from keng.audit.actions import record, unit_chain
from keng.audit.heads import sign_heads
from keng.audit.models import Chain, Entry
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


@pytest.fixture
def chain():
    unit = make.unit()
    officer = make.officer(unit=unit)
    name = unit_chain(unit.id)
    for number in range(5):
        record("tip.accepted", by=officer, on=unit, chain=name, detail={"number": number})
    return name


def faults():
    return [(fault.seq, fault.what) for fault in verify.chain_faults()]


def test_an_untouched_chain_holds(chain):
    assert faults() == []
    assert witness.print_verification() == 0
    assert Chain.objects.get(name=chain).last_seq == 5


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("action", "tip.closed"),
        ("actor_id", "someone-else"),
        ("object_id", "other"),
        ("detail", {"number": 99}),
        ("at", datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)),
    ],
)
def test_a_changed_entry_is_found(chain, field, value):
    Entry.objects.filter(chain=chain, seq=3).update(**{field: value})
    assert faults() == [(3, "was changed after it was written")]
    assert witness.print_verification() == 1


@pytest.mark.parametrize("seq", [1, 3])
def test_a_missing_entry_is_found(chain, seq):
    Entry.objects.filter(chain=chain, seq=seq).delete()
    assert any("missing" in what for _, what in faults())


def test_a_cut_end_is_found(chain):
    Entry.objects.filter(chain=chain, seq=5).delete()
    assert [seq for seq, _ in faults()] == [5]


def test_an_entry_rewritten_with_a_matching_hash_is_found_by_the_next_one(chain):
    entry = Entry.objects.get(chain=chain, seq=2)
    entry.detail = {"number": 77}
    entry.hash = verify.recomputed_hash(entry)
    entry.save()
    assert (3, "does not follow from the entry before it") in faults()


def test_a_chain_rewritten_to_its_end_differs_from_the_signed_head(chain):
    head = Chain.objects.get(name=chain)
    assert sign_heads() == 1
    entry = Entry.objects.get(chain=chain, seq=5)
    entry.detail = {"number": 77}
    entry.hash = head.last_hash = verify.recomputed_hash(entry)
    entry.save()
    head.save()
    assert faults() == [(5, "differs from the head that was signed then")]


def test_a_chain_without_its_head_is_found(chain):
    Chain.objects.filter(name=chain).delete()
    assert any("head" in what for _, what in faults())


def test_what_is_recorded_while_a_chain_is_read_is_no_fault(chain):
    head = Chain.objects.get(name=chain)
    record("tip.closed", by="worker", on=None, chain=chain)
    assert list(verify.faults_of_chain(head)) == []
    # But a head that was put back behind its entries is one.
    Chain.objects.filter(name=chain).update(last_seq=head.last_seq, last_hash=head.last_hash)
    assert [seq for seq, _ in faults()] == [5]


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        record("tip.accepted", by="worker", on=None, chain="x")


def portions(chain, most):
    """The faults that are found when no more entries than these are read in one go."""
    head, last = Chain.objects.get(name=chain), verify.NOTHING_READ
    while last is not None:
        portion = verify.read_portion(head, last, most)
        yield from portion.faults
        assert portion.entries <= most
        last = portion.last


@pytest.mark.parametrize("most", [1, 2, 3, 5, 100])
@pytest.mark.parametrize("harm", ["none", "changed", "missing", "cut"])
def test_a_chain_read_in_portions_has_the_same_faults(chain, most, harm):
    entries = Entry.objects.filter(chain=chain)
    assert sign_heads() == 1
    if harm == "changed":
        entries.filter(seq=2).update(action="tip.other")
    elif harm == "missing":
        entries.filter(seq=3).delete()
    elif harm == "cut":
        entries.filter(seq=5).delete()
    whole = list(verify.faults_of_chain(Chain.objects.get(name=chain)))
    assert bool(whole) == (harm != "none")
    assert list(portions(chain, most)) == whole
