"""A menu closes as people expect: on Esc, with the focus where it was, and on a press beside it."""

import pytest
from playwright.sync_api import expect

from tests.architecture.source import KENG

SCRIPT = KENG / "static" / "keng" / "js" / "dialogs.js"
PAGE = """<details class="menu"><summary>Đ.úy Lan</summary><a href="#x">Đăng xuất</a></details>
<main><p>Hộp tin</p></main>"""


@pytest.fixture
def menu(person):
    page = person()
    page.set_content(PAGE)
    page.add_script_tag(path=SCRIPT)
    page.locator("summary").click()
    expect(page.locator("details")).to_have_attribute("open", "")
    return page


def test_esc_closes_it_and_the_focus_stays(menu):
    menu.keyboard.press("Tab")
    menu.keyboard.press("Escape")
    expect(menu.locator("details")).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()


def test_a_press_beside_it_closes_it(menu):
    menu.locator("main p").click()
    expect(menu.locator("details")).not_to_have_attribute("open", "")
