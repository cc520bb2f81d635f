"""An open page read in every way in which a person may meet it, without being asked for again."""

from collections.abc import Callable, Iterable

from playwright.sync_api import Page

from tests.accessibility.enlarging import lost, lost_with_large_letters
from tests.accessibility.keyboard import Keyboard
from tests.accessibility.reading import HEIGHT, Reading
from tests.walk import kind

SMALLEST = {"width": 320, "height": 640}
PHONE = {"width": 390, "height": 844}
WINDOW = {"width": 1280, "height": HEIGHT}
# A window of 1280 px whose page is made twice as large is half as wide.
HALF_A_WINDOW = {"width": 640, "height": 450}
# A region that scrolls must be reachable by keyboard, so only those made for it may.
TOO_WIDE = """() => {
  const root = document.documentElement, wide = [];
  if (root.scrollWidth > root.clientWidth) wide.push('page');
  for (const part of document.querySelectorAll('.panel, .stats, .scroll:has(> .stacked-on-phone)'))
    if (part.scrollWidth > part.clientWidth) wide.push(part.outerHTML.slice(0, 120));
  return wide;
}"""

Way = Callable[[Page], list[str]]


def on_the_smallest_phone(page: Page) -> list[str]:
    """What pushes the page sideways."""
    page.set_viewport_size(SMALLEST)
    found: list[str] = page.evaluate(TOO_WIDE)
    return found


def twice_as_large(page: Page) -> list[str]:
    """What is cut, covered or pushed sideways."""
    page.set_viewport_size(HALF_A_WINDOW)
    return lost(page)


def letters_on_a_phone(page: Page) -> list[str]:
    """What letters of twice the size cut, cover or push sideways."""
    page.set_viewport_size(PHONE)
    return lost_with_large_letters(page)


def letters_in_a_window(page: Page) -> list[str]:
    """The same at a desk PC."""
    page.set_viewport_size(WINDOW)
    return lost_with_large_letters(page)


def keys_on_a_phone(page: Page) -> list[str]:
    """Stops of the Tab key that cannot be seen, and what none of them reaches."""
    page.set_viewport_size({**PHONE, "height": HEIGHT})
    return Keyboard(page).sweep()


def keys_in_a_window(page: Page) -> list[str]:
    """The same at a desk PC."""
    page.set_viewport_size(WINDOW)
    return Keyboard(page).sweep()


def read_every_page(
    page: Page, addresses: Iterable[str], reading: Reading, ways: Iterable[Way]
) -> dict[str, list[str]]:
    """Page and way -> what is wrong; what axe finds stands in the reading.

    Each address must be open in the page when the iterator gives it.
    """
    ways = list(ways)
    wrong = {}
    for _address in addresses:
        reading.look(page)
        for way in ways:
            if here := way(page):
                wrong[f"{kind(page.url)}, {way.__name__}"] = here
    return wrong
