"""S2: a report is taken on, sorted, rated and ended; its reporter and the province see the end."""

import re

from playwright.sync_api import Page, expect

from tests.accessibility.reading import faults
from tests.journeys.desk import Desk
from tests.journeys.resident import Story, read_status, report

STORY = Story("Có nhóm cạy cốp xe ở bãi gửi sau chợ, sáng nay lại thêm hai xe bị", topic="theft")
LAST_WORDS = "Đã bắt được người cạy cốp xe. Cảm ơn bạn đã báo."
NOTE = "Bắt quả tang tại bãi gửi xe"


def test_a_report_of_value_is_told_apart_and_its_end_is_told(people, stack):
    coordinator = Desk(people.officer(), stack, "mai").sign_in()
    before = of_value(coordinator)
    reporter = people.resident()
    code = report(reporter, stack, STORY, at_each_page=is_fine)
    duty = Desk(people.officer(), stack, "lan").sign_in()
    duty.open_tip(STORY.text)
    duty.press("accept")
    page = duty.page
    page.locator("form[action$='/sort/'] button[data-key=c]").click()
    page.locator("form[action$='/rate/'] button[value=of_value]").click()
    outcome = page.locator("form[action$='/outcome/']")
    outcome.locator("[name=outcome]").select_option("solved")
    outcome.locator("[name=note]").fill(NOTE)
    outcome.locator("button").click()
    page.fill("#close-text", LAST_WORDS)
    page.locator("form[action$='/close/'] button").click()
    expect(page.locator("header.bar")).to_be_visible()
    hears(reporter, stack, code)
    assert of_value(coordinator) == before + 1
    coordinator.page.locator("main a[href*='by=class'][href*='value=of_value']").first.click()
    coordinator.page.locator("main tbody th a").first.click()
    coordinator.sees(STORY.text)
    coordinator.sees(NOTE)


def is_fine(page: Page) -> None:
    """On a cheap phone without script: nothing beyond the edge, nothing to stumble over."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(page) == {}


def hears(page: Page, stack, code: str) -> None:
    """The last words, once the officer can take them back no longer; never the desk's own note."""
    for _ in range(40):
        if LAST_WORDS in (said := read_status(page, stack, code)):
            assert NOTE not in said
            is_fine(page)
            return
        page.wait_for_timeout(2000)
    raise AssertionError(said)


def of_value(desk: Desk) -> int:
    """How many of the last 30 days were of value, as the figures say."""
    desk.page.locator("header.bar nav a[href='/figures/']").click()
    row = desk.page.locator("main tr", has=desk.page.get_by_role("rowheader", name="Có giá trị"))
    expect(row.first).to_be_visible()
    found = re.search(r"\d[\d.]*", row.first.inner_text())
    return int(found.group().replace(".", "")) if found else 0
