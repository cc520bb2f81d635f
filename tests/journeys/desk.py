"""What an officer does, click by click."""

import re
import time
from urllib.parse import urljoin

from playwright.sync_api import Locator, Page, expect

from tests.stack import Stack


class Desk:
    """An officer at work in one browser."""

    def __init__(self, page: Page, stack: Stack, name: str) -> None:
        self.page, self._stack, self._name = page, stack, name

    def sign_in(self) -> "Desk":
        """Both factors."""
        self.page.goto(self._stack.desk)
        self.page.fill("[name=username]", self._name)
        self.page.fill("[name=password]", self._stack.officers[self._name].password)
        self.page.click("main form button")
        self.page.fill("[name=code]", self.code())
        self.page.click("main form button")
        expect(self.page.locator("header.top-bar")).to_be_visible()
        # A key that is pressed before the scripts have come is nobody's.
        self.page.wait_for_load_state()
        return self

    def code(self) -> str:
        """Six digits that were not used yet; a code is good for one use."""
        return self._stack.code(self._name)

    def open_tip(self, words: str) -> None:
        """Find a tip in the inbox by the reporter's own words and open its page."""
        row = self._row(words)
        address = row.get_attribute("href")
        self.page.goto(f"{self._stack.desk}{address}")
        expect(self.page.locator("main.tip-page, main#main")).to_contain_text(words)

    def waits_for(self, words: str) -> None:
        """The list, once a tip with these words stands in it."""
        self._row(words)

    def waits_for_copies(self) -> None:
        """Looks again until no copy of a picture is being prepared any more."""
        deadline = time.monotonic() + 40
        while self.page.get_by_text("Đang chuẩn bị bản xem").count():
            assert time.monotonic() < deadline
            self.page.wait_for_timeout(300)
            self.page.reload()

    def _row(self, words: str) -> Locator:
        self.is_answered()
        deadline = time.monotonic() + 40
        while True:
            self.page.goto(f"{self._stack.desk}/tips/")
            row = self.page.locator("a[data-row]", has_text=words).first
            further = self.page.locator("main a[rel=next]")
            while not row.count() and further.count():
                self.page.goto(urljoin(self.page.url, further.get_attribute("href") or ""))
            if row.count():
                return row
            assert time.monotonic() < deadline, f"no tip with {words!r} in the inbox"
            time.sleep(0.5)

    def takes_what_rings(self) -> "Desk":
        """Every critical tip that others left, so that the next to ring is one's own."""
        rings = self.page.locator("#alarm form button")
        for _ in range(20):
            # The inbox comes with its bar in the page; elsewhere a script asks for it later.
            self.page.goto(f"{self._stack.desk}/tips/")
            if not rings.count():
                return self
            with self.page.expect_navigation():
                rings.first.click()
        raise AssertionError("It never stops ringing.")

    def press(self, action: str) -> None:
        """The button of the form that posts to this address."""
        self.page.locator(f"main form[action$='/{action}/'] button").first.click()
        self.is_answered()

    def is_answered(self) -> None:
        """Nothing is on its way: what was pressed is done, or refused."""
        expect(self.page.locator("html[aria-busy=true]")).to_have_count(0)

    def follow(self, part: str) -> None:
        """The first link in the page whose address holds this."""
        self.page.locator(f"main a[href*='{part}']").first.click()
        self.is_answered()

    def sees(self, words: str | re.Pattern[str]) -> None:
        """The page says so; a pattern is compared as it is seen, not as its template is broken."""
        is_pattern = isinstance(words, re.Pattern)
        expect(self.page.locator("body")).to_contain_text(words, use_inner_text=is_pattern)

    def waits_for_rows(self) -> None:
        """The list of who gets it is made a moment after the approval, and leads have it then."""
        expect(self.page.locator("#outcome table")).to_be_visible(timeout=60_000)


def also_who_had_enough(page: Page) -> None:
    """Groups that got their warnings of this week, maybe in other journeys, get this one too."""
    expect(page.locator(".htmx-request")).to_have_count(0)
    reason = page.locator("[name=over_limit_reason]")
    if reason.count():
        reason.fill("Thủ đoạn mới, cần báo ngay.")


def submit_for_approval(page: Page) -> None:
    """Hand the warning in that stands in the form, and be on its own page.

    The preview shows its title before it is handed in, so the address is what tells. The button is
    held as long as a hand holds it: what leaving the box before asks for arrives meanwhile.
    """
    page.locator("button[name=do][value=submit]").click(delay=300)
    page.wait_for_url(re.compile(r"/warnings/[0-9a-f-]{36}/$"))
