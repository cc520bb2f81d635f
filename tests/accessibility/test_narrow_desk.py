"""The desk on the smallest phone: nothing pushes a page sideways, whatever its language."""

import pytest

from tests.day import switch
from tests.journeys.desk import Desk
from tests.walk import kind, walk

SMALLEST = {"width": 320, "height": 640}
# A region that scrolls must be reachable by keyboard, so only those made for it may.
TOO_WIDE = """() => {
  const root = document.documentElement, wide = [];
  if (root.scrollWidth > root.clientWidth) wide.push('page');
  for (const part of document.querySelectorAll('.panel, .stats'))
    if (part.scrollWidth > part.clientWidth) wide.push(part.outerHTML.slice(0, 120));
  return wide;
}"""


def every_tip(page, stack):
    page.goto(f"{stack.desk}/tips/")
    return page.locator("a[data-row]").evaluate_all("rows => rows.map(row => row.href)")


@pytest.mark.parametrize("name", ["lan", "hai", "thu"])
def test_no_desk_page_is_wider_than_the_smallest_phone(stack, person, name):
    page = Desk(person(viewport=SMALLEST, locale="vi"), stack, name).sign_in().page
    wide = {}
    for _ in ("vi", "en"):
        addresses = walk(page, f"{stack.desk}/")
        if name == "lan":
            addresses += every_tip(page, stack)
        for address in addresses:
            page.goto(address)
            if found := page.evaluate(TOO_WIDE):
                wide[kind(address), page.locator("html").get_attribute("lang")] = found
        switch(page)
    assert wide == {}
