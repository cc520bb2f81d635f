"""What a newcomer to the demo is shown, and how they get rid of it."""

import re

from playwright.sync_api import expect

from tests.journeys.desk import Desk

TOUR = "aside.tour"
INVITATION = re.compile("Đóng thử ba vai")
NEVER_AGAIN = "Đừng hiện phần dạo thử nữa"


def test_a_newcomer_plays_three_parts_and_closes_the_tour_for_good(stack, people):
    page = people.officer()
    page.goto(f"{stack.public}/phones/")
    tour = page.locator(TOUR)
    tour.get_by_text(INVITATION).click()
    expect(tour.locator("h2")).to_have_text(["Vai người dân", "Vai cán bộ trực", "Vai chủ trọ"])
    tour.get_by_role("link", name="Việc nhờ cô giáo").click()
    expect(page).to_have_url(re.compile("/relay/"))
    expect(page.locator("main h1").first).to_be_visible()
    page.goto(f"{stack.public}/phones/")
    page.get_by_role("button", name=NEVER_AGAIN).click()
    expect(page.locator(TOUR)).to_have_count(0)
    page.reload()
    expect(page.locator(TOUR)).to_have_count(0)
    somebody_else = people.officer()
    somebody_else.goto(f"{stack.public}/phones/")
    expect(somebody_else.locator(TOUR)).to_be_visible()


def test_an_officer_follows_the_tour_on_the_desk_and_closes_it_for_good(stack, people):
    desk = Desk(people.officer(), stack, "son").sign_in()
    desk.page.goto(f"{stack.desk}/tips/")
    tour = desk.page.locator(TOUR)
    tour.get_by_text(INVITATION).click()
    expect(tour.locator("h2").first).to_have_text("Vai cán bộ trực")
    tour.get_by_role("link", name="Danh sách cảnh báo").click()
    expect(desk.page).to_have_url(f"{stack.desk}/warnings/")
    expect(desk.page.locator(TOUR)).to_have_count(0)
    desk.page.goto(f"{stack.desk}/tips/")
    desk.page.get_by_role("button", name=NEVER_AGAIN).click()
    expect(desk.page.locator(TOUR)).to_have_count(0)
    desk.page.reload()
    expect(desk.page.locator("header.top-bar")).to_be_visible()
    expect(desk.page.locator(TOUR)).to_have_count(0)
