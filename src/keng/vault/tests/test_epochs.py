"""Keys of epochs: split when they are made, by class, and begun anew when they should be."""

import datetime
import itertools
import json
import uuid
from pathlib import Path

import pytest
from django.db import transaction
from shamir_mnemonic import MnemonicError, combine_mnemonics

from keng.accounts.models import NamedOfficer, Post
from keng.audit.models import Entry
from keng.kit import times
from keng.places.models import Unit
from keng.vault import (
    epochs,
    hybrid,
    key_pairs,
    keys,
    opening,
    passphrase_lock,
    seal,
    share_seals,
    splitting,
)
from keng.vault.models import CustodianKey, HolderKey, KeyClass, KeyShare, UnitKey
from keng.vault.opener_client import share_info
from keng.vault.tests.key_holders import Holder, begin_all, current
from tests import make

PASSPHRASE = "words-for-a-test"
WORDS = "Nguyễn Thị Thử, 0900 000 000"
# Published with SLIP-39; no secret where the shares must be refused.
VECTORS = json.loads(Path(__file__).with_name("slip39.json").read_text())


@pytest.fixture
def province(db):
    return make.unit("Công an tỉnh Thử", kind=Unit.Kind.PROVINCE)


@pytest.fixture
def commune(province):
    return make.unit("Công an phường Thử", parent=province)


@pytest.mark.parametrize("vector", VECTORS["vectors"])
def test_the_library_reads_the_published_vectors(vector):
    passphrase = VECTORS["passphrase"].encode()
    if vector["secret"]:
        assert combine_mnemonics(vector["shares"], passphrase).hex() == vector["secret"]
    else:
        with pytest.raises(MnemonicError):
            combine_mnemonics(vector["shares"], passphrase)


def test_any_two_holders_or_the_custodians_put_a_key_together():
    private = key_pairs.new_private_key()
    split = splitting.split_key(private, 5)
    assert splitting.combine_shares([split.custodians]) == private
    for two in itertools.combinations(split.holders, 2):
        assert splitting.combine_shares(two) == private
    for one in split.holders:
        with pytest.raises(splitting.SharesDoNotFit):
            splitting.combine_shares([one])
    assert split.holders[0] not in repr(split)


def test_shares_of_two_splittings_give_nothing_together():
    private = key_pairs.new_private_key()
    old, new = (splitting.split_key(private, 3) for _ in range(2))
    for two in itertools.product(old.holders, new.holders):
        with pytest.raises(splitting.SharesDoNotFit):
            splitting.combine_shares(two)


def test_two_splittings_with_the_same_number_give_nothing_either(monkeypatch):
    """The number that tells splittings apart has 15 bits: the digest inside holds as well."""
    monkeypatch.setattr("shamir_mnemonic.shamir._random_identifier", lambda: 77)
    private = key_pairs.new_private_key()
    old, new = (splitting.split_key(private, 3) for _ in range(2))
    for first, second in itertools.product(old.holders, new.holders):
        try:
            opened = splitting.combine_shares([first, second])
        except splitting.SharesDoNotFit:
            continue
        assert opened != private


def test_nothing_begins_before_two_people_hold_keys(commune):
    keys.make_unit_keys(PASSPHRASE)
    before = current(commune)
    Holder(commune)
    assert begin_all() == 0
    assert current(commune) == before
    sealed = seal.seal_for_unit(commune.pk, WORDS, kind="raw", ref=uuid.uuid4())
    assert sealed[:1] == hybrid.HYBRID_FORM


def test_nothing_begins_without_custodians(commune):
    make.unit_key(commune)
    Holder(commune)
    Holder(commune)
    assert begin_all() == 0


def test_with_the_second_holder_names_are_sealed_to_a_split_key(commune):
    keys.make_unit_keys(PASSPHRASE)
    one, two = Holder(commune), Holder(commune)
    assert begin_all() == 2  # Ordinary and sensitive; the province has no holders.
    key, ref = current(commune), uuid.uuid4()
    assert key.epoch == epochs.this_month()
    sealed = seal.seal_for_unit(commune.pk, WORDS, kind="raw", ref=ref)
    assert hybrid.key_id_of(sealed) == key.pk
    # The operator's file alone opens it no more.
    old = keys.unlock_unit_keys(keys.operator_file(), PASSPHRASE)[commune.pk]
    with pytest.raises(opening.CryptoError):
        opening.open_with_unit_key(sealed, old, kind="raw", ref=ref)
    private = splitting.combine_shares([one.share_of(key), two.share_of(key)])
    assert opening.open_with_unit_key(sealed, private, kind="raw", ref=ref).decode() == WORDS
    # The custodians open it, with the file and its passphrase.
    custodians = keys.unlock_custodian_keys(keys.operator_file(), PASSPHRASE)
    assert epochs.open_as_custodians(key.pk, custodians) == private
    assert begin_all() == 0
    entry = Entry.objects.filter(action="keys.epoch_begun", object_id=str(key.pk)).get()
    assert entry.detail == {"class": "ordinary", "holders": 2}


def test_the_holders_of_the_province_hold_shares_of_its_units(province, commune):
    keys.make_unit_keys(PASSPHRASE)
    above, here = Holder(province, "coordinator"), Holder(commune)
    begin_all()
    key = current(commune)
    holders = KeyShare.objects.filter(unit_key=key).values_list("holder_key", flat=True)
    assert set(holders) == {above.key.pk, here.key.pk, None}
    # The province has one holder only, and keeps the operator's key.
    assert current(province).epoch is None


def test_what_concerns_a_unit_is_held_by_the_province_alone(province, commune):
    keys.make_unit_keys(PASSPHRASE)
    first, second = Holder(province, "coordinator"), Holder(province, "commander")
    Holder(commune)
    begin_all()
    assert not UnitKey.objects.filter(unit=commune, key_class=KeyClass.CONCERNS_UNIT).exists()
    key = current(province, KeyClass.CONCERNS_UNIT)
    holders = KeyShare.objects.filter(unit_key=key).values_list("holder_key", flat=True)
    assert set(holders) == {first.key.pk, second.key.pk, None}
    sealed = seal.seal_for_unit(
        province.pk, WORDS, kind="raw", ref=uuid.uuid4(), key_class=KeyClass.CONCERNS_UNIT
    )
    assert hybrid.key_id_of(sealed) == key.pk


def test_only_who_is_named_holds_shares_of_sensitive_matters(commune):
    keys.make_unit_keys(PASSPHRASE)
    one, two, three = (Holder(commune) for _ in range(3))
    for named in (one, two):
        NamedOfficer.objects.create(unit=commune, officer=named.officer, named_by=three.officer)
    begin_all()
    for key_class, expected in (
        (KeyClass.SENSITIVE, {one.key.pk, two.key.pk}),
        (KeyClass.ORDINARY, {one.key.pk, two.key.pk, three.key.pk}),
    ):
        shares = KeyShare.objects.filter(unit_key=current(commune, key_class))
        assert set(shares.values_list("holder_key", flat=True)) == {*expected, None}


def test_a_new_key_begins_with_each_month_and_each_change_of_holders(commune):
    keys.make_unit_keys(PASSPHRASE)
    one, two = Holder(commune), Holder(commune)
    begin_all()
    first = current(commune)
    UnitKey.objects.update(epoch=epochs.this_month() - datetime.timedelta(days=1))
    assert begin_all() == 2
    second = current(commune)
    three = Holder(commune)
    assert begin_all() == 2
    third = current(commune)
    assert len({first.pk, second.pk, third.pk}) == 3
    # Older epochs stay with their holders.
    assert not KeyShare.objects.filter(unit_key=second, holder_key=three.key).exists()
    assert one.share_of(second)
    assert two.share_of(first)
    Post.objects.filter(officer=three.officer).update(
        valid_to=datetime.date(2020, 1, 2), valid_from=datetime.date(2020, 1, 1)
    )
    assert begin_all() == 2
    assert not KeyShare.objects.filter(unit_key=current(commune), holder_key=three.key).exists()


def test_who_left_while_a_worker_waited_gets_no_share(commune, monkeypatch):
    keys.make_unit_keys(PASSPHRASE)
    one, two, three = Holder(commune), Holder(commune), Holder(commune)
    seen = list(epochs._due_epochs())
    monkeypatch.setattr(epochs, "_due_epochs", lambda: iter(seen))
    HolderKey.objects.filter(pk=three.key.pk).update(retired_at=times.now())
    epochs.begin_due_epochs()
    shares = KeyShare.objects.filter(unit_key=current(commune))
    assert set(shares.values_list("holder_key", flat=True)) == {one.key.pk, two.key.pk, None}


def test_nothing_begins_when_too_few_are_left_behind_the_lock(commune, monkeypatch):
    keys.make_unit_keys(PASSPHRASE)
    one, _two = Holder(commune), Holder(commune)
    before = current(commune)
    seen = list(epochs._due_epochs())
    monkeypatch.setattr(epochs, "_due_epochs", lambda: iter(seen))
    HolderKey.objects.filter(pk=one.key.pk).update(retired_at=times.now())
    epochs.begin_due_epochs()
    assert current(commune) == before


def test_an_operators_file_of_before_gets_the_custodians_key(commune):
    private = key_pairs.new_private_key()
    keys._write(keys.operator_file(), {str(commune.pk): private}, PASSPHRASE)
    UnitKey.objects.create(unit=commune, public_key=key_pairs.public_half(private))
    province = commune.parent
    keys.make_unit_keys(PASSPHRASE)
    assert keys.unlock_unit_keys(keys.operator_file(), PASSPHRASE)[commune.pk] == private
    assert set(keys.unlock_unit_keys(keys.operator_file(), PASSPHRASE)) == {
        commune.pk,
        province.pk,
    }
    (custodians,) = keys.unlock_custodian_keys(keys.operator_file(), PASSPHRASE)
    assert key_pairs.public_half(custodians) == bytes(CustodianKey.objects.get().public_key)
    assert keys.make_unit_keys(PASSPHRASE) == 0


def test_one_share_all_of_the_database_and_all_files_open_none_of_a_thousand(commune):
    keys.make_unit_keys(PASSPHRASE)
    one, two = Holder(commune), Holder(commune)
    begin_all()
    key, batch = current(commune), seal.SealBatch()
    refs = [uuid.uuid4() for _ in range(1000)]
    sealed = [batch.for_unit(commune.pk, WORDS, kind="raw", ref=ref) for ref in refs]
    # What a thief has: the rows, the wrap keys, the operator's file without its passphrase, and
    # one holder's key. Every share that can be had so is tried alone and as a key.
    wrap_key = epochs.wrap_key_file(key.pk).read_bytes()
    with pytest.raises(passphrase_lock.WrongPassphrase):
        keys.unlock_custodian_keys(keys.operator_file(), "a guess")
    theirs = KeyShare.objects.get(unit_key=key, holder_key=two.key)
    inner = share_seals.unwrap_share(bytes(theirs.sealed), wrap_key, key.pk, two.key.pk)
    for info in (share_info(key.pk, two.key.pk), share_info(key.pk, one.key.pk), b""):
        with pytest.raises(share_seals.ShareNotOpened):
            share_seals.open_as_point(inner, one.private, info)
    words = one.share_of(key)
    with pytest.raises(splitting.SharesDoNotFit):
        splitting.combine_shares([words])
    with pytest.raises(splitting.SharesDoNotFit):
        splitting.combine_shares([words, words])
    old = keys.unlock_unit_keys(keys.operator_file(), PASSPHRASE)[commune.pk]
    found = 0
    for ref, each in zip(refs, sealed, strict=True):
        for private in (wrap_key * 2, words.encode()[:64], old):
            hybrid_key = key_pairs.hybrid_key(private)
            found += hybrid.open_hybrid(each, hybrid_key, "raw", ref) is not None
    assert found == 0
    private = key_pairs.hybrid_key(splitting.combine_shares([words, two.share_of(key)]))
    opened = [hybrid.open_hybrid(s, private, "raw", r) for r, s in zip(refs, sealed, strict=True)]
    assert all(opened)


def test_a_wrapped_share_is_bound_to_its_key_and_holder(commune):
    keys.make_unit_keys(PASSPHRASE)
    one, two = Holder(commune), Holder(commune)
    begin_all()
    key, other = current(commune), current(commune, KeyClass.SENSITIVE)
    row = KeyShare.objects.get(unit_key=key, holder_key=one.key)
    wrap_key = epochs.wrap_key_file(key.pk).read_bytes()
    for place in ((other.pk, one.key.pk), (key.pk, two.key.pk), (key.pk, None)):
        with pytest.raises(share_seals.ShareNotOpened):
            share_seals.unwrap_share(bytes(row.sealed), wrap_key, *place)
    # Without the file nobody gets so far.
    with pytest.raises(share_seals.ShareNotOpened):
        share_seals.unwrap_share(bytes(row.sealed), bytes(32), key.pk, one.key.pk)


def test_the_private_half_lies_nowhere(commune, tmp_path):
    keys.make_unit_keys(PASSPHRASE)
    one, two = Holder(commune), Holder(commune)
    begin_all()
    key = current(commune)
    private = splitting.combine_shares([one.share_of(key), two.share_of(key)])
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or private[:32] not in file.read_bytes()
    kept = json.dumps([bytes(row.sealed).hex() for row in KeyShare.objects.all()])
    assert private[:32].hex() not in kept


def test_old_and_new_shares_of_a_key_that_was_split_anew_open_nothing_together(
    commune, django_capture_on_commit_callbacks
):
    keys.make_unit_keys(PASSPHRASE)
    one, two, three = (Holder(commune) for _ in range(3))
    begin_all()
    key = current(commune)
    old = [holder.share_of(key) for holder in (one, two, three)]
    rows, wrap_key = list(KeyShare.objects.filter(unit_key=key)), epochs.wrap_key_file(key.pk)
    before = wrap_key.read_bytes()
    private = splitting.combine_shares(old[:2])
    HolderKey.objects.filter(pk=three.key.pk).update(retired_at=times.now())
    begin_all()
    custodians = keys.unlock_custodian_keys(keys.operator_file(), PASSPHRASE)
    with django_capture_on_commit_callbacks(execute=True):
        assert epochs.split_all_anew(custodians) == 2  # Ordinary and sensitive.
    assert epochs.split_all_anew(custodians) == 0
    # Whoever left has no share, and what they kept fits no new one.
    holders = KeyShare.objects.filter(unit_key=key).values_list("holder_key", flat=True)
    assert set(holders) == {one.key.pk, two.key.pk, None}
    new = [holder.share_of(key) for holder in (one, two)]
    for first, second in itertools.product(old, new):
        with pytest.raises(splitting.SharesDoNotFit):
            splitting.combine_shares([first, second])
    assert splitting.combine_shares(new) == private
    assert epochs.open_as_custodians(key.pk, custodians) == private
    # The rows of before do not open with the wrap key of today.
    assert len(wrap_key.read_bytes()) == 32
    assert wrap_key.read_bytes() != before
    for row in rows:
        with pytest.raises(share_seals.ShareNotOpened):
            share_seals.unwrap_share(
                bytes(row.sealed), wrap_key.read_bytes(), key.pk, row.holder_key_id
            )


def test_splitting_anew_that_is_killed_loses_nothing(commune):
    keys.make_unit_keys(PASSPHRASE)
    one, two, three = (Holder(commune) for _ in range(3))
    begin_all()
    key = current(commune)
    private = splitting.combine_shares([one.share_of(key), two.share_of(key)])
    HolderKey.objects.filter(pk=three.key.pk).update(retired_at=times.now())
    # Before the commit, and again when it is tried anew: the rows of before open still.
    for _ in range(2):
        before = transaction.savepoint()
        assert epochs.split_anew(key.pk, private)
        transaction.savepoint_rollback(before)
        assert splitting.combine_shares([one.share_of(key), three.share_of(key)]) == private
    # After it, before the file was written anew: those of today do.
    assert epochs.split_anew(key.pk, private)
    assert splitting.combine_shares([one.share_of(key), two.share_of(key)]) == private
    # Who asks for it once more has the old wrap keys destroyed, which a copy of old rows needs.
    assert len(epochs.wrap_key_file(key.pk).read_bytes()) > share_seals.WRAP_KEY_SIZE
    assert not epochs.split_anew(key.pk, private)
    assert len(epochs.wrap_key_file(key.pk).read_bytes()) == share_seals.WRAP_KEY_SIZE
    assert splitting.combine_shares([one.share_of(key), two.share_of(key)]) == private


def test_what_an_earlier_splitting_leaves_behind_takes_no_key_of_a_later_one(
    commune, django_capture_on_commit_callbacks
):
    """The first one is committed, and the second writes its wrap key before the first tidies up."""
    keys.make_unit_keys(PASSPHRASE)
    one, two, three = (Holder(commune) for _ in range(3))
    begin_all()
    key = current(commune)
    private = splitting.combine_shares([one.share_of(key), two.share_of(key)])
    HolderKey.objects.filter(pk=three.key.pk).update(retired_at=times.now())
    with django_capture_on_commit_callbacks() as tidying:
        assert epochs.split_anew(key.pk, private)
    Holder(commune)
    assert epochs.split_anew(key.pk, private)
    for tidy in tidying:
        tidy()
    # The second is killed here: its rows are there, and so is what opens them.
    assert len(epochs.wrap_key_file(key.pk).read_bytes()) == share_seals.WRAP_KEY_SIZE
    assert splitting.combine_shares([one.share_of(key), two.share_of(key)]) == private
