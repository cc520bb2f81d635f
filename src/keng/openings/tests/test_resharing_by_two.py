"""Two holders split keys anew on the desk: who may, what waits for whom, and the whole way."""

import json

import pytest
from django.db import connection

from keng.accounts.models import Officer
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from keng.kit.database import data_folder
from keng.openings import holder_keys, resharing, resharing_pages
from keng.openings.asking import HoldsNoShare
from keng.openings.holder_pages import as_text
from keng.openings.resharing import NotTheSecondHolder, ResharingOver
from keng.runtime.tests.rights import as_process
from keng.tips.errors import NotYours
from keng.vault import keys, opener_client, seal, share_seals
from keng.vault import resharing as due_resharing
from keng.vault.models import KeyShare, ResharingRequest, WrappedHolderKey
from keng.vault.opener.one_time_keys import OneTimeKeys
from keng.vault.opener.opener_rows import OpenerRows
from keng.vault.opener.resharing_acts import Resharer
from keng.vault.tests.key_holders import Holder, begin_all
from keng.waiting.waiting_page import waiting_groups
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(tmp_path, monkeypatch):
    """Four with keys; one has left, and the worker has asked for what is due by that."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    commune = make.unit(parent=make.province_unit())
    keys.make_unit_keys("words-for-a-test")
    people = [Holder(commune), Holder(commune), Holder(commune, role="commander"), Holder(commune)]
    begin_all()
    gone = people.pop()
    late = Holder(commune)
    holder_keys.retire_holder_key(by=gone.officer)
    due_resharing.note_due_resharings()
    connection.ensure_connection()
    resharer = Resharer(OpenerRows(connection.connection, data_folder()), OneTimeKeys())
    through_its_door(resharer, monkeypatch)
    yield commune, people, late, gone
    seal.forget_public_keys()


def through_its_door(resharer, monkeypatch):
    """What the client asks, done in this process."""

    def shares(asked, key):
        return opener_client.read_shares(resharer.shares_for(asked, key))

    def give(asked, key, sealed):
        resharer.give(asked, key, opener_client.written_shares(sealed))

    doors = {
        "begin_resharing": resharer.begin,
        "shares_for_resharing": shares,
        "give_for_resharing": give,
        "reshare": resharer.reshare,
    }
    for name, do in doors.items():
        monkeypatch.setattr(opener_client, name, as_process("opener")(do))


def asked_of(unit):
    return ResharingRequest.objects.get(unit=unit, done_at=None, dropped_at=None)


def lines(holder):
    groups = waiting_groups(Officer.objects.get(pk=holder.officer.pk))
    urls = [line.url for group in groups for line in group.lines]
    return [url for url in urls if url.startswith("/resharings/")]


def sealed_by_browser(told, holder):
    """What opening.js does with the answer."""
    sealed = []
    for each in told:
        share = share_seals.open_as_point(
            holder_keys.read_bytes(each["share"]),
            holder.private,
            holder_keys.read_bytes(each["share_info"]),
        )
        once = share_seals.seal_to_point(
            share,
            holder_keys.read_bytes(each["one_time_key"]),
            holder_keys.read_bytes(each["given_info"]),
        )
        sealed.append(as_text(once))
    return " ".join(sealed)


def gives(client, holder, address):
    """On the page, with presence asked for; the words of the page that follows."""
    sign_in(client, Officer.objects.get(pk=holder.officer.pk))
    answer = client.post(f"{address}share/", {"code": "123456"})
    assert answer.status_code == 200, answer.content.decode()
    told = json.loads(answer.content)["shares"]
    sent = {"sealed": sealed_by_browser(told, holder)}
    answer = json.loads(client.post(f"{address}give/", sent).content)
    assert "next" in answer, answer
    return client.get(answer["next"]).content.decode()


def test_it_waits_for_the_holders_until_two_have_split_the_keys_anew(
    stage, desk_client, monkeypatch, django_capture_on_commit_callbacks
):
    commune, (one, two, chief), late, gone = stage
    monkeypatch.setattr(resharing_pages, "is_present", lambda _officer, _form: True)
    asked = asked_of(commune)
    address = f"/resharings/{asked.pk}/"
    assert [lines(each) for each in (one, two, chief, late)] == [[address]] * 3 + [[]]
    old = gone.share_of(asked.any_key)
    page = gives(desk_client, one, address)
    assert gone.officer.name in page
    assert "có giá trị 15 phút" in page
    # One after the other: it still waits for both, and for who may be the second.
    assert [lines(each) for each in (one, chief)] == [[address], [address]]
    assert "Đã chia lại chìa" in gives(desk_client, chief, address)
    assert [lines(each) for each in (one, two, chief)] == [[], [], []]
    with django_capture_on_commit_callbacks(execute=True):
        assert due_resharing.place_new_shares() == len(asked.plan)
    key = asked.any_key
    assert not KeyShare.objects.filter(unit_key=key, holder_key=gone.key).exists()
    # Who made a key later has a share now, and what whoever left had is of another polynomial.
    assert old.split()[:2] != late.share_of(key).split()[:2]
    joined = Entry.objects.filter(action="keys.resharing_joined")
    assert {entry.actor_id for entry in joined} == {str(one.officer.pk), str(chief.officer.pk)}


def test_two_come_and_one_of_them_may_agree_to_openings(stage):
    commune, (one, two, chief), late, gone = stage
    asked = asked_of(commune)
    with pytest.raises(HoldsNoShare):
        resharing.join_resharing(asked.pk, by=late.officer)
    with pytest.raises(HoldsNoShare):
        resharing.join_resharing(asked.pk, by=gone.officer)
    resharing.join_resharing(asked.pk, by=one.officer)
    # The same one again is one.
    resharing.join_resharing(asked.pk, by=one.officer)
    with pytest.raises(NotTheSecondHolder):
        resharing.join_resharing(asked.pk, by=two.officer)
    with pytest.raises(NotYours):
        resharing.shares_to_give(asked.pk, officer=chief.officer)
    resharing.join_resharing(asked.pk, by=chief.officer)
    with pytest.raises(ResharingOver):
        resharing.join_resharing(asked.pk, by=two.officer)
    assert Entry.objects.filter(action="keys.resharing_joined").count() == 2


def test_whoever_made_the_others_account_lately_is_no_second_holder(stage):
    commune, (one, two, chief), _late, _gone = stage
    asked = asked_of(commune)
    Officer.objects.filter(pk=one.officer.pk).update(
        set_up_asked_by=chief.officer, set_up_agreed_by=two.officer, set_up_at=times.now()
    )
    resharing.join_resharing(asked.pk, by=Officer.objects.get(pk=one.officer.pk))
    with pytest.raises(NotTheSecondHolder):
        resharing.join_resharing(asked.pk, by=Officer.objects.get(pk=chief.officer.pk))


def test_a_passkey_that_was_removed_unlocks_no_share_on_the_page(stage, desk_client):
    commune, (one, *_others), _late, _gone = stage
    WrappedHolderKey.objects.create(
        holder_key=one.key, kind="passkey", credential_id=b"removed", salt=b"", wrapped=b""
    )
    sign_in(desk_client, Officer.objects.get(pk=one.officer.pk))
    page = desk_client.get(f"/resharings/{asked_of(commune).pk}/").content.decode()
    assert 'data-unlock-with="phrase"' in page
    assert 'data-unlock-with="passkey"' not in page
