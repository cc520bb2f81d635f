"""The auditor's page: own units only, no trace of what concerns them, and whether it is whole."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse

from keng.accounts import second_factor
from keng.accounts.guessing import TryOrigin
from keng.accounts.models import PartnerMember, Post
from keng.accounts.signing_in import NotSignedIn, check_officer_password, confirm_presence
from keng.audit.actions import record, unit_chain
from keng.audit.models import Entry
from keng.audit_page import chain_state
from keng.audit_page.entries import entry_rows
from keng.conftest import sign_in
from keng.decisions import triage
from keng.delivery.actions import dispatch as sending
from keng.delivery.models import RelayTask
from keng.delivery.tests.test_dispatch import Ward
from keng.kit import times
from keng.kit.cursors import closed_cursor
from keng.kit.ids import new_id
from keng.network.actions import groups, leads
from keng.network.models import Lead
from keng.public_log.models import WitnessStanding
from keng.relay import relay_acts, rooms
from tests import make

pytestmark = pytest.mark.django_db
AUDIT = reverse("audit", "keng.site.desk_urls")


@pytest.fixture
def auditor(desk_client, unit):
    return sign_in(desk_client, make.officer(unit=unit, role=Post.Role.AUDITOR))


def test_a_duty_officer_has_no_such_page(desk_client, unit):
    sign_in(desk_client, make.officer(unit=unit))
    assert desk_client.get(AUDIT).status_code == 403


def test_it_shows_the_own_units_acts_and_no_others(auditor, unit):
    mine, other = make.officer(unit=unit, name="Người Một"), make.unit()
    foreign = make.officer(unit=other, name="Người Khác")
    triage.accept_tip(make.tip(unit=unit, reference="N-7").pk, by=mine)
    triage.accept_tip(make.tip(unit=other).pk, by=foreign)
    page = auditor.get(AUDIT).content.decode()
    assert "Người Một" in page
    assert "Nhận xử lý tin" in page
    assert "N-7" in page
    assert "Người Khác" not in page


def test_acts_on_a_tip_that_came_to_concern_the_unit_are_not_shown(auditor, unit):
    officer = make.officer(unit=unit, name="Người Một")
    tip = make.tip(unit=unit)
    triage.accept_tip(tip.pk, by=officer)
    triage.decline_tip(tip.pk, kind="official", reply="Đã chuyển.", by=officer)
    triage.accept_tip(make.tip(unit=unit).pk, by=make.officer(unit=unit, name="Người Hai"))
    page = auditor.get(AUDIT).content.decode()
    assert str(tip.pk) not in page
    assert "Người Một" not in page
    assert "Người Hai" in page


def test_filters_narrow_by_officer_act_and_tip(auditor, unit):
    one, two = make.officer(unit=unit, name="Người Một"), make.officer(unit=unit, name="Người Hai")
    tip = make.tip(unit=unit, reference="N-8")
    triage.accept_tip(tip.pk, by=one)
    triage.sort_tip(tip.pk, category="theft", by=two)
    found = auditor.get(AUDIT, {"officer": one.pk}).context["rows"]
    assert [row["entry"].action for row in found] == ["tip.accepted"]
    found = auditor.get(AUDIT, {"action": "tip.sorted"}).context["rows"]
    assert [row["who"] for row in found] == [two]
    assert len(auditor.get(AUDIT, {"thing": "n-8"}).context["rows"]) == 2
    assert auditor.get(AUDIT, {"thing": "N-9"}).context["rows"] == []


def test_a_tip_is_named_by_its_number_and_no_link_leads_to_it(auditor, unit, desk_client):
    tip = make.tip(unit=unit, reference="N-8")
    triage.accept_tip(tip.pk, by=make.officer(unit=unit))
    page = auditor.get(AUDIT).content.decode()
    assert ">N-8</a>" in page
    assert f"/tips/{tip.pk}/" not in page
    both = make.officer(unit=unit)
    make.post(both, unit=unit, role=Post.Role.AUDITOR)
    assert f"/tips/{tip.pk}/" in sign_in(desk_client, both).get(AUDIT).content.decode()


def test_a_changed_entry_is_said_on_the_page(auditor, unit):
    triage.accept_tip(make.tip(unit=unit).pk, by=make.officer(unit=unit))
    assert "Chuỗi nguyên vẹn" in auditor.get(AUDIT).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET action = 'tip.read' WHERE action = 'tip.accepted'")
    assert "Nhật ký bị sửa" in auditor.get(AUDIT).content.decode()


def test_the_share_of_out_of_scope_is_shown_per_officer(auditor, unit):
    make.unit_key(unit.parent)
    officer = make.officer(unit=unit, name="Người Một")
    for kind in ("out_of_scope", "procedure", "civil"):
        triage.decline_tip(make.tip(unit=unit).pk, kind=kind, reply="Cảm ơn.", by=officer)
    # Whoever ended none as out of scope is no reason to look.
    other = make.officer(unit=unit, name="Người Hai")
    triage.decline_tip(make.tip(unit=unit).pk, kind="civil", reply="Cảm ơn.", by=other)
    (row,) = auditor.get(AUDIT).context["rates"]
    assert (row["officer"], row["out"], row["ended"]) == (officer, 1, 3)


def test_what_a_partner_agreed_to_stands_on_the_units_record_without_the_persons_id(auditor, unit):
    member = PartnerMember(pk=new_id())
    record(
        "partner.member_agreed", by=member, on=make.officer(unit=unit), chain=unit_chain(unit.pk)
    )
    page = auditor.get(AUDIT).content.decode()
    assert "người của đối tác" in page
    assert str(member.pk) not in page


def test_what_no_officer_did_is_shown_to_five_minutes(unit):
    officer = make.officer(unit=unit, role=Post.Role.AUDITOR)
    at = times.start_of(times.local_date(times.now())) + timedelta(minutes=8, seconds=57)
    tip, grave = make.tip(unit=unit), make.tip(unit=unit, urgency="P0")

    def shown(tip, kind):
        entry = Entry(
            at=at,
            action="tip.reporter_withdraw",
            actor_kind=kind,
            object_kind="tip",
            object_id=str(tip.pk),
            hash=bytes(32),
        )
        (row,) = entry_rows([entry], officer)
        return row["at"] - times.start_of(times.local_date(at))

    assert shown(tip, "process") == timedelta(minutes=5)
    assert shown(grave, "process") == timedelta(minutes=8)
    assert shown(tip, "officer") == timedelta(minutes=8, seconds=57)


def test_the_next_page_of_the_record_is_named_without_a_time(auditor, unit):
    one = make.officer(unit=unit)
    for _ in range(51):
        triage.accept_tip(make.tip(unit=unit).pk, by=one)
    page = auditor.get(AUDIT)
    older = page.context["older_url"]
    last = page.context["rows"][-1]["entry"]
    assert str(last.pk)[:8] not in older
    rows = auditor.get(f"{AUDIT}{older}").context["rows"]
    assert rows
    assert all(row["entry"].pk < last.pk for row in rows)


def test_an_officers_id_in_another_name_shows_no_officer(auditor, unit):
    """Whoever holds the public site may write for leads, and gives an officer's id as one."""
    officer, other = make.officer(unit=unit, name="Người Một"), make.officer(unit=unit)
    lead = Lead(pk=officer.pk)
    record("relay.confirmed", by=lead, on=lead, chain=unit_chain(unit.pk))
    page = auditor.get(AUDIT).content.decode()
    assert "Người Một" not in page
    assert f"một đầu mối ({str(officer.pk)[:8]})" in page
    record("tip.accepted", by=other, on=unit, chain=unit_chain(unit.pk))
    chosen = auditor.get(AUDIT, {"officer": str(officer.pk)}).content.decode()
    assert "một đầu mối (" not in chosen


@pytest.fixture
def ward():
    return Ward.of_a_landlord()


def acts_on_the_page(client, officer):
    """What an auditor reads, and what the page offers to narrow it to; none of it for nothing."""
    page = sign_in(client, officer).get(AUDIT)
    shown = {row["entry"].action for row in page.context["rows"]}
    assert {code for _words, code in page.context["actions"]} == shown
    assert page.context["state"].entries == len(page.context["rows"])
    return shown


def test_what_officers_do_to_dispatches_and_with_leads_stands_on_the_page(desk_client, ward):
    make.establishment(unit=ward.unit, place=ward.hamlet, group=ward.group)
    sent = ward.send(ward.audience())
    task = RelayTask.objects.get(dispatch=sent)
    relay_acts.mark_handed_out(ward.lead.pk, by=ward.officer)
    relay_acts.confirm_tasks([task.pk], lead=ward.lead, via="zalo")
    rooms.note_rooms_told(task.pk, 1, by=ward.officer)
    relay_acts.mark_seen(task.pk, by=ward.officer)
    relay_acts.mark_seen(task.pk, by=ward.officer, seen=False)
    sending.resend_unknown(sent.pk, by=ward.officer)
    sending.cancel_dispatch(sent.pk, by=ward.officer)
    auditor = make.officer(unit=ward.unit, role=Post.Role.AUDITOR)
    assert acts_on_the_page(desk_client, auditor) == {
        "dispatch.sent",
        "dispatch.materialised",
        "dispatch.cancelled",
        "dispatch.unknown_resent",
        "relay.handed_out",
        "relay.rooms_told",
        "relay.seen",
        "relay.not_seen",
    }


def test_what_officers_do_with_their_leads_is_read_where_they_work(desk_client, ward):
    """Whoever sent the warning: the ward's officers look into the ward's groups."""
    sent = ward.send(ward.audience(), unit=ward.province)
    relay_acts.mark_seen(RelayTask.objects.get(dispatch=sent).pk, by=ward.officer)
    of_the_ward = make.officer(unit=ward.unit, role=Post.Role.AUDITOR)
    of_the_province = make.officer(unit=ward.province, role=Post.Role.AUDITOR)
    assert acts_on_the_page(desk_client, of_the_ward) == {"relay.seen"}
    assert {"relay.seen", "dispatch.sent"} <= acts_on_the_page(desk_client, of_the_province)


def test_a_changed_entry_about_a_dispatch_is_said_on_the_page(desk_client, ward):
    sending.cancel_dispatch(ward.send(ward.audience()).pk, by=ward.officer)
    sign_in(desk_client, make.officer(unit=ward.unit, role=Post.Role.AUDITOR))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET detail = '{}' WHERE action = 'dispatch.cancelled'")
    assert "Nhật ký bị sửa" in desk_client.get(AUDIT).content.decode()


def test_tries_of_names_that_nobody_has_are_read_by_the_province_alone(desk_client, unit):
    with pytest.raises(NotSignedIn):
        check_officer_password("khong.co", "sai", origin=TryOrigin("203.0.113.0/24"))
    of_the_ward = make.officer(unit=unit, role=Post.Role.AUDITOR)
    of_the_province = make.officer(unit=unit.parent, role=Post.Role.AUDITOR)
    assert acts_on_the_page(desk_client, of_the_ward) == set()
    assert acts_on_the_page(desk_client, of_the_province) == {"officer.signin_failed"}
    sign_in(desk_client, of_the_province)
    assert "không thuộc đơn vị nào" in desk_client.get(AUDIT).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_entry WHERE action = 'officer.signin_failed'")
    assert "Nhật ký bị sửa" in desk_client.get(AUDIT).content.decode()


def test_a_wrong_code_while_approving_is_read_with_whose_session_and_when(auditor, unit):
    officer = make.officer(unit=unit, name="Đoàn Minh Hải")
    second_factor.set_totp_secret(officer)
    assert not confirm_presence(officer, "not six digits")
    page = auditor.get(AUDIT).content.decode()
    assert "nhập sai 6 số" in page
    assert "Đăng nhập không thành" not in page
    assert "không ai đăng nhập" not in page
    assert page.count("Đoàn Minh Hải") >= 2


def test_the_check_says_what_was_read(auditor, unit):
    triage.accept_tip(make.tip(unit=unit).pk, by=make.officer(unit=unit))
    page = auditor.get(AUDIT).content.decode()
    assert "Đã soát nhật ký của 1 đơn vị." in page
    assert "không thuộc đơn vị nào" not in page


def _text(page):
    """What a reader sees, one blank between words."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def test_it_says_which_group_and_what_it_was_before(auditor, unit):
    """Neither name nor figure stood there: "Sửa thông tin nhóm, nhóm 019a54f6"."""
    officer = make.officer(unit=unit, name="Người Một")
    entry = groups.GroupEntry(
        name="Nhà trọ Ninh Khánh",
        kind="lodging",
        place_id=make.place("Phường Nếnh").pk,
        unit_id=unit.pk,
        channel="by_hand",
        channel_address="",
        member_count=18,
        officer_in_charge_id=None,
        lead_ids=frozenset(),
    )
    group = groups.add_group(entry, by=officer)
    again = replace(entry, member_count=19, officer_in_charge_id=officer.pk)
    groups.change_group(group.pk, again, by=officer)
    text = _text(auditor.get(AUDIT))
    assert "nhóm Nhà trọ Ninh Khánh" in text
    assert "thành viên: 18 → 19" in text
    assert "cán bộ phụ trách: – → Người Một" in text
    entry = Entry.objects.get(action="group.changed")
    assert entry.detail["changes"]["members"] == [18, 19]


def test_of_a_lead_it_keeps_that_the_name_changed_and_no_name(auditor, unit):
    officer, lead = make.officer(unit=unit), make.lead(unit=unit, name="Bà Cẩn")
    leads.change_lead(
        lead.pk,
        leads.LeadEntry(
            name="Bà Nghị",
            position=lead.position,
            unit_id=unit.pk,
            above_id=None,
            group_ids=frozenset(),
            consented_on=lead.consented_on,
        ),
        by=officer,
    )
    entry = Entry.objects.get(action="lead.changed")
    assert "Cẩn" not in str(entry.detail)
    assert "Nghị" not in str(entry.detail)
    text = _text(auditor.get(AUDIT))
    assert "tên có thay đổi" in text
    # Which lead it is stands there as their page says it today.
    assert "Bà Nghị" in text


def test_it_says_why_a_tip_was_declined_and_no_word_of_it(auditor, unit):
    tip = make.tip(unit=unit)
    triage.decline_tip(tip.pk, kind="civil", reply="Cảm ơn bà con.", by=make.officer(unit=unit))
    text = _text(auditor.get(AUDIT))
    assert "Tranh chấp dân sự" in text
    assert "Cảm ơn bà con" not in text


def test_a_detail_of_any_shape_is_no_error(auditor, unit):
    """What a broken or an older program wrote is shown as far as it can be."""
    officer = make.officer(unit=unit)
    for changes in ([], "x", {"members": 3}, {"members": [1]}, {"dated": ["x", "2026-13-45"]}):
        detail = {"changes": changes, "as_kind": [], "reason": 3}
        record("group.changed", by=officer, on=unit, chain=unit_chain(unit.pk), detail=detail)
    assert auditor.get(AUDIT).status_code == 200


@pytest.mark.parametrize("is_changed", [False, True])
def test_a_long_record_is_read_in_portions_and_the_page_says_how_far(
    auditor, unit, monkeypatch, is_changed
):
    for _time in range(5):
        record("tip.read", by="worker", on=None, chain=unit_chain(unit.pk))
    if is_changed:
        Entry.objects.filter(chain=unit_chain(unit.pk), seq=1).update(action="tip.accepted")
    monkeypatch.setattr(chain_state, "CHECKED_AT_ONCE", 1)
    monkeypatch.setattr(chain_state, "READ_AT_ONCE", 2)
    assert "không tự soát lại" in _text(auditor.get(AUDIT))
    page = auditor.get(AUDIT, {"check": "1"})
    assert "đã soát 2 trong" in _text(page)
    assert ("Nhật ký bị sửa" in _text(page)) == is_changed
    while go_on := page.context["state"].go_on:
        page = auditor.get(AUDIT, {"check": go_on}, headers={"hx-request": "true"})
        assert "<html" not in page.content.decode()
        assert page.context["state"].read <= page.context["state"].entries
    assert page.context["state"].read == page.context["state"].entries
    assert ("Chuỗi nguyên vẹn" in _text(page)) != is_changed
    assert ("Đã soát hết: nhật ký bị sửa ở 1 chỗ" in _text(page)) == is_changed


@pytest.mark.parametrize("place", ["019b0c4e-0000-7000-8000-000000000000", "[1]", "7", "x"])
def test_the_place_of_another_list_begins_the_record_anew(auditor, unit, place):
    record("tip.read", by="worker", on=None, chain=unit_chain(unit.pk))
    state = auditor.get(AUDIT, {"check": closed_cursor(place)}).context["state"]
    assert state.read == state.entries


def test_it_says_how_much_no_witness_has_seen(auditor, unit, settings):
    """Of the chains that the auditor reads, and of no others."""
    with transaction.atomic():
        for chain in (unit_chain(unit.pk), unit_chain(make.unit().pk)):
            record("tip.accepted", by=None, on=None, chain=chain)
    assert "Chưa có bên nào ký chứng nhật ký này." in auditor.get(AUDIT).content.decode()
    settings.LOG_WITNESSES = (
        "https://paper.example paper.example+3a6d0b49+BAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
    )
    assert "paper.example chưa ký chứng" in auditor.get(AUDIT).content.decode()
    WitnessStanding.objects.create(
        witness="paper.example", size=16, cosigned_at=times.now(), trouble="other_log"
    )
    shown = auditor.get(AUDIT).content.decode()
    assert "Từ đó có 1 mục vẫn có thể bị viết lại" in shown
    assert "Bên chứng đã thấy một nhật ký khác cùng tên này." in shown
