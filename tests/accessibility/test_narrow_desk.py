"""The desk on a phone: its tabs and the head of its list leave room for what stands below."""

import pytest

from tests.day import speak

USUAL = {"width": 390, "height": 844}
# Of touch size, with what stands around it.
ONE_LINE = 50
# On how many lines the title and the links of the list stand; sentences may follow when tips do.
LINES = """() => {
  const middles = [];
  for (const part of document.querySelectorAll('#list > .list-head :is(h1, a)')) {
    const box = part.getBoundingClientRect(), middle = (box.top + box.bottom) / 2;
    if (!middles.some(other => Math.abs(other - middle) < 12)) middles.push(middle);
  }
  return middles.length;
}"""


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
