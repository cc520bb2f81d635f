"""Files that nobody should have to see: quarantine, and copies that are made only on request."""

import datetime as dt
import io
import os

import pytest
from django.db import transaction
from django.test import TestCase
from django.urls import reverse
from PIL import Image

from keng.accounts.models import NamedOfficer
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.decisions import closing, out_of_scope, viewing
from keng.dialogue import withdrawal
from keng.files import held
from keng.kit import times
from keng.kit.database import data_folder
from keng.kit.viewing_copies import NoCopy
from keng.tips import quarantine, sweep_files, viewing_copies
from keng.tips.attachments import store_attachment
from keng.tips.errors import NotYours
from keng.tips.models import Attachment, DialogueMessage, Tip, WaitingPicture
from keng.vault import keys, seal
from keng.vault.models import WorkerKey
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    yield tmp_path
    seal.forget_public_keys()


@pytest.fixture
def unit(own_folder):
    made = make.unit()
    make.unit_key(made)
    make.worker_key()
    return made


@pytest.fixture
def officer(unit):
    made = make.officer()
    make.post(made, unit=unit)
    return made


def abstract_picture(colour="teal"):
    made = io.BytesIO()
    Image.new("RGB", (48, 36), colour).save(made, "PNG")
    return made.getvalue()


def sent(unit, content=None, **fields):
    tip = make.tip(unit=unit, **fields)
    return store_attachment(tip.pk, unit.pk, content or abstract_picture())


def copied(file):
    with TestCase.captureOnCommitCallbacks(execute=True):
        make.copies_to_view()
    file.refresh_from_db()
    return file


def quarantined(file, officer):
    with TestCase.captureOnCommitCallbacks(execute=True):
        viewing.quarantine_file(file.pk, by=officer)
    file.refresh_from_db()
    return file


def name(officer, unit):
    NamedOfficer.objects.create(unit=unit, officer=officer, named_by=officer)


def names_on_disk(folder):
    path = data_folder() / "files" / folder
    return {each.name for each in path.glob("*")} if path.exists() else set()


def test_every_copy_is_gone_at_once_and_the_original_stays_sealed(unit, officer):
    file = copied(sent(unit))
    assert names_on_disk("viewing")
    file = quarantined(file, officer)
    assert names_on_disk("viewing") == set()
    assert (data_folder() / file.original_path).exists()
    assert (file.viewing_path, file.no_copy) == ("", NoCopy.QUARANTINED)
    assert held.is_held(file.original_path)
    entry = Entry.objects.get(action="attachment.quarantined")
    assert entry.actor_id == str(officer.pk)
    with pytest.raises(NotYours):
        viewing.show_attachment(file.pk, by=officer)


def test_what_waits_for_its_copy_is_destroyed_and_none_is_made(unit, officer):
    file = quarantined(sent(unit), officer)
    assert names_on_disk("waiting") == set()
    file = copied(file)
    assert file.no_copy == NoCopy.QUARANTINED
    assert not WaitingPicture.objects.exists()
    assert names_on_disk("viewing") == set()


def test_a_copy_that_is_being_made_just_then_is_thrown_away(unit, officer, monkeypatch):
    file = sent(unit)
    making = viewing_copies.copies.copy_to_view

    def made_meanwhile(content):
        quarantined(file, officer)
        return making(content)

    monkeypatch.setattr(viewing_copies.copies, "copy_to_view", made_meanwhile)
    assert copied(file).no_copy == NoCopy.QUARANTINED
    assert names_on_disk("viewing") == set()


def test_the_same_file_is_quarantined_unseen_when_it_comes_again(unit, officer):
    quarantined(sent(unit), officer)
    again = copied(sent(unit))
    assert again.no_copy == NoCopy.QUARANTINED
    assert held.is_held(again.original_path)
    assert names_on_disk("viewing") == names_on_disk("waiting") == set()
    # A chat can send it to whoever takes reports down, too.
    tip = make.tip(unit=unit)
    with_copy = store_attachment(tip.pk, unit.pk, abstract_picture(), plain_copy=b"copy")
    assert with_copy.viewing_path == ""
    other = copied(sent(unit, abstract_picture("olive")))
    assert other.viewing_path


def test_whoever_sent_it_is_not_told_that_it_is_known(unit, officer):
    quarantined(sent(unit), officer)
    again = copied(sent(unit))
    said = again.tip.messages.filter(author=DialogueMessage.Author.AUTOMATIC)
    assert not said.exists()


def test_hashes_of_two_reports_cannot_be_compared(unit, officer):
    first, second = sent(unit), sent(unit)
    assert bytes(first.keyed_hash) != bytes(second.keyed_hash)


def test_the_reporter_takes_the_report_back_and_the_original_stays(unit, officer):
    file = quarantined(copied(sent(unit)), officer)
    other = store_attachment(file.tip_id, unit.pk, abstract_picture("olive"))
    withdrawal.withdraw_tip(file.tip_id)
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert withdrawal.destroy_withdrawn() == 1
    assert (data_folder() / file.original_path).exists()
    assert not (data_folder() / other.original_path).exists()
    # It is not looked at again and again.
    assert withdrawal.destroy_withdrawn() == 0
    assert withdrawal.destroy_all_withdrawn() == 0


def test_what_is_out_of_scope_is_destroyed_without_it(unit, officer):
    file = quarantined(copied(sent(unit)), officer)
    closing.decline_tip(file.tip_id, kind="out_of_scope", reply="Cảm ơn.", by=officer)
    Tip.objects.filter(pk=file.tip_id).update(closed_at=times.now() - dt.timedelta(days=8))
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert out_of_scope.destroy_expired_content() == 1
    assert (data_folder() / file.original_path).exists()


def test_no_sweep_removes_it_even_when_its_row_is_gone(unit, officer):
    file = quarantined(copied(sent(unit)), officer)
    path = data_folder() / file.original_path
    Attachment.objects.filter(pk=file.pk).delete()
    os.utime(path, (0, 0))
    sweep_files.sweep_files()
    assert path.exists()


def test_a_restored_backup_does_it_again(unit, officer):
    file = copied(sent(unit))
    with TestCase.captureOnCommitCallbacks(execute=True):
        quarantine.quarantine_again(file.pk)
    file.refresh_from_db()
    assert file.no_copy == NoCopy.QUARANTINED
    assert names_on_disk("viewing") == set()


def test_twice_is_once(unit, officer):
    file = quarantined(copied(sent(unit)), officer)
    with transaction.atomic():
        viewing.quarantine_file(file.pk, by=officer)
    assert names_on_disk("originals")


def test_an_officer_does_it_from_the_page_of_the_tip(unit, officer, desk_client):
    sign_in(desk_client, officer)
    file = copied(sent(unit))
    address = reverse("attachment-quarantine", "keng.site.desk_urls", args=[file.pk])
    page = desk_client.get(reverse("tip", "keng.site.desk_urls", args=[file.tip_id]))
    assert address in page.content.decode()
    answer = desk_client.post(address, follow=True)
    assert "Đã cách ly tệp" in answer.content.decode()
    assert address not in answer.content.decode()
    file.refresh_from_db()
    assert file.no_copy == NoCopy.QUARANTINED


def test_nobody_of_another_unit_can(unit, desk_client):
    stranger = make.officer()
    make.post(stranger, unit=make.unit())
    sign_in(desk_client, stranger)
    file = copied(sent(unit))
    address = reverse("attachment-quarantine", "keng.site.desk_urls", args=[file.pk])
    assert desk_client.post(address).status_code == 404
    file.refresh_from_db()
    assert file.viewing_path


def ask_copy_of(file, officer):
    with TestCase.captureOnCommitCallbacks(execute=True):
        viewing.request_copy(file.pk, by=officer)
    return copied(file)


def test_in_a_matter_for_named_officers_no_copy_is_made_until_one_asks(unit, officer):
    file = copied(sent(unit, is_for_named=True))
    assert (file.viewing_path, file.no_copy) == ("", NoCopy.ON_REQUEST)
    assert names_on_disk("viewing") == set()
    name(officer, unit)
    file = ask_copy_of(file, officer)
    assert (bool(file.viewing_path), file.no_copy) == (True, "")
    assert names_on_disk("waiting") == set()
    entry = Entry.objects.get(action="attachment.copy_asked")
    assert entry.actor_id == str(officer.pk)


def test_who_is_not_named_cannot_ask(unit, officer):
    other = make.officer()
    make.post(other, unit=unit)
    name(other, unit)
    file = copied(sent(unit, is_for_named=True))
    with pytest.raises(NotYours):
        viewing.request_copy(file.pk, by=officer)
    file.refresh_from_db()
    assert file.no_copy == NoCopy.ON_REQUEST


def test_a_recording_that_could_be_played_as_it_came_waits_too(unit):
    wave = b"RIFF" + (36).to_bytes(4, "little") + b"WAVEfmt " + bytes(24)
    assert sent(unit, wave, is_for_named=True).no_copy == NoCopy.ON_REQUEST
    assert names_on_disk("viewing") == set()


def test_what_was_narrowed_before_its_copy_was_made_waits_from_then_on(unit):
    file = sent(unit)
    Tip.objects.filter(pk=file.tip_id).update(is_for_named=True)
    assert copied(file).no_copy == NoCopy.ON_REQUEST


def test_it_can_be_asked_for_long_after_its_first_key_is_gone(unit, officer, monkeypatch):
    file, came = sent(unit, is_for_named=True), times.now()
    first = set(WorkerKey.objects.values_list("pk", flat=True))
    for minutes in range(5, 180, 5):
        monkeypatch.setattr(times, "now", lambda at=minutes: came + dt.timedelta(minutes=at))
        keys.renew_worker_key()
        # A public key is looked up anew every few seconds.
        seal.forget_public_keys()
        viewing_copies.keep_on_request()
    assert not first & set(WorkerKey.objects.values_list("pk", flat=True))
    assert ask_copy_of(file, officer).viewing_path


def test_of_a_tip_that_has_ended_it_is_forgotten(unit, officer):
    file = sent(unit, is_for_named=True)
    past = times.now() - dt.timedelta(days=2)
    Tip.objects.filter(pk=file.tip_id).update(state="closed", closed_at=past, due_at=None)
    with TestCase.captureOnCommitCallbacks(execute=True):
        viewing_copies.keep_on_request()
    file.refresh_from_db()
    assert file.no_copy == ""
    assert names_on_disk("waiting") == set()
    assert (data_folder() / file.original_path).exists()


def test_one_press_on_the_page_has_it_made(unit, officer, desk_client):
    sign_in(desk_client, officer)
    file = copied(sent(unit, is_for_named=True))
    address = reverse("attachment-copy", "keng.site.desk_urls", args=[file.pk])
    page = desk_client.get(reverse("tip", "keng.site.desk_urls", args=[file.tip_id]))
    assert address in page.content.decode()
    desk_client.post(address)
    file.refresh_from_db()
    assert file.no_copy == NoCopy.WAITING


def test_the_public_site_knows_it_again_with_its_own_rights(unit, officer, become):
    quarantined(sent(unit), officer)
    tip = make.tip(unit=unit)
    become("public")
    assert store_attachment(tip.pk, unit.pk, abstract_picture()).no_copy == NoCopy.QUARANTINED


def test_the_worker_keeps_what_may_be_asked_for_with_its_own_rights(unit, become, monkeypatch):
    file, later = sent(unit, is_for_named=True), times.now() + dt.timedelta(minutes=13)
    become("worker")
    monkeypatch.setattr(times, "now", lambda: later)
    assert viewing_copies.keep_on_request() == 1
    file.refresh_from_db()
    assert file.no_copy == NoCopy.ON_REQUEST


def test_the_worker_leaves_what_is_held_with_its_own_rights(unit, officer, become):
    file = quarantined(copied(sent(unit)), officer)
    withdrawal.withdraw_tip(file.tip_id)
    become("worker")
    with TestCase.captureOnCommitCallbacks(execute=True):
        withdrawal.destroy_withdrawn()
        sweep_files.sweep_files()
    assert (data_folder() / file.original_path).exists()


def test_what_can_be_opened_no_more_is_settled_and_not_waited_for(unit, monkeypatch):
    file, later = sent(unit, is_for_named=True), times.now() + dt.timedelta(minutes=13)
    (data_folder() / "files" / "waiting" / names_on_disk("waiting").pop()).write_bytes(b"x")
    WaitingPicture.objects.update(key_sealed=b"x" * 200)
    monkeypatch.setattr(times, "now", lambda: later)
    viewing_copies.keep_on_request()
    assert copied(file).no_copy == NoCopy.LATE
    assert not WaitingPicture.objects.exists()
