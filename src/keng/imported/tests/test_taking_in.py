"""Two people, then the worker in portions: cut, sealed, once, and nothing else begins by it."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from nacl.exceptions import CryptoError

from keng.accounts.who import Role
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.delivery.models import Dispatch
from keng.imported import destroying, proposing, taking_in
from keng.imported.box import open_rows
from keng.imported.errors import ImportDecided, NothingToTakeIn, ProposedItself, SheetWaits
from keng.imported.models import (
    TAKEN_IN_WITHIN,
    ImportBatch,
    ImportedTip,
    ImportedWarning,
    ImportKind,
)
from keng.imported.tests.office import look_at, make_office, propose, take_in
from keng.kit import times
from keng.lookup.models import Indicator, Listing
from keng.retention.tests.world import period
from keng.tips.models import Alarm, Clock, Sighting, Suggestion, Tip
from keng.vault import seal
from keng.vault.models import SealedIdentity, UnitKey
from tests import make

pytestmark = pytest.mark.django_db
NAMED = (
    "01/03/2024;Đồng Xanh;;Có kẻ gọi lừa chuyển tiền, tôi tên Nguyễn Văn Kiểm, số của tôi "
    "0912345678;Zalo;Đã làm rõ;02/04/2024;Có;;"
)


@pytest.fixture
def office():
    return make_office()


def test_nothing_comes_in_before_a_second_person_agrees(office):
    batch = propose(office, look_at(office, NAMED))
    assert taking_in.take_in_rows() == 0
    assert b"0912345678" not in bytes(batch.rows_boxed)
    with pytest.raises(SheetWaits):
        propose(office, look_at(office, NAMED))
    with pytest.raises(ProposedItself):
        proposing.decide_on_import(batch.pk, is_agreed=True, by=office.commander)
    stranger = make.officer(unit=make.province_unit(), role=Role.COMMANDER)
    with pytest.raises(NotAllowed):
        proposing.decide_on_import(batch.pk, is_agreed=True, by=stranger)
    proposing.decide_on_import(batch.pk, is_agreed=True, by=office.coordinator)
    with pytest.raises(ImportDecided):
        proposing.withdraw_import(batch.pk, by=office.commander)
    with pytest.raises(NothingToTakeIn):
        propose(office, look_at(office, "vô nghĩa;;;;;;;;;"), digest=b"e" * 32)


def test_words_are_cut_and_sealed_and_the_sheet_is_destroyed(office, become):
    batch = propose(office, look_at(office, NAMED))
    proposing.decide_on_import(batch.pk, is_agreed=True, by=office.coordinator)
    become("worker")
    assert taking_in.take_in_rows() == 1
    become("owner")
    batch.refresh_from_db()
    made = ImportedTip.objects.get()
    assert (batch.added, batch.done_at is not None, bytes(batch.rows_boxed)) == (1, True, b"")
    assert "0912345678" not in made.text
    assert "Nguyễn" not in made.text
    sealed = SealedIdentity.objects.get(tip_ref=made.pk)
    assert sealed.unit == office.desk
    assert sealed.holds == ["name", "phone"]
    assert made.unit == office.desk


def test_nothing_rings_is_sent_suggested_or_looked_up(office):
    grave = NAMED.replace("Có kẻ gọi", "Nó đang cầm dao đòi giết tôi, tài khoản 19001234567 gọi")
    take_in(office, look_at(office, grave, NAMED))
    assert ImportedTip.objects.count() == 2
    for model in (Tip, Alarm, Clock, Dispatch, Suggestion, Sighting, Indicator, Listing):
        assert not model.objects.exists()


def test_words_about_officers_and_for_named_officers_are_only_counted(office):
    end = ";Zalo;Đã làm rõ;02/04/2024;Có;;"
    batch = take_in(
        office,
        look_at(
            office,
            f"01/03/2024;;;Công an xã nhận tiền của quán karaoke{end}",
            f"01/03/2024;;;Cháu bé 9 tuổi bị hàng xóm xâm hại{end}",
            f"01/03/2024;;;Mất trộm gà ở xóm dưới{end}",
        ),
    )
    assert sorted(ImportedTip.objects.values_list("text", flat=True)) == [
        "",
        "",
        "Mất trộm gà ở xóm dưới",
    ]
    # The second person agreed to three at most.
    assert batch.summary["notes"] == {"words": 3}
    assert batch.notes == {"words": 1, "words_about_officers": 1, "words_for_named": 1}


def test_words_that_cannot_be_sealed_are_only_counted(office):
    UnitKey.objects.filter(unit=office.desk).update(retired_at=times.now())
    seal.forget_public_keys()
    nothing_to_seal = "02/03/2024;Đồng Xanh;;Mất trộm gà;;Đã làm rõ;02/04/2024;;;"
    batch = take_in(office, look_at(office, NAMED, nothing_to_seal))
    assert (batch.added, batch.result) == (2, {"words_without_key": 1, "words": 1})
    assert set(ImportedTip.objects.values_list("text", flat=True)) == {"", "Mất trộm gà"}


def test_what_was_counted_here_since_the_dry_run_stays_out(office, become):
    batch = propose(office, look_at(office, "03/2026;;;;;;;;9;", "01/02/2026;;;;;;;;;"))
    make.tip(unit=office.desk, received_at=times.start_of(datetime.date(2026, 3, 12)))
    proposing.decide_on_import(batch.pk, is_agreed=True, by=office.coordinator)
    become("worker")
    assert taking_in.take_in_rows() == 2
    become("owner")
    batch.refresh_from_db()
    assert (batch.added, batch.result) == (1, {"counted_here": 1})


def test_a_sheet_that_cannot_be_taken_in_ends_and_keeps_no_other_waiting(office, become):
    stuck, other = (
        propose(office, look_at(office, NAMED), digest=digest * 32) for digest in (b"a", b"b")
    )
    for batch in (stuck, other):
        proposing.decide_on_import(batch.pk, is_agreed=True, by=office.coordinator)
    ImportBatch.objects.filter(pk=stuck.pk).update(rows_boxed=b"no box" * 20)
    become("worker")
    assert taking_in.take_in_rows() == 1
    with pytest.raises(CryptoError):
        taking_in.take_in_rows()
    assert destroying.expire_batches() == 0
    become("owner")
    ImportBatch.objects.filter(pk=stuck.pk).update(agreed_at=times.now() - TAKEN_IN_WITHIN)
    become("worker")
    assert destroying.expire_batches() == 1
    assert taking_in.take_in_rows() == 0
    become("owner")
    stuck.refresh_from_db()
    assert (bytes(stuck.rows_boxed), stuck.ended_at is None, stuck.is_coming_in) == (b"", 0, 0)
    ended = Entry.objects.get(action="import.expired")
    assert (ended.object_id, ended.detail["added"]) == (str(stuck.pk), 0)


def test_killed_between_portions_it_goes_on_and_adds_nothing_twice(office, monkeypatch):
    lines = [f"{day:02}/03/2024;;;;;;;;;" for day in range(1, 8)]
    batch = propose(office, look_at(office, *lines))
    proposing.decide_on_import(batch.pk, is_agreed=True, by=office.coordinator)
    assert taking_in.take_in_rows(portion=3) == 3

    def killed(*_args, **_kwargs):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(SealedIdentity.objects, "bulk_create", killed)
        with pytest.raises(SystemExit):
            taking_in.take_in_rows(portion=3)
    assert ImportedTip.objects.count() == 3
    with CaptureQueriesContext(connection) as asked:
        assert taking_in.take_in_rows(portion=3) == 3
    assert len(asked) <= 12
    assert taking_in.take_in_rows(portion=3) == 1
    assert taking_in.take_in_rows(portion=3) == 0
    batch.refresh_from_db()
    assert (batch.added, ImportedTip.objects.count()) == (7, 7)
    # Another file with the same lines, looked at before the first was in.
    monkeypatch.setattr("keng.imported.dry_run._leave_out_known", lambda *_: None)
    again = take_in(office, look_at(office, *lines), digest=b"e" * 32)
    assert (again.added, ImportedTip.objects.count()) == (0, 7)


def test_refused_withdrawn_or_late_the_rows_are_destroyed(office, become):
    def waiting(digest):
        return propose(office, look_at(office, NAMED), digest=digest * 32)

    refused, withdrawn, late = waiting(b"a"), waiting(b"b"), waiting(b"c")
    proposing.decide_on_import(refused.pk, is_agreed=False, by=office.coordinator)
    proposing.withdraw_import(withdrawn.pk, by=office.commander)
    ImportBatch.objects.filter(pk=late.pk).update(expires_at=times.now())
    with pytest.raises(ImportDecided):
        proposing.decide_on_import(late.pk, is_agreed=True, by=office.coordinator)
    become("worker")
    assert destroying.expire_batches() == 1
    become("owner")
    assert all(not batch.rows_boxed for batch in ImportBatch.objects.all())
    assert open_rows(b"").rows == []
    assert taking_in.take_in_rows() == 0
    actions = set(Entry.objects.values_list("action", flat=True))
    assert {"import.refused", "import.withdrawn", "import.expired"} <= actions


def test_words_that_fall_due_are_destroyed_with_what_was_sealed(office, become):
    take_in(office, look_at(office, NAMED, NAMED.replace("2024", "2026")))
    period(office.province, months=12)
    become("worker")
    assert destroying.purge_imported_words() == 1
    assert destroying.purge_imported_words() == 0
    become("owner")
    old = ImportedTip.objects.get(on=datetime.date(2024, 3, 1))
    kept = ImportedTip.objects.get(on=datetime.date(2026, 3, 1))
    assert (old.text, old.purged_at is not None, kept.text != "") == ("", True, True)
    assert SealedIdentity.objects.values_list("tip_ref", flat=True).get() == kept.pk


def test_earlier_warnings_come_in_as_text(office):
    head = "Ngày;Xã, phường;Loại;Nội dung cảnh báo;Số nhóm"
    lines = ("05/06/2024;Đồng Xanh;;Cảnh giác cuộc gọi lạ;120", "05/06/2024;;;;3")
    found = look_at(office, *lines, kind=ImportKind.WARNINGS, head=head)
    assert [line["why"] for line in found.waiting.refused] == ["no_words"]
    take_in(office, found, kind=ImportKind.WARNINGS)
    made = ImportedWarning.objects.get()
    assert (made.text, made.groups, made.unit) == ("Cảnh giác cuộc gọi lạ", 120, office.desk)


def test_in_a_restored_database_it_is_destroyed_again(office):
    take_in(office, look_at(office, NAMED))
    waiting = propose(office, look_at(office, NAMED.replace("Đồng Xanh", "")), digest=b"e" * 32)
    # Agreed to as it was when the backup was made, and too late since.
    proposing.decide_on_import(waiting.pk, is_agreed=True, by=office.coordinator)
    made = ImportedTip.objects.get()
    destroying.purge_again(made.pk)
    destroying.end_again(waiting.pk)
    destroying.end_again(waiting.pk)
    made.refresh_from_db()
    waiting.refresh_from_db()
    assert (made.text, bytes(waiting.rows_boxed), waiting.ended_at is None) == ("", b"", False)
    assert not SealedIdentity.objects.exists()
    ended = Entry.objects.filter(action__in=["import.purged", "import.expired"])
    assert ended.count() == 2
