"""A tip is put under legal hold by two; data protection proposes a period, another agrees."""

from playwright.sync_api import expect

from tests.journeys.desk import Desk
from tests.journeys.eyes import is_fine
from tests.journeys.resident import Story, report

WORDS = "Nhóm người lạ mang thùng sơn đến dọa dãy trọ mái xanh lúc chiều"
WHY = "Công văn số 27 của tòa án khu vực"


def asks_for_hold(officer: Desk) -> None:
    """Nothing without a ground and a reason."""
    page = officer.page
    officer.open_tip("mái xanh")
    page.locator("main a[href$='/hold/']").click()
    is_fine(page, "hold-new")
    page.locator("main form.stack button.button").first.click()
    officer.sees("Hãy chọn giữ để làm gì.")
    page.locator("main [name=ground][value=court]").check()
    page.fill("main [name=reason]", WHY)
    page.locator("main form.stack button.button").first.click()
    officer.sees("Lệnh giữ hồ sơ")


def agrees_to_hold(chief: Desk, stack) -> None:
    """From what waits to the page that says why."""
    page = chief.page
    page.goto(f"{stack.desk}/waiting/")
    page.locator("main a[href$='/hold/']").first.click()
    chief.sees(WHY)
    is_fine(page, "hold-to-decide")
    page.locator("main form button[name=agreed][value='1']").click()
    page.locator("main a[href$='/hold/']").click()
    chief.sees("đồng ý")
    is_fine(page, "hold-in-force")


def proposes_period(hoa: Desk, stack) -> None:
    """A house rule, since no sentence of law is quoted."""
    page = hoa.page
    page.goto(f"{stack.desk}/retention/")
    hoa.sees("Chưa có thời hạn nào")
    is_fine(page, "retention-none")
    page.locator("main a[href$='/retention/new/']").click()
    is_fine(page, "retention-new")
    page.select_option("main [name=closed_as]", "no_tip")
    page.fill("main [name=months]", "2")
    page.locator("main form button.button").click()
    hoa.sees("Ít nhất bốn tháng")
    page.fill("main [name=months]", "6")
    page.locator("main form button.button").click()
    hoa.sees("Hạn nội bộ")
    is_fine(page, "retention-proposed")
    expect(page.locator("main [name=agreed]")).to_have_count(0)


def agrees_to_period(mai: Desk, stack) -> None:
    page = mai.page
    page.goto(f"{stack.desk}/waiting/")
    page.locator("main a[href$='/retention/']").first.click()
    page.locator("main form button[name=agreed][value='1']").click()
    mai.sees("bắt đầu xóa từ")
    expect(page.locator("body")).not_to_contain_text("mái xanh")
    is_fine(page, "retention-in-force")


def test_a_tip_is_kept_by_two_and_periods_are_set_by_two(people, stack):
    report(people.resident(), stack, Story(WORDS, topic="other"))
    asks_for_hold(Desk(people.officer(), stack, "lan").sign_in())
    agrees_to_hold(Desk(people.officer(), stack, "hai").sign_in(), stack)
    hoa = Desk(people.officer(), stack, "hoa").sign_in()
    proposes_period(hoa, stack)
    agrees_to_period(Desk(people.officer(), stack, "mai").sign_in(), stack)
    # Other journeys destroy nothing.
    hoa.page.goto(f"{stack.desk}/retention/")
    hoa.page.locator("main form[action$='/stop/'] button").click()
    hoa.sees("Chưa có thời hạn nào")
