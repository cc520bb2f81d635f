"""Tips of a night decided by keyboard as fast as people type, on a site that takes its time.

No key is lost, and none reaches another tip or another field than it was meant for.
"""

import re
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, TimeoutError

from keng.runtime.tests.chance import is_nightly
from tests.journeys import zalo
from tests.journeys.desk import Desk

# Tips by milliseconds from key to key: somebody who types now and then, or all day.
SPEEDS = {280: 5, 150: 10} if is_nightly() else {280: 2, 150: 4}
# What the way to the site adds to each request.
LATENCY = 120
NEXT_WITHIN = 20_000
TAKEN_AND_ANSWERED = ("1", "c", "6", "Control+Enter")
DECLINED = ("4", "5", "Control+Enter")
TIP_IN_ADDRESS = re.compile(r"/tips/([0-9a-f-]{36})/(\w+)/")
SHOWN = """(document.querySelector("#detail [data-now]")?.dataset.now || location.pathname)
  .match(/[0-9a-f-]{36}/)?.[0] || "" """
IS_ANOTHER = f"tip => {{ const shown = {SHOWN}; return shown && shown !== tip }}"
READY = """() => [...document.querySelectorAll("a[data-fill]")]
  .find(each => each.dataset.key === "6")?.dataset.fill || "" """


@dataclass
class Sent:
    """What reached the site: for each tip the acts in their order, and the letters."""

    acts: dict[str, list[str]] = field(default_factory=dict)
    letters: dict[str, list[str]] = field(default_factory=dict)

    def note(self, request: Request) -> None:
        found = TIP_IN_ADDRESS.search(urlsplit(request.url).path)
        if request.method != "POST" or not found or found.group(2) == "now":
            return
        tip, act = found.groups()
        self.acts.setdefault(tip, []).append(act)
        # A form with files is sent in parts, and none of these has any.
        for text in parse_qs(request.post_data or "").get("text", []):
            self.letters.setdefault(tip, []).append(text.replace("\r\n", "\n"))


@pytest.fixture
def night(people, stack) -> tuple[Page, Sent]:
    """The list with as many new tips, in a browser far from the site."""
    for number in range(sum(SPEEDS.values())):
        words = f"Đêm qua ở phường Nếnh nhà số {number + 3} bị trộm mất xe đạp và hai cái quạt"
        zalo.write(stack, f"7000000000000{number:05d}77", words)
    desk = Desk(people.officer(), stack, "quan").sign_in()
    page, sent = desk.page, Sent()
    deadline = time.monotonic() + 60
    while page.locator("a[data-row]", has_text="hai cái quạt").count() < sum(SPEEDS.values()):
        assert time.monotonic() < deadline
        page.wait_for_timeout(500)
        page.goto(f"{stack.desk}/tips/")
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    far = {"offline": False, "latency": LATENCY, "downloadThroughput": -1, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", far)
    page.on("request", sent.note)
    return page, sent


def test_no_key_of_a_night_is_lost_or_reaches_something_else(night):
    page, sent = night
    faults: list[str] = []
    row = page.locator("a[data-row]", has_text="hai cái quạt").first
    row.click()
    page.wait_for_function("() => document.querySelector('#detail [data-now]')")
    for speed, tips in SPEEDS.items():
        for number in range(tips):
            keys = DECLINED if number % 3 == 2 else TAKEN_AND_ANSWERED
            faults += decided(page, sent, keys, speed)
    assert faults == []


def decided(page: Page, sent: Sent, keys: tuple[str, ...], speed: int) -> list[str]:
    """Decides on the tip that is shown and goes on to the next; what went wrong meanwhile."""
    tip, ready = page.evaluate(SHOWN), page.evaluate(READY)
    before = {each: len(acts) for each, acts in sent.acts.items()}
    for key in (*keys, "j") if keys == TAKEN_AND_ANSWERED else keys:
        page.keyboard.press(key)
        page.wait_for_timeout(speed)
    wanted = ["accept", "sort", "reply"] if keys == TAKEN_AND_ANSWERED else ["decline"]
    faults = []
    try:
        page.wait_for_function(IS_ANOTHER, arg=tip, timeout=NEXT_WITHIN)
    except TimeoutError:
        faults.append(f"{speed} ms: no other tip after {keys}")
    if sent.acts.get(tip, []) != wanted:
        faults.append(f"{speed} ms: lost of {wanted}, did {sent.acts.get(tip)}")
    if any(len(acts) > before.get(each, 0) for each, acts in sent.acts.items() if each != tip):
        faults.append(f"{speed} ms: something reached another tip")
    if keys == TAKEN_AND_ANSWERED and sent.letters.get(tip, [ready]) != [ready]:
        faults.append(f"{speed} ms: a letter says {sent.letters[tip]}")
    return faults
