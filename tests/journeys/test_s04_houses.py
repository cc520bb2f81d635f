"""S4: houses of a kind, those that no group reaches, and a warning to their landlords alone."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, also_who_had_enough, submit_for_approval
from tests.journeys.looks import fits, is_fine, reads_well

HEAD = "Tên cơ sở;Loại hình;Nơi;Người liên hệ;Đã đồng ý;Số phòng;Nhóm;Họ tên người thuê"
TITLE = "Giả thợ điện vào khu trọ"


@pytest.fixture
def ward(people, stack):
    return Desk(people.officer(), stack, "lan").sign_in()


@pytest.fixture
def houses():
    """Names of this run alone: one in the group of My Điền, one in none."""
    mark = uuid.uuid4().hex[:5]
    return f"Nhà trọ Gặp {mark}", f"Nhà trọ Vắng {mark}"


def test_houses_come_in_as_a_sheet_and_a_warning_goes_to_their_landlords(
    people, stack, ward, houses
):
    there, missing = houses
    bring_in(
        ward,
        stack,
        f"{there};nhà trọ;My Điền;Bà Ngát;có;12;Nhà trọ My Điền;Người Thuê Thử",
        f"{missing};nhà trọ;My Điền;;;8;;",
    )
    ward.follow("/establishments/missing/")
    expect(ward.page.locator("main")).to_contain_text(missing)
    expect(ward.page.locator("main")).not_to_contain_text(there)
    is_fine(ward.page)
    ward.page.goto(f"{stack.desk}/establishments/?kind=boarding_house")
    ward.follow("/warnings/new/?kind=landlords")
    write_and_hand_in(ward)
    approve(people, stack)
    lead = Desk(people.officer(), stack, "lan").sign_in()
    link = link_of_lead(lead, stack, "Bà Ngát")
    reads_well(people, link)
    pass_on_and_tell(people.resident(), link)
    ward.page.goto(f"{stack.desk}/coverage/")
    ward.page.get_by_role("link", name=TITLE).first.click()
    row = ward.page.locator("#houses tbody tr").first
    expect(row).to_contain_text("Nhà trọ")
    expect(row.locator("td").last).to_have_text("1")
    is_fine(ward.page)


def bring_in(ward, stack, *rows):
    """The officer's own file; what is about tenants stays out."""
    content = "\n".join([HEAD, *rows]).encode()
    ward.page.goto(f"{stack.desk}/groups/")
    ward.page.locator("nav.tabs a[href$='/establishments/']").click()
    ward.follow("/establishments/import/")
    file = {"name": "nha-tro.csv", "mimeType": "text/csv", "buffer": content}
    ward.page.set_input_files("[name=sheet]", files=[file])
    ward.page.click("main form [data-send]")
    ward.sees("Đã bỏ cột “Họ tên người thuê”")
    is_fine(ward.page)
    expect(ward.page.locator("main")).not_to_contain_text("Người Thuê Thử")
    ward.page.click("button[value=import]")
    ward.sees("Đã nhập: 2 cơ sở mới")


def write_and_hand_in(ward):
    """Only the landlords' groups are ticked already."""
    page = ward.page
    expect(page.locator("[name=kinds]:checked")).to_have_count(1)
    page.select_option("[name=category]", "burglary")
    page.fill("[name=title]", TITLE)
    page.fill("[name=what]", "Có người xưng thợ điện, đòi vào từng phòng thu tiền sửa công tơ.")
    page.fill("[name=signs]", "Không có thẻ, không báo trước, đòi tiền mặt.")
    page.fill("[name=act]", "Không cho vào. Gọi điện lực để hỏi. Báo chủ trọ.")
    page.fill("[name=call]", "Trực ban 0204 000 0100 hoặc 113.")
    page.get_by_label("Phường Nếnh").first.check()
    also_who_had_enough(page)
    submit_for_approval(page)
    expect(page.locator("h1")).to_contain_text(TITLE)


def approve(people, stack):
    """The second person."""
    commander = Desk(people.officer(), stack, "hai").sign_in()
    commander.page.goto(f"{stack.desk}/warnings/")
    commander.page.get_by_role("link", name=TITLE).first.click()
    if "/approve/" not in commander.page.url:
        commander.follow("/approve/")
    commander.page.fill("[name=code]", commander.code())
    commander.page.locator("main form button[data-send]").first.click()
    commander.sees(TITLE)
    commander.waits_for_rows()


def link_of_lead(desk, stack, name):
    """The address that the officer hands out in the lead's own chat."""
    desk.page.goto(f"{stack.desk}/relays/")
    row = desk.page.locator("section.panel", has=desk.page.get_by_role("heading", name=name))
    row.first.locator("form[action*='/link/'] button").click()
    row.first.locator("p.copy-text", has_text="/relay/").wait_for()
    found = re.search(r"http://\S+/relay/[\w-]+", row.first.inner_text())
    assert found
    return found.group()


def pass_on_and_tell(lead, link):
    """She posts it, and later says in how many houses the rooms know; on a phone without script."""
    lead.goto(link)
    fits(lead)
    task = lead.locator("article", has_text=TITLE)
    task.locator("form[action$='/confirm'] button").click()
    fits(lead)
    lead.locator("form[action$='/rooms'] input[name=houses]").first.fill("1")
    lead.locator("form[action$='/rooms'] button").first.click()
    expect(lead.locator("form[action$='/rooms'] input[name=houses]").first).to_have_value("1")
