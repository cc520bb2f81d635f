"""One tip on the desk: ready answers, keys, two officers at once, and the files that came."""

import io
import re
import time
import wave

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.journeys.desk import Desk
from tests.journeys.resident import Story, read_status, report

CONTROL = 2
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# So long a tip is in view before it counts as read.
READ_AFTER = 4_000
PLAYS = """player => new Promise(done => {
  player.addEventListener("timeupdate", () => player.currentTime > 0 && done(true));
  player.play();
})"""


@pytest.fixture
def desk(people, stack):
    """An officer of the ward at a desk PC."""
    return Desk(people.officer(), stack, "lan").sign_in()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def command(page: Page, words: str, expected: str) -> None:
    """Ctrl K, a few letters, Enter; the command that stands first must be the one meant."""
    press(page, "Control+k")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.type(words)
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text(expected)
    press(page, "Enter")
    expect(page.locator("#palette")).to_be_hidden()


def test_an_officer_sends_a_ready_answer_in_the_reporters_language(people, stack, desk):
    story = Story("My black bike was stolen in front of dormitory nine", "Nenh, Bac Ninh", "theft")
    reporter = people.resident(language="en")
    code = report(reporter, stack, story)
    desk.open_tip("My black bike was stolen")
    page = desk.page
    page.get_by_role("link", name="Hỏi về đồ mất").click()
    box = page.locator("#reply-text")
    expect(box).to_have_value(containing("Please tell us more: what is missing"))
    expect(box).to_have_value(containing("somebody of Công an phường Nếnh"))
    # As if typed: one key takes it out again, and a second answer stands below the first.
    press(page, "Control+z")
    expect(box).to_have_value("")
    page.get_by_role("link", name="Hỏi về đồ mất").click()
    page.get_by_role("link", name="Đang kiểm tra").click()
    expect(box).to_have_value(containing("We have read your report"))
    press(page, "Control+Enter")
    expect(page.locator(".toast")).to_contain_text("20 giây")
    # What was done is said where it covers neither the answer nor the box for the next one.
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for part in (page.locator(".dialogue .ours").last, page.locator("form.reply")):
            part.scroll_into_view_if_needed()
            assert not covers(page.locator(".toast"), part), (width, part)
    deadline = time.monotonic() + 90
    while "Please tell us more: what is missing" not in (
        told := read_status(reporter, stack, code)
    ):
        assert time.monotonic() < deadline, told
        time.sleep(2)
    assert "{" not in told


def test_an_officer_works_by_keyboard_alone(people, stack, desk):
    report(people.resident(), stack, Story("Hai xe máy đua nhau ở cầu vượt tối qua", topic="fire"))
    report(people.resident(), stack, Story("Nhà trọ số chín nấu ăn bằng than trong phòng kín"))
    desk.open_tip("Hai xe máy đua nhau")
    page = desk.page
    command(page, "nhan xu ly", "Nhận xử lý")
    expect(page.locator(".toast")).to_contain_text("bạn đã nhận")
    press(page, "z")
    expect(page.locator(".toast")).to_contain_text("Đã hoàn tác")
    press(page, "1")
    expect(page.locator(".actions .chip.ok")).to_be_visible()
    press(page, "n")
    page.keyboard.type("Gọi đội 1, 2 và 4 cùng xem")
    press(page, "Control+Enter")
    expect(page.locator(".internal-notes .internal-note")).to_contain_text("Gọi đội 1, 2 và 4")
    expect(page.locator(".actions .chip.ok")).to_be_visible()
    here = page.url
    number = re.search(r"\d{4}-\S+-\d{4}", page.locator(".breadcrumb").inner_text()).group()
    press(page, "Control+k")
    expect(page.locator("#palette [role=option]").first).to_be_visible()
    assert faults(page) == []
    press(page, "Escape", "4")
    page.wait_for_url("**/decline/**")
    # Nothing is chosen beforehand, so these two keys alone send nothing.
    press(page, "Control+Enter")
    expect(page.locator("[data-send]")).to_have_count(0)
    page.get_by_role("link", name="Hỏi thủ tục").click()
    page.wait_for_url("**kind=procedure**")
    press(page, "Control+Enter")
    page.wait_for_url(lambda url: "decline" not in url and url != here)
    command(page, number, f"Mở tin {number}")
    page.wait_for_url(here)
    press(page, "?")
    expect(page.locator("#keys-dialog dl").first).to_be_visible()
    assert faults(page) == []
    press(page, "Escape")
    press(page, "/")
    page.wait_for_url("**/search/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    command(page, "0510 246 810", "Tìm tin có 0510 246 810")
    page.wait_for_url("**/search/?q=0510**")
    command(page, "giao dien dem", "Giao diện tối, ban đêm")
    expect(page.locator("html[data-theme=night]")).to_be_attached()
    command(page, "theo thiet bi", "Giao diện theo thiết bị")
    expect(page.locator("html[data-theme=auto]")).to_be_attached()
    press(page, "g", "i")
    page.wait_for_url("**/tips/")


def test_a_tip_is_read_by_whoever_stays_with_it_and_not_by_paging_past(people, stack, desk):
    reporter, words = people.resident(), "Quán đầu ngõ bày bán pháo hoa nổ cho học sinh"
    code = report(reporter, stack, Story(words, topic="theft"))
    desk.waits_for(words)
    page, shown = desk.page, desk.page.locator("#detail")
    row = page.locator("a[data-row]", has_text=words)
    row.click()
    expect(shown).to_contain_text(words)
    page.locator("a[data-row]").filter(has_not_text=words).first.click()
    expect(shown).not_to_contain_text(words)
    page.wait_for_timeout(READ_AFTER + 1_000)
    assert "Chưa có ai đọc" in read_status(reporter, stack, code)
    expect(row).to_have_class(re.compile(r"\bnew\b"))
    row.click()
    expect(row).not_to_have_class(re.compile(r"\bnew\b"), timeout=3 * READ_AFTER)
    assert "Cán bộ đã đọc" in read_status(reporter, stack, code)


def test_escape_leads_back_from_passing_on(people, stack, desk):
    report(people.resident(), stack, Story("Bãi xe sau trường bị tháo trộm gương", topic="theft"))
    desk.open_tip("tháo trộm gương")
    page, here = desk.page, desk.page.url
    press(page, "3")
    page.wait_for_url("**/route/**")
    # There are many units: first a part of the name.
    expect(page.get_by_label("Tìm đơn vị")).to_be_focused()
    # Out of what is typed first, so that nothing is lost by it.
    page.locator("[name=reason]").fill("Việc của xã bên")
    press(page, "Escape")
    expect(page.locator("[name=reason]")).not_to_be_focused()
    press(page, "Escape")
    page.wait_for_url(here)
    press(page, "3")
    page.wait_for_url("**/route/**")
    press(page, "Escape")
    page.wait_for_url(here)
    press(page, "2")
    page.wait_for_url("**/duplicate/**")
    press(page, "Escape")
    page.wait_for_url(here)


def test_writing_vietnamese_with_an_input_method_triggers_no_key(people, stack, desk):
    report(
        people.resident(),
        stack,
        Story("Cột điện đầu ngõ bảy bị nghiêng sau trận gió", topic="other"),
    )
    # A critical tip that others left would be the first of the commands.
    desk.takes_what_rings()
    desk.open_tip("Cột điện đầu ngõ bảy")
    page = desk.page
    here = page.url
    method = page.context.new_cdp_session(page)
    # A key that the method keeps for itself arrives with the code 229, whatever stands on it.
    for key in ("1", "4", "n", "?"):
        method.send("Input.dispatchKeyEvent", composed(key))
    box = page.locator("#reply-text")
    box.focus()
    method.send(
        "Input.imeSetComposition", {"text": "đu7o7c", "selectionStart": 6, "selectionEnd": 6}
    )
    method.send("Input.dispatchKeyEvent", composed("Enter", CONTROL))
    method.send("Input.dispatchKeyEvent", composed("k", CONTROL))
    method.send("Input.insertText", {"text": "được 1 2 3 4"})
    expect(box).to_have_value("được 1 2 3 4")
    assert page.url == here
    assert not page.locator("dialog[open], .toast, .actions .chip.ok").count()
    # In the list of commands Enter ends the word first, and does nothing else.
    press(page, "Control+k")
    method.send("Input.imeSetComposition", {"text": "nha", "selectionStart": 3, "selectionEnd": 3})
    method.send("Input.dispatchKeyEvent", composed("Enter"))
    method.send("Input.insertText", {"text": "nhận"})
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text("Nhận xử lý")
    expect(page.locator("#palette")).to_be_visible()


def test_keys_of_one_letter_can_be_switched_off(people, stack):
    report(people.resident(), stack, Story("Có nhóm thanh niên tụ tập hò hét ở sân bóng"))
    desk = Desk(people.officer(), stack, "bao").sign_in()
    switch_keys(desk.page, stack, on=False)
    desk.open_tip("tụ tập hò hét ở sân bóng")
    press(desk.page, "1", "?", "n")
    expect(desk.page.locator("dialog[open]")).to_have_count(0)
    expect(desk.page.locator("#note-text")).not_to_be_focused()
    command(desk.page, "ghi chu", "Ghi chú nội bộ")
    expect(desk.page.locator("#note-text")).to_be_focused()
    switch_keys(desk.page, stack, on=True)


def test_two_officers_on_one_tip_see_each_other_and_overwrite_nothing(people, stack, desk):
    report(
        people.resident(), stack, Story("Quán nước cổng trường bán thuốc lá điện tử", topic="drugs")
    )
    other = Desk(people.officer(), stack, "bao").sign_in()
    desk.open_tip("Quán nước cổng trường")
    other.open_tip("Quán nước cổng trường")
    expect(other.page.locator("[data-now]")).to_contain_text("Lan cũng đang đọc tin này")
    other.press("accept")
    desk.page.fill("#reply-text", "Bạn thấy họ bán vào giờ nào?")
    press(desk.page, "Control+Enter")
    expect(desk.page.locator("h1")).to_contain_text("tin này đã đổi")
    expect(desk.page.locator("#kept-text")).to_have_value("Bạn thấy họ bán vào giờ nào?")
    desk.sees("Bảo")
    desk.page.locator("button[data-send]").click()
    expect(desk.page.locator(".dialogue")).to_contain_text("Bạn thấy họ bán vào giờ nào?")


def test_files_are_uncovered_in_a_dialog_and_covered_again(people, stack, desk):
    reporter = people.resident()
    files = [
        ("a.png", "image/png", picture()),
        ("b.png", "image/png", picture("navy")),
        ("c.wav", "audio/wav", sound()),
    ]
    story = Story("Họ gửi em hai ảnh giấy mời giả và một đoạn ghi âm")
    report(reporter, stack, story, at_each_page=lambda page: attach(page, files))
    desk.open_tip("hai ảnh giấy mời giả")
    page = desk.page
    # The page asks again by itself until the worker has made the copies of both pictures.
    expect(page.locator("form[data-view]")).to_have_count(3, timeout=40_000)
    assert not page.locator("main img, audio, video").count()
    press(page, "e")
    shown = page.locator("#viewer img")
    expect(shown).to_be_visible()
    expect(page.locator("#viewer [data-step='-1']")).to_be_hidden()
    assert faults(page) == []
    width = shown.bounding_box()["width"]
    press(page, "+")
    expect(page.locator("#viewed.large")).to_be_visible()
    assert shown.bounding_box()["width"] > width
    press(page, "ArrowRight")
    expect(page.locator("#viewer [data-step='-1']")).to_be_visible()
    expect(page.locator("#viewed.large")).to_have_count(0)
    press(page, "ArrowRight")
    player = page.locator("#viewer audio")
    expect(player).to_be_visible()
    expect(page.locator("#viewer [data-zoom]")).to_be_hidden()
    assert player.evaluate("player => player.paused && !player.autoplay")
    assert player.evaluate(PLAYS)
    press(page, "Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    expect(page.locator("#viewed > *")).to_have_count(0)
    page.reload()
    desk.sees("Xem tệp 3")


def test_on_a_phone_a_tip_begins_with_its_words_and_declining_shows_what_goes_out(people, stack):
    told = "Xe ba gác chở sắt dựng ngược trước cổng trường mầm non giờ tan học"
    report(people.resident(), stack, Story(told, topic="other"))
    desk = Desk(people.phone(), stack, "lan").sign_in()
    desk.open_tip("Xe ba gác chở sắt")
    page = desk.page
    words, acts, machine, talk = (
        page.locator(part).first.bounding_box()["y"]
        for part in (".reporter-words blockquote", ".sticky-bar", ".suggested", ".dialogue-panel")
    )
    assert words < acts < machine < talk
    # No other tip rings here, so this is all that stands above the words.
    if not page.locator(".alarm-bar").count():
        assert words < page.viewport_size["height"] / 2
    buttons = page.locator(".sticky-bar .button")
    assert buttons.count() > 3
    assert len({round(each.bounding_box()["y"]) for each in buttons.all()}) == 1
    assert page.evaluate(TOO_WIDE) == 0
    assert faults(page) == []
    page.locator(".sticky-bar a[href*='/decline/']").click()
    page.get_by_role("link", name="Hỏi thủ tục").click()
    page.wait_for_url("**kind=procedure**")
    for part in ("textarea[name=reply]", "[data-send]"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    assert faults(page) == []
    page.get_by_role("link", name="Lý do khác").click()
    expect(page.locator(".choice-links a")).to_have_count(7)


def faults(page: Page) -> list[str]:
    """What axe finds with the dialog open."""
    return [each["id"] for each in Axe().run(page).response["violations"]]


def covers(upper: Locator, lower: Locator) -> bool:
    """Whether one box lies over another on the screen."""
    one, other = upper.bounding_box(), lower.bounding_box()
    assert one
    assert other
    return all(
        one[at] < other[at] + other[size] and other[at] < one[at] + one[size]
        for at, size in (("x", "width"), ("y", "height"))
    )


def containing(words: str) -> re.Pattern[str]:
    """For values of boxes, which are compared whole otherwise."""
    return re.compile(re.escape(words))


def attach(page: Page, files: list[tuple[str, str, bytes]]) -> None:
    """On the page that asks for files, once."""
    box = page.locator("[name=attached]")
    if box.count():
        box.set_input_files([{"name": n, "mimeType": m, "buffer": b} for n, m, b in files])


def composed(key: str, modifiers: int = 0) -> dict[str, object]:
    """A key as Chromium gets it while an input method composes."""
    return {"type": "rawKeyDown", "key": key, "windowsVirtualKeyCode": 229, "modifiers": modifiers}


def switch_keys(page: Page, stack, *, on: bool) -> None:
    page.goto(f"{stack.desk}/settings/")
    page.locator("[name=single_keys]").set_checked(on)
    page.locator("main form button").first.click()
    expect(page.locator(".toast")).to_be_visible()


def picture(colour: str = "teal") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (900, 600), colour).save(made, "PNG")
    return made.getvalue()


def sound() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        written.writeframes(bytes(16000 * 3))
    return made.getvalue()
