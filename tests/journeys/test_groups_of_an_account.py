"""Groups that the official account makes: listed, made, taken in, warned, and gone."""

import re

from playwright.sync_api import expect

from tests.journeys import zalo
from tests.journeys.desk import Desk

NAME = "Tổ dân phố lập bằng máy"


def test_a_group_is_made_taken_into_the_network_and_says_when_it_is_gone(people, stack):
    desk = Desk(people.officer(), stack, "mai").sign_in()
    page = desk.page
    page.goto(f"{stack.desk}/groups/")
    page.get_by_role("link", name="Nhóm của tài khoản").click()
    page.locator("summary", has_text="Lập nhóm mới").click()
    page.get_by_label("Tên nhóm mới").fill(NAME)
    page.get_by_role("button", name="Lập nhóm").click()
    expect(page.locator("main")).to_contain_text("Đã yêu cầu")
    reload_until(page, page.locator("b", has_text=NAME).first)
    page.get_by_role("button", name="Lấy danh sách ngay").click()
    row = page.locator("li", has_text=NAME)
    reload_until(page, row)
    link = row.get_by_role("link", name=re.compile("zalo.me/g/")).get_attribute("href")
    address = link.rpartition("/")[2]
    row.get_by_role("button", name="Đưa vào mạng lưới").click()
    expect(page.locator("main")).to_contain_text("Từ giờ cảnh báo có thể gửi đến nhóm này")
    in_network = page.url
    zalo.delete_group(stack, address)
    reload_until(page, page.locator(".notice.danger", has_text="không còn nữa"), at=in_network)


def reload_until(page, found, *, at=""):
    """The sender looks every few seconds, and lists again after a minute at the earliest."""
    for _try in range(60):
        if found.count():
            return
        page.wait_for_timeout(1500)
        page.goto(at) if at else page.goto(page.url.partition("#")[0])
    expect(found.first).to_be_visible()
