"""Two holders split keys anew when a third has left: old and new shares together open nothing."""

import itertools

import pytest
from django.db import ProgrammingError, connection, transaction

from keng.audit.models import Entry
from keng.kit import times
from keng.kit.database import data_folder
from keng.vault import resharing, share_seals, splitting
from keng.vault.models import HolderKey, KeyShare, NewShare, ResharingRequest
from keng.vault.opener.one_time_keys import OneTimeKeys
from keng.vault.opener.opener_rows import OpenerRows
from keng.vault.opener.resharing_acts import Resharer
from keng.vault.opener_client import (
    RESHARING_ENTRY,
    AlreadyOpened,
    NotInRecord,
    SharesMissing,
    read_shares,
    resharing_info,
    share_info,
    written_shares,
)
from keng.vault.tests.key_holders import current, make_holders

pytestmark = pytest.mark.django_db


@pytest.fixture
def holders(unit):
    return make_holders(unit, 4)


@pytest.fixture
def resharer(unit):
    connection.ensure_connection()
    return Resharer(OpenerRows(connection.connection, data_folder()), OneTimeKeys())


def leaves(holder):
    HolderKey.objects.filter(pk=holder.key.pk).update(retired_at=times.now())


def due():
    resharing.note_due_resharings()
    return ResharingRequest.objects.get(done_at=None, dropped_at=None)


def join(asked, *holders):
    asked.first_ref, asked.second_ref = (each.officer.pk for each in holders)
    asked.joined_at = times.now()
    asked.save()
    # As the act of the desk puts it on record.
    for number, holder in enumerate(holders, start=1):
        Entry.objects.create(
            chain=f"unit:{asked.pk}",
            seq=number,
            action=RESHARING_ENTRY,
            actor_kind="officer",
            actor_id=str(holder.officer.pk),
            object_kind="resharingrequest",
            object_id=str(asked.pk),
            previous_hash=b"",
            hash=b"",
        )


def browser_gives(resharer, asked, holder):
    """What the page does: fetch the shares, open each, seal each to the one-time key."""
    one_time = resharer.begin(asked.pk)
    told = read_shares(resharer.shares_for(asked.pk, holder.key.pk))
    sealed = {
        key: share_seals.seal_to_point(
            share_seals.open_as_point(share, holder.private, share_info(key, holder.key.pk)),
            one_time,
            resharing_info(asked.pk, key),
        )
        for key, share in told.items()
    }
    resharer.give(asked.pk, holder.key.pk, written_shares(sealed))
    return sealed


def reshare(resharer, asked, *holders):
    for holder in holders:
        browser_gives(resharer, asked, holder)
    resharer.reshare(asked.pk)


def test_nothing_is_asked_for_while_nobody_left(holders):
    resharing.note_due_resharings()
    assert not ResharingRequest.objects.exists()


def test_two_who_stay_split_the_keys_anew_and_old_with_new_shares_open_nothing(
    unit, holders, resharer, become
):
    one, two, three, gone = holders
    key = current(unit)
    before = [holder.share_of(key) for holder in holders]
    leaves(gone)
    asked = due()
    assert str(key.pk) in asked.plan
    assert due().pk == asked.pk
    join(asked, one, two)
    become("opener")
    reshare(resharer, asked, one, two)
    with pytest.raises(AlreadyOpened):
        resharer.reshare(asked.pk)
    become("worker")
    assert resharing.place_new_shares() == len(asked.plan)
    become("owner")
    assert not NewShare.objects.exists()
    after = [holder.share_of(key) for holder in (one, two, three)]
    assert not KeyShare.objects.filter(unit_key=key, holder_key=gone.key).exists()
    # It is the same key still: any two of now, or of before, had it.
    opened = {splitting.combine_shares(pair) for pair in itertools.combinations(after, 2)}
    assert opened == {splitting.combine_shares(before[:2])}
    for old, new in itertools.product(before, after):
        with pytest.raises(splitting.SharesDoNotFit):
            splitting.combine_shares([old, new])
    assert Entry.objects.filter(action="keys.epoch_split_anew").count() == len(asked.plan)
    # Nothing is due any more.
    resharing.note_due_resharings()
    assert not ResharingRequest.objects.filter(done_at=None, dropped_at=None).exists()


def test_old_and_new_shares_together_open_nothing_in_a_thousand_combinations():
    private = bytes(range(64))
    splits = [splitting.split_key(private, splitting.MOST_HOLDERS).holders for _ in range(4)]
    tried = 0
    for old, new in itertools.combinations(splits, 2):
        for pair in itertools.product(old, new):
            with pytest.raises(splitting.SharesDoNotFit):
                splitting.combine_shares(pair)
            tried += 1
    assert tried > 1000


def test_one_person_twice_or_a_share_that_is_not_theirs_splits_nothing(holders, resharer):
    one, two, three, gone = holders
    leaves(gone)
    asked = due()
    join(asked, one, two)
    browser_gives(resharer, asked, one)
    browser_gives(resharer, asked, one)
    with pytest.raises(SharesMissing):
        resharer.reshare(asked.pk)
    for stranger in (three, gone):
        with pytest.raises(NotInRecord):
            resharer.shares_for(asked.pk, stranger.key.pk)
    assert not NewShare.objects.exists()


def test_what_is_not_on_record_of_both_splits_nothing(holders, resharer):
    one, two, _three, gone = holders
    leaves(gone)
    asked = due()
    join(asked, one, two)
    Entry.objects.filter(actor_id=str(two.officer.pk)).update(action="opening.asked")
    for holder in (one, two):
        browser_gives(resharer, asked, holder)
    with pytest.raises(NotInRecord):
        resharer.reshare(asked.pk)


def test_a_captured_share_fits_no_other_resharing(holders, resharer):
    one, two, three, gone = holders
    leaves(gone)
    asked = due()
    join(asked, one, two)
    captured = browser_gives(resharer, asked, one)
    ResharingRequest.objects.update(dropped_at=times.now())
    again = due()
    join(again, one, three)
    resharer.begin(again.pk)
    with pytest.raises(SharesMissing):
        resharer.give(again.pk, one.key.pk, written_shares(captured))


def test_when_another_one_leaves_meanwhile_the_new_shares_are_dropped(unit, holders, resharer):
    one, two, three, gone = holders
    before = [holder.share_of(current(unit)) for holder in (one, two)]
    leaves(gone)
    asked = due()
    join(asked, one, two)
    reshare(resharer, asked, one, two)
    leaves(three)
    assert resharing.place_new_shares() == 0
    assert [holder.share_of(current(unit)) for holder in (one, two)] == before
    assert due().pk != asked.pk


def test_a_plan_that_is_out_of_date_is_dropped(holders):
    _one, _two, three, gone = holders
    leaves(gone)
    asked = due()
    leaves(three)
    assert due().pk != asked.pk
    asked.refresh_from_db()
    assert asked.dropped_at is not None


def test_with_one_left_nothing_is_asked_of_two(holders):
    for gone in holders[1:]:
        leaves(gone)
    resharing.note_due_resharings()
    assert not ResharingRequest.objects.exists()


@pytest.mark.parametrize("process", ["public", "desk", "edge", "worker", "sender"])
def test_nobody_but_the_opener_makes_new_shares(become, process):
    become(process)
    for statement in (
        "SELECT vault_keep_new_shares(gen_random_uuid(), '{}', '{}', '{}')",
        "INSERT INTO vault_newshare (id, sealed) VALUES (gen_random_uuid(), '')",
        "UPDATE vault_resharingrequest SET done_at = now()",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            connection.cursor().execute(statement, [])
