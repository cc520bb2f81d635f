"""Every job by keyboard alone, and the focus visible at every stop on the way."""

import io
import re
import time

import pytest
from openpyxl import Workbook
from playwright.sync_api import expect

from tests import day
from tests.accessibility.desk_answers import HEAD, XLSX
from tests.accessibility.keyboard import Keyboard
from tests.journeys.desk import Desk
from tests.journeys.resident import CODE

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
WORDS = "Sáng nay có người tự xưng nhân viên điện lực đòi thu tiền mặt ở dãy trọ sau chợ"
QUESTION = "Bạn còn nhớ họ đi xe biển số nào không?"
LAST_WORDS = "Cảm ơn bạn. Người đó không phải của điện lực, chúng tôi đã nhắc cả dãy trọ."
TITLE = "Giả nhân viên điện lực thu tiền mặt"
WITHIN = 90


@pytest.fixture
def at_the_desk(person, stack, signed_in):
    """A signed-in officer's hands at a desk PC."""

    def sit_down(name):
        page = person(viewport=DESKTOP, locale="vi", storage_state=signed_in(name))
        page.goto(stack.desk)
        return Keyboard(page)

    return sit_down


def reports(hands, stack):
    """From the first page to the receipt."""
    hands.page.goto(stack.public)
    hands.press("main a.button[href*='/report']")
    hands.press("button[name=desk][value=commune]")
    hands.press("button[name=topic][value=theft]")
    hands.write("[name=q]", "nenh")
    hands.leave()
    expect(hands.page.locator("#place-a1")).to_be_visible()
    hands.choose("[name=choice]", "#place-a1")
    hands.tick("#place-a1")
    hands.press("main form p button:not([name])")
    hands.write("[name=text]", WORDS)
    hands.press("main form p button:not([name])")
    hands.choose("[name=wish]", "[value=anonymous]")
    hands.press("main form p button:not([name])")
    hands.press("button.big")
    expect(hands.page.locator("main")).to_contain_text(CODE)
    return CODE.search(hands.page.locator("main").inner_text()).group()


def opens_the_tip(hands, stack, words):
    """From the list beside it to the page of its own."""
    hands.page.goto(f"{stack.desk}/tips/")
    row = hands.page.locator("a[data-row]", has_text=words).first
    hands.reach(f"a[data-row][href='{row.get_attribute('href')}']")
    hands.page.keyboard.press("Enter")
    expect(hands.page.locator("#detail a[data-key=o]")).to_be_visible()
    hands.press("#detail a[data-key=o]")
    expect(hands.page.locator("main.tip-page")).to_contain_text(words)


def test_a_tip_is_reported_asked_about_answered_and_closed(person, stack, at_the_desk):
    resident = Keyboard(person(viewport=PHONE, locale="vi"))
    code = reports(resident, stack)
    officer = at_the_desk("lan")
    opens_the_tip(officer, stack, WORDS)
    officer.write("#reply-text", QUESTION)
    officer.press("form.reply button[data-send]")
    expect(officer.page.locator(".dialogue")).to_contain_text(QUESTION)
    opens_the_tip(officer, stack, WORDS)
    officer.press("form[action$='/accept/'] button", "Space")
    expect(officer.page.locator(".toast")).to_be_visible()

    resident.page.goto(f"{stack.public}/status/")
    resident.write("[name=code]", code)
    resident.leave()
    expect(resident.page.locator("main")).to_contain_text(WORDS)
    deadline = time.monotonic() + WITHIN
    while QUESTION not in resident.page.locator("main").inner_text():
        assert time.monotonic() < deadline
        time.sleep(2)
        resident.page.reload()
    resident.write("#write [name=text]", "Xe màu đỏ, tôi không nhớ biển số.")
    # The answer has the same address: it takes the place of what was there.
    resident.reach("#write p button")
    resident.page.keyboard.press("Enter")
    expect(resident.page.locator(".dialogue")).to_contain_text("Xe màu đỏ")

    opens_the_tip(officer, stack, WORDS)
    officer.press("a[data-key='5']")
    officer.choose("[name=outcome]", "[value=prevented]")
    officer.write("#close_text", LAST_WORDS)
    officer.press("form[data-ending] button[data-send]")
    expect(officer.page.locator(".toast")).to_be_visible()


def test_an_officer_signs_in_and_out_again(person, stack):
    hands = Keyboard(person(viewport=DESKTOP, locale="vi"))
    hands.page.goto(stack.desk)
    hands.write("[name=username]", "bao")
    hands.write("[name=password]", stack.officers["bao"].password)
    hands.press("main form button")
    expect(hands.page.locator("[name=code]")).to_be_visible()
    hands.write("[name=code]", Desk(hands.page, stack, "bao").code())
    hands.press("main form button")
    expect(hands.page.locator("header.top-bar")).to_be_visible()
    hands.reach("details.menu summary")
    hands.page.keyboard.press("Space")
    hands.press("form[action*='sign-out'] button")
    expect(hands.page.locator("[name=username]")).to_be_visible()


def test_a_warning_is_written_approved_and_passed_on(person, stack, at_the_desk):
    officer = at_the_desk("lan")
    officer.press("header.top-bar nav a[href='/warnings/']")
    officer.press("main a[href='/warnings/new/']")
    parts = {name: day.WARNING[name] for name in ("what", "signs", "act", "call")}
    for name, words in {"title": TITLE, **parts}.items():
        officer.write(f"[name={name}]", words)
    officer.choose("[name=category]", "option[value=scam_impersonation]")
    officer.tick("[name=places]")
    for kind_of_group in officer.page.locator("[name=kinds]").all():
        box = kind_of_group.get_attribute("id")
        officer.tick(f"#{box}")
        expect(officer.page.locator(f"#{box}")).to_be_focused()
    officer.press("button[value=submit]")
    expect(officer.page.locator("h1")).to_contain_text(TITLE)

    commander = at_the_desk("hai")
    commander.press("header.top-bar nav a[href='/warnings/']")
    waiting = commander.page.get_by_role("link", name=TITLE).first.get_attribute("href")
    commander.press(f"a[href='{waiting}']")
    commander.write("[name=code]", Desk(commander.page, stack, "hai").code())
    commander.press("form.decision-panel button[data-send]")
    expect(commander.page).to_have_url(re.compile("/dispatches/"))

    lead = Keyboard(person(viewport=PHONE, locale="vi"))
    lead.page.goto(f"{stack.public}/phones/")
    tasks = lead.page.locator("#phone-parents a.button").get_attribute("href")
    lead.page.goto(f"{stack.public}{tasks}")
    deadline = time.monotonic() + WITHIN
    while TITLE not in lead.page.locator("main").inner_text():
        assert time.monotonic() < deadline
        time.sleep(1)
        lead.page.goto(f"{stack.public}{tasks}")
    article = lead.page.locator("article", has_text=TITLE)
    confirm = article.locator("form[action$='/confirm']").get_attribute("action")
    lead.press(f"form[action='{confirm}'] button.big")
    expect(lead.page.locator("section.notice.ok")).to_contain_text(TITLE)


def test_a_sheet_of_groups_is_brought_in(at_the_desk):
    hands = at_the_desk("lan")
    book, content = Workbook(), io.BytesIO()
    for row in (HEAD, ("Tổ dân phố Phím 1", "Người dân", "Phường Nếnh", 212, "")):
        book.worksheets[0].append(row)
    book.save(content)
    hands.press("header.top-bar nav a[href='/groups/']")
    hands.press("main a[href='/groups/import/']")
    # Listened for before the box is reached: told at once, the browser may not intercept it yet.
    with hands.page.expect_file_chooser() as dialog:
        hands.reach("[name=sheet]")
        hands.page.keyboard.press("Space")
    sheet = {"name": "nhom.xlsx", "mimeType": XLSX, "buffer": content.getvalue()}
    dialog.value.set_files(files=[sheet])
    hands.press("form:has([name=sheet]) [data-send]")
    hands.press("button[value=import]")
    expect(hands.page.locator(".toast")).to_be_visible()
    hands.write("[name=q]", "phim 1")
    hands.leave()
    expect(hands.page.locator("main")).to_contain_text("Tổ dân phố Phím 1")


def test_a_trap_and_a_hidden_focus_would_be_noticed(person):
    hands = Keyboard(person(viewport=DESKTOP))
    hands.page.set_content(
        "<main><button style='outline: 0'>a</button><a href='#x'>b</a>"
        "<div style='position: fixed; inset: 0'></div></main>"
    )
    found = hands.sweep()
    assert any(each.startswith("focus not shown") for each in found)
    assert any(each.startswith("covered") for each in found)
    hands.page.set_content("<button onkeydown='event.preventDefault()'>a</button>")
    assert hands.sweep()[0].startswith("trapped")
    hands.page.set_content("<button>a</button>")
    with pytest.raises(AssertionError, match="cannot be reached"):
        hands.reach("#nowhere")
