"""S1: groups of a commune and of a whole province, brought in as a sheet; missed where none is."""

import io
import re

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import expect

from tests.journeys.desk import Desk
from tests.journeys.looks import is_fine

HEAD = ("Tên nhóm", "Loại", "Địa bàn", "Số thành viên", "SĐT thành viên")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(*rows):
    """What an officer has on their own PC."""
    book = Workbook()
    for row in (HEAD, *rows):
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def choose(desk: Desk, content: bytes) -> None:
    """The file dialog, then the button."""
    file = {"name": "nhom-thang-11.xlsx", "mimeType": XLSX, "buffer": content}
    desk.page.set_input_files("[name=sheet]", files=[file])
    desk.page.click("main form [data-send]")


@pytest.fixture
def ward(people, stack):
    return Desk(people.officer(), stack, "lan").sign_in()


def test_an_officer_brings_in_a_sheet_of_groups_and_mends_two_rows(people, ward, stack):
    rows = [
        ["Tổ dân phố Bảng 3", "Người dân", "Phường Nếnh", 212, "0912 000 417"],
        ["Khu trọ Bảng 4", "Câu lạc bộ", "Phường Nếnh", 88, ""],
        ["Khu trọ Bảng 5", "Chủ trọ", "Phường Nênhh", 64, ""],
    ]
    ward.page.goto(f"{stack.desk}/groups/")
    ward.follow("/groups/import/")
    is_fine(ward.page)
    choose(ward, workbook(*rows))
    ward.sees("2 dòng chưa đúng; chưa nhập gì")
    is_fine(ward.page)
    ward.sees("Đã bỏ cột “SĐT thành viên”")
    expect(ward.page.locator("#wrong")).to_contain_text("Dòng 3")
    expect(ward.page.locator("#wrong")).to_contain_text("Có phải là: Phường Nếnh")
    expect(ward.page.locator("main")).not_to_contain_text("0912 000 417")
    expect(ward.page.locator("button[value=import]")).to_have_count(0)
    # Both rows are mended in the officer's own file.
    rows[1][1], rows[2][2] = "Chủ trọ", "Phường Nếnh"
    ward.page.click("text=Chọn tệp khác")
    choose(ward, workbook(*rows))
    ward.sees("Sẵn sàng: 3 mới, 0 thay đổi")
    is_fine(ward.page)
    ward.page.click("button[value=import]")
    ward.sees("Đã nhập: 3 nhóm mới")
    ward.page.fill("[name=q]", "bang 4")
    ward.page.click("form.filters button")
    expect(ward.page.locator("table.table").first).to_contain_text("Khu trọ Bảng 4")
    is_fine(ward.page)
    # The list goes out as the same sheet, and the journal says who took it.
    with ward.page.expect_download() as waiting:
        ward.page.click("button[value=xlsx]")
    book = load_workbook(io.BytesIO(waiting.value.path().read_bytes()))
    assert [row[0].value for row in book.worksheets[0].iter_rows(min_row=2)] == ["Khu trọ Bảng 4"]
    # The province has it among the groups of all communes.
    province = Desk(people.officer(), stack, "mai").sign_in()
    province.page.locator("header.top-bar nav a[href='/groups/']").click()
    province.page.fill("[name=q]", "bang 5")
    province.page.click("form.filters button")
    expect(province.page.locator("table.table").first).to_contain_text("Khu trọ Bảng 5")
    is_fine(province.page)


def test_a_commander_sees_which_communes_have_no_group(people, stack):
    province = Desk(people.officer(), stack, "mai").sign_in()
    province.page.goto(f"{stack.desk}/groups/missing/")
    province.follow("/groups/targets/")
    province.page.fill("[name=front]", "2")
    province.page.click("main form [data-send]")
    province.sees("Đã lưu chỉ tiêu")
    is_fine(province.page)
    rows = province.page.locator("#missing tbody tr:not(.total-row)")
    assert rows.count() == 99
    without = rows.filter(has_text="Chưa có nhóm").count()
    province.sees(f"{without} nơi chưa có nhóm nào")
    # One commune needs none of this kind, and leaves the list unless it has no group at all.
    row = rows.filter(has_text="Nếnh")
    row.get_by_role("link", name="Chỉ tiêu khác: Phường Nếnh").click()
    province.sees("Phường Nếnh cần có bao nhiêu nhóm")
    is_fine(province.page)
    province.page.fill("[name=front]", "1")
    province.page.click("main form [data-send]")
    expect(rows.filter(has_text="Nếnh")).to_contain_text("0 / 1")
    # The ward's own commander sees that number, and no other commune.
    ward = Desk(people.officer(), stack, "hai").sign_in()
    ward.page.goto(f"{stack.desk}/groups/missing/")
    ward.sees("Thiếu 1 nhóm, ở 1 trong 1 xã, phường")
    is_fine(ward.page)
    expect(ward.page.locator("#missing tbody tr:not(.total-row)")).to_have_count(1)
    expect(ward.page.locator("main a[href*='/groups/targets/']")).to_have_count(0)


def test_the_map_of_communes_and_the_table_beside_it_say_the_same(people, stack):
    desk = Desk(people.officer(), stack, "quan").sign_in()
    desk.page.goto(f"{stack.desk}/coverage/")
    tiles = desk.page.locator("[data-tile]")
    squares = tiles.evaluate_all(
        "all => all.map(t => [t.dataset.tile, t.lastElementChild.textContent.trim()])"
    )
    cells = desk.page.locator("[data-row]").evaluate_all(
        "all => all.map(r => [r.dataset.row, r.lastElementChild.textContent.trim()])"
    )
    assert len(squares) == 99
    said = {code: words.rstrip("%") if "%" in words else "–" for code, words in cells}
    assert dict(squares) == said
    desk.page.locator("#by-commune a", has_text="Phường Nếnh").click()
    desk.sees(re.compile(r"Phường Nếnh: \d+ nhóm"))
    desk.sees("Ninh Khánh")
    is_fine(desk.page)
    # On the narrowest phone tables and map move in their own box, the page does not.
    desk.page.set_viewport_size({"width": 320, "height": 700})
    for path in ("/coverage/", "/groups/missing/", "/groups/import/", "/groups/", "/leads/"):
        desk.page.goto(stack.desk + path)
        assert desk.page.evaluate("document.documentElement.scrollWidth") <= 320, path
