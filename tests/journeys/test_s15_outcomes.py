"""S15: a transfer was stopped in time; the reporter reads it, the province sees the sum."""

import time

from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk
from tests.journeys.resident import Story, read_status, report

FIRST = Story("Bố tôi đang ở ngân hàng, có người giả công an bắt chuyển 48 triệu, ai giúp với")
SECOND = Story("Ông hàng xóm bị giả công an bắt chuyển 48 triệu, đang ở quầy ngân hàng")
SAVED = 48_000_000
OUTCOME = "Giao dịch đã được chặn ở quầy, bố bạn không mất tiền."


def test_what_was_saved_is_told_to_the_reporter_and_counted_at_the_province(people, stack):
    code = report(people.resident(), stack, FIRST)
    report(people.resident(), stack, SECOND)
    coordinator = Desk(people.officer(), stack, "mai").sign_in()
    before = saved_at_province(coordinator)
    ward = Desk(people.officer(), stack, "lan").sign_in()
    ward.open_tip(FIRST.text[:40])
    ward.press("accept")
    ward.open_tip(SECOND.text[:40])
    ward.follow("/duplicate/")
    ward.page.locator("main form button").first.click()
    record(ward)
    wait_for_status(people.resident(), stack, code, OUTCOME)
    assert saved_at_province(coordinator) == before + SAVED
    # The sum leads to the incident, in which the coordinator reads what was done.
    coordinator.page.locator("main a[href*='incidents'][href*='value=saved']").click()
    coordinator.sees("48.000.000")
    coordinator.page.locator("main tbody th a").first.click()
    coordinator.sees("Đã giữ được ở quầy")


def record(ward: Desk) -> None:
    """What came of it, once for both tips, and the last words to both reporters."""
    page = ward.page
    page.get_by_role("link", name="Mở vụ việc").click()
    page.select_option("[name=outcome]", "prevented")
    page.fill("[name=money_saved]", "48.000.000")
    page.fill("[name=persons_helped]", "1")
    page.fill("form[action$='/outcome/'] [name=note]", "Đã giữ được ở quầy")
    page.locator("form[action$='/outcome/'] button").click()
    page.fill("#close-all", OUTCOME)
    page.locator("form[action$='/close/'] button").click()
    ward.sees("48.000.000")


def saved_at_province(coordinator: Desk) -> int:
    """The figure of the last 30 days, as the page shows it."""
    page = coordinator.page
    page.locator("header.bar nav a[href='/figures/']").click()
    row = page.locator("dl.facts div", has_text="Tiền giữ được").first
    expect(row).to_be_visible()
    digits = "".join(c for c in row.locator("dd").inner_text() if c.isdigit())
    return int(digits or 0)


def wait_for_status(page: Page, stack, code: str, words: str) -> None:
    """The last words wait a moment so that an officer can take them back."""
    deadline = time.monotonic() + 120
    while words not in (text := read_status(page, stack, code)):
        assert time.monotonic() < deadline, text
        time.sleep(3)
