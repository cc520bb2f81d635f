"""No page of the report has a fault that axe can find, in any language."""

import pytest

from tests.accessibility.reading import LANGUAGES, Reading, faults
from tests.journeys.resident import Story, read_status, report

# Some pages alone are in these.
FURTHER = ("ko", "zh-CN")
STORY = Story("Có người gọi điện tự xưng là cán bộ ngân hàng, bảo đọc mã sáu số cho họ.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_the_report_has_a_fault(stack, person, language):
    reading = Reading(language)
    report(person(locale=language), stack, STORY, at_each_page=reading.look)
    assert len(reading.pages) > 8
    assert reading.found == {}


@pytest.mark.parametrize("language", FURTHER)
def test_no_page_in_a_further_language_has_a_fault(stack, person, language):
    page, reading = person(locale=language), Reading(language)
    code = report(page, stack, STORY, at_each_page=reading.look)
    read_status(page, stack, code)
    reading.look(page)
    reading.visit(page, [f"{stack.public}{path}" for path in ("/lookup/", "/privacy/", "/none")])
    page.goto(f"{stack.public}/report/what/")
    reading.look(page, "report gone")
    assert reading.found == {}


def test_a_fault_would_be_found(person):
    page = person()
    page.set_content('<html lang="vi"><title>t</title><main><h1>h</h1><img src="x.png"></main>')
    assert "image-alt" in faults(page)
