"""S2: two reports, one incident, its end; both reporters read it, the province's counts balance."""

import time

from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk
from tests.journeys.figures import number
from tests.journeys.looks import fits, is_fine
from tests.journeys.resident import Story, read_status, report

FIRST = Story("Có nhóm cạy cốp xe ở bãi gửi sau chợ, sáng nay lại thêm hai xe bị", topic="theft")
SECOND = Story("Bãi gửi xe sau chợ lại bị cạy cốp, sáng nay nhóm đó cạy thêm hai xe", topic="theft")
LAST_WORDS = "Đã bắt được người cạy cốp xe. Cảm ơn bạn đã báo."
NOTE = "Bắt quả tang tại bãi gửi xe"
OF_VALUE, TOLD_AGAIN, RECEIVED = "Có giá trị", "Báo trùng, đã gộp vụ việc", "tin nhận được"


def test_reports_of_value_are_told_apart_and_their_end_is_told(people, stack):
    coordinator = Desk(people.officer(), stack, "mai").sign_in()
    before = counts(coordinator)
    # One phone without script, and one with it, which axe needs.
    plain, other = people.resident(), people.resident(script=True)
    code = report(plain, stack, FIRST, at_each_page=fits)
    other_code = report(other, stack, SECOND, at_each_page=is_fine)
    weigh(Desk(people.officer(), stack, "lan").sign_in())
    assert NOTE not in hears(plain, stack, code)
    fits(plain)
    assert NOTE not in hears(other, stack, other_code)
    is_fine(other)
    # The province: two came in, one was worth something, one told the same again.
    after = counts(coordinator)
    grown = {name: after[name] - before[name] for name in after}
    assert grown == {RECEIVED: 2, OF_VALUE: 1, TOLD_AGAIN: 1}
    coordinator.sees("Khớp.")
    coordinator.page.locator("main a[href*='by=class'][href*='value=of_value']").first.click()
    coordinator.page.locator("main tbody th a").first.click()
    coordinator.sees(FIRST.text)
    coordinator.sees(NOTE)


def weigh(duty: Desk) -> None:
    """Taken on, sorted, rated, joined, and ended once for both."""
    page = duty.page
    duty.open_tip(FIRST.text)
    duty.press("accept")
    page.locator("form[action$='/sort/'] button[data-key=c]").click()
    page.locator("form[action$='/rate/'] button[value=of_value]").click()
    duty.open_tip(SECOND.text)
    duty.follow("/duplicate/")
    row = page.locator("section.panel", has_text=FIRST.text).locator("form button")
    row.first.click()
    # The list has one line for both now; it speaks with the words of the first.
    duty.open_tip(FIRST.text)
    duty.follow("/incidents/")
    duty.sees(": 2 tin")
    outcome = page.locator("form[action$='/outcome/']")
    outcome.locator("[name=outcome]").select_option("solved")
    outcome.locator("[name=note]").fill(NOTE)
    outcome.locator("button").click()
    page.fill("#close-all", LAST_WORDS)
    page.locator("form[action$='/close/'] button").click()
    expect(page.locator("#close-all")).to_have_count(0)


def hears(page: Page, stack, code: str) -> str:
    """What the page of the receipt says, once the last words can be taken back no longer."""
    deadline = time.monotonic() + 120
    while LAST_WORDS not in (said := read_status(page, stack, code)):
        assert time.monotonic() < deadline, said
        time.sleep(2)
    return said


def counts(desk: Desk) -> dict[str, int]:
    """What the last 30 days received, and what became of it, as the figures say."""
    desk.page.locator("header.top-bar nav a[href='/figures/']").click()
    stat = desk.page.locator(".stat", has_text=RECEIVED).locator("b")
    found = {RECEIVED: stat.inner_text()}
    for name in (OF_VALUE, TOLD_AGAIN):
        found[name] = desk.page.locator("tr", has_text=name).first.locator("td.number").inner_text()
    return {name: number(text) for name, text in found.items()}
