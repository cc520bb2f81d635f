"""Keys beside the decisions: locking the screen, ticks after a reload, one unit of many."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk
from tests.journeys.resident import Story, report

WORDS = "Xe ben chở đất chạy ẩu qua cổng trường lúc tan học"
# In CSS pixels (WCAG 2.5.5).
THUMB = 44


@pytest.fixture
def desk(people, stack) -> Desk:
    """An officer with a new tip."""
    report(people.resident(), stack, Story(WORDS, topic="other"))
    return Desk(people.officer(), stack, "lan").sign_in()


def is_covered(page: Page) -> None:
    expect(page.locator("#screen-cover")).to_be_visible()


def test_one_key_covers_the_screen_and_one_goes_on_where_one_was(desk):
    desk.open_tip("Xe ben chở đất")
    page, box = desk.page, desk.page.locator("#reply-text")
    box.fill("Bạn thấy biển số")
    page.keyboard.press("F2")
    is_covered(page)
    page.fill("#screen-pin", desk.code())
    page.keyboard.press("Enter")
    expect(page.locator("#screen-cover")).to_be_hidden()
    expect(box).to_be_focused()
    page.keyboard.type(" không?")
    expect(box).to_have_value("Bạn thấy biển số không?")
    # By its name, too, and over another dialog.
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("khoa man hinh")
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text("F2")
    page.keyboard.press("F2")
    is_covered(page)


def test_a_tick_of_before_takes_no_tip_after_a_reload(desk):
    desk.waits_for("Xe ben chở đất")
    page = desk.page
    address = page.locator("a[data-row]", has_text="Xe ben chở đất").first.get_attribute("href")
    row = page.locator(f"a[data-row][href='{address}']")
    row.click()
    expect(page.locator("#detail [data-now]")).to_be_attached()
    other = page.locator(".row-tick input").last
    other.check()
    page.reload()
    expect(other).not_to_be_checked()
    page.keyboard.press("1")
    expect(page.locator(".toast")).to_contain_text("bạn đã nhận")
    expect(row).to_have_attribute("aria-current", "true")
    expect(page.locator("#detail .actions .chip.ok")).to_be_visible()


def test_one_of_many_units_is_found_by_a_part_of_its_name(desk):
    desk.open_tip("Xe ben chở đất")
    page = desk.page
    page.keyboard.press("3")
    page.wait_for_url("**/route/**")
    box, units = page.get_by_label("Tìm đơn vị"), page.locator("select[name=to]")
    expect(box).to_be_focused()
    page.keyboard.type("viet yen")
    expect(units.locator("option", has_text="Việt Yên")).to_have_count(1)
    expect(units.locator("option")).to_have_count(2)
    assert "Việt Yên" in units.evaluate("each => each.selectedOptions[0].text")
    page.keyboard.press("Enter")
    expect(units).to_be_focused()


def test_the_way_to_the_next_tip_is_as_high_as_a_thumb(people, stack, desk):
    desk.open_tip("Xe ben chở đất")
    page = desk.page
    page.set_viewport_size({"width": 390, "height": 844})
    for link in page.locator(".breadcrumb a").all():
        size = link.bounding_box()
        assert size["height"] >= THUMB, link.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
