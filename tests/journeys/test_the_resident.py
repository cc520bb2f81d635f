"""A resident on a cheap phone: by keyboard, in two languages, through dead spots, and back."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.journeys.desk import Desk
from tests.journeys.resident import CODE, Story, read_status, report

MOST_TABS = 60


def test_a_report_takes_ten_taps(people, stack):
    page = people.resident()
    page.goto(stack.public)
    taps = 0

    def tap(what: str) -> None:
        nonlocal taps
        page.locator(what).first.click()
        taps += 1

    tap("main a.button[href*='/report']")
    tap("button[name=desk][value=commune]")
    tap("button[name=topic][value=theft]")
    tap("[name=q]")
    page.keyboard.type("phuong nenh")
    tap("main button[name=find]:visible")
    # The only place of that name is chosen already.
    expect(page.locator("[name=choice]:checked")).to_have_count(1)
    tap("main form button:not([name])")
    tap("[name=text]")
    page.keyboard.type("Mat xe may o cong cho luc 7h sang")
    tap("main form p button:not([name])")
    tap("main form button:not([name])")
    tap("main form button.big")
    assert CODE.search(page.locator("main").inner_text())
    assert taps == 10


def test_a_report_is_sent_by_keyboard_alone(people, stack):
    page = people.resident(script=True)
    page.goto(stack.public)
    words = "Có người đứng rình cửa phòng trọ mấy đêm nay"
    press(page, "main a.button[href*='/report']", leads_to="[name=desk]")
    press(page, "[name=desk][value=commune]", leads_to="[name=topic]")
    press(page, "[name=topic][value=theft]", leads_to="[name=q]")
    reach(page, "[name=q]")
    page.keyboard.type("nenh")
    page.keyboard.press("Enter")
    expect(page.locator("#place-a1")).to_be_visible()
    reach(page, "[name=choice]")
    page.keyboard.press("Space")
    press(page, "main form p button", leads_to="[name=text]")
    reach(page, "[name=text]")
    page.keyboard.type(words)
    press(page, "main form p button", leads_to="[name=wish]")
    press(page, "main form p button", leads_to="button.big")
    expect(page.locator("main")).to_contain_text(words)
    press(page, "main form button.big", leads_to="output")
    assert CODE.search(page.locator("main").inner_text())
    press(page, "main form[action*='status'] button", leads_to="#write")
    reach(page, "[name=text]")
    page.keyboard.type("Tối nay lại thấy")
    press(page, "#write p button", leads_to=".talk .mine:nth-child(2)")
    expect(page.locator(".talk")).to_contain_text("Tối nay lại thấy")


@pytest.mark.parametrize("script", [False, True])
def test_the_language_is_switched_in_the_middle_and_the_words_stay(people, stack, script):
    page = people.resident(script=script)
    to_the_words(page, stack)
    page.fill("[name=text]", "Đang kể dở thì đổi tiếng")
    page.locator("[name=happening][value=over]").check()
    page.locator("header button[name=language]").click()
    expect(page.locator("h1")).to_have_text("What happened?")
    expect(page.locator("[name=text]")).to_have_value("Đang kể dở thì đổi tiếng")
    expect(page.locator("[name=happening][value=over]")).to_be_checked()
    page.locator("main form p button:not([name])").last.click()
    page.locator("header button[name=language]").click()
    page.locator("main form p button:not([name])").last.click()
    expect(page.locator("main")).to_contain_text("Đang kể dở thì đổi tiếng")


def test_the_network_drops_while_sending_and_nothing_is_lost(people, stack):
    page = people.resident(script=True)
    to_the_words(page, stack)
    page.fill("[name=text]", "Viết xong thì mất mạng")
    goes_through_a_dead_spot(page, page.locator("main form p button:not([name])").last)
    expect(page.locator("[name=wish]").first).to_be_visible()
    page.locator("main form p button:not([name])").last.click()
    goes_through_a_dead_spot(page, page.locator("main form button.big"))
    expect(page.locator("output")).to_have_text(CODE)
    page.locator("main form[action*='status'] button").click()
    expect(page.locator(".talk")).to_contain_text("Viết xong thì mất mạng")
    page.fill("[name=text]", "Thêm một câu lúc mất mạng")
    goes_through_a_dead_spot(page, page.locator("#write p button").last)
    expect(page.locator(".talk .mine", has_text="Thêm một câu lúc mất mạng")).to_have_count(1)


def test_going_back_to_a_receipt_asks_for_its_code_and_shows_nothing(people, stack):
    page = people.resident(script=True)
    code = report(page, stack, Story("Có người lạ gõ cửa từng phòng trọ lúc nửa đêm"))
    page.locator("main form[action$='/status/'] button").click()
    expect(page.locator("main")).to_contain_text("gõ cửa từng phòng trọ")
    page.go_back()
    asks_for_the_code_alone(page, code)
    page.go_forward()
    page.locator("form[action*='/exit'] button").click()
    page.wait_for_url("**/calendar/")
    page.go_back()
    asks_for_the_code_alone(page, code)


def asks_for_the_code_alone(page: Page, code: str) -> None:
    """Nothing of the report is left, and nothing tells why it is not open."""
    expect(page.locator("input[name=code]:visible")).to_have_count(1)
    for words in (code, "gõ cửa từng phòng trọ", "15 phút"):
        assert words not in page.content()


def test_nothing_that_is_typed_is_stored_in_the_browser(people, stack):
    page = people.resident(script=True)
    to_the_words(page, stack)
    page.fill("[name=text]", "Không để lại dấu trong máy")
    page.context.set_offline(True)
    page.locator("main form p button:not([name])").last.click()
    expect(page.locator("[data-no-network]")).to_be_visible()
    kept = page.evaluate(
        "async () => [localStorage.length, sessionStorage.length, document.cookie.includes('dấu'),"
        " (await caches.keys()).length, (await indexedDB.databases()).length]"
    )
    assert kept == [0, 0, False, 0, 0]


def test_a_picture_is_added_later_and_the_report_is_taken_back(people, stack):
    resident, words = people.resident(), "Xe ba gác chở hàng lạ vào kho lúc nửa đêm"
    code = report(resident, stack, Story(words, topic="other"))
    read_status(resident, stack, code)
    resident.locator("#write details summary").click()
    resident.set_input_files("[name=attached]", picture())
    resident.locator("#write p button").last.click()
    expect(resident.locator(".talk")).to_contain_text("1 tệp kèm lời này")
    desk = Desk(people.officer(), stack, "lan").sign_in()
    desk.open_tip(words)
    desk.sees("Chưa ai nhận")
    address = desk.page.url
    resident.locator("details summary", has_text="rút tin").click()
    resident.locator("button[value=withdraw]").click()
    expect(resident.locator("main")).to_contain_text("Không ai lấy lại được")
    resident.locator("button[value=take-back]").click()
    expect(resident.locator("h1")).to_have_text("Bạn đã rút tin này")
    assert words not in read_status(resident, stack, code)
    desk.page.goto(address)
    desk.sees("Người báo đã rút tin khi chưa ai xử lý")
    expect(desk.page.locator("body")).not_to_contain_text(words)


def to_the_words(page: Page, stack) -> None:
    """From the home page to the question "What happened?"."""
    page.goto(stack.public)
    page.locator("main a[href*='/report']").first.click()
    page.locator("button[name=desk][value=commune]").click()
    page.locator("button[name=topic][value=theft]").click()
    page.fill("[name=q]", "nenh")
    page.locator("main button[name=find]:visible").last.click()
    page.locator("[name=choice]").first.check()
    page.locator("main form p button:not([name])").last.click()
    expect(page.locator("[name=text]")).to_be_visible()


def goes_through_a_dead_spot(page: Page, button: Locator) -> None:
    """The network is away when the button is pressed, and comes back."""
    page.context.set_offline(True)
    address = page.url
    button.click()
    expect(page.locator("[data-no-network]")).to_be_visible()
    assert page.url == address
    page.context.set_offline(False)


def reach(page: Page, what: str) -> None:
    """Tab until the focus is on it; whatever has the focus must show it."""
    page.wait_for_load_state()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement?.matches(what) ?? false", what):
            return
    raise AssertionError(f"the keyboard never comes to {what}")


def press(page: Page, what: str, *, leads_to: str) -> None:
    """Tab to it and press Enter."""
    reach(page, what)
    page.keyboard.press("Enter")
    expect(page.locator(leads_to).first).to_be_visible()


def picture() -> dict:
    made = io.BytesIO()
    Image.new("RGB", (60, 40), "navy").save(made, "JPEG")
    return {"name": "kho.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}
