"""A part of a page that is answered by 503 says so, to the eye and to the ear."""

import pytest
from playwright.sync_api import expect

from tests.architecture.source import KENG

SCRIPT = KENG / "static/keng/js/busy.js"
PAGE = """<p id="busy-said" role="alert" hidden data-said="Not done yet"></p>
<button id="taken">Take it</button><p id="news" hx-trigger="keng:news"></p>"""
FAILS = """([id, status]) => document.body.dispatchEvent(new CustomEvent("htmx:responseError", {
    bubbles: true, detail: { xhr: { status }, elt: document.getElementById(id) } }))"""
WORKS = """(id) => document.body.dispatchEvent(new CustomEvent("htmx:afterSwap", {
    bubbles: true, detail: { elt: document.getElementById(id) } }))"""


@pytest.fixture
def said(person):
    page = person()
    page.set_content(PAGE)
    page.add_script_tag(path=str(SCRIPT))
    return page.locator("#busy-said")


def test_what_an_officer_pressed_and_was_not_done_is_said_until_something_works(said):
    expect(said).to_be_hidden()
    said.page.evaluate(FAILS, ["taken", 503])
    expect(said).to_have_text("Not done yet")
    expect(said).to_be_visible()
    said.page.evaluate(WORKS, "news")
    expect(said).to_be_visible()
    said.page.evaluate(WORKS, "taken")
    expect(said).to_be_hidden()


@pytest.mark.parametrize(("who", "status"), [("news", 503), ("taken", 404)])
def test_what_asks_again_by_itself_and_other_answers_say_nothing(said, who, status):
    said.page.evaluate(FAILS, [who, status])
    expect(said).to_be_hidden()
