"""S13: who reads Korean reports a scam from outside the province, and hears back in Korean."""

import re
import time

from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk
from tests.journeys.looks import fits, is_fine
from tests.journeys.resident import Story, read_status, report

WORDS = "부동산 중개인이라며 보증금을 먼저 보내라고 했습니다"
OWN, THEIRS = "0510 203 040", "0590 607 080"
# Outside the province that the demo is about.
PLACE = "hoan kiem"
STORY = Story(f"{WORDS}. 사기범 번호는 {THEIRS}. 제 전화번호는 {OWN}입니다.", place=PLACE)
CHINESE = Story("有人冒充房东，让我先转押金，然后就联系不上了。", place=PLACE)
ANSWER = "Please call the bank now. We have passed your report to the police of Ha Noi."
HANGUL = re.compile("[가-힣]")


def test_a_reader_of_korean_reports_from_outside_and_hears_back(people, stack):
    reader = people.resident(language="ko")
    code = report(reader, stack, STORY, at_each_page=_is_korean)
    main = reader.locator("main")
    expect(main).to_contain_text("신고를 받았습니다")
    expect(main).to_contain_text("이 사이트의 담당 지역 밖에서 일어난 일입니다")
    expect(main).to_contain_text("베트남 어디에서나 113으로")
    expect(main).to_contain_text("Công an tỉnh")

    province = Desk(people.officer(), stack, "quan").sign_in()
    province.open_tip(WORDS)
    tip = province.page
    address = tip.url
    tip.goto(f"{stack.desk}/tips/")
    row = tip.locator("a[data-row]", has_text=WORDS[:12])
    expect(row).to_contain_text("Ngoài tỉnh")
    expect(row).to_contain_text("Ngôn ngữ: Tiếng Hàn")
    tip.goto(address)
    expect(tip.locator(".chip", has_text="Ngoài tỉnh")).to_be_visible()
    expect(tip.locator(".chip", has_text="Ngôn ngữ: Tiếng Hàn")).to_be_visible()
    expect(tip.locator("blockquote[lang=ko]")).to_contain_text(THEIRS)
    assert OWN not in tip.content()
    is_fine(tip)
    province.press("accept")
    tip.goto(address)
    tip.fill("#reply-text", ANSWER)
    tip.locator("form[action$='/reply/'] button[data-send]").click()

    said = _status_with(reader, stack, code, ANSWER)
    assert "당직실이 답변했습니다" in said
    _is_korean(reader)
    # Elsewhere the reader gets the page in English, and a line in Korean about it.
    reader.goto(f"{stack.public}/verify")
    assert reader.locator("html").get_attribute("lang") == "en"
    expect(reader.locator("main [lang=ko]")).to_contain_text("영어로 표시됩니다")


def test_a_reader_of_chinese_chooses_the_language_and_no_page_has_a_fault(people, stack):
    page = people.resident(script=True, language="vi")
    page.goto(stack.public)
    page.locator("footer button[lang=zh-hans]").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    code = report(page, stack, CHINESE, at_each_page=is_fine)
    expect(page.locator("main")).to_contain_text("我们已收到您的举报")
    read_status(page, stack, code)
    is_fine(page)
    page.goto(f"{stack.public}/lookup/")
    page.fill("[name=q]", THEIRS)
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text("这不代表安全")
    is_fine(page)


def _is_korean(page: Page) -> None:
    """In Korean with the line that it awaits a reader, and no wider than the phone."""
    assert page.locator("html").get_attribute("lang") == "ko"
    expect(page.locator("main")).to_contain_text("원어민의 검토를 기다리는 첫 번역입니다")
    assert HANGUL.search(page.locator("main").inner_text())
    fits(page)


def _status_with(page: Page, stack, code: str, words: str) -> str:
    """The desk has some seconds to take an answer back: then it stands on the page."""
    deadline = time.monotonic() + 60
    while words not in (said := read_status(page, stack, code)):
        assert time.monotonic() < deadline, said
        time.sleep(1)
    return said
