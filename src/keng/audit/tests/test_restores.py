"""A restore on record explains what it lost, and nothing else."""

import datetime as dt

import pytest

from keng.audit.actions import record
from keng.audit.verify import ChainFault
from keng.audit.witness import (
    RestoreOnRecord,
    print_verification,
    restore_that_lost,
    restores_on_record,
)
from keng.delivery.actions.restored import settle_after_restore
from keng.kit import times

MADE = dt.datetime(2026, 11, 30, 3, tzinfo=dt.UTC)
RESTORE = RestoreOnRecord(seq=1, at=MADE + dt.timedelta(hours=5), backup_made_at=MADE)


@pytest.mark.parametrize(
    ("hours", "is_lost"), [(-1, False), (0, False), (1, True), (5, True), (6, False), (None, False)]
)
def test_only_what_was_signed_between_backup_and_restore_was_lost(hours, is_lost):
    signed_at = None if hours is None else MADE + dt.timedelta(hours=hours)
    fault = ChainFault("unit:one", 7, "is missing now", signed_at)
    assert restore_that_lost(fault, [RESTORE]) == (RESTORE if is_lost else None)
    assert restore_that_lost(fault, []) is None


@pytest.mark.django_db
def test_a_restore_says_from_when_its_backup_was_and_the_verification_says_it_first(capsys):
    settle_after_restore()
    assert restores_on_record() == []
    made_at = times.now() - dt.timedelta(hours=3)
    settle_after_restore(made_at)
    (restore,) = restores_on_record()
    assert (restore.backup_made_at, restore.seq) == (made_at, 2)
    assert print_verification() == 0
    said = capsys.readouterr().out
    assert said.startswith("Restored on ")
    assert "It is on record (installation entry 2)." in said


@pytest.mark.django_db
def test_an_entry_that_names_no_moment_explains_nothing():
    record(
        "data.restored",
        by="operator",
        on=None,
        chain="installation",
        detail={"backup_made_at": "yesterday"},
    )
    assert restores_on_record() == []
