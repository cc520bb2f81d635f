"""Keys pressed faster than pages come, in a browser against a site that takes its time to answer.

The scripts are those of the desk; the site here has two tips, and counts what reaches it.
"""

import datetime
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

from tests.architecture.source import KENG

SCRIPTS = KENG / "static" / "keng" / "js"
ONE = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"
READY = "Bạn kể thêm giúp chúng tôi"
# As somebody types who looks at the keys, and how long the site takes to answer.
BETWEEN_KEYS = 60
TAKES = 0.4
HEAD = """<!DOCTYPE html><html lang="vi"><meta charset="utf-8"><title>Kẻng</title>
<script>{held}</script>
<script defer src="/keys.js"></script><script defer src="/answers.js"></script>
<body><p id="keys-dropped" role="status" hidden data-said="Chưa làm: {{keys}}."></p>"""
TIP = """<main id="main"><h1>{tip}</h1>{more}
<form method="post" action="/tips/{tip}/accept/"><button data-key="1">Nhận</button></form>
<form method="post" action="/tips/{tip}/sort/"><button data-key="c">Phân loại</button></form>
<a href="/tips/{tip}/decline/" data-key="4">Không xử lý</a>
<p data-ready="#reply-text"><a href="?answer" data-key="6" data-fill="{ready}">Hỏi thêm</a></p>
<form method="post" action="/tips/{tip}/reply/"><textarea name="text" id="reply-text" data-key="r"
></textarea><button data-send>Gửi</button></form></main>"""
DECLINE = """<main id="main"><h1>Vì sao</h1><form method="post" action="/tips/{tip}/decline/">
<button data-send>Khép tin</button></form></main>"""


@dataclass
class Site:
    """Where a decision leads to, and what was sent."""

    sent: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    address: str = ""
    is_refusing: bool = False

    @property
    def acts(self) -> list[str]:
        return [path.split("/")[3] for path, _fields in self.sent]


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        if self.path.endswith(".js"):
            self._answer((SCRIPTS / self.path[1:]).read_text(), "text/javascript")
            return
        time.sleep(TAKES)
        tip = self.path.split("/")[2]
        form = DECLINE if self.path.endswith("/decline/") else TIP
        self._page(form.format(tip=tip, ready=READY, more=""))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.site.sent.append((self.path, parse_qs(body)))
        time.sleep(TAKES)
        tip = self.path.split("/")[2]
        if self.site.is_refusing:
            notice = "<p data-read-first>Tin đã đổi</p>"
            self._page(TIP.format(tip=tip, ready=READY, more=notice))
            return
        # Whoever ends one goes on with the next.
        following = OTHER if self.path.endswith("/decline/") else tip
        self.send_response(303)
        self.send_header("Location", f"/tips/{following}/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _page(self, main: str) -> None:
        held = (SCRIPTS / "held-keys.js").read_text()
        self._answer(HEAD.format(held=held) + main, "text/html")

    def _answer(self, text: str, kind: str) -> None:
        content = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def site():
    made = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": made}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.address = f"http://127.0.0.1:{server.server_address[1]}"
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def page(people, site):
    """The first tip, whole."""
    opened = people.officer()
    opened.goto(f"{site.address}/tips/{ONE}/")
    return opened


def type_keys(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(BETWEEN_KEYS)


def waits_for(page: Page, site: Site, *acts: str) -> None:
    """The site got these, in this order, and nothing more."""
    deadline = time.monotonic() + 30
    while site.acts != list(acts):
        assert time.monotonic() < deadline, site.acts
        page.wait_for_timeout(50)
    page.wait_for_timeout(int(2000 * TAKES))
    assert site.acts == list(acts)


def test_a_tip_is_taken_sorted_and_answered_however_fast_the_keys_come(page, site):
    type_keys(page, "1", "c", "6", "Control+Enter")
    waits_for(page, site, "accept", "sort", "reply")
    assert site.sent[-1][1]["text"] == [READY]
    expect(page.locator("#keys-dropped")).to_be_hidden()


def test_what_was_pressed_for_one_tip_is_not_done_to_the_next_and_says_so(page, site):
    type_keys(page, "4")
    page.wait_for_url("**/decline/")
    type_keys(page, "Control+Enter", "1", "c")
    page.wait_for_url(f"**/{OTHER}/")
    expect(page.locator("#keys-dropped")).to_have_text("Chưa làm: 1, C.")
    waits_for(page, site, "decline")
    # It is a page like any other by then, and the words go with the next key.
    type_keys(page, "1")
    expect(page.locator("#keys-dropped")).to_be_hidden()
    waits_for(page, site, "decline", "accept")


def test_a_word_whose_first_key_was_dropped_is_no_row_of_commands(page, site):
    # The hands rest when the clock says so, and not when the machine is busy.
    now = datetime.datetime.now(datetime.UTC)
    page.clock.set_fixed_time(now)
    type_keys(page, "4")
    page.wait_for_url("**/decline/")
    type_keys(page, "Control+Enter", "r")
    page.wait_for_url(f"**/{OTHER}/")
    expect(page.locator("#keys-dropped")).to_have_text("Chưa làm: R.")
    # The page is there, and the hands go on with the word.
    type_keys(page, "c", " ", "1", "Control+Enter")
    expect(page.locator("#keys-dropped")).to_have_text("Chưa làm: R, C, ␣, 1, Ctrl Enter.")
    waits_for(page, site, "decline")
    # They rested, and mean this tip.
    page.clock.set_fixed_time(now + datetime.timedelta(seconds=1.1))
    type_keys(page, "1")
    waits_for(page, site, "decline", "accept")


def test_a_second_tap_sends_no_empty_answer(page, site):
    type_keys(page, "6", "Control+Enter", "Control+Enter")
    waits_for(page, site, "reply")
    type_keys(page, "Control+Enter")
    waits_for(page, site, "reply")


def test_nothing_is_pressed_after_a_refusal(page, site):
    site.is_refusing = True
    type_keys(page, "1", "6", "Control+Enter")
    expect(page.locator("#keys-dropped")).to_have_text("Chưa làm: 6, Ctrl Enter.")
    waits_for(page, site, "accept")


def test_words_are_no_commands(page, site):
    type_keys(page, "1", "r", "c", "a", "4")
    expect(page.locator("#keys-dropped")).to_have_text("Chưa làm: C, A, 4.")
    expect(page.locator("#reply-text")).to_be_focused()
    assert re.search(f"{ONE}/$", page.url)
    waits_for(page, site, "accept")


def test_escape_lets_go_of_what_was_pressed(page, site):
    type_keys(page, "1", "c", "6", "Escape")
    page.wait_for_timeout(int(3000 * TAKES))
    assert site.acts == ["accept"]


def test_a_held_key_for_which_the_page_has_nothing_is_named(page, site):
    type_keys(page, "1", "9", "c")
    expect(page.locator("#keys-dropped")).to_have_text("Chưa làm: 9, C.")
    waits_for(page, site, "accept")


def test_a_tick_without_an_open_tip_is_where_one_goes_on_from(page, site):
    row = '<li><div><input type="checkbox"></div><a href="#{n}" data-row>{n}</a></li>'
    rows = "".join(row.format(n=n) for n in "abc")
    page.evaluate(
        "rows => document.querySelector('main').innerHTML = rows", f"<ul data-rows>{rows}</ul>"
    )
    boxes = "() => [...document.querySelectorAll('[data-rows] input')].map((box) => box.checked)"
    type_keys(page, "x", "j", "x")
    assert page.evaluate(boxes) == [True, True, False]
    type_keys(page, "k", "x")
    assert page.evaluate(boxes) == [False, True, False]
