"""The desk on the smallest phone: nothing pushes a page sideways, whatever its language."""

import pytest

from tests.day import speak, switch
from tests.journeys.desk import Desk
from tests.walk import kind, open_every_page

SMALLEST = {"width": 320, "height": 640}
USUAL = {"width": 390, "height": 844}
# Of touch size, with what stands around it.
ONE_LINE = 50
# On how many lines the title and the links of the list stand; sentences may follow when tips do.
LINES = """() => {
  const middles = [];
  for (const part of document.querySelectorAll('#list > .lh :is(h1, a)')) {
    const box = part.getBoundingClientRect(), middle = (box.top + box.bottom) / 2;
    if (!middles.some(other => Math.abs(other - middle) < 12)) middles.push(middle);
  }
  return middles.length;
}"""
# A region that scrolls must be reachable by keyboard, so only those made for it may.
TOO_WIDE = """() => {
  const root = document.documentElement, wide = [];
  if (root.scrollWidth > root.clientWidth) wide.push('page');
  for (const part of document.querySelectorAll('.panel, .stats, .scroll:has(> .rows)'))
    if (part.scrollWidth > part.clientWidth) wide.push(part.outerHTML.slice(0, 120));
  return wide;
}"""


def every_tip(page, stack):
    page.goto(f"{stack.desk}/tips/")
    return page.locator("a[data-row]").evaluate_all("rows => rows.map(row => row.href)")


def measure(page, address, wide):
    """Note under the page's kind and language what the open page pushes sideways."""
    if found := page.evaluate(TOO_WIDE):
        wide[kind(address), page.locator("html").get_attribute("lang")] = found


@pytest.mark.parametrize("name", ["lan", "hai", "mai", "thu"])
def test_no_desk_page_is_wider_than_the_smallest_phone(stack, person, name):
    page = Desk(person(viewport=SMALLEST, locale="vi"), stack, name).sign_in().page
    wide = {}
    for _ in ("vi", "en"):
        for address in open_every_page(page, f"{stack.desk}/"):
            measure(page, address, wide)
        for address in every_tip(page, stack) if name == "lan" else ():
            page.goto(address)
            measure(page, address, wide)
        switch(page)
    assert wide == {}


@pytest.mark.parametrize("name", ["lan", "mai"])
def test_on_a_phone_the_tabs_take_one_line_and_the_head_of_the_list_two(
    stack, person, signed_in, name
):
    page = person(viewport=USUAL, locale="vi", storage_state=signed_in(name))
    page.goto(f"{stack.desk}/tips/")
    # Whichever language another test has left the officer with.
    speak(page, "vi")
    page.goto(f"{stack.desk}/tips/")
    assert page.locator("header nav").bounding_box()["height"] <= ONE_LINE
    assert page.evaluate(LINES) <= 2
    # The last tab can be reached, and whoever opened it sees it.
    last = page.locator("header nav a").last
    last.click()
    box = page.locator("header nav a[aria-current]").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= USUAL["width"]
