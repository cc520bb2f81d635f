"""S16: straight to the province, name sealed, answered by code; the ward sees no trace of it."""

import time

from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk
from tests.journeys.figures import number
from tests.journeys.looks import fits, is_fine, reads_well
from tests.journeys.resident import CODE, Story, read_status, report

WORDS = "Người nhà của một cán bộ phường đứng ra bảo kê sòng bạc ở quán nước cuối ngõ"
NAME, PHONE = "Lại Thị Giữ Kín", "0510 908 070"
STORY = Story(WORDS, topic="drugs", desk="province", name=NAME, phone=PHONE)
# The same from somebody whose browser runs scripts, which axe needs.
SECOND = Story("Anh ruột của cán bộ phường thu tiền bảo kê các quán nước", desk="province")
QUESTION = "Bạn có nhớ sòng mở vào những hôm nào không?"
WATCHED = "Đêm nào cũng có kẻ lạ đứng rình trước cổng dãy trọ, ghi biển số từng xe"
REPLY = "Tối thứ Sáu và thứ Bảy, từ chín giờ."


def test_only_the_province_reads_it_and_the_dialogue_goes_by_code(people, stack):
    ward = Desk(people.officer(), stack, "hai").sign_in()
    before = received(ward)
    reporter = people.resident()
    code = report(reporter, stack, STORY, at_each_page=fits)
    report(people.resident(script=True), stack, SECOND, at_each_page=is_fine)

    province = Desk(people.officer(), stack, "quan").sign_in()
    province.open_tip(WORDS)
    tip = province.page.url
    reads_no_name(province.page)
    is_fine(province.page)
    province.press("accept")
    province.page.goto(tip)
    province.page.fill("#reply-text", QUESTION)
    province.page.locator("form[action$='/reply/'] button[data-send]").click()
    wait_for_status(reporter, stack, code, QUESTION)
    assert code not in reporter.url
    fits(reporter)
    reporter.fill("#write [name=text]", REPLY)
    reporter.locator("#write p button").last.click()
    expect(reporter.locator("main")).to_contain_text(REPLY)
    # On another phone the code alone opens it.
    other = people.resident(script=True)
    assert REPLY in read_status(other, stack, code)
    is_fine(other)
    reads_well(people, f"{stack.public}/status/")

    # The officer who asked reads the answer, and still no name.
    province.page.goto(tip)
    province.sees(REPLY)
    reads_no_name(province.page)
    sees_no_trace(ward, tip)
    assert received(ward) == before
    # The auditor of the province counts it like every other.
    auditor = Desk(people.officer(), stack, "thu").sign_in()
    assert received(auditor) > received(ward)


def test_a_new_code_shuts_the_stolen_one_out_and_not_me_shuts_both_out(people, stack):
    reporter, thief = people.resident(script=True), people.resident(script=True)
    stolen = report(reporter, stack, Story(WATCHED, topic="other"))
    read_status(reporter, stack, stolen)
    # It stands folded away, below what one came for.
    reporter.locator("button[name=wish][value=new-code]").evaluate("button => button.click()")
    expect(reporter.locator("button[value=replace-code]")).to_be_visible()
    is_fine(reporter)
    reporter.click("button[value=replace-code]")
    expect(reporter.locator("main output")).to_be_visible()
    new = CODE.search(reporter.locator("main").inner_text()).group()
    assert new != stolen
    shown = read_status(thief, stack, stolen)
    assert "Mã này đã được thay" in shown
    assert WATCHED not in shown
    is_fine(thief)
    assert WATCHED in read_status(people.resident(), stack, new)

    # Whoever has either says so, and neither opens a word.
    thief.locator("form[action$='/not-me/'] button").first.click()
    expect(thief.locator("main")).to_contain_text("Không mã nào mở được tin này nữa")
    assert WATCHED not in read_status(people.resident(), stack, new)
    desk = Desk(people.officer(), stack, "lan").sign_in()
    desk.open_tip(WATCHED)
    desk.sees("Chỉ trả lời theo cách đã hẹn trước")


def sees_no_trace(ward: Desk, tip: str) -> None:
    """Not in the list, not found, not opened, and no answer tells that there is something."""
    page = ward.page
    page.locator("header.top-bar nav a").first.click()
    expect(page.locator("main")).not_to_contain_text("bảo kê")
    page.locator("main a[href='/tips/search/']").first.click()
    page.locator("main [name=q]").fill("bảo kê sòng bạc")
    page.locator("form[role=search] button.button").first.click()
    expect(page.locator("[aria-label='Kết quả']")).to_be_visible()
    expect(page.locator("a[data-row]", has_text="bảo kê")).to_have_count(0)
    nowhere = tip.split("/tips/", maxsplit=1)[0] + "/tips/00000000-0000-4000-8000-000000000000/"
    answers = [page.goto(address) for address in (tip, nowhere)]
    assert [answer.status for answer in answers if answer] == [404, 404]


def reads_no_name(page: Page) -> None:
    """What names the reporter is sealed; the page says only that something is held."""
    expect(page.locator(".sealed")).to_be_visible()
    shown = page.content()
    assert NAME not in shown
    assert PHONE.replace(" ", "") not in shown.replace(" ", "")


def received(desk: Desk) -> int:
    """How many tips of the last 30 days this officer's figures count."""
    desk.page.locator("header.top-bar nav a[href='/figures/']").click()
    return number(desk.page.locator(".stat", has_text="tin nhận được").locator("b").inner_text())


def wait_for_status(page: Page, stack, code: str, words: str) -> None:
    """Answers wait a moment so that an officer can take them back."""
    deadline = time.monotonic() + 120
    while words not in (text := read_status(page, stack, code)):
        assert time.monotonic() < deadline, text
        time.sleep(2)
