"""S21: a reporter asks for deletion under the code, and reads the refusal and its ground there."""

from playwright.sync_api import expect

from tests.journeys.desk import Desk
from tests.journeys.eyes import is_fine
from tests.journeys.looks import fits
from tests.journeys.resident import Story, read_status, report

WORDS = "Quán karaoke đầu dốc mở nhạc lớn quá nửa đêm suốt tuần"
ANSWER = "Tin đang được xử lý nên chưa xóa được"


def asks_for_deletion(page, stack, code: str) -> None:
    """From the page of the report to the form, and back with the day of the decision."""
    read_status(page, stack, code)
    page.locator("main a[href$='/status/data/']").first.click()
    fits(page)
    page.locator("main [name=kind][value=delete]").check()
    page.locator("main form#data button.button").click()
    expect(page.locator("main .notice").first).to_contain_text("Xóa đi")


def refuses_with_its_ground(hoa: Desk, stack) -> None:
    """What waits, its confirmation, and a refusal that names the law."""
    page = hoa.page
    page.goto(f"{stack.desk}/waiting/")
    page.locator("main a[href*='/data-requests/']").first.click()
    is_fine(page, "data-request")
    page.locator("main form[action$='/acknowledge/'] button").click()
    page.locator("main [name=outcome][value=done]").check()
    page.fill("main [name=answer]", ANSWER)
    page.locator("main form[action$='/decide/'] button").click()
    # It is open: nobody deletes it.
    hoa.sees("chưa thể xóa")
    page.locator("main [name=outcome][value=refused]").check()
    page.locator("main [name=ground][value=deletion]").check()
    page.fill("main [name=answer]", ANSWER)
    page.locator("main form[action$='/decide/'] button").click()
    hoa.sees(ANSWER)
    expect(page.locator("main")).not_to_contain_text("karaoke")
    page.goto(f"{stack.desk}/data-requests/")
    is_fine(page, "data-requests")


def test_a_request_about_data_is_answered_under_the_code(people, stack):
    resident = people.resident()
    code = report(resident, stack, Story(WORDS, topic="other"))
    asks_for_deletion(resident, stack, code)
    refuses_with_its_ground(Desk(people.officer(), stack, "hoa").sign_in(), stack)
    read_status(resident, stack, code)
    resident.locator("main a[href$='/status/data/']").first.click()
    expect(resident.locator("main")).to_contain_text(ANSWER)
    expect(resident.locator("main")).to_contain_text("Điều 14")
