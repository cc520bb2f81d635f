"""S14: a report is refused, signed, read above and in public in part, and put right in the open."""

import io
import os
import re
import time
from pathlib import Path
from urllib.parse import urljoin

import docx
import openpyxl
from playwright.sync_api import Page, expect

from keng.reports.tests import reading
from tests.accessibility.reading import faults
from tests.journeys.desk import Desk
from tests.journeys.figures import number
from tests.journeys.resident import Story, read_status, report

SHOTS = os.environ.get("KENG_SHOTS_TO", "")
WORDS = "Mất hai xe đạp ở sân nhà văn hóa tổ dân phố"
MOST_OF_FIVE_MINUTES = 20
WAITS = "Ai đó tháo mất chiếc máy bơm nước cũ cạnh trạm biến áp"
OWED = "Chờ hội đồng định giá chiếc máy bơm"
TOLD, GOES_ON = "tạm đình chỉ giải quyết tin của bạn", "đã phục hồi và đang làm tiếp"
WRONG = "Phiếu giấy của hai nhóm về sau ngày ký"
WRONG_IN_PUBLIC = "Bản trước thiếu phiếu giấy của một số nhóm"


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
    assert len(reading.sheets(auditor.page.pdf(format="A4"))) == 1
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
    # Papers came in late: the month is signed once more, and what everybody reads is put right.
    page = coordinator.page
    page.get_by_role("link", name="Đếm lại kỳ này").click()
    page.fill("[name=reason]", WRONG)
    signs(coordinator)
    page.fill("form[action$='/publish/'] [name=reason]", WRONG_IN_PUBLIC)
    page.get_by_role("button", name="Thay bản công khai").click()
    expect(page.locator("main")).to_contain_text("bản 2")
    reads_both_versions(resident, stack)
    seen.goto(resident.url)
    looked_over(seen, "results-replaced-390")
    # Officers read in the report what was wrong, which is nobody else's business.
    auditor = Desk(people.officer(), stack, "thu").sign_in()
    opens_signed(auditor.page, "tỉnh")
    expect(auditor.page.locator("main")).to_contain_text(WRONG)
    auditor.page.get_by_role("link", name="Bản trước").click()
    expect(auditor.page.locator("main")).to_contain_text("Đã có bản mới sửa bản này")


def test_a_suspended_tip_has_its_own_line_and_its_reporter_reads_why(people, stack):
    reporter = people.resident()
    code = report(reporter, stack, Story(WAITS, topic="theft"))
    commander = Desk(people.officer(), stack, "hai").sign_in()
    before = suspended(commander.page)
    duty = Desk(people.officer(), stack, "lan").sign_in()
    duty.open_tip(WAITS)
    duty.press("accept")
    duty.open_tip(WAITS)
    duty.follow("/suspend/")
    page = duty.page
    page.locator("[name=ground][value=examination]").check()
    page.fill("[name=reason]", OWED)
    looked_over(page, "tip-suspend")
    page.locator("main form button[data-send]").click()
    duty.sees("Đã tạm đình chỉ")
    reads(reporter, stack, code, TOLD)
    assert OWED not in reporter.locator("main").inner_text()
    # It hides in no list: the commander counts it, and finds it behind the figure.
    assert suspended(commander.page) == before + 1
    expect(commander.page.locator("#block-5")).to_contain_text("Khớp")
    leads_to_the_tip(commander.page, line="suspended", words=WAITS)
    duty.follow("/tips/suspended/")
    row = page.locator("main tbody tr", has_text=OWED)
    row.locator("th a").click()
    duty.sees(WAITS)
    duty.follow("/resume/")
    page.fill("[name=reason]", "Hội đồng đã định giá")
    page.locator("main form button[data-send]").click()
    duty.sees("Đã phục hồi")
    reads(reporter, stack, code, GOES_ON)
    assert suspended(commander.page) == before


def suspended(page: Page) -> int:
    """How many this month's report of the ward counts as suspended."""
    chooses(page, unit="Nếnh", newest=True)
    row = page.locator("tr", has=page.get_by_role("rowheader", name="Tạm đình chỉ", exact=True))
    return number(row.locator("td.number").first.inner_text())


def reads(page: Page, stack, code: str, words: str) -> None:
    """Answers wait a moment so that an officer can take them back."""
    deadline = time.monotonic() + 120
    while words not in (text := read_status(page, stack, code)):
        assert time.monotonic() < deadline, text
        time.sleep(2)


def reads_both_versions(page: Page, stack) -> None:
    """The one that holds, with why; the one before, which says that it was put right; and back."""
    page.goto(stack.public)
    page.get_by_role("link", name="Kết quả xử lý tin báo").click()
    main = page.locator("main")
    expect(main).to_contain_text(f"Sửa bản trước: {WRONG_IN_PUBLIC}")
    expect(main).not_to_contain_text(WRONG)
    page.get_by_role("link", name="bản 1").click()
    expect(main).to_contain_text("đã được sửa lại")
    page.get_by_role("link", name="Đọc bản đang dùng").click()
    expect(main).to_contain_text(WRONG_IN_PUBLIC)


def looked_over(page: Page, name: str) -> None:
    """No fault that axe finds; and a picture for whoever wants to look at the screens."""
    assert not faults(page), name
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def chooses(page: Page, *, unit: str, newest: bool = False) -> None:
    """From the menu to a report of last month, or of this one."""
    page.locator("header.top-bar nav a[href='/figures/']").click()
    page.locator("main a[href='/figures/reports/']").click()
    options = page.locator("#unit option", has_text=unit)
    page.locator("#unit").select_option(options.first.get_attribute("value"))
    if newest:
        page.locator("#span").select_option(index=0)
    looked_over(page, "report-list")
    page.get_by_role("button", name="Đếm số liệu").click()
    expect(page.locator("h1")).to_contain_text("Báo cáo tháng")


def leads_to_the_tip(page: Page, *, line: str = "received", words: str = WORDS) -> None:
    """What a line counts this month has the new report among its newest; and back.

    An id tells the time to five minutes only, so reports of one such stretch come in any order.
    """
    began_at = page.url
    page.locator(f"a[href*='line={line}']").click()
    page.locator("main tbody th a").first.wait_for()
    newest = page.locator("main tbody th a").all()[:MOST_OF_FIVE_MINUTES]
    for address in [str(link.get_attribute("href")) for link in newest]:
        page.goto(urljoin(page.url, address))
        if words in page.locator("main").inner_text():
            break
    expect(page.locator("main")).to_contain_text(words)
    page.goto(began_at)


def signs(desk: Desk) -> None:
    """Six digits, and the page of the signed report."""
    page = desk.page
    expect(page.locator("main")).not_to_contain_text("Chưa ký được")
    page.fill("[name=code]", desk.code())
    page.get_by_role("button", name="Ký báo cáo").click()
    expect(page.locator("main")).to_contain_text("Chữ ký khớp với số liệu")


def opens_signed(page: Page, unit: str) -> None:
    """The newest signed report of a unit, from the menu."""
    page.locator("header.top-bar nav a[href='/figures/']").click()
    page.locator("main a[href='/figures/reports/']").click()
    page.locator("main tbody tr", has_text=unit).first.locator("th a").click()
    expect(page.locator("h1")).to_contain_text("Báo cáo tháng")


def downloads(page: Page) -> None:
    """The three files open, and say what the page says."""
    title = page.locator("h1").inner_text()
    files = {}
    for name in ("DOCX", "XLSX", "PDF"):
        link = page.get_by_role("link", name=name, exact=True).get_attribute("href")
        answer = page.request.get(page.url.split("/figures/")[0] + link)
        assert answer.status == 200
        assert re.search(rf"\.{name.lower()}\"", answer.headers["content-disposition"])
        files[name] = answer.body()
    paper = docx.Document(io.BytesIO(files["DOCX"]))
    book = openpyxl.load_workbook(io.BytesIO(files["XLSX"]))
    printed = " ".join(reading.pages(files["PDF"]))
    assert book.worksheets[0]["A1"].value == title
    (nation,) = (cell.text for cell in paper.tables[0].rows[0].cells[1:])
    assert nation.startswith("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    assert paper.paragraphs[0].text.startswith("BÁO CÁO")
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc" in printed
    # The hash of what was signed is on the page, and whole in every file.
    digest = page.locator("dd.mono").get_attribute("title")
    assert digest in "\n".join(paragraph.text for paragraph in paper.paragraphs)
    assert any(digest in str(row[0].value) for row in book.worksheets[0])
    assert digest in printed
