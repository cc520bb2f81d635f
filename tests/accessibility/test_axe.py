"""No screen has a fault that axe can find: small and large, by day and night, in both languages."""

import pytest

from tests.accessibility.reading import EVERY_LOOK, LANGUAGES, Reading, faults
from tests.day import speak
from tests.journeys.resident import Story, read_status, report
from tests.walk import open_every_page

# Who sits at the desk in which language: an account keeps the one that was chosen last.
OFFICERS = {"vi": "lan", "en": "bao"}
# Some pages alone are in these.
FURTHER = ("ko", "zh-CN")
STORY = Story("Có người gọi điện tự xưng là cán bộ ngân hàng, bảo đọc mã sáu số cho họ.")


@pytest.fixture(scope="module")
def reported(browser, stack):
    """One tip, so that the inbox has something to show."""
    context = browser.new_context(locale="vi")
    report(context.new_page(), stack, STORY)
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_public_page_has_a_fault(stack, person, language):
    page, reading = person(locale=language), Reading(language, is_public=True)
    for _address in open_every_page(page, stack.public + "/"):
        reading.look(page)
    assert len(reading.pages) > 5
    assert reading.found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_the_report_has_a_fault(stack, person, language):
    reading = Reading(language, is_public=True)
    report(person(locale=language), stack, STORY, at_each_page=reading.look)
    assert len(reading.pages) > 8
    assert reading.found == {}


@pytest.mark.parametrize("language", FURTHER)
def test_no_page_in_a_further_language_has_a_fault(stack, person, language):
    page, reading = person(locale=language), Reading(language, is_public=True)
    code = report(page, stack, STORY, at_each_page=reading.look)
    read_status(page, stack, code)
    reading.look(page)
    reading.visit(page, [f"{stack.public}{path}" for path in ("/lookup/", "/privacy/", "/none")])
    page.goto(f"{stack.public}/report/what/")
    reading.look(page, "report gone")
    assert reading.found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_desk_page_has_a_fault(stack, person, signed_in, reported, language):
    page = person(storage_state=signed_in(OFFICERS[language]))
    page.goto(stack.desk)
    speak(page, language)
    reading = Reading(language)
    for _address in open_every_page(page, stack.desk + "/"):
        reading.look(page)
    assert any(name.startswith("/tips/*") for name in reading.pages)
    assert reading.found == {}
    assert reading.looks_read == set(EVERY_LOOK), "some look was read on no page at all"


def test_a_fault_would_be_found(person):
    page = person()
    page.set_content('<html lang="vi"><title>t</title><main><h1>h</h1><img src="x.png"></main>')
    assert "image-alt" in faults(page)
