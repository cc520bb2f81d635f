"""An open page of the desk is told of alarms at once; where nobody tells it, it asks by itself."""

import http.client
import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk
from tests.journeys.resident import Story, report

DANGER = "Bây giờ có người cầm dao đang đe dọa em ở {where}, cứu em với"
# Far less than the two minutes after which a page that is told of changes asks by itself.
TOLD_WITHIN = 15.0
# A page hears at least every five seconds that its stream lives.
_HEARS = """() => new Promise((done) => {
  new BroadcastChannel("keng-changes").addEventListener("message", ({ data }) => done(data));
})"""
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


def asked_for(page: Page, path: str) -> list[str]:
    """The requests of this kind from now on."""
    found: list[str] = []
    page.on("request", lambda each: found.append(each.url) if path in each.url else None)
    return found


def test_an_alarm_appears_on_every_open_tab_and_one_stream_serves_them(people, stack):
    desk = Desk(people.officer(), stack, "mai").sign_in()
    first = desk.page
    opened = asked_for(first, "/changes/")
    first.goto(f"{stack.desk}/groups/")
    first.evaluate(_HEARS)
    second = first.context.new_page()
    opened_by_second = asked_for(second, "/changes/")
    second.goto(f"{stack.desk}/warnings/")
    second.evaluate(_HEARS)
    before = marks_of(first)
    report(people.resident(), stack, Story(DANGER.format(where="chợ chuối"), topic="violence"))
    waits_for_more(first, before)
    waits_for_more(second, before)
    assert opened
    assert not opened_by_second
    # The tab with the stream goes; the other one opens its own.
    first.close()
    second.evaluate(_HEARS)
    before = marks_of(second)
    report(people.resident(), stack, Story(DANGER.format(where="bãi bàng"), topic="violence"))
    waits_for_more(second, before)


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
    assert stream.ends() < 10
    locked = RawStream(desk.page, stack)
    locked.hears("event: alarm")
    # A covered page rings as any other one.
    report(people.resident(), stack, Story(DANGER.format(where="cầu cau"), topic="violence"))
    locked.hears("event: alarm")
    other = Desk(people.officer(), stack, "lan").sign_in()
    stream = RawStream(other.page, stack)
    stream.hears("event: alive")
    tab = other.page.context.new_page()
    tab.goto(f"{stack.desk}/groups/")
    tab.locator("form[action*='sign-out'] button").first.dispatch_event("click")
    assert stream.ends() < 10
    signed_out = RawStream(other.page, stack)
    assert signed_out.answer.status == 302
    signed_out.close()
