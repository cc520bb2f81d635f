"""What a resident does on the public site, click by click; works without script."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.stack import Stack

CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}\b")


@dataclass(frozen=True)
class Story:
    """What somebody reports."""

    text: str
    place: str = "nenh"
    topic: str = "scam"
    desk: str = "commune"
    name: str = ""
    phone: str = ""


def report(
    page: Page,
    stack: Stack,
    story: Story,
    at_each_page: Callable[[Page], None] = lambda _page: None,
) -> str:
    """Send a report from the home page on; returns the receipt code."""
    page.goto(stack.public)
    at_each_page(page)
    page.locator("main a[href*='/report']").first.click()
    at_each_page(page)
    page.locator(f"button[name=desk][value={story.desk}]").click()
    at_each_page(page)
    page.locator(f"button[name=topic][value={story.topic}]").click()
    at_each_page(page)
    page.fill("[name=q]", story.place)
    page.locator("main button[name=find]:visible").last.click()
    at_each_page(page)
    page.locator("[name=choice]").first.check()
    page.locator("main form button:not([name])").last.click()
    at_each_page(page)
    page.fill("[name=text]", story.text)
    page.locator("main form button:not([name])").last.click()
    # With script this form is sent by it, so that nothing is lost without a network.
    expect(page.locator("[name=wish]").first).to_be_visible()
    at_each_page(page)
    if story.name:
        page.locator("[name=wish][value=sealed]").check()
        page.fill("[name=name]", story.name)
        page.fill("[name=phone]", story.phone)
    page.locator("main form button:not([name])").last.click()
    at_each_page(page)
    expect(page.locator("main")).to_contain_text(story.text[:40])
    page.locator("main form button.big, main form button:not([name])").last.click()
    at_each_page(page)
    found = CODE.search(page.locator("main").inner_text())
    assert found, page.locator("main").inner_text()
    return found.group()


def read_status(page: Page, stack: Stack, code: str) -> str:
    """Open the tip with the receipt code; what the page says."""
    page.goto(f"{stack.public}/status/")
    # A tip that was opened a moment ago in this browser is still open.
    if page.locator("[name=code]").count():
        page.fill("[name=code]", code)
        page.locator("main form button").first.click()
    return page.locator("main").inner_text()
