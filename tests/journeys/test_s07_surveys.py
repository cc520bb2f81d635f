"""S7: a survey. One officer writes, another approves, residents answer, all read the result."""

import datetime
import os
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.accessibility.reading import faults
from tests.journeys import zalo
from tests.journeys.desk import Desk
from tests.stack import Stack

TITLE = "Lối đi ở khu trọ ban đêm"
FEELS = "Đi trong khu trọ sau 22 giờ, bạn thấy thế nào?"
WHERE = "Chỗ nào cần đèn nhất?"
NAMED = "Trước nhà ông Nguyễn Văn Bền, số 0912 000 417, tối lắm"
SHOWN = "Trước một nhà ở cuối ngõ, tối lắm"
STORY = "Cuối ngõ trọ đang có hai người bẻ khóa xe máy của bạn em"
HEADLINE = "Hầu hết người trả lời thấy chưa yên tâm"
DEED = "Lắp 4 đèn ở cuối ngõ trước 20/12."
AFRAID, CALM = "1", "0"
SHOTS = os.environ.get("KENG_SHOTS_TO", "")


def shot(page: Page, name: str) -> None:
    """A picture for whoever wants to look at the screens."""
    before = page.viewport_size
    for width in (390, 1280) if SHOTS else ():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size(before)


def clean(page: Page, name: str) -> None:
    """No fault that axe finds, nothing to be moved sideways."""
    shot(page, name)
    assert faults(page) == {}, name
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def plain(page: Page, name: str) -> None:
    """Without script there is nothing to ask the page."""
    shot(page, name)


def in_days(count: int) -> str:
    return (datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=count)).isoformat()


def to_surveys(desk: Desk) -> Page:
    desk.page.locator("header.top-bar nav a[href='/surveys/']").click()
    return desk.page


def writes(desk: Desk) -> None:
    """The words, a choice whose second answer is the finding, and a text for those who gave it."""
    page = to_surveys(desk)
    desk.follow("/surveys/new/")
    page.fill("[name=title]", TITLE)
    page.fill("[name=why]", "Phường hỏi để chọn chỗ lắp đèn.")
    page.select_option("[name=unit]", label="Công an phường Nếnh")
    page.select_option("[name=purpose]", "streets")
    page.locator("[name=ask_place]").check()
    page.fill("[name=closes_on]", in_days(7))
    page.fill("[name=results_on]", in_days(14))
    clean(page, "desk-new")
    page.locator("main form button").last.click()
    desk.follow("/question/")
    page.fill("[name=text]", FEELS)
    page.fill("[name=options]", "Yên tâm\nChưa yên tâm")
    page.locator("[name=marked][value='1']").check()
    clean(page, "desk-question")
    page.locator("main form button").first.click()
    desk.follow("/question/")
    page.select_option("[name=kind]", "text")
    page.fill("[name=text]", WHERE)
    page.locator("[name=only_if][value='q1:1']").check()
    page.locator("main form button").first.click()
    clean(page, "desk-edit")
    desk.follow("/preview/")
    clean(page, "desk-preview")
    page.go_back()
    page.locator("form[action$='/submit/'] button").click()
    desk.sees("Chờ duyệt")


def approves(desk: Desk) -> None:
    """A second officer reads every question and shows a code."""
    page = to_surveys(desk)
    clean(page, "desk-list")
    page.get_by_role("link", name=TITLE).first.click()
    desk.sees(FEELS)
    page.locator("[name=serves]").check()
    page.fill("[name=code]", desk.code())
    clean(page, "desk-approve")
    page.locator("form.decision-panel button").click()
    desk.sees("Đã duyệt, chưa mở")


def answers(page: Page, address: str, feels: str, text: str, look: Callable[[Page, str], None]):
    """One question a page; whoever is calm is not asked further."""
    page.goto(address)
    look(page, "intro")
    page.locator("main form button").first.click()
    expect(page.locator("h1")).to_have_text(FEELS)
    look(page, "question")
    page.locator("main form button.big").click()
    expect(page.locator("#problem")).to_be_visible()
    look(page, "question-mistake")
    page.locator(f"[name=answer][value='{feels}']").check()
    page.locator("main form button.big").click()
    if feels == AFRAID:
        expect(page.locator("h1")).to_have_text(WHERE)
        page.fill("[name=answer]", text)
        look(page, "question-text")
        page.locator("main form button.big").click()
    expect(page.locator("h1")).to_have_text("Bạn ở đâu?")
    page.locator("[name=answer]").first.check()
    look(page, "question-place")
    page.locator("main form button.big").click()
    look(page, "check")
    page.locator("main form button.big").click()
    expect(page.locator("h1")).to_contain_text("Câu trả lời đã được tính")
    look(page, "thanks")


def answers_in_a_chat(stack: Stack, words: str) -> None:
    """By numbers; the question in one's own words is only on the page."""
    zalo.write(stack, "answerer", words)
    hello = zalo.wait_for(stack, f"Câu 1 trong 2: {FEELS}", user="answerer")
    assert "Phường hỏi để chọn chỗ lắp đèn." in hello
    assert "2. Chưa yên tâm" in hello
    zalo.write(stack, "answerer", "7")
    zalo.wait_for(stack, "Chọn một số từ 1 đến 2", user="answerer")
    zalo.write(stack, "answerer", "2")
    zalo.wait_for(stack, "Câu 2 trong 2: Bạn ở đâu?", user="answerer")
    zalo.write(stack, "answerer", "0")
    zalo.wait_for(stack, "→ Chưa yên tâm", user="answerer")
    zalo.write(stack, "answerer", "1")
    zalo.wait_for(stack, "Câu trả lời đã được tính", user="answerer")
    zalo.write(stack, "answerer", words)
    zalo.wait_for(stack, "Tài khoản này đã trả lời rồi", user="answerer")
    zalo.write(stack, "leaver", words)
    zalo.wait_for(stack, "Câu 1 trong 2", user="leaver")
    zalo.write(stack, "leaver", "dừng")
    zalo.wait_for(stack, "Khảo sát dừng ở đây", user="leaver")


def reports_in_the_middle(stack: Stack, words: str, desk: Desk) -> None:
    """A report stays a report: an officer has it, the survey has nothing."""
    zalo.write(stack, "witness", words)
    zalo.wait_for(stack, "Câu 1 trong 2", user="witness")
    zalo.write(stack, "witness", STORY)
    zalo.wait_for(stack, "/r/", user="witness")
    zalo.wait_for(stack, "không tính vào khảo sát", user="witness")
    desk.open_tip("bẻ khóa xe máy")


def reads_and_hands_in(desk: Desk, address: str) -> None:
    """After closing: the text with the name covered, then the finding and what is done."""
    page = desk.page
    page.locator("form[action$='/close/'] button").click()
    reading = page.locator("main a.button[href$='/texts/']")
    for _ in range(60):
        if reading.count():
            break
        page.wait_for_timeout(1000)
        page.goto(address)
    clean(page, "desk-counted")
    reading.click()
    expect(page.locator("blockquote")).to_contain_text("Nguyễn Văn Bền")
    assert "Bền" not in page.locator("[name=words]").input_value()
    assert "0912" not in page.locator("[name=words]").input_value()
    page.fill("[name=words]", SHOWN)
    clean(page, "desk-text")
    page.locator("button[name=do][value=show]").click()
    desk.follow("/publish/")
    page.fill("[name=headline]", HEADLINE)
    page.fill("[name=deeds]", DEED)
    clean(page, "desk-publish")
    page.locator("main form button").first.click()
    desk.sees("một cán bộ khác đọc")
    expect(page.locator("main a[href$='/release/']")).to_have_count(0)


def releases(desk: Desk) -> None:
    """Another officer reads every word that will be public, and shows a code."""
    page = to_surveys(desk)
    page.get_by_role("link", name=TITLE).first.click()
    for words in (HEADLINE, DEED, SHOWN):
        expect(page.locator("main")).to_contain_text(words)
    page.fill("[name=code]", desk.code())
    clean(page, "desk-release")
    page.locator("form.decision-panel button").click()
    desk.sees("Đã đăng kết quả")


def everybody_reads(page: Page, address: str) -> None:
    """The finding, what is done about it, the shares, and no name."""
    page.goto(address)
    expect(page.locator("h1")).to_have_text(HEADLINE)
    for words in (DEED, SHOWN, "12 câu trả lời", "58%", "có thể nhiều lần"):
        expect(page.locator("main")).to_contain_text(words)
    for words in ("Bền", "0912"):
        expect(page.locator("main")).not_to_contain_text(words)


def test_a_survey_is_written_approved_answered_read_and_published(people, stack):
    author = Desk(people.officer(), stack, "mai").sign_in()
    writes(author)
    # The author has no way to approve it.
    expect(author.page.locator("main a[href$='/approve/']")).to_have_count(0)
    survey = author.page.url
    second = Desk(people.officer(), stack, "quan").sign_in()
    approves(second)
    author.page.goto(survey)
    author.page.locator("form[action$='/open/'] button").click()
    clean(author.page, "desk-open")

    resident = people.resident()
    resident.goto(stack.public)
    resident.get_by_role("link", name=TITLE).click()
    address = resident.url
    answers(resident, address, AFRAID, NAMED, plain)
    for _ in range(4):
        answers(resident, address, AFRAID, "", plain)
    # One phone, five answers: then it is said politely.
    resident.goto(address)
    expect(resident.locator("main")).to_contain_text("Trình duyệt này đã gửi 5 câu trả lời")
    expect(resident.locator("main form button")).to_have_count(0)
    other = people.resident(script=True)
    answers(other, address, CALM, "", clean)
    # Five on each side: fewer would be hidden.
    for _ in range(4):
        answers(other, address, CALM, "", plain)
    answers(people.resident(script=True), address, AFRAID, "", clean)
    other.goto(f"{address}/paper")
    clean(other, "paper")

    reader = people.resident()
    reader.goto(address)
    words = reader.locator("p.code-box").inner_text()
    answers_in_a_chat(stack, words)
    reports_in_the_middle(stack, words, author)

    author.page.goto(survey)
    expect(author.page.locator("main")).not_to_contain_text("58%")
    reads_and_hands_in(author, survey)
    resident.goto(address)
    expect(resident.locator("main")).not_to_contain_text(HEADLINE)
    releases(second)

    everybody_reads(resident, address)
    other.goto(address)
    other.locator("main details summary").first.click()
    clean(other, "result")
