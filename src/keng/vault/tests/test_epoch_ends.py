"""Epochs die when nothing sealed to them is left; then no copy of the database opens anything."""

import datetime
import os
import uuid

import pytest
from django.db import connection

from keng.audit.models import Entry
from keng.files import store
from keng.kit import times
from keng.kit.database import data_folder
from keng.runtime import epoch_ends as task
from keng.runtime.backup import epoch_keys, recipient
from keng.vault import epoch_ends, epochs, keys
from keng.vault.models import KeyShare, SealedIdentity, UnitKey
from keng.vault.opener import sessions
from keng.vault.opener.opener_rows import OpenerRows
from keng.vault.opener_client import NotInRecord
from keng.vault.tests import test_opener as acts
from keng.vault.tests.key_holders import PASSPHRASE, begin_all, current, make_holders

pytestmark = pytest.mark.django_db


@pytest.fixture
def holders(unit):
    return make_holders(unit, 2)


def retire_all(unit):
    """A month goes by, and a day."""
    before = UnitKey.objects.filter(unit=unit, retired_at=None)
    old = list(before.values_list("pk", flat=True))
    UnitKey.objects.filter(pk__in=old).update(epoch=datetime.date(2026, 1, 1))
    begin_all()
    UnitKey.objects.filter(pk__in=old).update(retired_at=times.now() - datetime.timedelta(days=2))
    return UnitKey.objects.filter(pk__in=old)


def test_a_key_dies_when_nothing_sealed_to_it_is_left(
    unit, holders, django_capture_on_commit_callbacks
):
    row, key = acts.sealed_contact(unit), current(unit)
    retire_all(unit)
    uses = task.key_uses()
    assert not epoch_ends.epoch_is_over(key, uses)
    with django_capture_on_commit_callbacks(execute=True):
        task.end_epochs()
    key.refresh_from_db()
    assert key.destroyed_at is None
    assert epochs.wrap_key_file(key.pk).exists()
    row.delete()
    assert epoch_ends.epoch_is_over(key, uses)
    with django_capture_on_commit_callbacks(execute=True):
        task.end_epochs()
    key.refresh_from_db()
    assert key.destroyed_at is not None
    assert not epochs.wrap_key_file(key.pk).exists()
    assert not KeyShare.objects.filter(unit_key=key).exists()
    assert Entry.objects.filter(action="keys.epoch_destroyed", object_id=str(key.pk)).exists()
    assert epochs.wrap_key_file(current(unit).pk).exists()


def test_a_file_on_the_disk_keeps_its_key(unit, holders, django_capture_on_commit_callbacks):
    path, key = store.keep_original(b"a picture", unit_id=unit.pk), current(unit)
    retire_all(unit)
    with django_capture_on_commit_callbacks(execute=True):
        task.end_epochs()
    key.refresh_from_db()
    assert key.destroyed_at is None
    (data_folder() / path).unlink()
    with django_capture_on_commit_callbacks(execute=True):
        task.end_epochs()
    key.refresh_from_db()
    assert key.destroyed_at is not None


def test_a_key_that_still_seals_and_the_operators_key_never_die(unit, holders):
    task.end_epochs()
    assert not UnitKey.objects.filter(destroyed_at__isnull=False).exists()


def test_wrap_keys_that_a_killed_worker_left_are_swept(unit, holders):
    left = epochs.epochs_folder() / str(uuid.uuid4())
    left.write_bytes(b"k" * 32)
    task.end_epochs()
    assert left.exists()
    os.utime(left, (0, 0))
    task.end_epochs()
    assert not left.exists()
    assert epochs.wrap_key_file(current(unit).pk).exists()


def test_an_old_backup_with_todays_keys_opens_nothing_of_a_dead_epoch(
    unit, holders, tmp_path, django_capture_on_commit_callbacks
):
    recipient.make_recipient(_stick(tmp_path), PASSPHRASE)
    private = recipient.read_private_key(_stick(tmp_path), PASSPHRASE)
    rows = [acts.sealed_contact(unit) for _ in range(50)]
    key, (first, second) = current(unit), holders
    epoch_keys.save_epoch_keys()
    assert epoch_keys.keys_without_backup() == 0
    # What an old copy of the database has.
    shares, identities = list(KeyShare.objects.filter(unit_key=key)), list(rows)
    SealedIdentity.objects.all().delete()
    retire_all(unit)
    with django_capture_on_commit_callbacks(execute=True):
        task.end_epochs()
    assert str(key.pk) not in {p.name.partition(".")[0] for p in _sealed_copies()}
    # It is restored: rows as they were, the keys those of today, with their own backup.
    UnitKey.objects.filter(pk=key.pk).update(destroyed_at=None)
    KeyShare.objects.bulk_create(shares)
    SealedIdentity.objects.bulk_create(identities)
    epoch_keys.bring_epoch_keys_back(epoch_keys.epoch_backup_folder(), private)
    connection.ensure_connection()
    opener = sessions.Opener(OpenerRows(connection.connection, data_folder()))
    opened = 0
    for row in identities:
        request = acts.make_request(row, first)
        acts.approve(request, second)
        for holder in holders:
            with pytest.raises(NotInRecord):
                opener.share_for(request.pk, holder.key.pk)
    custodians = keys.unlock_custodian_keys(keys.operator_file(), PASSPHRASE)
    opened += epochs.open_as_custodians(key.pk, custodians) is not None
    assert opened == 0
    # The next run of what a restore does again, and of the worker, destroys it once more.
    with django_capture_on_commit_callbacks(execute=True):
        epoch_ends.destroy_epoch(key.pk)
    assert UnitKey.objects.get(pk=key.pk).destroyed_at is not None


def test_a_backup_of_wrap_keys_brings_them_back(unit, holders, tmp_path):
    recipient.make_recipient(_stick(tmp_path), PASSPHRASE)
    private = recipient.read_private_key(_stick(tmp_path), PASSPHRASE)
    before = {file.name: file.read_bytes() for file in epochs.epochs_folder().iterdir()}
    assert epoch_keys.keys_without_backup() == len(before) == 2
    assert epoch_keys.save_epoch_keys().kept == 2
    assert not any(key in file.read_bytes() for file in _sealed_copies() for key in before.values())
    for file in epochs.epochs_folder().iterdir():
        file.unlink()
    # A folder that was lost is no folder whose keys died.
    assert epoch_keys.save_epoch_keys().removed == 0
    assert epoch_keys.bring_epoch_keys_back(epoch_keys.epoch_backup_folder(), private) == 2
    assert before == {file.name: file.read_bytes() for file in epochs.epochs_folder().iterdir()}


def _stick(tmp_path):
    return tmp_path / "stick.key"


def _sealed_copies():
    return list(epoch_keys.epoch_backup_folder().iterdir())
