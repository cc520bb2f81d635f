"""Hamlets by sheet and by hand: added or changed, never removed, found by names of before."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.network.actions import hamlets as actions
from keng.network.models import Lead
from keng.network.queries.hamlets import filtered_hamlets, former_names
from keng.network.sheets.plan_hamlets import HAMLET_LAYOUT, HamletDraft, plan_hamlet_sheet
from keng.network.sheets.reading import read_sheet
from keng.network.tests.ward_desk import url
from keng.places.hamlet_names import split_hamlet_name
from keng.places.local_names import PlacedText, communes_in_texts
from keng.places.models import Place, Succession
from keng.places.search import find_places
from tests import make

pytestmark = pytest.mark.django_db
HEADINGS = "Tên thôn, tổ dân phố;Loại;Xã, phường;Tên cũ;Trưởng thôn;Nhóm;Số hộ"


def as_file(*rows):
    return "\n".join([HEADINGS, *rows]).encode("utf-8-sig")


def sheet_of(*rows):
    return read_sheet(as_file(*rows), HAMLET_LAYOUT)


def planned(desk, *rows):
    return plan_hamlet_sheet(sheet_of(*rows), by=desk.officer)


def take_over(desk, *rows):
    sheet = sheet_of(*rows)
    shown = plan_hamlet_sheet(sheet, by=desk.officer).digest
    return actions.import_hamlets(sheet, shown=shown, by=desk.officer)


def draft_of(desk, **values):
    given = {"kind": "Thôn", "name": "Đông", "commune_id": desk.place.pk, "unit_id": desk.unit.pk}
    return HamletDraft(**given | values)


def named(full_name):
    return Place.objects.get(full_name=full_name, valid_to=None)


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        ("TDP 5", "Tổ dân phố", "5"),
        ("khu phố  3", "Khu phố", "3"),
        ("Bản Mới", "Bản", "Mới"),
        ("Đông", "", "Đông"),
        ("Thôn", "", "Thôn"),
    ],
)
def test_kind_and_name_are_told_apart(words, kind, name):
    assert split_hamlet_name(words) == (kind, name)


def test_a_sheet_brings_in_a_hamlet_with_all_that_is_known_of_it(desk):
    head = make.lead(unit=desk.unit, name="Ông Khải")
    group = make.group(unit=desk.unit, place=desk.place, name="Zalo thôn Đông")
    take_over(desk, "Đông;Thôn;;Xóm 7;Ông Khải;zalo thon dong;1.214")
    made = named("Thôn Đông")
    assert (made.parent, made.kind, made.household_count) == (desk.place, "hamlet", 1214)
    head.refresh_from_db()
    group.refresh_from_db()
    assert (head.head_of, group.place) == (made, made)
    detail = Entry.objects.get(action="hamlet.imported").detail
    assert (detail["new"], detail["changed"], detail["refused"]) == (1, 0, 0)


def test_former_names_stand_in_one_cell_and_are_only_added(desk):
    row = 'Đông;Thôn;;"Xóm 7; Xóm Lò Vôi";;;'
    take_over(desk, row)
    assert former_names([named("Thôn Đông").pk]) == {named("Thôn Đông").pk: ["Xóm 7", "Xóm Lò Vôi"]}
    assert [each.state for each in planned(desk, row).rows] == ["same"]
    take_over(desk, "Đông;Thôn;;Xóm Bãi;;;")
    assert len(former_names([named("Thôn Đông").pk])[named("Thôn Đông").pk]) == 3


def test_what_the_sheet_leaves_out_stays(desk):
    head = make.lead(unit=desk.unit, name="Ông Khải", head_of=desk.hamlet)
    take_over(desk, "Đông;Thôn;;;;;", "Ninh Khánh;Thôn;;;;;9")
    take_over(desk, "Đông;Thôn;;;;;12")
    head.refresh_from_db()
    assert head.head_of == desk.hamlet
    assert Place.objects.filter(parent=desk.place, valid_to=None).count() == 3


def test_a_row_whose_former_name_is_todays_renames_the_hamlet(desk):
    take_over(desk, "Tổ dân phố 3;;;;;;")
    before = named("Tổ dân phố 3")
    done = take_over(desk, "Tổ dân phố Ninh Hòa;;;TDP 3;;;")
    assert [row.state for row in done.rows] == ["changed"]
    assert named("Tổ dân phố Ninh Hòa") == before
    old = Succession.objects.get(new=before).old
    assert (old.full_name, old.valid_to is not None) == ("Tổ dân phố 3", True)


def test_refused_rows_say_why_and_keep_no_other_out(desk):
    group = make.group(unit=desk.unit, place=desk.place, name="Nhóm chung")
    found = planned(
        desk,
        "Đông;Thôn;;;;;",
        "Tây;;;;;;",
        "Nam;Thôn;Không có;;;;",
        "Bắc;Thôn;;;;Nhóm không có;",
        "thôn đông;;;;;;",
        "Trung;Thôn;;;;Nhóm chung;",
        "Hạ;Thôn;;;;Nhóm chung;",
        "Thượng;Thôn;;;;;rất nhiều",
        "=1+1;Thôn;;;;;",
        "Trên;Thôn;;Thôn Ninh Khánh 0901 234 567;;;",
    )
    assert [row.number for row in found.wrong] == [3, 4, 5, 6, 8, 9, 10, 11]
    assert [row.name for row in found.new] == ["Thôn Đông", "Thôn Trung"]
    assert group.place == desk.place


def test_a_head_who_is_no_lead_is_left_out_and_said(desk):
    (row,) = planned(desk, "Đông;Thôn;;;Ông Chưa Hỏi;;").rows
    assert (row.state, row.draft.head_id) == ("new", None)
    assert "Ông Chưa Hỏi" in row.notes[0]


def test_a_hamlet_has_one_head(desk):
    first = make.lead(unit=desk.unit, name="Ông Khải", head_of=desk.hamlet)
    second = make.lead(unit=desk.unit, name="Bà Thơ")
    take_over(desk, "Ninh Khánh;;;;Bà Thơ;;")
    assert [Lead.objects.get(pk=each.pk).head_of for each in (first, second)] == [None, desk.hamlet]


def test_by_hand_a_name_that_it_had_is_kept_and_a_group_leaves(desk):
    group = make.group(unit=desk.unit, place=desk.hamlet)
    changed = draft_of(desk, kind="Tổ dân phố", name="5", household_count=80)
    actions.change_hamlet(desk.hamlet.pk, changed, leaves=[group.pk], by=desk.officer)
    group.refresh_from_db()
    assert (named("Tổ dân phố 5").pk, group.place) == (desk.hamlet.pk, desk.place)
    assert former_names([desk.hamlet.pk]) == {desk.hamlet.pk: ["Ninh Khánh"]}


def test_two_hamlets_of_one_name_are_one(desk):
    actions.add_hamlet(draft_of(desk), by=desk.officer)
    with pytest.raises(actions.HamletThere):
        actions.add_hamlet(draft_of(desk, name="đông"), by=desk.officer)


def test_no_hamlet_is_made_in_another_desks_commune(desk):
    elsewhere = make.place()
    make.unit(parent=desk.province, serves=elsewhere)
    with pytest.raises(NotAllowed):
        actions.add_hamlet(draft_of(desk, commune_id=elsewhere.pk), by=desk.officer)


def test_by_its_former_name_search_list_and_place_in_a_text_find_it(desk):
    take_over(desk, "Bản Mới;;;Xóm Khe Sủng;;;")
    made = named("Bản Mới")
    assert [match.place for match in find_places("xóm khe sủng", "24")] == [made]
    assert [match.place for match in find_places("bản mới", "24")] == [made]
    assert list(filtered_hamlets(desk.officer, words="khe sung")) == [made]
    read = communes_in_texts({1: PlacedText("Có trộm ở xóm Khe Sủng đêm qua", "24")})
    assert read[1].hamlets == (made.code,)


def test_the_pages_take_a_sheet_and_give_refused_rows_back(client, desk):
    sent = SimpleUploadedFile("thon.csv", as_file("Đông;Thôn;;;;;", "Tây;;;;;;"))
    page = client.post(url("hamlets-import"), {"sheet": sent})
    assert page.status_code == 200
    carried = {"sheet": page.context["token"], "shown": page.context["plan"].digest}
    refused = client.post(url("hamlets-take-over"), carried | {"do": "refused"})
    assert "Tây" in refused.content.decode("utf-8-sig")
    client.post(url("hamlets-take-over"), carried | {"do": "import"})
    listed = client.get(url("hamlets"), {"q": "dong"}).content.decode()
    assert "Thôn Đông" in listed


def test_an_example_file_is_read_as_a_sheet(client, desk):
    got = client.get(url("hamlets-example"))
    (row,) = plan_hamlet_sheet(read_sheet(got.content, HAMLET_LAYOUT), by=desk.officer).rows
    assert (row.state, row.name, len(row.draft.former)) == ("new", "Thôn Đồi Thông", 2)


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(client, desk):
    typed = {"commune": desk.place.pk, "kind": "Thôn", "name": "Ninh", "household_count": "nhiều"}
    page = client.post(url("hamlet-new"), typed)
    assert page.status_code == 200
    assert 'value="nhiều"' in page.content.decode()
    client.post(url("hamlet-new"), typed | {"household_count": "40", "former": "Xóm Cũ"})
    assert former_names([named("Thôn Ninh").pk])[named("Thôn Ninh").pk] == ["Xóm Cũ"]


def test_who_only_audits_reads_no_hamlets(desk_client, desk):
    sign_in(desk_client, make.officer(unit=desk.unit, role="auditor"))
    assert desk_client.get(url("hamlets-import")).status_code in (302, 403)
