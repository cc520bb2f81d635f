"""When an open page of the desk asks what rings: its scripts in a browser, with a stream of ours.

The browser's clock is the test's, so that minutes pass in moments. That the real desk tells its
pages of changes is in test_changes.py.
"""

import pytest

from tests.architecture.source import KENG

SCRIPTS = KENG / "static" / "keng" / "js"
ADDRESS = "http://127.0.0.1:9/"
PAGE = """<!DOCTYPE html><html lang="vi"><meta charset="utf-8"><title>Kẻng</title><body>
<div id="alarm" data-from="/alarm/" data-changes="/changes/"></div><p id="alarm-said"></p>
{scripts}</body></html>"""
# A stream that says what a test has it say.
STREAM = """
window.EventSource = class extends EventTarget {
  static CLOSED = 2;
  readyState = 1;
  constructor() { super(); window.stream = this; }
  close() { this.readyState = 2; }
};
window.says = (kind) => window.stream.dispatchEvent(new Event(kind));
"""
REFUSED = "window.BroadcastChannel = class { constructor() { throw new Error('refused'); } };"
OPENED_WITHIN = 3
STEP = 0.25


class DeskPage:
    """One that is open, and how often it has asked what rings."""

    def __init__(self, page):
        self._page = page
        self.asked, self.status, self.answers_after = 0, 200, 0.0
        self._answered_at = []
        self._now = 0.0

    def open(self, *before):
        page = self._page
        page.clock.install(time=1_700_000_000)
        # Else it also goes on by the machine's time: a busy one would have pages ask more often.
        page.clock.pause_at(1_700_000_001)
        for script in before:
            page.add_init_script(script)
        scripts = "".join(
            f"<script>{(SCRIPTS / name).read_text()}</script>"
            for name in ("changes.js", "alarm.js")
        )
        page.route("**/*", lambda route: route.fulfill(status=404))
        page.route(
            ADDRESS,
            lambda route: route.fulfill(
                body=PAGE.format(scripts=scripts), content_type="text/html; charset=utf-8"
            ),
        )
        page.route("**/alarm/*", self._answer)
        page.route("**/alarm/", self._answer)
        page.goto(ADDRESS)
        return self

    def _answer(self, route):
        self.asked += 1
        if self.answers_after:
            self._answered_at.append((self._now + self.answers_after, route))
        else:
            route.fulfill(status=self.status, body="")

    def hears(self, kind):
        self._page.evaluate("(kind) => window.says(kind)", kind)

    def sets_its_clock_back(self):
        self._page.evaluate("() => { Date.now = () => 0; }")

    def passes(self, seconds, *kinds):
        """So much of its time; the stream says these kinds four times a second."""
        for _ in range(round(seconds / STEP)):
            for kind in kinds:
                self.hears(kind)
            self._page.clock.run_for(round(STEP * 1000))
            self._now += STEP
            for at, route in [each for each in self._answered_at if each[0] <= self._now]:
                self._answered_at.remove((at, route))
                route.fulfill(status=self.status, body="")
            # What was answered is read in real time.
            self._page.evaluate("() => fetch('/read/').then(() => true)")

    def asked_within(self, seconds, *kinds):
        before = self.asked
        self.passes(seconds, *kinds)
        return self.asked - before


@pytest.fixture
def desk_page(browser):
    context = browser.new_context(locale="vi")
    yield DeskPage(context.new_page())
    context.close()


@pytest.fixture
def streamed_page(desk_page):
    """One that is told by a stream."""
    desk_page.open(STREAM).passes(OPENED_WITHIN)
    desk_page.passes(1, "alive")
    return desk_page


def test_a_page_that_may_keep_no_channel_asks_by_the_clock(desk_page):
    assert desk_page.open(STREAM, REFUSED).asked_within(21) in (4, 5)


def test_beside_a_stream_a_page_asks_when_it_is_told_and_else_hardly_ever(streamed_page):
    assert streamed_page.asked_within(30, "alive") == 0
    streamed_page.hears("alarm")
    assert streamed_page.asked_within(1) == 1


def test_what_was_not_answered_is_asked_for_again_beside_a_stream(streamed_page):
    streamed_page.status = 503
    streamed_page.hears("alarm")
    assert streamed_page.asked_within(14, "alive") in (2, 3)
    streamed_page.status = 200
    streamed_page.passes(6, "alive")
    assert streamed_page.asked_within(20, "alive") == 0


def test_a_flood_makes_a_page_ask_no_more_than_every_two_seconds(streamed_page):
    assert 8 <= streamed_page.asked_within(20, "alarm") <= 11


def test_where_answers_take_long_one_is_asked_for_at_a_time_and_the_last_word_is_heard(
    streamed_page,
):
    streamed_page.answers_after = 6.0
    assert streamed_page.asked_within(24, "alarm") in (3, 4)
    # Told of while it was asked: asked for once more, and then no more.
    assert streamed_page.asked_within(15, "alive") in (1, 2)
    assert streamed_page.asked_within(15, "alive") == 0


def test_a_lost_stream_is_known_at_once(streamed_page):
    streamed_page.passes(6, "alive")
    streamed_page.hears("error")
    assert streamed_page.asked_within(1.5) == 1
    assert streamed_page.asked_within(10.5) == 2


def test_a_clock_that_is_set_back_stops_no_asking(desk_page):
    desk_page.open(STREAM)
    desk_page.sets_its_clock_back()
    assert desk_page.asked_within(21) in (4, 5)
