"""Pages twice as large, and letters twice as large: nothing is cut, covered or pushed sideways."""

from tests.accessibility.enlarging import (
    lost,
    lost_with_large_letters,
    share_under_large_head,
)
from tests.day import Day

WINDOW = {"viewport": {"width": 1280, "height": 900}}


def test_no_step_of_a_report_nor_its_page_is_pushed_sideways_by_large_letters(stack, person):
    found = {}

    def enlarge(page, name):
        page.wait_for_load_state()
        if here := lost_with_large_letters(page):
            found[name] = here

    small = person(viewport={"width": 360, "height": 740}, locale="vi")
    day = Day(stack, enlarge)
    words = "Có người gọi điện tự xưng công an, đòi chuyển tiền vào tài khoản 0123456789012."
    day.open_status(small, day.report(small, words))
    assert found == {}


def test_the_head_that_stays_leaves_the_page_to_read_with_large_letters_on_a_small_phone(
    stack, person
):
    small = person(viewport={"width": 320, "height": 640}, locale="vi")
    small.goto(f"{stack.public}/report/")
    assert share_under_large_head(small) < 0.25
    assert lost_with_large_letters(small) == []
    # Leaving quickly is in reach as ever.
    assert small.locator(".top-bar [data-leaves] button").is_visible()


def test_what_is_cut_covered_or_pushed_aside_would_be_noticed(person):
    page = person(**WINDOW)
    page.set_content(
        "<div style='width: 2000px'>far</div>"
        "<div style='overflow: hidden; width: 40px; white-space: nowrap'>much too long</div>"
        "<div style='height: 0'>below</div><div>above</div>"
    )
    assert [each.partition(":")[0].split()[0] for each in lost(page)] == ["sideways", "cut", "over"]
