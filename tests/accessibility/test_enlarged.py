"""Pages twice as large, and letters twice as large: nothing is cut, covered or pushed sideways."""

import pytest

from tests.accessibility.enlarging import lost, lost_with_large_letters
from tests.day import Day
from tests.walk import kind, open_every_page

# A window of 1280 px at 200 % is half as wide, with two dots for each.
TWICE = {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2}
WINDOW = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.mark.parametrize(
    ("name", "look", "read"),
    [
        ("", TWICE, lost),
        ("", PHONE, lost_with_large_letters),
        ("lan", TWICE, lost),
        ("lan", WINDOW, lost_with_large_letters),
    ],
    ids=["public twice", "public letters", "desk twice", "desk letters"],
)
def test_nothing_is_lost_when_a_page_is_enlarged(stack, person, signed_in, name, look, read):
    page = person(**look, locale="vi", storage_state=signed_in(name) if name else None)
    pages_read, found = 0, {}
    for address in open_every_page(page, f"{stack.desk if name else stack.public}/"):
        pages_read += 1
        if here := read(page):
            found[kind(address)] = here
    assert pages_read > 8
    assert found == {}


def test_no_step_of_a_report_is_pushed_sideways_by_large_letters(stack, person):
    found = {}

    def enlarge(page, name):
        page.wait_for_load_state()
        if here := lost_with_large_letters(page):
            found[name] = here

    small = person(viewport={"width": 360, "height": 740}, locale="vi")
    Day(stack, enlarge).report(small, "Có người gọi điện tự xưng công an, đòi chuyển tiền.")
    assert found == {}


def test_what_is_cut_covered_or_pushed_aside_would_be_noticed(person):
    page = person(**WINDOW)
    page.set_content(
        "<div style='width: 2000px'>far</div>"
        "<div style='overflow: hidden; width: 40px; white-space: nowrap'>much too long</div>"
        "<div style='height: 0'>below</div><div>above</div>"
    )
    assert [each.partition(":")[0].split()[0] for each in lost(page)] == ["sideways", "cut", "over"]
