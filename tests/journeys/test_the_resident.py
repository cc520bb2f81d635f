"""A resident on a cheap phone: by keyboard, in two languages, through dead spots, and back."""

import io
import re
from contextlib import suppress

import pytest
from PIL import Image
from playwright.sync_api import Error, Locator, Page, expect

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
    press(page, "#write p button", leads_to=".dialogue .mine:nth-child(2)")
    expect(page.locator(".dialogue")).to_contain_text("Tối nay lại thấy")


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
    expect(page.locator(".dialogue")).to_contain_text("Viết xong thì mất mạng")
    page.fill("[name=text]", "Thêm một câu lúc mất mạng")
    goes_through_a_dead_spot(page, page.locator("#write p button").last)
    expect(page.locator(".dialogue .mine", has_text="Thêm một câu lúc mất mạng")).to_have_count(1)


KNOCKING = "Có người lạ gõ cửa từng phòng trọ lúc nửa đêm"


def title_of(page):
    """A page that is just being replaced has no document yet, and so no title."""
    expect(page).to_have_title(re.compile(r"\S"))
    return page.title()


@pytest.mark.parametrize("script", [False, True])
def test_the_code_can_be_gone_back_to_until_quick_exit_and_never_after_it(people, stack, script):
    page = people.resident(script=script)
    titles = []
    code = report(page, stack, Story(KNOCKING), lambda page: titles.append(title_of(page)))
    page.reload()
    expect(page.locator("output")).to_have_text(code)
    page.locator("main form[action$='/status/'] button").click()
    expect(page.locator("main")).to_contain_text(KNOCKING)
    titles.append(title_of(page))
    page.go_back()
    expect(page.locator("output")).to_have_text(code)
    leave(page)
    assert [cookie["name"] for cookie in page.context.cookies()] == ["month"]
    # What the history says of it: the site, and nothing of what was done there.
    assert all(re.fullmatch(NEUTRAL, title) for title in titles[1:]), titles
    nothing_is_left_in_the_history(page, code)
    page.goto(f"{stack.public}/receipt/")
    expect(page.locator("input[name=code]:visible")).to_have_count(1)


def test_whoever_has_written_the_code_down_closes_it(people, stack):
    page = people.resident()
    code = report(page, stack, Story(KNOCKING))
    page.locator("main button[name=noted]").click()
    expect(page.locator("input[name=code]:visible")).to_have_count(1)
    nothing_is_left_in_the_history(page, code)
    assert KNOCKING in read_status(page, stack, code)


def test_the_code_of_a_question_is_closed_by_quick_exit_too(people, stack):
    page = people.resident()
    page.goto(f"{stack.public}/places/07795/ask/")
    page.fill("[name=text]", "Làm căn cước cho con ở đâu?")
    page.locator("[name=wish]").first.check()
    page.locator("main form button.big").click()
    code = page.locator("output").inner_text()
    page.goto(f"{stack.public}/answer/")
    page.fill("[name=code]", code)
    page.locator("main form button").click()
    expect(page.locator("h1")).to_have_text("Câu hỏi của bạn")
    leave(page)
    nothing_is_left_in_the_history(page, code)


def test_quick_exit_is_in_reach_wherever_one_types(people, stack):
    page = people.resident()
    to_the_words(page, stack)
    page.locator("[name=text]").focus()
    for end in ("0", "document.body.scrollHeight"):
        page.evaluate(f"scrollTo(0, {end})")
        assert page.evaluate(IS_IN_REACH, "[data-leaves] button"), end
    page.fill("[name=text]", "Đang viết thì có người vào phòng")
    leave(page)
    nothing_is_left_in_the_history(page, "Đang viết thì có người vào phòng")


def test_with_a_script_shift_three_times_is_quick_exit(people, stack):
    page = people.resident(script=True)
    to_the_words(page, stack)
    page.locator("[name=text]").focus()
    for key in ("Shift+A", "Shift+B", "Shift+C", "Shift", "Shift", "d"):
        page.keyboard.press(key)
    expect(page.locator("[name=text]")).to_have_value("ABCd")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("**/calendar/")


def test_shift_three_times_is_quick_exit_on_a_page_with_mistakes_too(people, stack):
    """The script that sends puts it in the place of the page before, and loads nothing."""
    page = people.resident(script=True)
    to_the_words(page, stack)
    page.fill("[name=text]", "")
    page.locator("main form p button:not([name])").click()
    expect(page.locator("#problem, .problems, [role=alert]").first).to_be_visible()
    page.locator("[name=text]").fill("Đang viết thì có người vào phòng")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("**/calendar/")


@pytest.mark.parametrize("has_net", [True, False])
def test_quick_exit_empties_the_other_tabs_too(people, stack, has_net):
    page = people.resident(script=True)
    code = report(page, stack, Story(KNOCKING))
    other = page.context.new_page()
    other.goto(f"{stack.public}/status/")
    other.fill("[name=code]", code)
    other.locator("main form button").first.click()
    expect(other.locator("main")).to_contain_text(KNOCKING)
    page.context.set_offline(not has_net)
    page.locator("[data-leaves] button").click()
    expect(other.locator("table.calendar [aria-current=date]")).to_be_visible()
    assert KNOCKING not in other.content()
    assert other.url == f"{stack.public}/calendar/"
    page.context.set_offline(False)


def test_quick_exit_without_a_net_empties_the_page_and_closes_all_when_the_net_is_back(
    people, stack
):
    page = people.resident(script=True)
    code = report(page, stack, Story(KNOCKING))
    page.locator("main form[action$='/status/'] button").click()
    expect(page.locator("main")).to_contain_text(KNOCKING)
    page.context.set_offline(True)
    page.locator("[data-leaves] button").click()
    expect(page.locator("table.calendar [aria-current=date]")).to_be_visible()
    assert page.url == f"{stack.public}/calendar/"
    assert KNOCKING not in page.content()
    # Back while the net is away: no page of ours shows anything.
    with suppress(Error):
        page.go_back(timeout=3_000)
    for words in (code, KNOCKING):
        expect(page.locator("body")).not_to_contain_text(words)
    page.context.set_offline(False)
    nothing_is_left_in_the_history(page, code)
    for address in ("status/tip", "receipt"):
        page.goto(f"{stack.public}/{address}/")
        expect(page.locator("input[name=code]:visible")).to_have_count(1)
    assert {c["name"]: c["value"] for c in page.context.cookies()}["month"] == "1"


def leave(page: Page) -> None:
    """Quick exit, until the site itself shows its calendar."""
    page.locator("[data-leaves] button").click()
    page.wait_for_url("**/calendar/")
    expect(page.locator(".calendar caption")).to_be_visible()


# The middle of it is in the window, and nothing lies over it.
IS_IN_REACH = """what => {
  const box = document.querySelector(what).getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  return document.elementFromPoint(x, y)?.closest(what) !== null;
}"""
NEUTRAL = r"(?:(?:Bước \d trong 5|[^–]*Bắc Ninh) – Kẻng)"


def nothing_is_left_in_the_history(page: Page, secret: str) -> None:
    """Back and load again, sending once more what the browser offers to send, page after page."""
    for _ in range(14):
        # A page that would have to be sent again is an error of the browser's at first.
        with suppress(Error):
            if page.go_back() is None:
                break
        with suppress(Error):
            page.reload()
        shown = settled_content(page)
        assert secret not in shown, page.url
        assert KNOCKING not in shown, page.url


def settled_content(page: Page) -> str:
    """The page once it stands still: what was sent again is answered by a redirect or an error."""
    for _ in range(40):
        with suppress(Error):
            page.wait_for_load_state()
            return page.content()
        page.wait_for_timeout(250)
    raise AssertionError(f"{page.url} never stands still")


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
    expect(resident.locator(".dialogue")).to_contain_text("1 tệp kèm lời này")
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
