"""A group of the official account: made by the sender, listed, and taken into the network."""

import re

from playwright.sync_api import expect

from tests.journeys.desk import Desk

NAME = "Tổ dân phố lập bằng máy"


def test_a_group_is_made_taken_into_the_network(people, stack):
    desk = Desk(people.officer(), stack, "mai").sign_in()
    page = desk.page
    page.goto(f"{stack.desk}/groups/")
    page.get_by_role("link", name="Nhóm của tài khoản").click()
    page.locator("summary", has_text="Lập nhóm mới").click()
    page.get_by_label("Tên nhóm mới").fill(NAME)
    page.get_by_role("button", name="Lập nhóm").click()
    reload_until(page, page.locator("b", has_text=NAME).first)
    page.get_by_role("button", name="Lấy danh sách ngay").click()
    row = page.locator("li", has_text=NAME)
    reload_until(page, row)
    link = row.locator("a[href*='zalo.me/g/']").get_attribute("href")
    row.get_by_role("button", name="Đưa vào mạng lưới").click()
    expect(page).to_have_url(re.compile("/groups/[0-9a-f-]{36}/"))
    expect(page.locator("[name=channel_address]")).to_have_value(link.rpartition("/")[2])


def reload_until(page, found):
    """The sender looks every few seconds, and lists again after a minute at the earliest."""
    for _try in range(60):
        if found.count():
            return
        page.wait_for_timeout(1500)
        page.goto(page.url.partition("#")[0])
    expect(found.first).to_be_visible()
