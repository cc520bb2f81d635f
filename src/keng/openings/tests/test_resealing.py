"""What is on hold is resealed by two, unseen, and its month's key dies with all else of it."""

import contextlib
import datetime

import pytest
from django.db import ProgrammingError, connection, transaction

from keng.audit import verify
from keng.audit.models import Entry
from keng.files import store
from keng.kit import times
from keng.kit.database import data_folder
from keng.openings import resealing, resharing
from keng.openings.asking import HoldsNoShare
from keng.openings.resharing import NotAllResealed
from keng.openings.tests import held_world as worlds
from keng.runtime import epoch_ends
from keng.runtime.tests.rights import as_process
from keng.tips.models import Attachment
from keng.vault import epochs, keys, opener_client, seal
from keng.vault.models import HolderKey, KeyShare, ResharingRequest, SealedIdentity, UnitKey
from keng.vault.opener import opener_rows, resharing_acts, sessions
from keng.vault.opener_client import AlreadyOpened, Lapsed, NotInRecord, SharesMissing
from keng.vault.tests import test_opener as openings
from keng.vault.tests.test_resharing import browser_gives

pytestmark = pytest.mark.django_db
PICTURE = b"not really a picture"


@pytest.fixture(autouse=True)
def fresh(tmp_path, monkeypatch):
    """Keys of this test alone."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    yield
    seal.forget_public_keys()


@pytest.fixture
def world(db):
    return worlds.held_world()


def end_epochs(capture):
    with capture(execute=True):
        epoch_ends.end_epochs()


def days_later(days):
    """The entries of a resealing, and the moment its key was made, are so old."""
    gone = datetime.timedelta(days=days)
    for entry in Entry.objects.filter(action="keys.held_resealed"):
        Entry.objects.filter(pk=entry.pk).update(at=entry.at - gone)
    for key in UnitKey.objects.filter(held_from__isnull=False):
        UnitKey.objects.filter(pk=key.pk).update(retired_at=key.retired_at - gone)


def test_two_reseal_unseen_then_the_old_key_dies_and_two_open_what_is_on_hold(
    world, become, django_capture_on_commit_callbacks
):
    first, chief, _ = world.people
    old_shares = [person.share_of(world.key) for person in (first, chief)]
    asked = worlds.due()
    assert (asked.any_key_id, asked.records) == (world.key.pk, 3)
    opener = worlds.new_opener()
    worlds.come_and_give(opener, asked, first, chief)
    become("opener")
    assert opener.reseal(asked.pk) == (3, True)
    with pytest.raises(AlreadyOpened):
        opener.reseal(asked.pk)
    become("owner")
    assert worlds.keys_of(world) == [asked.hold_key_id.bytes] * 3
    told = Entry.objects.filter(action="keys.held_resealed")
    assert {entry.detail["tip"] for entry in told} == {str(row.tip_ref) for row in world.held}
    assert told.count() == 3
    assert list(verify.chain_faults()) == []
    # A backup of before may be restored for a week; then nothing holds the key of the month.
    become("worker")
    end_epochs(django_capture_on_commit_callbacks)
    become("owner")
    world.key.refresh_from_db()
    assert world.key.destroyed_at is None
    days_later(8)
    end_epochs(django_capture_on_commit_callbacks)
    world.key.refresh_from_db()
    assert world.key.destroyed_at is not None
    assert not epochs.wrap_key_file(world.key.pk).exists()
    # The month's shares were destroyed with it, and are none of the hold key's.
    assert {person.share_of(asked.hold_key) for person in (first, chief)}.isdisjoint(old_shares)
    assert opened_by_two(world.held[0], first, chief) == worlds.WORDS.encode()


def opened_by_two(row, first, second):
    """A record of today, as any: its key is found by what it is sealed to."""
    row.refresh_from_db()
    request = openings.make_request(row, first)
    openings.approve(request, second)
    opener = sessions.Opener(opener_rows.OpenerRows(connection.connection, data_folder()))
    openings.browser_gives(opener, request, first)
    with pytest.raises(SharesMissing):
        opener.open_record(request.pk)
    openings.browser_gives(opener, request, second)
    return opener.open_record(request.pk)[1]


def test_a_hold_key_dies_when_its_last_record_is_purged(world, django_capture_on_commit_callbacks):
    asked = resealed(world)
    days_later(8)
    end_epochs(django_capture_on_commit_callbacks)
    hold_key = UnitKey.objects.get(pk=asked.hold_key_id)
    assert hold_key.destroyed_at is None
    for row in world.held:
        worlds.end_hold(world, row.tip_ref)
    SealedIdentity.objects.all().delete()
    world.raw.delete()
    end_epochs(django_capture_on_commit_callbacks)
    hold_key.refresh_from_db()
    assert hold_key.destroyed_at is not None
    assert not epochs.wrap_key_file(hold_key.pk).exists()


def resealed(world):
    asked, opener = worlds.due(), worlds.new_opener()
    worlds.come_and_give(opener, asked, *world.people[:2])
    assert opener.reseal(asked.pk) == (3, True)
    return asked


def test_a_hold_key_lives_as_long_as_two_holders_are_waited_for(
    world, django_capture_on_commit_callbacks
):
    asked = worlds.due()
    days_later(60)
    end_epochs(django_capture_on_commit_callbacks)
    asked.hold_key.refresh_from_db()
    assert asked.hold_key.destroyed_at is None
    assert worlds.due() == asked


def test_an_old_backup_with_todays_keys_opens_nothing_that_was_destroyed(
    world, django_capture_on_commit_callbacks
):
    first, chief, _ = world.people
    # What a backup of the month has: its rows and shares, and those of what was destroyed since.
    shares = list(KeyShare.objects.filter(unit_key=world.key))
    resealed(world)
    days_later(8)
    end_epochs(django_capture_on_commit_callbacks)
    UnitKey.objects.filter(pk=world.key.pk).update(destroyed_at=None)
    KeyShare.objects.bulk_create(shares)
    rows = [
        SealedIdentity.objects.create(
            tip_ref=row.tip_ref, unit=world.unit, kind="contact", ciphertext=copy
        )
        for row, copy in zip(world.gone, world.copies, strict=True)
    ]
    opener = sessions.Opener(opener_rows.OpenerRows(connection.connection, data_folder()))
    for row in rows:
        request = openings.make_request(row, first)
        openings.approve(request, chief)
        for person in (first, chief):
            with pytest.raises(NotInRecord):
                opener.share_for(request.pk, person.key.pk)
    custodians = keys.unlock_custodian_keys(keys.operator_file(), worlds.PASSPHRASE)
    assert epochs.open_as_custodians(world.key.pk, custodians) is None
    # Nor does the key of what is on hold.
    (hold_key,) = UnitKey.objects.filter(held_from=world.key)
    private = epochs.open_as_custodians(hold_key.pk, custodians)
    for row in rows:
        to = hold_key.pk, bytes(hold_key.public_key)
        copy = bytes(row.ciphertext)
        refs = (row.tip_ref, row.pk)
        assert resharing_acts.resealed(copy, private, to, kind="contact", refs=refs) is None
    assert opened_by_two(world.held[0], first, chief) == worlds.WORDS.encode()


def test_one_share_reseals_nothing_nor_do_two_of_whom_one_is_not_on_record(world):
    first, chief, third = world.people
    asked, opener = worlds.due(), worlds.new_opener()
    before = worlds.keys_of(world)
    worlds.come_and_give(opener, asked, first)
    with pytest.raises(NotInRecord):
        opener.reseal(asked.pk)
    resharing.join_resharing(asked.pk, by=chief.officer)
    with pytest.raises(SharesMissing):
        opener.reseal(asked.pk)
    with pytest.raises(NotInRecord):
        opener.shares_for(asked.pk, third.key.pk)
    browser_gives(opener, asked, chief)
    # That two came to split a key anew is no word about what is on hold.
    Entry.objects.filter(actor_id=str(chief.officer.pk), action="keys.resealing_joined").update(
        action="keys.resharing_joined"
    )
    with pytest.raises(NotInRecord):
        opener.reseal(asked.pk)
    with pytest.raises(NotInRecord):
        opener.reshare(asked.pk)
    assert worlds.keys_of(world) == before


def test_only_who_has_a_share_of_the_old_key_comes(world):
    asked = worlds.due()
    late = worlds.Holder(world.unit)
    worlds.begin_all()
    with pytest.raises(HoldsNoShare):
        resharing.join_resharing(asked.pk, by=late.officer)


class Killed(Exception):
    """What ends the process at this point."""


@pytest.mark.parametrize("step", ["held_records", "reseal_held", "end_resealing"])
@pytest.mark.parametrize("is_before", [True, False])
def test_killed_at_any_step_it_goes_on_and_each_record_is_resealed_once(
    world, monkeypatch, step, is_before
):
    asked, opener = worlds.due(), worlds.new_opener()
    worlds.come_and_give(opener, asked, *world.people[:2])
    do = getattr(opener_rows.OpenerRows, step)

    def killed(*args):
        if not is_before:
            do(*args)
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(opener_rows.OpenerRows, step, killed)
        with pytest.raises(Killed):
            opener.reseal(asked.pk)
    again = worlds.new_opener()
    with contextlib.suppress(AlreadyOpened):
        with pytest.raises(Lapsed):
            again.reseal(asked.pk)
        worlds.come_and_give(again, asked, *world.people[:2])
        again.reseal(asked.pk)
    asked.refresh_from_db()
    assert asked.done_at is not None
    assert worlds.keys_of(world) == [asked.hold_key_id.bytes] * 3
    assert Entry.objects.filter(action="keys.held_resealed").count() == 3
    row = world.held[1]
    assert opened_by_two(row, *world.people[:2]) == worlds.WORDS.encode()


def test_after_a_day_two_come_anew_and_what_was_resealed_stays(world, monkeypatch):
    asked, opener = worlds.due(), worlds.new_opener()
    worlds.come_and_give(opener, asked, *world.people[:2])
    monkeypatch.setattr(resharing_acts, "_MOST_RECORDS", 1)
    assert opener.reseal(asked.pk) == (1, False)
    ResharingRequest.objects.update(joined_at=times.now() - datetime.timedelta(days=2))
    again = worlds.due()
    assert again != asked
    assert (again.hold_key_id, again.records) == (asked.hold_key_id, 2)
    opener = worlds.new_opener()
    worlds.come_and_give(opener, again, *world.people[1:])
    assert [opener.reseal(again.pk) for _ in range(2)] == [(1, False), (1, True)]


def test_a_hold_that_ends_while_it_runs_leaves_its_record_under_the_old_key(world, monkeypatch):
    asked, opener = worlds.due(), worlds.new_opener()
    worlds.come_and_give(opener, asked, *world.people[:2])
    held_records = opener_rows.OpenerRows.held_records

    def ended_after_reading(rows, *args):
        found = held_records(rows, *args)
        worlds.end_hold(world, world.held[1].tip_ref)
        return found

    monkeypatch.setattr(opener_rows.OpenerRows, "held_records", ended_after_reading)
    assert opener.reseal(asked.pk) == (2, True)
    new, old = asked.hold_key_id.bytes, world.key.pk.bytes
    assert worlds.keys_of(world) == [new, old, new]
    # It is purged as any, and keeps the key of its month until then.
    assert not resealing.due_keys()


def test_what_is_put_on_hold_while_it_runs_is_resealed_too(world, monkeypatch):
    asked, opener = worlds.due(), worlds.new_opener()
    worlds.come_and_give(opener, asked, *world.people[:2])
    late = SealedIdentity.objects.create(
        tip_ref=world.gone[0].tip_ref,
        unit=world.unit,
        kind="contact",
        ciphertext=world.copies[0],
    )
    monkeypatch.setattr(resharing_acts, "_MOST_RECORDS", 2)
    assert opener.reseal(asked.pk) == (2, False)
    worlds.hold_tip(world, late.tip_ref)
    assert opener.reseal(asked.pk) == (2, True)
    late.refresh_from_db()
    assert bytes(late.ciphertext)[1:17] == asked.hold_key_id.bytes


def test_the_sealed_words_of_another_record_are_put_in_nobodys_place(world):
    one, other = world.held
    SealedIdentity.objects.filter(pk=one.pk).update(ciphertext=other.ciphertext)
    asked, opener = worlds.due(), worlds.new_opener()
    worlds.come_and_give(opener, asked, *world.people[:2])
    assert opener.reseal(asked.pk) == (2, False)
    one.refresh_from_db()
    assert bytes(one.ciphertext) == bytes(other.ciphertext)
    assert opener.reseal(asked.pk) == (0, False)


def test_the_function_replaces_only_what_is_on_hold_by_a_request_that_two_agreed_to(world, become):
    asked, opener = worlds.due(), worlds.new_opener()
    row, other = world.held
    before = bytes(row.ciphertext)
    after = b"\x04" + asked.hold_key_id.bytes + before[17:]

    def replaced(*, record=row.pk, opened=before, by=after, place="identity"):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT vault_reseal_held(%s, %s, %s, %s, %s)",
                [asked.pk, place, record, opened, by],
            )
            return cursor.fetchone()[0]

    become("opener")
    # Nobody came yet.
    assert not replaced()
    become("owner")
    worlds.come_and_give(opener, asked, *world.people[:2])
    become("opener")
    refused = [
        {"record": other.pk},
        {"place": "inbound"},
        {"opened": before[:-1] + b"x"},
        {"by": before},
        {"by": b"\x04" + world.people[0].key.pk.bytes + before[17:]},
        {"by": after + b"x"},
        {"by": b"\x03" + before[17:]},
    ]
    assert [replaced(**each) for each in refused] == [False] * len(refused)
    become("owner")
    worlds.end_hold(world, row.tip_ref)
    become("opener")
    assert not replaced()
    become("owner")
    assert worlds.keys_of(world) == [world.key.pk.bytes] * 3
    assert not Entry.objects.filter(action="keys.held_resealed").exists()
    UnitKey.objects.filter(pk=asked.hold_key_id).update(destroyed_at=times.now())
    become("opener")
    row, before = other, bytes(other.ciphertext)
    assert not replaced(
        record=row.pk, opened=before, by=b"\x04" + asked.hold_key_id.bytes + before[17:]
    )


@pytest.mark.parametrize("process", ["public", "desk", "edge", "worker", "sender"])
def test_nobody_but_the_opener_reseals(become, process):
    become(process)
    for statement in (
        "SELECT vault_reseal_held(gen_random_uuid(), 'identity', gen_random_uuid(), '', '')",
        "SELECT * FROM vault_held_records(gen_random_uuid(), 1)",
        "SELECT vault_end_resealing(gen_random_uuid())",
        "SELECT * FROM vault_held_files(gen_random_uuid())",
        "SELECT vault_note_resealed_file(gen_random_uuid(), gen_random_uuid())",
        "UPDATE vault_sealedidentity SET ciphertext = ''",
        "UPDATE vault_resharingrequest SET hold_key_id = NULL",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            connection.cursor().execute(statement)


def nothing_is_due():
    resealing.note_due_resealings()
    return not resealing.open_requests().exists()


def test_nothing_is_asked_while_anything_else_of_the_key_is_left(world, become):
    late = worlds.sealed_contact(world.unit, worlds.make.tip(unit=world.unit))
    SealedIdentity.objects.filter(pk=late.pk).update(ciphertext=world.copies[0])
    assert nothing_is_due()
    # Not agreed to yet: it may lapse.
    hold = worlds.hold_tip(world, late.tip_ref, is_agreed=False)
    assert nothing_is_due()
    hold.delete()
    late.delete()
    become("worker")
    assert not nothing_is_due()


def test_a_request_is_dropped_when_its_holds_end(world):
    asked = worlds.due()
    worlds.end_hold(world, world.held[0].tip_ref)
    assert nothing_is_due()
    asked.refresh_from_db()
    assert asked.dropped_at is not None


def test_nothing_is_asked_of_a_month_that_is_just_over(world):
    worlds.retire(world.key, days=100)
    assert nothing_is_due()


def held_file(world, tip_id):
    """An original as it was sealed in that month."""
    UnitKey.objects.filter(unit=world.unit, retired_at=None).update(retired_at=times.now())
    before = UnitKey.objects.get(pk=world.key.pk).retired_at
    UnitKey.objects.filter(pk=world.key.pk).update(retired_at=None)
    seal.forget_public_keys()
    path = store.keep_original(PICTURE, unit_id=world.unit.pk)
    UnitKey.objects.filter(pk=world.key.pk).update(retired_at=before)
    return Attachment.objects.create(
        tip_id=tip_id, kind="image", mime="image/jpeg", size=9, original_path=path
    )


def key_of_file(file):
    return store.first_sealed_bytes(file.original_path, 17)[1:]


def through_the_door(monkeypatch, opener):
    """What the desk asks, done in this process, with the opener's role."""

    @as_process("opener")
    def reseal_file(asked):
        path, sealed = opener.reseal_file(asked)
        return opener_client.ResealedFile(path, sealed) if path else None

    @as_process("opener")
    def reseal(asked):
        return opener_client.Resealed(*opener.reseal(asked))

    monkeypatch.setattr(opener_client, "reseal_file", reseal_file)
    monkeypatch.setattr(opener_client, "reseal", reseal)


def test_originals_are_resealed_with_the_rest_and_open_by_two(world, become, monkeypatch):
    files = [held_file(world, row.tip_ref) for row in world.held]
    stranger = held_file(world, worlds.make.tip(unit=world.unit).pk)
    assert nothing_is_due()
    (data_folder() / stranger.original_path).unlink()
    asked, opener = worlds.due(), worlds.new_opener()
    assert asked.records == 5
    worlds.come_and_give(opener, asked, *world.people[:2])
    become("opener")
    # What is not in its place yet is handed out once more.
    path, sealed = opener.reseal_file(asked.pk)
    assert path == files[0].original_path
    assert opener.reseal(asked.pk) == (3, False)
    through_the_door(monkeypatch, opener)
    resharing._reseal_all(asked.pk)
    become("owner")
    assert [key_of_file(file) for file in files] == [asked.hold_key_id.bytes] * 2
    custodians = keys.unlock_custodian_keys(keys.operator_file(), worlds.PASSPHRASE)
    private = epochs.open_as_custodians(asked.hold_key_id, custodians)
    assert store.open_original(files[1].original_path, private) == PICTURE
    asked.refresh_from_db()
    assert asked.done_at is not None
    tips = Entry.objects.filter(action="keys.held_resealed").values_list("detail__tip", flat=True)
    assert sorted(tips).count(str(files[0].tip_id)) == 4
    assert PICTURE not in sealed


def test_a_file_whose_hold_ended_is_not_handed_out_and_one_of_another_name_neither(world):
    first, second = (held_file(world, row.tip_ref) for row in world.held)
    asked, opener = worlds.due(), worlds.new_opener()
    worlds.come_and_give(opener, asked, *world.people[:2])
    other = (data_folder() / second.original_path).read_bytes()
    (data_folder() / first.original_path).write_bytes(other)
    worlds.end_hold(world, second.tip_id)
    assert opener.reseal_file(asked.pk) == ("", b"")
    assert key_of_file(first) == key_of_file(second) == world.key.pk.bytes
    assert not opener.reseal(asked.pk)[1]


@pytest.mark.parametrize("staying", [3, 1, 0])
def test_the_custodians_reseal_however_few_hold_keys_by_then(
    world, staying, django_capture_on_commit_callbacks
):
    custodians = keys.unlock_custodian_keys(keys.operator_file(), worlds.PASSPHRASE)
    gone = [person.key.pk for person in world.people[staying:]]
    HolderKey.objects.filter(pk__in=gone).update(retired_at=times.now())
    if staying < 2:
        assert nothing_is_due()
    assert resealing.reseal_as_custodians([]) == 0
    file = held_file(world, world.held[0].tip_ref)
    with django_capture_on_commit_callbacks(execute=True):
        assert resealing.reseal_as_custodians(custodians) == 4
    assert key_of_file(file) == UnitKey.objects.get(held_from=world.key).pk.bytes
    assert resealing.reseal_as_custodians(custodians) == 0
    (hold_key,) = UnitKey.objects.filter(held_from=world.key)
    assert worlds.keys_of(world) == [hold_key.pk.bytes] * 3
    private = epochs.open_as_custodians(hold_key.pk, custodians)
    row = SealedIdentity.objects.get(pk=world.held[0].pk)
    assert (
        epochs.open_with_unit_key(bytes(row.ciphertext), private, kind="contact", ref=row.tip_ref)
        == worlds.WORDS.encode()
    )
    assert hold_key.shares.exclude(holder_key=None).count() == (staying if staying > 1 else 0)
    days_later(8)
    end_epochs(django_capture_on_commit_callbacks)
    world.key.refresh_from_db()
    assert world.key.destroyed_at is not None
    # Once two hold again, the hold key is split among them as any.
    newcomers = [worlds.Holder(world.unit) for _ in range(2)]
    worlds.begin_all()
    with django_capture_on_commit_callbacks(execute=True):
        epochs.split_all_anew(custodians)
    assert opened_by_two(world.held[0], *newcomers) == worlds.WORDS.encode()


def test_two_holders_do_not_go_on_with_a_hold_key_that_only_the_custodians_open(world):
    alone = epochs.make_hold_key(world.key, [])
    asked = worlds.due()
    assert asked.hold_key_id != alone.pk
    assert worlds.due() == asked


def test_what_cannot_be_resealed_is_told_and_waits(world, monkeypatch):
    monkeypatch.setattr(opener_client, "reseal_file", lambda _: None)
    monkeypatch.setattr(opener_client, "reseal", lambda _: opener_client.Resealed(0, False))
    with pytest.raises(NotAllResealed):
        resharing._reseal_all(worlds.due().pk)
