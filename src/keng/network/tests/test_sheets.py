"""Groups as a sheet: every mistake named by its row, all of it taken over or nothing."""

import csv
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from keng.network.actions import group_sheets as actions
from keng.network.models import Group, GroupKind
from keng.network.queries import groups as group_queries
from keng.network.sheets import places_in_cells, reading, writing
from keng.network.sheets.columns import GROUP_COLUMNS
from keng.network.sheets.plan_groups import plan_group_sheet
from keng.network.tests.ward_desk import url
from keng.places.models import Place, Succession
from tests import make
from tests.cpu_time import cpu_seconds
from tests.make import LONG_AGO

pytestmark = pytest.mark.django_db
HEAD = "Tên nhóm;Loại;Nơi;Số thành viên;Đầu mối"


class DeskWithLead:
    """A ward whose place has the name that sheets say, with a hamlet, a lead and one officer."""

    def __init__(self):
        self.place = make.place("Nếnh", full_name="Phường Nếnh", folded="nenh")
        self.hamlet = make.place("Ninh Khánh", kind="hamlet", parent=self.place)
        self.unit = make.unit("Công an phường Nếnh", serves=self.place)
        self.officer = make.officer(unit=self.unit)
        self.lead = make.lead(unit=self.unit, name="Bà Mão")


@pytest.fixture
def desk():
    return DeskWithLead()


def sheet(*lines, head=HEAD):
    return "\n".join((head, *lines)).encode("utf-8-sig")


def xlsx(*rows, head=HEAD):
    book = Workbook()
    for row in (head.split(";"), *rows):
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def look(client, content, name="nhom.csv"):
    return client.post(url("groups-import"), {"sheet": SimpleUploadedFile(name, content)})


def agree(client, looked, do="import", **answers):
    """Press the button of the preview, with what its form carries."""
    told = {"sheet": looked.context["token"], "shown": looked.context["plan"].digest, "do": do}
    return client.post(url("groups-take-over"), {**told, **looked.context["answers"], **answers})


@pytest.mark.parametrize(
    "make_file",
    [
        lambda: sheet("Khu trọ 1;Chủ nhà trọ;Ninh Khánh;1.312;Bà Mão", "Tổ 2;Dân cư;phuong nenh;;"),
        lambda: xlsx(
            ["Khu trọ 1", "landlords", "Ninh Khánh", 1312, "Bà Mão"],
            ["Tổ 2", "Dân cư", "Phường Nếnh", None, None],
        ),
    ],
)
def test_a_sheet_is_looked_at_first_and_then_taken_over(client, desk, make_file):
    looked = look(client, make_file())
    assert "Sẵn sàng: 2 mới" in looked.content.decode()
    assert not Group.objects.exists()
    assert agree(client, looked).status_code == 302
    first = Group.objects.get(name="Khu trọ 1")
    assert (first.kind, first.place, first.unit) == ("landlords", desk.hamlet, desk.unit)
    assert (first.member_count, first.channel) == (1312, "by_hand")
    assert list(first.leads.all()) == [desk.lead]
    entry = Entry.objects.get(action="group.imported")
    assert (entry.detail["new"], entry.detail["changed"]) == (2, 0)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (";Dân cư;Phường Nếnh;;", "thiếu tên nhóm"),
        ("Tổ 1;Câu lạc bộ;Phường Nếnh;;", "không có loại nhóm “Câu lạc bộ”"),
        ("Tổ 1;Dân cư;;;", "thiếu địa bàn"),
        ("Tổ 1;Dân cư;Phường Nênhh;;", "Có phải là: Phường Nếnh"),
        ("Tổ 1;Dân cư;Hà Nội;;", "không có “Hà Nội”"),
        ("Tổ 1;Dân cư;Phường Nếnh;nhiều;", "“nhiều” không phải số thành viên"),
        ("Tổ 1;Dân cư;Phường Nếnh;-5;", "“-5” không phải số thành viên"),
        ("Tổ 1;Dân cư;Phường Nếnh;99999999;", "không thể có tới"),
        ("Tổ 1;Dân cư;Phường Nếnh;5;Ông Lạ", "chưa có đầu mối “Ông Lạ”"),
        ("Tổ 1 (0912 000 417);Dân cư;Phường Nếnh;5;", "Kẻng không giữ số điện thoại"),
        ("Tổ 0;Dân cư;Phường Nếnh;5;", "trùng với dòng 2"),
        ("=1+1;Dân cư;Phường Nếnh;5;", "bắt đầu bằng dấu =, +, - hoặc @"),
    ],
)
def test_a_mistake_is_said_with_its_row_and_nothing_is_imported(client, line, words):
    looked = look(client, sheet("Tổ 0;Dân cư;Phường Nếnh;5;", line))
    page = looked.content.decode()
    assert "1 dòng chưa đúng; chưa nhập gì" in page
    assert "Dòng 3" in page
    assert words in page
    # Not even whoever presses a button that is not there gets half of it.
    agree(client, looked)
    assert not Group.objects.exists()


WITH_ADDRESS = f"{HEAD};Kênh;Địa chỉ nhóm trên kênh đó;Đang dùng"
ADDRESS_TAKEN = "một nhóm khác đang dùng địa chỉ này"


@pytest.mark.parametrize("used", ["", "có"])
def test_no_row_takes_the_address_of_another_group_and_nobody_is_told_whose_it_is(
    client, desk, used
):
    theirs = {"unit": make.unit(), "place": make.place(), "channel": "zalo_oa"}
    foreign = make.group(**theirs, name="Nhóm bạn")
    own = make.group(
        unit=desk.unit,
        place=desk.hamlet,
        name="Tổ 1",
        channel="zalo_oa",
        channel_address=foreign.channel_address,
        is_active=False,
    )
    lines = (
        f"Tổ 1;Dân cư;Ninh Khánh;5;;;;{used}",
        f"Tổ 2;Dân cư;Ninh Khánh;5;;zalo oa;{foreign.channel_address};",
        "Tổ 3;Dân cư;Ninh Khánh;5;;zalo oa;gmf-3;",
        "Tổ 4;Dân cư;Ninh Khánh;5;;zalo oa;gmf-3;",
    )
    looked = look(client, sheet(*lines, head=WITH_ADDRESS))
    wrong = {row.number: " ".join(row.errors) for row in looked.context["plan"].wrong}
    assert ADDRESS_TAKEN in wrong[3]
    assert "trùng với dòng 4" in wrong[5]
    # Out of use it may stay as it is.
    assert (ADDRESS_TAKEN in wrong.get(2, "")) == bool(used)
    assert "Nhóm bạn" not in looked.content.decode()
    agree(client, looked)
    own.refresh_from_db()
    assert (Group.objects.count(), own.is_active) == (2, False)


def test_an_address_that_was_taken_meanwhile_is_said_by_the_preview(client, desk, monkeypatch):
    content = sheet("Tổ 2;Dân cư;Ninh Khánh;5;;zalo oa;gmf-2;", head=WITH_ADDRESS)
    looked = look(client, content)
    assert looked.context["plan"].is_ready
    theirs = {"unit": make.unit(), "place": make.place(), "channel": "zalo_oa"}
    make.group(**theirs, channel_address="gmf-2")
    # Also when it comes between the last look and the writing.
    with monkeypatch.context() as late:
        late.setattr(group_queries, "addresses_in_use", dict)
        told = {"shown": looked.context["plan"].digest, "by": desk.officer}
        with pytest.raises(actions.PlanChanged):
            actions.import_groups(reading.read_sheet(content), {}, **told)
    assert ADDRESS_TAKEN in agree(client, looked).content.decode()
    assert Group.objects.count() == 1


def test_a_sheet_says_when_a_group_got_its_address(client, desk):
    make.group(unit=desk.unit, place=desk.hamlet, name="Tổ 1", kind="residents")
    lines = ("Tổ 1;Dân cư;Ninh Khánh;5;;zalo oa;gmf-1;", "Tổ 2;Dân cư;Ninh Khánh;5;;;;")
    agree(client, look(client, sheet(*lines, head=WITH_ADDRESS)))
    assert Group.objects.get(name="Tổ 1").address_changed_at is not None
    assert Group.objects.get(name="Tổ 2").address_changed_at is None


def test_the_same_sheet_twice_changes_nothing(client):
    content = sheet("Tổ 1;Dân cư;Ninh Khánh;40;Bà Mão")
    agree(client, look(client, content))
    again = look(client, content)
    assert "Không có gì để đổi" in again.content.decode()
    agree(client, again)
    assert Group.objects.count() == 1
    assert Entry.objects.filter(action="group.imported").count() == 1


def test_a_changed_number_is_shown_before_and_after(client, desk):
    group = make.group(unit=desk.unit, place=desk.hamlet, name="Tổ 1", member_count=40)
    looked = look(client, sheet("Tổ 1;Dân cư;Ninh Khánh;52;"))
    assert "<del>40</del> → <ins>52</ins>" in looked.content.decode()
    agree(client, looked)
    group.refresh_from_db()
    assert group.member_count == 52


def test_an_old_name_of_a_place_is_understood_and_told(client, desk):
    old = make.place("Xã Quảng Minh", kind="commune", valid_to=LONG_AGO)
    Succession.objects.create(old=old, new=desk.place, on=LONG_AGO)
    looked = look(client, sheet("Tổ 1;Dân cư;xa quang minh;5;"))
    assert "là tên cũ → Phường Nếnh" in looked.content.decode()
    agree(client, looked)
    assert Group.objects.get().place == desk.place


def test_a_name_that_two_places_share_is_asked_not_guessed(client, desk):
    other = make.place("Phường Khác")
    make.place("Ninh Khánh", kind="hamlet", parent=other)
    make.Jurisdiction.objects.create(unit=desk.unit, place=other, valid_from=LONG_AGO)
    looked = look(client, sheet("Tổ 1;Dân cư;Ninh Khánh;5;"))
    assert "nhiều nơi cùng tên" in looked.content.decode()
    agree(client, looked)
    assert not Group.objects.exists()
    chosen = agree(client, looked, do="choose", **{"place-2": str(desk.hamlet.pk)})
    agree(client, chosen)
    assert Group.objects.get().place == desk.hamlet


def test_a_name_written_nearly_like_one_that_is_there_is_asked(client, desk):
    group = make.group(unit=desk.unit, place=desk.hamlet, name="Tổ tự quản 1")
    looked = look(client, sheet("To tu quan 1;Dân cư;Ninh Khánh;5;"))
    assert "viết gần giống" in looked.content.decode()
    agree(client, agree(client, looked, do="choose", **{"same-2": str(group.pk)}))
    assert [g.name for g in Group.objects.all()] == ["To tu quan 1"]


def test_columns_about_people_are_left_out_and_said(client):
    head = HEAD + ";SĐT thành viên;Ghi chú"
    looked = look(client, sheet("Tổ 1;Dân cư;Ninh Khánh;5;;0912000417;mới", head=head))
    page = looked.content.decode()
    assert "Đã bỏ cột “SĐT thành viên”" in page
    assert "“Ghi chú”" in page
    assert "0912000417" not in page
    assert "0912000417" not in str(looked.context["sheet"].packed())


def test_what_changed_meanwhile_is_shown_instead_of_overwritten(client, desk):
    group = make.group(unit=desk.unit, place=desk.hamlet, name="Tổ 1", member_count=40)
    looked = look(client, sheet("Tổ 1;Dân cư;Ninh Khánh;52;"))
    Group.objects.filter(pk=group.pk).update(member_count=45)
    page = agree(client, looked).content.decode()
    assert "có người đã sửa nhóm" in page
    assert "<del>45</del> → <ins>52</ins>" in page
    group.refresh_from_db()
    assert group.member_count == 45


def test_a_preview_is_good_for_its_officer_only(client, desk, desk_client):
    looked = look(client, sheet("Tổ 1;Dân cư;Ninh Khánh;5;"))
    sign_in(desk_client, make.officer(unit=desk.unit))
    agree(desk_client, looked)
    forged = {"sheet": looked.context["token"][:-2] + "xx", "do": "import"}
    client.post(url("groups-take-over"), forged)
    assert not Group.objects.exists()


@pytest.mark.parametrize("role", ["auditor", "data_protection", "administrator"])
def test_whoever_only_reads_brings_nothing_in(client, desk, desk_client, role):
    looked = look(client, sheet("Tổ 1;Dân cư;Ninh Khánh;5;"))
    told = {"sheet": looked.context["token"], "shown": looked.context["plan"].digest}
    reader = make.officer(unit=desk.unit, role=role)
    sign_in(desk_client, reader)
    assert "Nhập từ bảng tính" not in desk_client.get(url("groups")).content.decode()
    assert look(desk_client, sheet("Tổ 1;Dân cư;Ninh Khánh;5;")).status_code == 403
    assert desk_client.post(url("groups-take-over"), told | {"do": "import"}).status_code == 403
    with pytest.raises(NotAllowed):
        actions.import_groups(looked.context["sheet"], {}, shown=told["shown"], by=reader)
    assert not Group.objects.exists()


def test_the_kinds_are_listed_before_and_the_kind_of_a_row_in_the_preview(client, desk):
    page = client.get(url("groups-import")).content.decode()
    listed = page.partition("Các loại nhóm")[2].partition("</ul>")[0]
    assert listed.count("<li>") == len(GroupKind)
    assert "<li>Người dân</li>" in listed
    looked = look(client, sheet("Tổ 1;dan cu;Ninh Khánh;5;")).content.decode()
    assert ">Tổ 1</th><td>Người dân</td>" in looked


def test_places_of_another_desk_are_no_places(client):
    make.unit(serves=make.place("Phường Bên"))
    looked = look(client, sheet("Tổ 1;Dân cư;Phường Bên;5;"))
    assert "địa bàn của bạn không có “Phường Bên”" in looked.content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0 old", "định dạng Excel cũ"),
        (b"PK\x03\x04 broken", "Tệp bị hỏng"),
        (b"", "Tệp trống"),
        ("Tên nhóm;Loại\nTổ 1;Dân cư".encode(), "Bảng thiếu cột “Địa bàn”"),
        (("x" * 10).encode("utf-16") + b"\xd8", "Không đọc được chữ"),
        ("Tên nhóm;Loại;Nơi;Nơi\nTổ 1".encode(), "có hai lần"),
        (b"x" * (reading.MOST_BYTES + 1), "Tệp lớn hơn 2 MB"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_in_plain_words(client, content, words):
    answer = look(client, content)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_more_rows_than_a_sheet_may_have_are_refused():
    lines = [f"Tổ {n};Dân cư;Phường Nếnh;5;" for n in range(reading.MOST_ROWS + 20)]
    with pytest.raises(reading.UnreadableSheet, match=r"2[,.]000"):
        reading.read_sheet(sheet(*lines))


def test_a_small_file_that_unpacks_into_a_huge_one_is_not_unpacked(monkeypatch):
    monkeypatch.setattr("openpyxl.load_workbook", lambda *_, **__: pytest.fail("it was unpacked"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * (41 * 1024 * 1024))
    assert len(out.getvalue()) < 100_000
    with pytest.raises(reading.UnreadableSheet):
        reading.read_sheet(out.getvalue())


def test_a_million_empty_rows_without_a_dimension_are_not_walked_through(monkeypatch):
    """Eighty kilobytes that a desk waited half a minute for, before it was refused."""
    monkeypatch.setattr("openpyxl.load_workbook", lambda *_, **__: pytest.fail("it was opened"))
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(["A", "B", "C"]))) as good,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            if name != "xl/worksheets/sheet1.xml":
                bad.writestr(name, good.read(name))
        bad.writestr("xl/worksheets/sheet1.xml", "<worksheet><sheetData>" + "<row/>" * 1_000_000)

    def read():
        with pytest.raises(reading.UnreadableSheet, match=r"2[,.]000"):
            reading.read_sheet(out.getvalue())

    assert cpu_seconds(read) < 2


def test_entities_that_multiply_are_not_followed():
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(["A", "B", "C"]))) as good:
        parts = {name: good.read(name) for name in good.namelist()}
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    page = "xl/worksheets/sheet1.xml"
    parts[page] = bomb + parts[page].replace(b"<sheetData>", b"<sheetData>&b;")
    with zipfile.ZipFile(content, "w") as bad:
        for name, part in parts.items():
            bad.writestr(name, part)
    with pytest.raises(reading.UnreadableSheet):
        reading.read_sheet(content.getvalue())


def test_a_sheet_full_of_unknown_places_is_not_guessed_at_for_minutes(desk, monkeypatch):
    asked = []
    monkeypatch.setattr(
        places_in_cells.difflib, "get_close_matches", lambda name, *_: asked.append(name) or []
    )
    lines = [f"Tổ {n};Dân cư;Xứ {n % 900};5;" for n in range(1800)]
    found = plan_group_sheet(reading.read_sheet(sheet(*lines)), {}, by=desk.officer)
    assert len(found.wrong) == 1800
    assert len(asked) == len(set(asked)) == 40


def exported(client, form, **chosen):
    return client.post(url("groups-export"), {"form": form, **chosen})


def test_what_is_taken_out_can_be_taken_in_again_and_changes_nothing(client, desk):
    group = make.group(
        unit=desk.unit, place=desk.hamlet, name="Nhà trọ, khu 1", kind="landlords", member_count=9
    )
    group.leads.add(desk.lead)
    for form in ("xlsx", "csv"):
        again = look(client, exported(client, form).content, f"nhom.{form}")
        assert len(again.context["plan"].same) == 1, again.context["plan"].wrong
    assert Entry.objects.filter(action="group.exported").count() == 2


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+84", "-1", "@SUM", "\t=1", "'tên"])
def test_nothing_in_an_export_is_run_by_a_spreadsheet(client, desk, name):
    make.group(unit=desk.unit, place=desk.hamlet, name=name)
    text = exported(client, "csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[1][0] == f"'{name}"
    book = load_workbook(io.BytesIO(exported(client, "xlsx").content))
    cells = next(iter(book.worksheets[0].iter_rows(min_row=2)))
    assert "f" not in {cell.data_type for cell in cells}
    assert not str(cells[0].value).startswith(reading.FORMULA_SIGNS)


def test_an_export_holds_what_the_filter_shows_and_nothing_of_others(client, desk):
    make.group(unit=desk.unit, place=desk.hamlet, name="Trường 1", kind="school")
    make.group(unit=desk.unit, place=desk.hamlet, name="Tổ 1")
    make.group(unit=make.unit(), place=desk.place, name="Nhóm xa", kind="school")
    text = exported(client, "csv", kind="school").content.decode("utf-8-sig")
    assert "Trường 1" in text
    assert "Tổ 1" not in text
    assert "Nhóm xa" not in text


def test_the_template_is_a_sheet_that_can_be_read(client):
    book = load_workbook(io.BytesIO(client.get(url("groups-template")).content))
    assert [cell.value for cell in book.worksheets[0][1]] == [str(c.heading) for c in GROUP_COLUMNS]
    assert len(book.worksheets) == 2
    assert reading.read_sheet(writing.template_xlsx()).lines == ()


def test_a_long_sheet_asks_no_more_than_a_short_one(client, desk, django_assert_max_num_queries):
    for number in range(30):
        make.place(f"Thôn {number}", kind="hamlet", parent=desk.place)
    lines = [f"Tổ {n};Dân cư;Thôn {n % 30};{n};Bà Mão" for n in range(333)]
    with django_assert_max_num_queries(20):
        looked = look(client, sheet(*lines))
    assert len(looked.context["plan"].new) == 333
    assert Place.objects.count() > 30


def _statements(client, looked):
    with CaptureQueriesContext(connection) as queries:
        assert agree(client, looked).status_code == 302
    return [each["sql"] for each in queries]


def test_only_the_groups_that_change_are_held_while_a_sheet_is_taken_over(client, desk):
    """A lead of any other group of the province confirms meanwhile, and waits for nobody."""
    changed = make.group(unit=desk.unit, place=desk.hamlet, name="Tổ 1", member_count=40)
    same = make.group(unit=desk.unit, place=desk.hamlet, name="Tổ 2", member_count=41)
    other = make.group(unit=desk.unit, place=desk.hamlet, name="Tổ 3")
    looked = look(client, sheet("Tổ 1;Dân cư;Ninh Khánh;52;", "Tổ 2;Dân cư;Ninh Khánh;41;"))
    statements = [sql for sql in _statements(client, looked) if "FOR NO KEY UPDATE" in sql]
    held = [sql for sql in statements if 'FROM "network_group"' in sql]
    assert [changed.pk.hex in sql for sql in held] == [True]
    assert not any(pk.hex in held[0] for pk in (same.pk, other.pk))
    assert held[0].endswith(
        'ORDER BY "network_group"."id" ASC FOR NO KEY UPDATE OF "network_group"'
    )
    changed.refresh_from_db()
    assert changed.member_count == 52


def test_leads_of_many_groups_cost_no_more_statements_than_those_of_one(client, desk):
    stopped = make.lead(unit=desk.unit, name="Ông Sửu", stopped_at=times.now())
    other = make.lead(unit=desk.unit, name="Ông Dần")
    for n in range(12):
        group = make.group(unit=desk.unit, place=desk.hamlet, name=f"Tổ {n}")
        group.leads.set([other, stopped])
    kind = str(group.get_kind_display())
    one = _statements(client, look(client, sheet(f"Tổ 0;{kind};Ninh Khánh;7;Bà Mão")))
    rest = (f"Tổ {n};{kind};Ninh Khánh;7;Bà Mão" for n in range(1, 12))
    many = _statements(client, look(client, sheet(*rest)))
    assert len(many) == len(one)
    for group in Group.objects.all():
        assert set(group.leads.all()) == {desk.lead, stopped}
