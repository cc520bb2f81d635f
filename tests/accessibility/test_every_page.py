"""Every page that links lead to has no fault, whoever reads it in whichever way.

Each officer walks once and reads a page in every way while it is open. By day each walks in one
language, so that together they see every page in every look; at night each walks in both, and in
every way, those on duty at every look.
"""

import pytest

from tests.accessibility import every_way
from tests.accessibility.every_way import read_every_page
from tests.accessibility.reading import EVERY_LOOK, IS_NIGHTLY, LANGUAGES, Reading
from tests.day import speak
from tests.journeys.resident import Story, report
from tests.walk import open_every_page

STORY = Story("Có người gọi điện tự xưng là cán bộ ngân hàng, bảo đọc mã sáu số cho họ.")
EVERY_DESK_WAY = (
    every_way.on_the_smallest_phone,
    every_way.twice_as_large,
    every_way.letters_in_a_window,
    every_way.keys_in_a_window,
)
EVERY_PUBLIC_WAY = (
    every_way.on_the_smallest_phone,
    every_way.twice_as_large,
    every_way.letters_on_a_phone,
    every_way.keys_on_a_phone,
)
IN_SHORT = (every_way.on_the_smallest_phone,)
# Those on duty see most; the others see warnings to approve, the record, the officers.
BY_DAY = {
    ("lan", "vi"): EVERY_DESK_WAY,
    ("bao", "en"): IN_SHORT,
    ("hai", "vi"): IN_SHORT,
    ("mai", "en"): IN_SHORT,
    ("thu", "vi"): IN_SHORT,
    ("admin", "en"): IN_SHORT,
}
AT_NIGHT = {(name, language): EVERY_DESK_WAY for name, _ in BY_DAY for language in LANGUAGES}
WALKS = AT_NIGHT if IS_NIGHTLY else BY_DAY
ON_DUTY = ("lan", "bao")


@pytest.fixture(scope="module")
def reported(browser, stack):
    """One tip, so that the inbox has something to show."""
    context = browser.new_context(locale="vi")
    report(context.new_page(), stack, STORY)
    context.close()


@pytest.mark.parametrize(("name", "language"), WALKS)
def test_no_desk_page_has_a_fault(stack, person, signed_in, reported, name, language):
    page = person(storage_state=signed_in(name))
    reading = Reading(language, at_every_look=IS_NIGHTLY and name in ON_DUTY)
    page.goto(stack.desk)
    speak(page, language)
    every_page = open_every_page(page, f"{stack.desk}/")
    wrong = read_every_page(page, every_page, reading, WALKS[name, language])
    assert len(reading.pages) > 5
    if name in ON_DUTY:
        assert any(page_name.startswith("/tips/*") for page_name in reading.pages)
        assert reading.looks_read == set(EVERY_LOOK), "some look was read on no page at all"
    assert (reading.found, wrong) == ({}, {})


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_public_page_has_a_fault(stack, person, language):
    page, reading = person(locale=language), Reading(language)
    ways = EVERY_PUBLIC_WAY if IS_NIGHTLY or language == "vi" else IN_SHORT
    every_page = open_every_page(page, f"{stack.public}/")
    wrong = read_every_page(page, every_page, reading, ways)
    assert len(reading.pages) > 8
    assert (reading.found, wrong) == ({}, {})


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_tip_is_wider_than_the_smallest_phone(stack, person, signed_in, reported, language):
    page = person(storage_state=signed_in("lan"))
    page.goto(stack.desk)
    speak(page, language)
    page.goto(f"{stack.desk}/tips/")
    tips = page.locator("a[data-row]").evaluate_all("rows => rows.map(row => row.href)")
    assert tips
    wide = {}
    for address in tips:
        page.goto(address)
        if here := every_way.on_the_smallest_phone(page):
            wide[address] = here
    assert wide == {}
