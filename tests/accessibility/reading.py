"""A page as assistive technology reads it, at every look that it is to have."""

import itertools
import os
from collections.abc import Iterable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page

from tests.walk import kind

AXE = Axe()
Look = tuple[int, str]
Faults = dict[str, list[str]]
HEIGHT = 900
# What everybody runs; the whole matrix belongs to `make test-all`.
LOOKS: dict[str, list[Look]] = {"vi": [(390, "light")], "en": [(1280, "dark")]}
# A page that answers a form is made of the parts that the others have shown in every look.
LOOKS_OF_ANSWERS = LOOKS
if os.environ.get("KENG_TEST_ALL") == "1":
    EVERY = list(itertools.product((320, 390, 768, 1280), ("light", "dark")))
    LOOKS = {"vi": EVERY, "en": EVERY}
    OF_ANSWERS = [(320, "dark"), (390, "light"), (1280, "dark")]
    LOOKS_OF_ANSWERS = {"vi": OF_ANSWERS, "en": OF_ANSWERS}
# Public pages have one theme.
IN_THE_LIGHT = "light"
IS_READY = "typeof axe !== 'undefined'"
RUN = "axe.run({resultTypes: ['violations']}).then(found => found.violations)"


class Reading:
    """What was found so far: page and look -> rule -> elements."""

    def __init__(self, looks: Iterable[Look]) -> None:
        self.looks = list(looks)
        self.found: dict[str, Faults] = {}
        self.pages: list[str] = []

    def look(self, page: Page, name: str = "") -> None:
        """Read the open page at every look, without asking for it again."""
        name = name or kind(page.url)
        self.pages.append(name)
        for width, scheme in self.looks:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            if here := faults(page):
                self.found[f"{name} {width} {scheme}"] = here

    def visit(self, page: Page, addresses: Iterable[str]) -> None:
        """One page after another."""
        for address in addresses:
            page.goto(address)
            self.look(page)


def public_looks(looks: Iterable[Look]) -> list[Look]:
    """The same widths, by day alone."""
    return [(width, IN_THE_LIGHT) for width in dict.fromkeys(width for width, _ in looks)]


def faults(page: Page) -> Faults:
    """What axe finds on the open page: rule -> the elements it found it at."""
    try:
        found = _read(page)
    except Error:
        # A click had only begun to lead away, and the page left while axe was reading it.
        page.wait_for_load_state()
        found = _read(page)
    return {each["id"]: [node["html"][:200] for node in each["nodes"]] for each in found}


def faults_by_page(page: Page, addresses: Iterable[str]) -> dict[str, Faults]:
    """Kind of page -> its faults, at the look that the page has."""
    found = {}
    for address in addresses:
        page.goto(address)
        if here := faults(page):
            found[kind(address)] = here
    return found


def _read(page: Page) -> list[dict]:
    if not page.evaluate(IS_READY):
        page.evaluate(AXE.axe_script)
    return page.evaluate(RUN)
