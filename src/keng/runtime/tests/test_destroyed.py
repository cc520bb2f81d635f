"""The list of what a restore does again: nothing committed is missing, nobody is named."""

import contextlib
import datetime
import os

import pytest
from django.db import transaction

from keng.accounts import naming, passkeys
from keng.accounts.models import NamedOfficer, Officer, OfficerPasskey
from keng.accounts.passkey_answers import stop_passkey
from keng.acts.work import work
from keng.audit.models import Entry
from keng.dialogue import replaced_codes
from keng.dialogue.reporter import open_one_time_link
from keng.dialogue.withdrawal import withdraw_tip
from keng.kit import times
from keng.network.actions import after_restore, leads
from keng.network.models import Group, Lead, Subscription
from keng.runtime.backup import destroyed, destroyed_kinds
from keng.tips import receipt_codes
from keng.tips.models import OneTimeLink, Receipt, Tip
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    """The list of this test alone; the site's key is the run's."""
    monkeypatch.setattr(destroyed, "data_folder", lambda: tmp_path)
    return tmp_path / "destroyed"


@contextlib.contextmanager
def after_the_backup():
    """What is done in it is listed, and lost with the restore."""
    with transaction.atomic():
        yield
        destroyed.list_destroyed()
        transaction.set_rollback(True)


@work()
def renew(officer):
    from keng.audit.actions import record

    record("officer.credentials_renewed", by="operator", on=officer, chain="accounts")


def listed():
    return sorted(destroyed.listed_lines([destroyed.destroyed_folder()]))


def kinds():
    return [line.partition(" ")[0] for line in listed()]


def test_what_was_taken_back_is_listed_once_and_names_nobody(data):
    tip = make.tip(unit=make.unit())
    withdraw_tip(tip.pk)
    for _ in range(3):
        assert destroyed.list_destroyed() == 0
    assert kinds() == ["tip.withdrawn"]
    written = "".join(file.read_text() for file in data.iterdir())
    assert str(tip.pk) not in written
    assert tip.pk.hex[:8] not in written


def test_what_was_rolled_back_is_not_listed():
    subscription = make.subscription(places=())

    @work()
    def stop_and_fail():
        after_restore.stop_subscription_again(subscription.pk)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stop_and_fail()
    destroyed.list_destroyed()
    assert listed() == []


def test_half_a_line_that_a_killed_worker_left_is_written_again(data):
    after_restore.stop_subscription_again(make.subscription(places=()).pk)
    after_restore.stop_subscription_again(make.subscription(places=()).pk)
    destroyed.list_destroyed()
    whole = listed()
    (file,) = data.glob("destroyed-*.list")
    os.truncate(file, file.stat().st_size - 5)
    assert len(listed()) == 1
    destroyed.list_destroyed()
    assert listed() == whole


def test_a_restored_database_does_again_what_the_list_says_and_nothing_else(data):
    unit = make.unit()
    gone, stays = make.tip(unit=unit), make.tip(unit=unit)
    leads = [make.lead(unit=unit) for _ in range(3)]
    groups = [make.group(unit=unit, place=make.place()) for _ in range(2)]
    withdraw_tip(gone.pk)
    after_restore.stop_lead_again(leads[0].pk)
    after_restore.ask_to_erase_again(leads[2].pk)
    after_restore.retire_group_again(groups[0].pk)
    destroyed.list_destroyed()
    assert kinds() == ["group.retired", "lead.erase_asked", "lead.stopped", "tip.withdrawn"]
    # As the backup has them.
    Tip.objects.filter(pk=gone.pk).delete()
    back = make.tip(unit=unit, id=gone.pk, text="Lời đã được rút lại")
    Lead.objects.update(stopped_at=None, stopped_by_link=False, erase_asked_at=None)
    Group.objects.update(is_active=True)
    told = destroyed.do_listed_again([data])
    assert (sum(told.done.values()), told.failed) == (4, {})
    back.refresh_from_db()
    stays.refresh_from_db()
    assert (back.text, back.outcome, stays.withdrawn_at) == ("", "withdrawn", None)
    assert list(Lead.objects.filter(stopped_at=None)) == [leads[1]]
    assert list(Lead.objects.filter(erase_asked_at__isnull=False)) == [leads[2]]
    assert list(Group.objects.filter(is_active=True)) == [groups[1]]
    assert destroyed.do_listed_again([data]).done == {}


def test_an_old_sign_in_is_void_and_stands_on_record(data):
    officer = make.officer(unit=make.unit(), password="the old one of a test")
    with after_the_backup():
        renew(officer)
    told = destroyed.do_listed_again([data])
    assert sum(told.done.values()) == 1
    assert not Officer.objects.get().has_usable_password()
    assert Entry.objects.filter(action="officer.sign_in_voided", actor_id="operator").exists()


def test_a_row_that_cannot_be_changed_does_not_stop_the_others(data, monkeypatch):
    for _ in range(2):
        after_restore.stop_subscription_again(make.subscription(places=()).pk)
    destroyed.list_destroyed()
    Subscription.objects.update(stopped_at=None)
    broken = iter([True, False])
    again = after_restore.mark_subscription_stopped

    def sometimes(subscription):
        if next(broken):
            raise ZeroDivisionError
        again(subscription)

    monkeypatch.setattr(after_restore, "mark_subscription_stopped", sometimes)
    told = destroyed.do_listed_again([data])
    assert (list(told.done.values()), told.failed) == ([1], {"subscription.stopped": 1})


def test_lines_of_a_newer_version_and_other_bytes_are_passed_over(data):
    data.mkdir()
    (data / "destroyed-20261130.list").write_bytes(
        b"new.kind " + b"a" * 32 + b"\n\xff\xfe\nlead.stopped short\n" + b"x" * 5000 + b"\n"
    )
    assert listed() == ["new.kind " + "a" * 32]
    assert destroyed.do_listed_again([data]).done == {}


def test_until_when_the_list_says_all_is_told(data):
    assert destroyed.listed_until([data]) is None
    destroyed.list_destroyed()
    assert destroyed.listed_until([data]) is not None


def test_a_code_that_was_replaced_since_opens_nothing_after_a_restore():
    unit = make.unit()
    tip, other = make.tip(unit=unit), make.tip(unit=unit)
    code = receipt_codes.code_from_token(receipt_codes.new_token())
    old = Receipt.objects.create(hash=receipt_codes.code_hash(code), tip=tip)
    replaced_codes.replace_code(tip.pk, code, sheet="A" * 22)
    destroyed.list_destroyed()
    assert kinds() == ["receipt.replaced"]
    # As it was in the backup.
    Receipt.objects.exclude(pk=old.pk).delete()
    Receipt.objects.update(replaced_at=None)
    assert receipt_codes.tip_id_of_code(code) == tip.pk
    destroyed.do_listed_again([destroyed.destroyed_folder()])
    assert receipt_codes.tip_id_of_code(code) is None
    assert Tip.objects.get(pk=tip.pk).codes_disputed_at
    assert Tip.objects.get(pk=other.pk).codes_disputed_at is None


def test_a_new_code_that_the_backup_has_opens_its_report_after_a_restore(data):
    tip = make.tip(unit=make.unit())
    code = receipt_codes.code_from_token(receipt_codes.new_token())
    Receipt.objects.create(hash=receipt_codes.code_hash(code), tip=tip)
    token = replaced_codes.replace_code(tip.pk, code, sheet="A" * 22)
    new = receipt_codes.code_from_token(token)
    destroyed.list_destroyed()
    # The backup was made now: what is listed of the days before it is in it.
    assert destroyed.do_listed_again([data], made_at=times.now()).done == {}
    assert receipt_codes.tip_id_of_code(new) == tip.pk
    # The same again after the backup: the newest code is lost with what was lost.
    replaced_codes.replace_code(tip.pk, new, sheet="B" * 22)
    destroyed.list_destroyed()
    Receipt.objects.exclude(
        hash__in=[receipt_codes.code_hash(each) for each in (code, new)]
    ).delete()
    Receipt.objects.filter(hash=receipt_codes.code_hash(new)).update(replaced_at=None)
    told = destroyed.do_listed_again([data], made_at=times.now())
    assert (sum(told.done.values()), told.failed) == (1, {})
    assert receipt_codes.tip_id_of_code(new) is None


def test_a_list_that_names_the_report_closes_its_codes(data):
    """As versions before wrote it."""
    tip, other = make.tip(unit=make.unit()), make.tip(unit=make.unit())
    code = receipt_codes.code_from_token(receipt_codes.new_token())
    Receipt.objects.create(hash=receipt_codes.code_hash(code), tip=tip)
    data.mkdir()
    line = destroyed._line("receipt.replaced", tip.pk)
    (data / f"destroyed-{times.now():%Y%m%d}.list").write_text(f"{line}\n")
    assert sum(destroyed.do_listed_again([data]).done.values()) == 1
    assert receipt_codes.tip_id_of_code(code) is None
    assert Tip.objects.get(pk=other.pk).codes_disputed_at is None


def passkey_of(holder, table, **columns):
    return table.objects.create(holder=holder, credential_id=os.urandom(16), **columns)


def test_a_passkey_that_was_lost_signs_in_no_more_after_a_restore(data):
    officer, other = make.officer(), make.officer()
    passkey_of(officer, OfficerPasskey)
    passkey_of(other, OfficerPasskey)
    with after_the_backup():
        renew(officer)
    destroyed.do_listed_again([data])
    assert list(OfficerPasskey.objects.values_list("holder", flat=True)) == [other.pk]


def test_passkeys_that_were_removed_or_stopped_since_sign_in_no_more_after_a_restore(data):
    unit = make.unit()
    officer, other = make.officer(unit=unit), make.officer(unit=unit)
    Officer.objects.update(totp_box=b"a second factor")
    removed, own = passkey_of(officer, OfficerPasskey), passkey_of(officer, OfficerPasskey)
    stopped, kept = passkey_of(other, OfficerPasskey), passkey_of(other, OfficerPasskey)
    with after_the_backup():
        passkeys.remove_passkey(removed.pk, by=officer)
        stop_passkey(stopped)
    assert kinds() == ["officer.passkey_removed", "officer.passkey_stopped"]
    assert destroyed.do_listed_again([data]).failed == {}
    assert not OfficerPasskey.objects.filter(pk__in=[removed.pk, own.pk]).exists()
    assert [each.pk for each in passkeys.usable_passkeys_of(other)] == [kept.pk]


def test_what_the_backup_has_of_a_new_sign_in_goes_on(data):
    """Renewed, removed, stopped and replaced in the hours before the backup was made."""
    unit = make.unit()
    officer, lead = make.officer(unit=unit, password="the new one"), make.lead(unit=unit)
    Officer.objects.update(totp_box=b"a second factor")
    stopped, removed = passkey_of(officer, OfficerPasskey), passkey_of(officer, OfficerPasskey)
    kept = passkey_of(officer, OfficerPasskey)
    renew(officer)
    passkeys.remove_passkey(removed.pk, by=officer)
    stop_passkey(stopped)
    leads.reissue_lead_link(lead.pk, by=officer)
    secret = Lead.objects.get().link_secret
    destroyed.list_destroyed()
    assert destroyed.do_listed_again([data], made_at=times.now()).done == {}
    assert Officer.objects.get(pk=officer.pk).has_usable_password()
    assert [each.pk for each in passkeys.usable_passkeys_of(officer)] == [kept.pk]
    assert Lead.objects.get().link_secret == secret
    # What came after it is lost, and the one of the backup opens nothing.
    with after_the_backup():
        renew(officer)
        leads.reissue_lead_link(lead.pk, by=officer)
    assert sum(destroyed.do_listed_again([data], made_at=times.now()).done.values()) == 2
    assert not Officer.objects.get(pk=officer.pk).has_usable_password()
    assert Lead.objects.get().link_secret != secret


def test_a_list_that_names_the_officer_voids_their_sign_in(data):
    """As versions before wrote it."""
    officer = make.officer(unit=make.unit(), password="the old one of a test")
    data.mkdir()
    line = destroyed._line("officer.credentials_renewed", officer.pk)
    (data / f"destroyed-{times.now():%Y%m%d}.list").write_text(f"{line}\n")
    assert sum(destroyed.do_listed_again([data]).done.values()) == 1
    assert not Officer.objects.get().has_usable_password()


def test_who_was_named_no_more_reads_no_such_matter_after_a_restore(data):
    unit = make.unit()
    officer, commander = make.officer(unit=unit), make.officer(unit=unit, role="commander")
    named = naming.name_officer(unit.pk, officer.pk, by=commander)
    kept = naming.name_officer(unit.pk, commander.pk, by=commander)
    naming.end_naming(named.pk, by=commander)
    destroyed.list_destroyed()
    NamedOfficer.objects.update(ended_at=None, ended_by=None)
    destroyed.do_listed_again([data])
    assert list(NamedOfficer.objects.in_force()) == [kept]


def test_what_is_done_a_second_time_is_listed_again_though_the_first_was(data, monkeypatch):
    officer, now = make.officer(), times.now()
    # Of a week ago, and removed with the backups of its days.
    time = destroyed_kinds._time(officer.pk, "officer.credentials_renewed", 1)
    line = destroyed._line("officer.credentials_renewed", time)
    data.mkdir()
    old = data / f"destroyed-{now - datetime.timedelta(days=7):%Y%m%d}.list"
    old.write_text(f"{line}\n")
    renew(officer)
    destroyed.list_destroyed()
    destroyed.remove_old_lists(now - datetime.timedelta(days=3))
    assert listed() == [line]


def test_what_was_listed_well_before_the_backup_is_not_done_again(data):
    officer, now = make.officer(), times.now()
    officer.set_password("la-bang-xanh-ngoai-ngo")
    officer.save()
    data.mkdir()
    line = destroyed._line("officer.credentials_renewed", officer.pk)
    (data / f"destroyed-{now - datetime.timedelta(days=7):%Y%m%d}.list").write_text(f"{line}\n")
    assert destroyed.do_listed_again([data], made_at=now).done == {}
    older = now - datetime.timedelta(days=6)
    assert destroyed.do_listed_again([data], made_at=older).done


def test_a_code_that_was_disputed_since_opens_nothing_though_it_was_replaced_before(data):
    tip, now = make.tip(unit=make.unit()), times.now()
    code = receipt_codes.code_from_token(receipt_codes.new_token())
    Receipt.objects.create(hash=receipt_codes.code_hash(code), tip=tip)
    token = replaced_codes.replace_code(tip.pk, code, sheet="A" * 22)
    long_ago = now - datetime.timedelta(days=9)
    Receipt.objects.filter(replaced_at__isnull=False).update(replaced_at=long_ago)
    replaced_codes.dispute_code(code)
    destroyed.list_destroyed()
    Tip.objects.update(codes_disputed_at=None)
    assert receipt_codes.tip_id_of_code(receipt_codes.code_from_token(token))
    destroyed.do_listed_again([data], made_at=now - datetime.timedelta(days=1))
    assert receipt_codes.tip_id_of_code(receipt_codes.code_from_token(token)) is None


def test_a_link_that_showed_its_code_since_shows_it_no_more_after_a_restore(data):
    tip, other = make.tip(unit=make.unit()), make.tip(unit=make.unit())
    for each, token in ((tip, "mot"), (other, "hai")):
        OneTimeLink.objects.create(tip=each, token_hash=receipt_codes.token_hash(token))
    open_one_time_link("mot", secret="mot.x")
    destroyed.list_destroyed()
    OneTimeLink.objects.update(opened_at=None)
    assert destroyed.do_listed_again([data]).failed == {}
    assert not open_one_time_link("mot", secret="mot.another")
    assert open_one_time_link("hai", secret="hai.x")


def test_the_worker_may_read_what_it_lists(become):
    become("worker")
    destroyed.list_destroyed()
