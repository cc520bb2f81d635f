"""Leads in as a sheet: refused rows come back, nobody is removed, a stop outlives every sheet."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keng.acts.errors import ChangedMeanwhile
from keng.audit.models import Entry
from keng.kit import times
from keng.network.actions import lead_sheets, lead_ways
from keng.network.actions.lead_sheets import import_leads
from keng.network.actions.lead_ways import TypedAddress
from keng.network.models import Lead, LeadRefusal, LeadWay
from keng.network.sheets.plan_leads import LEAD_LAYOUT, plan_lead_sheet
from keng.network.sheets.reading import read_sheet
from keng.vault import keys
from tests import make

pytestmark = pytest.mark.django_db
HEADINGS = ["Tên đầu mối", "Chức vụ", "Đầu mối đã đồng ý", "Phụ trách bởi", "Nhóm họ đăng tin"]
HEADINGS += ["Email", "Số điện thoại"]
HEADINGS[3] = "cap tren"
PRINCIPAL = ("Cô Lan", "Hiệu trưởng", "có", "", "", "lan@truong.example", "")


@pytest.fixture(autouse=True)
def sender_key(db):
    keys.make_sender_key()


def as_file(*rows):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerows([HEADINGS, *rows])
    return out.getvalue().encode("utf-8-sig")


def sheet_of(*rows):
    return read_sheet(as_file(*rows), LEAD_LAYOUT)


def take_over(desk, *rows):
    sheet = sheet_of(*rows)
    shown = plan_lead_sheet(sheet, by=desk.officer).digest
    return import_leads(sheet, shown=shown, by=desk.officer)


def errors(desk, *rows):
    plan = plan_lead_sheet(sheet_of(*rows), by=desk.officer)
    return {row.number: row.errors for row in plan.wrong}


def test_a_principal_and_twelve_class_teachers_come_in_one_sheet_in_any_order(desk):
    teachers = [(f"Thầy {n}", f"Chủ nhiệm 4A{n}", "có", "Cô Lan", "", "", "") for n in range(12)]
    done = take_over(desk, *teachers, PRINCIPAL)
    assert len(done.new) == 13
    principal = Lead.objects.get(name="Cô Lan")
    assert principal.below.count() == 12
    way = LeadWay.objects.get()
    assert (way.lead_id, way.channel, way.confirmed_at) == (principal.pk, "email", None)
    assert way.is_entered_for_lead
    assert b"lan@truong" not in bytes(way.address_sealed)
    detail = Entry.objects.get(action="lead.imported").detail
    assert (detail["new"], detail["addresses"], detail["refused"]) == (13, 1, 0)


def test_the_same_sheet_again_changes_nothing_and_removes_nobody(desk):
    other = make.lead(unit=desk.unit)
    take_over(desk, PRINCIPAL)
    plan = plan_lead_sheet(sheet_of(PRINCIPAL), by=desk.officer)
    assert [row.state for row in plan.rows] == ["same"]
    take_over(desk, PRINCIPAL)
    assert set(Lead.objects.values_list("name", flat=True)) == {other.name, "Cô Lan"}


def test_refused_rows_say_why_and_keep_no_other_out(desk):
    found = errors(
        desk,
        PRINCIPAL,
        ("Thầy An", "Chủ nhiệm 1A", "không", "", "", "", ""),
        ("Thầy Bình", "Chủ nhiệm 1B", "có", "Cô Mai", "", "", ""),
        ("Thầy Cường", "Chủ nhiệm 1C", "có", "Thầy An", "", "", ""),
        ("Thầy Dũng", "Chủ nhiệm 1D", "có", "", "Nhóm không có", "", ""),
        ("Thầy Em", "Chủ nhiệm 1E", "có", "", "", "em at truong", ""),
        ("Cô Lan", "hiệu trưởng", "có", "", "", "", ""),
        ("=1+1", "Chủ nhiệm 1G", "có", "", "", "", ""),
    )
    assert set(found) == set(range(3, 10))
    assert "đồng ý" in found[3][0]
    assert "Cô Mai" in found[4][0]
    assert "Thầy An" in found[5][0]
    assert "dòng 2" in found[8][0]


def test_nobody_stands_above_whom_they_answer_to(desk):
    found = errors(
        desk,
        ("Cô Lan", "Hiệu trưởng", "có", "Thầy An", "", "", ""),
        ("Thầy An", "Chủ nhiệm 1A", "có", "Cô Lan", "", "", ""),
    )
    assert set(found) == {2, 3}


def test_who_stopped_stays_stopped_whatever_the_position_is_called(desk):
    take_over(desk, PRINCIPAL)
    Lead.objects.update(stopped_at=times.now())
    for position in ("Hiệu trưởng", "Hiệu trưởng trường Hoa Mai"):
        row = ("Cô Lan", position, "có", "", "", "", "")
        assert "đã ngừng" in errors(desk, row)[2][0]


def test_an_address_at_which_somebody_refused_is_not_entered_again(desk):
    take_over(desk, PRINCIPAL)
    lead_ways.end_lead_way(Lead.objects.get().pk)
    assert LeadRefusal.objects.count() == 1
    other = ("Cô Lan Anh", "Hiệu phó", "có", "", "", "LAN@truong.example", "")
    # Perhaps the same person under another name.
    assert "không nhận tin" in errors(desk, other)[2][0]
    make.lead(unit=desk.unit, name="Cô Lan Anh", position="Hiệu phó")
    (row,) = plan_lead_sheet(sheet_of(other), by=desk.officer).rows
    assert "không nhận tin" in row.notes[0]
    take_over(desk, other)
    assert LeadWay.objects.exclude(channel="").count() == 0


def test_a_mended_address_takes_the_place_of_one_where_nobody_agreed(desk):
    take_over(desk, PRINCIPAL)
    take_over(desk, (*PRINCIPAL[:5], "other@truong.example", ""))
    mended = lead_ways.TypedAddress(lead_ways.BY_EMAIL, "other@truong.example")
    assert bytes(LeadWay.objects.get().address_hash) == mended.hash


def test_where_a_lead_agreed_to_be_told_no_sheet_changes(desk):
    take_over(desk, PRINCIPAL)
    LeadWay.objects.update(confirmed_at=times.now())
    again = (*PRINCIPAL[:5], "other@truong.example", "")
    plan = plan_lead_sheet(sheet_of(again), by=desk.officer)
    assert (plan.rows[0].state, "chỗ khác" in plan.rows[0].notes[0]) == ("same", True)


def choose_on_own_page(address):
    theirs = TypedAddress(lead_ways.BY_EMAIL, address)
    lead_ways.choose_lead_way(Lead.objects.get(), theirs)
    return theirs


def test_what_a_lead_chose_meanwhile_is_shown_before_a_sheet_takes_its_place(desk):
    make.lead(unit=desk.unit, name="Cô Lan", position="Hiệu trưởng")
    sheet = sheet_of(PRINCIPAL)
    shown = plan_lead_sheet(sheet, by=desk.officer).digest
    theirs = choose_on_own_page("nha@lan.example")
    with pytest.raises(ChangedMeanwhile):
        import_leads(sheet, shown=shown, by=desk.officer)
    assert bytes(LeadWay.objects.get().address_hash) == theirs.hash
    (row,) = plan_lead_sheet(sheet, by=desk.officer).rows
    assert row.changes[-1].before == "địa chỉ khác, đã niêm phong"


def test_what_leads_choose_while_a_sheet_is_taken_over_waits_for_its_end(desk, monkeypatch):
    make.lead(unit=desk.unit, name="Cô Lan", position="Hiệu trưởng")
    sheet = sheet_of(PRINCIPAL)
    shown = plan_lead_sheet(sheet, by=desk.officer).digest
    locked = []

    def plan(*args, **kwargs):
        locked.append([q["sql"] for q in queries if "network_leadway" in q["sql"]][-1:])
        return plan_lead_sheet(*args, **kwargs)

    monkeypatch.setattr(lead_sheets, "plan_lead_sheet", plan)
    with CaptureQueriesContext(connection) as queries:
        import_leads(sheet, shown=shown, by=desk.officer)
    # The rows are held before the sheet is planned for the second time, by which it is written.
    _first_look, (held,) = locked
    assert "FOR NO KEY UPDATE" in held
    theirs = choose_on_own_page("nha@lan.example")
    assert bytes(LeadWay.objects.get().address_hash) == theirs.hash


def test_groups_are_added_and_never_taken_away(desk):
    kept = make.group(unit=desk.unit, place=desk.place, name="Phụ huynh 4A1")
    added = make.group(unit=desk.unit, place=desk.place, name="Phụ huynh 4A2")
    lead = make.lead(unit=desk.unit, name="Cô Lan", position="Hiệu trưởng", groups=(kept,))
    take_over(desk, ("Cô Lan", "Hiệu trưởng", "có", "", "phụ huynh 4a2", "", ""))
    assert set(lead.groups.all()) == {kept, added}


@pytest.mark.parametrize("words", ["+84 901 234 567", "0901.234.567", "901234567"])
def test_a_number_is_read_as_people_and_spreadsheets_write_it(desk, words):
    take_over(desk, ("Cô Lan", "Hiệu trưởng", "có", "", "", "", words))
    kept = bytes(LeadWay.objects.get().address_hash)
    assert kept == TypedAddress("sms", "0901234567").hash


def test_what_was_shown_is_what_is_done(desk):
    sheet = sheet_of(PRINCIPAL)
    shown = plan_lead_sheet(sheet, by=desk.officer).digest
    make.lead(unit=desk.unit, name="Cô Lan", position="Hiệu trưởng")
    with pytest.raises(ChangedMeanwhile):
        import_leads(sheet, shown=shown, by=desk.officer)


def test_five_thousand_rows_are_taken_over_with_few_statements(desk, django_assert_max_num_queries):
    rows = [
        (f"Thầy {n}", f"Chủ nhiệm {n}", "có", "", "", f"gv{n}@truong.example", "")
        for n in range(5000)
    ]
    sheet = sheet_of(*rows)
    shown = plan_lead_sheet(sheet, by=desk.officer).digest
    with django_assert_max_num_queries(80):
        import_leads(sheet, shown=shown, by=desk.officer)
    assert LeadWay.objects.exclude(channel="").count() == 5000
