"""A page as assistive technology reads it, at the looks that it is to have."""

import itertools
import os
from collections.abc import Iterable
from zlib import crc32

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page

from tests.walk import kind

AXE = Axe()
Look = tuple[int, str]
Faults = dict[str, list[str]]
HEIGHT = 900
WIDTHS = (320, 390, 768, 1280)
SCHEMES = ("light", "dark")
EVERY_LOOK: list[Look] = list(itertools.product(WIDTHS, SCHEMES))
# What most officers and residents have: each page is read at the look of its language.
ON_A_PHONE: Look = (390, "light")
USUAL_LOOK: dict[str, Look] = {"vi": ON_A_PHONE, "en": (1280, "dark")}
LANGUAGES = tuple(USUAL_LOOK)
IS_NIGHTLY = os.environ.get("KENG_TEST_NIGHTLY") == "1"
IS_READY = "typeof axe !== 'undefined'"
RUN = "axe.run({resultTypes: ['violations']}).then(found => found.violations)"


class Reading:
    """What was found so far: page and look -> rule -> elements.

    Every night each page is read at every look. Otherwise at the usual one of its language and at
    one more, which its name and language draw, so that the pages together cover all looks.
    """

    def __init__(self, language: str, *, at_every_look: bool = IS_NIGHTLY) -> None:
        self.language = language
        self.at_every_look = at_every_look
        self.usual = USUAL_LOOK.get(language, ON_A_PHONE)
        self.found: dict[str, Faults] = {}
        self.pages: list[str] = []
        self.looks_read: set[Look] = set()

    def look(self, page: Page, name: str = "") -> None:
        """Read the open page at its looks, without asking for it again."""
        name = name or kind(page.url)
        self.pages.append(name)
        for width, scheme in self.looks_of(name):
            self.looks_read.add((width, scheme))
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            if here := faults(page):
                self.found[f"{name} {width} {scheme}"] = here

    def looks_of(self, name: str) -> list[Look]:
        """At which looks a page of this name is read."""
        if self.at_every_look:
            return EVERY_LOOK
        others = [look for look in EVERY_LOOK if look != self.usual]
        return [self.usual, others[crc32(f"{name} {self.language}".encode()) % len(others)]]

    def visit(self, page: Page, addresses: Iterable[str]) -> None:
        """One page after another."""
        for address in addresses:
            page.goto(address)
            self.look(page)


def faults(page: Page) -> Faults:
    """What axe finds on the open page: rule -> the elements it found it at."""
    try:
        found = _read(page)
    except Error:
        # A click had only begun to lead away, and the page left while axe was reading it.
        page.wait_for_load_state()
        found = _read(page)
    return {each["id"]: [node["html"][:200] for node in each["nodes"]] for each in found}


def _read(page: Page) -> list[dict]:
    # A page that has only begun to come has no heading yet.
    page.wait_for_load_state()
    if not page.evaluate(IS_READY):
        page.evaluate(AXE.axe_script)
    return page.evaluate(RUN)
