"""S19: a ward names who reads matters of children; a colleague opens one in an emergency."""

from playwright.sync_api import expect

from tests.journeys.desk import Desk
from tests.journeys.eyes import is_fine
from tests.journeys.resident import Story, report

HARM = "Thầy dạy kèm ở dãy nhà mái đỏ hay sờ vào người cháu bé 9 tuổi"
WHY = "Đã gọi ba lần, không ai trong danh sách nghe máy"
LINE = "Dành cho người được chỉ định"


def names(chief: Desk, stack, whom: str) -> None:
    """The commander puts somebody on the list of the ward."""
    page = chief.page
    page.goto(f"{stack.desk}/named/")
    chief.sees("Chưa chỉ định ai")
    is_fine(page, "named-nobody")
    assert page.input_value("[name=who]") == ""
    option = page.locator("[name=who] option", has_text=whom).first
    page.select_option("[name=who]", option.get_attribute("value"))
    page.locator("main form.panel button").click()
    expect(page.locator("main ul li").first).to_contain_text(whom)
    is_fine(page, "named")


def breaks_in(officer: Desk) -> None:
    """From the line to the page that has no words, and to the words."""
    page = officer.page
    row = page.locator("a[data-row]", has_text=LINE).first
    page.goto(f"{page.url.partition('/tips/')[0]}{row.get_attribute('href')}")
    expect(page.locator("main")).to_contain_text("Gọi được ai")
    expect(page.locator("body")).not_to_contain_text("mái đỏ")
    is_fine(page, "bare")
    # Nothing is opened without a reason.
    page.locator("main form[action$='/break-in/'] button").click()
    officer.sees("Hãy chọn vì sao không chờ được.")
    expect(page.locator("body")).not_to_contain_text("mái đỏ")
    # Beside the list, by keys alone.
    page.goto(f"{page.url.partition('/tips/')[0]}/tips/")
    page.locator("a[data-row]", has_text=LINE).first.click()
    expect(page.locator("#detail")).to_contain_text("Gọi được ai")
    page.keyboard.press("o")
    page.wait_for_url("**/tips/*/")
    page.go_back()
    page.locator("a[data-row]", has_text=LINE).first.click()
    expect(page.locator("#detail")).to_contain_text("Gọi được ai")
    page.keyboard.press("1")
    expect(page.locator("#detail [name=ground]").first).to_be_checked()
    page.fill("#detail [name=words]", WHY)
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("mái đỏ")


def reads_why(province: Desk, stack) -> None:
    """Told on the first page; the reason stands under what waits."""
    page = province.page
    expect(page.locator(".account-notices", has_text="mở khẩn cấp").first).to_be_visible()
    page.goto(f"{stack.desk}/waiting/")
    province.follow("/break-ins/")
    province.sees(WHY)
    is_fine(page, "break-ins")
    page.locator("main form[action$='/read/'] button").click()
    province.sees("Không có gì chờ đọc")


def test_a_matter_of_a_child_is_read_by_who_is_named_and_opened_in_an_emergency(people, stack):
    chief = Desk(people.officer(), stack, "hai").sign_in()
    names(chief, stack, "Hải")
    report(people.resident(), stack, Story(HARM, topic="child"))
    lan = Desk(people.officer(), stack, "lan").sign_in()
    lan.waits_for(LINE)
    expect(lan.page.locator("body")).not_to_contain_text("mái đỏ")
    breaks_in(lan)
    reads_why(Desk(people.officer(), stack, "mai").sign_in(), stack)
    chief.open_tip("mái đỏ")
    is_fine(chief.page, "tip-for-named")
    # Other journeys of this ward have nobody named.
    chief.page.goto(f"{stack.desk}/named/")
    chief.page.locator("main form[action$='/end/'] button").click()
    chief.sees("Chưa chỉ định ai")
