"""Data protection records an incident, prints the form; a second person says it is to be sent."""

from playwright.sync_api import expect

from tests.journeys.desk import Desk
from tests.journeys.eyes import is_fine

WHAT = "Một ổ đĩa sao lưu bị mất khi chuyển kho"


def records(hoa: Desk, stack) -> None:
    """Nothing without a moment and a word; then what was reached and how bad it may become."""
    page = hoa.page
    page.goto(f"{stack.desk}/breaches/new/")
    is_fine(page, "breach-new")
    page.check("main [name=kind][value=lost]")
    page.fill("main [name=words]", WHAT)
    page.locator("main form button.button").click()
    hoa.sees("Hãy ghi thời điểm.")
    page.fill("main [name=detected_at]", "2026-01-05T08:30")
    page.locator("main form button.button").click()
    is_fine(page, "breach-assess")
    for sort in ("report_words", "chat_addresses"):
        page.check(f"main [name=reached][value={sort}]")
    for step in ("readable", "names", "sensitive", "danger", "many", "goes_on"):
        page.check(f"main [name={step}][value=unknown]")
    page.locator("main form button.button").click()
    hoa.sees("Cao: có người có thể bị đe dọa")


def prints_the_form(hoa: Desk) -> None:
    page = hoa.page
    page.locator("main a[href$='/form/']").first.click()
    hoa.sees("Nghị định 356/2025 Điều 28")
    hoa.sees(WHAT)
    is_fine(page, "breach-form")
    with page.expect_download() as got:
        page.locator("main a[href$='/form.pdf']").click()
    assert got.value.path().read_bytes().startswith(b"%PDF-")
    page.go_back()


def asks_not_to_notify(hoa: Desk) -> None:
    page = hoa.page
    page.locator("main form[action$='/waive/'] [name=reason]").fill("Ổ đĩa đã được mã hóa")
    page.locator("main form[action$='/waive/'] button").click()
    hoa.sees("Chờ người thứ hai")
    expect(page.locator("main [name=agreed]")).to_have_count(0)


def refuses(mai: Desk, stack) -> None:
    """From what waits, with the moment at which the 72 hours end."""
    page = mai.page
    page.goto(f"{stack.desk}/waiting/")
    page.locator("main a[href*='/breaches/']").first.click()
    mai.sees("Ổ đĩa đã được mã hóa")
    is_fine(page, "breach-waiver")
    page.locator("main form button[name=agreed][value='0']").click()
    mai.sees("Không đồng ý: phải thông báo.")


def notes_that_it_went(hoa: Desk, stack) -> None:
    """Late, so it says why; other journeys find no clock running."""
    page = hoa.page
    page.goto(f"{stack.desk}/waiting/")
    page.locator("main a[href*='/breaches/']").first.click()
    filing = page.locator("main form[action$='/file/']")
    filing.locator("[name=sent_at]").fill("2026-01-09T10:00")
    filing.locator("[name=words]").fill("Chưa xác định được phạm vi")
    filing.locator("button").click()
    hoa.sees("Thời hạn đã dừng")
    is_fine(page, "breach-notified")
    page.goto(f"{stack.desk}/processing/")
    hoa.sees("Sổ hoạt động xử lý dữ liệu")
    is_fine(page, "processing-register")


def test_an_incident_is_recorded_printed_and_sent(people, stack):
    hoa = Desk(people.officer(), stack, "hoa").sign_in()
    records(hoa, stack)
    prints_the_form(hoa)
    asks_not_to_notify(hoa)
    refuses(Desk(people.officer(), stack, "mai").sign_in(), stack)
    notes_that_it_went(hoa, stack)
