"""An open page of the desk is told of alarms at once; where nobody tells it, it asks by itself."""

import http.client
import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from tests.journeys.desk import Desk
from tests.journeys.resident import Story, report

DANGER = "Bây giờ có người cầm dao đang đe dọa em ở {where}, cứu em với"
# Far less than the two minutes after which a page that is told of changes asks by itself.
TOLD_WITHIN = 15.0
# A page hears at least every five seconds that its stream lives.
_HEARS = """() => new Promise((done, fail) => {
  new BroadcastChannel("keng-changes").addEventListener("message", ({ data }) => done(data));
  setTimeout(() => fail(new Error("No stream speaks.")), 60_000);
})"""
# Far more than a stream takes to end with its session, far less than the quarter of an hour after
# which each ends.
ENDS_WITHIN = 60.0
_MARKS = """() => [...document.querySelectorAll("#alarm [data-alarm]")]
  .flatMap(({ dataset }) => dataset.all.split(" ")).length"""


def marks_of(page: Page) -> int:
    """How many alarms its bar knows."""
    return int(page.evaluate(_MARKS))


def waits_for_more(page: Page, before: int, within: float = TOLD_WITHIN) -> None:
    until = time.monotonic() + within
    while marks_of(page) <= before:
        assert time.monotonic() < until
        page.wait_for_timeout(50)


class PageStreams:
    """The streams that a page opens from now on, and how many of them have ended."""

    def __init__(self, page: Page) -> None:
        self.opened = self.ended = 0
        page.on("request", self._count_opened)
        for event in ("requestfinished", "requestfailed"):
            page.on(event, self._count_ended)

    def _count_opened(self, request: Request) -> None:
        self.opened += "/changes/" in request.url

    def _count_ended(self, request: Request) -> None:
        self.ended += "/changes/" in request.url

    @property
    def open(self) -> int:
        return self.opened - self.ended


def test_an_alarm_appears_on_every_open_tab_and_one_stream_serves_them(people, stack):
    desk = Desk(people.officer(), stack, "mai").sign_in()
    first = desk.page
    streams = PageStreams(first)
    first.goto(f"{stack.desk}/groups/")
    first.evaluate(_HEARS)
    second = first.context.new_page()
    of_second = PageStreams(second)
    second.goto(f"{stack.desk}/warnings/")
    second.evaluate(_HEARS)
    before = marks_of(first)
    report(people.resident(), stack, Story(DANGER.format(where="chợ chuối"), topic="violence"))
    waits_for_more(first, before)
    waits_for_more(second, before)
    # They were told, and did not ask because no stream was there any more.
    assert (streams.open, streams.ended, of_second.opened) == (1, 0, 0)
    # The tab with the stream goes; the other one opens its own.
    first.close()
    second.evaluate(_HEARS)
    before = marks_of(second)
    report(people.resident(), stack, Story(DANGER.format(where="bãi bàng"), topic="violence"))
    waits_for_more(second, before)
    assert (of_second.open, of_second.ended) == (1, 0)


def test_without_a_stream_a_page_asks_by_itself(people, stack):
    page = Desk(people.officer(), stack, "mai").sign_in().page
    page.route("**/changes/", lambda route: route.abort())
    page.goto(f"{stack.desk}/groups/")
    before = marks_of(page)
    report(people.resident(), stack, Story(DANGER.format(where="xóm xoan"), topic="violence"))
    waits_for_more(page, before, within=40.0)


class RawStream:
    """The stream of a browser's session, read byte by byte beside it."""

    def __init__(self, page: Page, stack) -> None:
        address = urlsplit(stack.desk)
        cookies = page.context.cookies(stack.desk)
        self._connection = http.client.HTTPConnection(address.netloc, timeout=30)
        self._connection.request(
            "GET",
            "/changes/",
            headers={"Cookie": "; ".join(f"{each['name']}={each['value']}" for each in cookies)},
        )
        self.answer = self._connection.getresponse()

    def hears(self, line: str) -> None:
        """Raises AssertionError where it ends before this line."""
        while read := self.answer.readline():
            if read.decode().strip() == line:
                return
        pytest.fail("The stream ended.")

    def ends(self) -> float:
        """After how many seconds."""
        began = time.monotonic()
        while self.answer.readline():
            pass
        self.close()
        return time.monotonic() - began

    def close(self) -> None:
        self.answer.close()
        self._connection.close()


def test_a_stream_ends_with_the_session_and_when_the_screen_is_locked(people, stack):
    desk = Desk(people.officer(), stack, "mai").sign_in()
    stream = RawStream(desk.page, stack)
    assert stream.answer.getheader("Content-Type") == "text/event-stream"
    assert "default-src 'none'" in (stream.answer.getheader("Content-Security-Policy") or "")
    assert stream.answer.getheader("X-Accel-Buffering") == "no"
    stream.hears("event: alive")
    desk.page.locator("header.top-bar [data-lock-screen]").first.dispatch_event("click")
    expect(desk.page.locator("#screen-cover")).to_be_visible()
    assert stream.ends() < ENDS_WITHIN
    locked = RawStream(desk.page, stack)
    locked.hears("event: alarm")
    # A covered page rings as any other one.
    report(people.resident(), stack, Story(DANGER.format(where="cầu cau"), topic="violence"))
    locked.hears("event: alarm")
    locked.close()
    other = Desk(people.officer(), stack, "lan").sign_in()
    stream = RawStream(other.page, stack)
    stream.hears("event: alive")
    tab = other.page.context.new_page()
    tab.goto(f"{stack.desk}/groups/")
    tab.locator("form[action*='sign-out'] button").first.dispatch_event("click")
    assert stream.ends() < ENDS_WITHIN
    signed_out = RawStream(other.page, stack)
    assert signed_out.answer.status == 302
    signed_out.close()
