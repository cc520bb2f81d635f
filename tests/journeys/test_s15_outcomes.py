"""S15: a transfer was stopped in time; the reporters read it, province and commander count it."""

import time

from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk
from tests.journeys.figures import number
from tests.journeys.looks import fits, is_fine
from tests.journeys.resident import Story, read_status, report

FIRST = Story("Bố tôi đang ở ngân hàng, có người giả công an bắt chuyển 48 triệu, ai giúp với")
SECOND = Story("Ông hàng xóm đang ở ngân hàng, bị người giả công an bắt chuyển 48 triệu")
SAVED, HELPED = 48_000_000, 1
OUTCOME = "Giao dịch đã được chặn ở quầy, bố bạn không mất tiền."
NOTE = "Đã giữ được ở quầy"
MONEY_SAVED = "Tiền giữ được"


def test_what_was_saved_is_told_to_the_reporters_and_counted_above(people, stack):
    # One phone without script, and one with it, which axe needs.
    plain, other = people.resident(), people.resident(script=True)
    code = report(plain, stack, FIRST, at_each_page=fits)
    other_code = report(other, stack, SECOND, at_each_page=is_fine)
    coordinator = Desk(people.officer(), stack, "mai").sign_in()
    commander = Desk(people.officer(), stack, "hai").sign_in()
    before, in_report = saved_at_province(coordinator), saved_in_report(commander)

    ward = Desk(people.officer(), stack, "lan").sign_in()
    join(ward)
    record(ward.page)
    for reporter, its in ((plain, code), (other, other_code)):
        told = wait_for_status(reporter, stack, its, OUTCOME)
        assert NOTE not in told
        assert "48.000.000" not in told
    fits(plain)
    is_fine(other)

    assert saved_at_province(coordinator) == before + SAVED
    is_fine(coordinator.page)
    # The sum leads to the incident, in which the coordinator reads what was done.
    coordinator.page.locator("dl.facts div", has_text=MONEY_SAVED).locator("a").click()
    coordinator.sees("48.000.000")
    coordinator.page.locator("main tbody tr", has_text="48.000.000").locator("th a").first.click()
    coordinator.sees("Giữ lại được, đồng")
    is_fine(coordinator.page)
    # The report of the month that the commander will sign counts it too.
    assert saved_in_report(commander) == in_report + SAVED
    is_fine(commander.page)


def join(ward: Desk) -> None:
    """Both tell of one event; the page of their incident is open in the end."""
    ward.open_tip(FIRST.text)
    ward.press("accept")
    ward.open_tip(SECOND.text)
    ward.follow("/duplicate/")
    first = ward.page.locator("section.panel", has_text=FIRST.text)
    first.locator("form button").first.click()
    # The list has one line for both now; it speaks with the words of the first.
    ward.open_tip(FIRST.text)
    ward.follow("/incidents/")
    ward.sees(": 2 tin")


def record(page: Page) -> None:
    """What came of it, once for both tips, and the last words to both reporters."""
    outcome = page.locator("form[action$='/outcome/']")
    outcome.locator("[name=outcome]").select_option("prevented")
    outcome.locator("[name=money_saved]").fill(str(SAVED))
    outcome.locator("[name=persons_helped]").fill(str(HELPED))
    outcome.locator("[name=note]").fill(NOTE)
    outcome.locator("button").click()
    is_fine(page)
    page.fill("#close-all", OUTCOME)
    page.locator("form[action$='/close/'] button").click()
    expect(page.locator("#close-all")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("48.000.000")


def saved_at_province(coordinator: Desk) -> int:
    """The sum of the last 30 days, as the figures say."""
    page = coordinator.page
    page.locator("header.top-bar nav a[href='/figures/']").click()
    return number(page.locator("dl.facts div", has_text=MONEY_SAVED).locator("dd").inner_text())


def saved_in_report(commander: Desk) -> int:
    """The line of this month's report of the ward, which is not over yet."""
    page = commander.page
    page.locator("header.top-bar nav a[href='/figures/']").click()
    page.locator("main a[href='/figures/reports/']").click()
    page.locator("#span").select_option(index=0)
    page.get_by_role("button", name="Đếm số liệu").click()
    row = page.locator("tr", has=page.get_by_role("rowheader", name=MONEY_SAVED, exact=True))
    return number(row.first.locator("td.number").first.inner_text())


def wait_for_status(page: Page, stack, code: str, words: str) -> str:
    """The last words wait a moment so that an officer can take them back."""
    deadline = time.monotonic() + 120
    while words not in (text := read_status(page, stack, code)):
        assert time.monotonic() < deadline, text
        time.sleep(2)
    return text
