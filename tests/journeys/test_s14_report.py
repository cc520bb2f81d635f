"""S14: a report is refused, signed, read by others, corrected by nobody, and public in part."""

import io
import os
import re
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.accessibility.reading import faults
from tests.journeys.desk import Desk
from tests.journeys.resident import Story, report

SHOTS = os.environ.get("KENG_SHOTS_TO", "")
WORDS = "Mất hai xe đạp ở sân nhà văn hoá tổ dân phố"


def test_a_report_is_signed_by_its_commander_and_read_above(people, stack):
    report(people.resident(), stack, Story(WORDS, topic="theft"))
    commander = Desk(people.officer(), stack, "hai").sign_in()
    page = commander.page
    chooses(page, unit="Nếnh", newest=True)
    # This month goes on: it is counted, leads to its tips, and cannot be signed.
    expect(page.locator("#block-2")).to_contain_text("Khớp")
    leads_to_the_tip(page)
    refused = page.get_by_role("button", name="Ký báo cáo")
    refused.focus()
    expect(refused).to_be_focused()
    expect(refused).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#why")).to_contain_text("Chưa hết kỳ")
    looked_over(page, "report-draft")
    chooses(page, unit="Nếnh")
    signs(commander)
    signed = page.url
    # The province reads what the ward signed; a neighbour's officer has no such page.
    auditor = Desk(people.officer(), stack, "thu").sign_in()
    opens_signed(auditor.page, "Nếnh")
    expect(auditor.page.locator("main")).to_contain_text("Đoàn Minh Hải")
    assert auditor.page.url == signed
    looked_over(auditor.page, "report-signed")
    downloads(auditor.page)
    auditor.page.get_by_role("link", name="Một trang biểu đồ").click()
    expect(auditor.page.locator("h1")).to_contain_text("Báo cáo tháng")
    neighbour = Desk(people.officer(), stack, "son").sign_in()
    assert neighbour.page.request.get(signed).status == 404


def test_the_month_of_the_province_is_public_without_small_counts(people, stack):
    coordinator = Desk(people.officer(), stack, "mai").sign_in()
    chooses(coordinator.page, unit="tỉnh")
    signs(coordinator)
    coordinator.press("publish")
    expect(coordinator.page.locator("main")).to_contain_text("Ai cũng đọc được")
    resident = people.resident()
    resident.goto(stack.public)
    resident.get_by_role("link", name="Kết quả xử lý tin báo").click()
    expect(resident.locator("h1")).to_contain_text("tháng")
    expect(resident.locator("main")).to_contain_text("Số dưới 5 không nêu")
    expect(resident.locator("main")).not_to_contain_text("Nếnh")
    # Once more with script, since without there is nothing to ask the page.
    seen = people.resident(script=True)
    seen.goto(resident.url)
    assert seen.evaluate("document.documentElement.scrollWidth <= innerWidth")
    looked_over(seen, "results-390")


def looked_over(page: Page, name: str) -> None:
    """No fault that axe finds; and a picture for whoever wants to look at the screens."""
    assert not faults(page), name
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def chooses(page: Page, *, unit: str, newest: bool = False) -> None:
    """From the menu to a report of last month, or of this one."""
    page.locator("header.bar nav a[href='/figures/']").click()
    page.locator("main a[href='/figures/reports/']").click()
    options = page.locator("#unit option", has_text=unit)
    page.locator("#unit").select_option(options.first.get_attribute("value"))
    if newest:
        page.locator("#span").select_option(index=0)
    looked_over(page, "report-list")
    page.get_by_role("button", name="Đếm số liệu").click()
    expect(page.locator("h1")).to_contain_text("Báo cáo tháng")


def leads_to_the_tip(page: Page) -> None:
    """What came in this month has the new report among it; and back."""
    page.locator("a[href*='line=received']").click()
    page.locator("main tbody th a").first.click()
    expect(page.locator("main")).to_contain_text(WORDS)
    page.go_back()
    page.go_back()


def signs(desk: Desk) -> None:
    """Six digits, and the page of the signed report."""
    page = desk.page
    expect(page.locator("main")).not_to_contain_text("Chưa ký được")
    page.fill("[name=code]", desk.code())
    page.get_by_role("button", name="Ký báo cáo").click()
    expect(page.locator("main")).to_contain_text("Chữ ký khớp với số liệu")


def opens_signed(page: Page, unit: str) -> None:
    """The newest signed report of a unit, from the menu."""
    page.locator("header.bar nav a[href='/figures/']").click()
    page.locator("main a[href='/figures/reports/']").click()
    page.locator("main tbody tr", has_text=unit).first.locator("th a").click()
    expect(page.locator("h1")).to_contain_text("Báo cáo tháng")


def downloads(page: Page) -> None:
    """The three files are what their names say."""
    for name, begins in (("DOCX", b"PK"), ("XLSX", b"PK"), ("PDF", b"%PDF-")):
        link = page.get_by_role("link", name=name, exact=True).get_attribute("href")
        answer = page.request.get(page.url.split("/figures/")[0] + link)
        assert answer.status == 200
        assert answer.body().startswith(begins)
        assert re.search(rf"\.{name.lower()}\"", answer.headers["content-disposition"])
        if begins == b"PK":
            assert zipfile.ZipFile(io.BytesIO(answer.body())).testzip() is None
