"""S16: straight to the province, name sealed, answered by code; the ward sees no trace of it."""

import time

from playwright.sync_api import Page, expect

from tests.accessibility.reading import faults
from tests.journeys.desk import Desk
from tests.journeys.resident import Story, read_status, report

WORDS = "Người nhà của một cán bộ phường đứng ra bảo kê sòng bạc ở quán nước cuối ngõ"
STORY = Story(WORDS, topic="drugs", desk="province", name="Lại Thị Giữ Kín", phone="0510 908 070")
QUESTION = "Bạn có nhớ sòng mở vào những hôm nào không?"
REPLY = "Tối thứ Sáu và thứ Bảy, từ chín giờ."


def test_only_the_province_reads_it_and_the_dialogue_goes_by_code(people, stack):
    ward = Desk(people.officer(), stack, "hai").sign_in()
    before = figures(ward)
    reporter = people.resident()
    code = report(reporter, stack, STORY, at_each_page=is_fine)
    province = Desk(people.officer(), stack, "quan").sign_in()
    province.open_tip(WORDS)
    reads_no_name(province.page)
    province.press("accept")
    province.page.fill("#reply-text", QUESTION)
    province.page.locator("form[action$='/reply/'] button[data-send]").click()
    wait_for_status(reporter, stack, code, QUESTION)
    is_fine(reporter)
    reporter.fill("#write [name=text]", REPLY)
    reporter.locator("#write p button").last.click()
    expect(reporter.locator("main")).to_contain_text(REPLY)
    # The officer who asked reads the answer, and still no name.
    province.open_tip(WORDS)
    province.sees(REPLY)
    reads_no_name(province.page)
    # The ward: not in the list, not found, in no figure.
    assert figures(ward) == before
    ward.page.locator("header.bar nav a").first.click()
    expect(ward.page.locator("main")).not_to_contain_text(WORDS[:30])
    ward.page.locator("main a[href='/tips/search/']").first.click()
    ward.page.fill("main [name=q]", "bảo kê sòng bạc")
    ward.page.keyboard.press("Enter")
    expect(ward.page.locator("main")).to_be_visible()
    expect(ward.page.locator("a[data-row]", has_text="bảo kê")).to_have_count(0)


def reads_no_name(page: Page) -> None:
    """What names the reporter is sealed; the page says only that something is held."""
    shown = page.content()
    assert STORY.name not in shown
    assert STORY.phone.replace(" ", "") not in shown.replace(" ", "")


def figures(desk: Desk) -> list[str]:
    """The first numbers of the ward's own page."""
    desk.page.locator("header.bar nav a[href='/figures/']").click()
    shown = desk.page.locator(".stats .stat b")
    expect(shown.first).to_be_visible()
    return shown.all_inner_texts()[:3]


def is_fine(page: Page) -> None:
    """On a cheap phone without script: nothing beyond the edge, nothing to stumble over."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(page) == {}


def wait_for_status(page: Page, stack, code: str, words: str) -> None:
    """Answers wait a moment so that an officer can take them back."""
    deadline = time.monotonic() + 120
    while words not in (text := read_status(page, stack, code)):
        assert time.monotonic() < deadline, text
        time.sleep(2)
