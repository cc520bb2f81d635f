"""How a public page stands on a cheap phone, and how assistive technology reads it."""

from playwright.sync_api import Page

from tests.accessibility.reading import faults


def fits(page: Page) -> None:
    """Nothing has to be moved sideways; asked of a browser without script as well."""
    # A page that is just being replaced has no document yet.
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def is_fine(page: Page) -> None:
    """It fits, and axe finds no fault; axe needs a browser with script."""
    fits(page)
    assert faults(page) == {}, page.url


def reads_well(people, address: str) -> None:
    """The same page for somebody with script, on a phone."""
    page = people.resident(script=True)
    page.goto(address)
    is_fine(page)
