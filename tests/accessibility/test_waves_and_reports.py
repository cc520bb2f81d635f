"""Waves, what came after a warning, and the periodic report: read where there is a year of it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from keng.reports.tests.reading import sheets
from tests.accessibility.reading import Reading
from tests.journeys.desk import Desk
from tests.stack import Stack

COORDINATOR = "mai"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """The whole province, since a small one has neither waves nor a signed month."""
    with Stack(whole_province=True) as running:
        yield running


def addresses_from(page: Page, start: str, *parts: str) -> list[str]:
    """The page, and the first link in it to each of these."""
    page.goto(start)
    found = [start]
    for part in parts:
        links = page.eval_on_selector_all("main a", "all => all.map(one => one.href)")
        match = next((link for link in links if re.search(part, link)), None)
        assert match, f"no link to {part} on {start}"
        found.append(match)
    return found


def test_no_page_of_a_wave_of_its_warning_or_of_the_report_has_a_fault(stack, person):
    page = person(locale="vi")
    Desk(page, stack, COORDINATOR).sign_in()
    reading = Reading("vi")
    waves = addresses_from(page, f"{stack.desk}/tips/waves/", r"/tips/waves/[0-9a-f-]{36}/$")
    draft = addresses_from(page, waves[-1], r"/warnings/new/\?wave=")[-1:]
    reading.visit(page, [*waves, *draft])
    assert page.locator("[name=title]").input_value()
    signed = addresses_from(page, f"{stack.desk}/figures/reports/", r"/reports/[0-9a-f-]{36}/$")
    charts = addresses_from(page, signed[-1], r"/charts/$")[-1:]
    reading.visit(page, [*signed, *charts])
    reading.visit(page, [with_before_after(page, stack), f"{page.url.rstrip('/')}/before-after/"])
    assert reading.found == {}


def test_the_charts_of_a_whole_province_are_one_sheet(stack, person):
    page = person(locale="vi")
    Desk(page, stack, COORDINATOR).sign_in()
    signed = addresses_from(page, f"{stack.desk}/figures/reports/", r"/reports/[0-9a-f-]{36}/$")
    page.goto(addresses_from(page, signed[-1], r"/charts/$")[-1])
    assert page.locator("main table").count() == 6
    assert len(sheets(page.pdf(format="A4"))) == 1


def with_before_after(page: Page, stack: Stack) -> str:
    """The first warning in the list whose page has numbers before and after it."""
    page.goto(f"{stack.desk}/warnings/")
    links = page.eval_on_selector_all("main a", "all => all.map(one => one.href)")
    for link in dict.fromkeys(one for one in links if re.search(r"/warnings/[0-9a-f-]{36}/$", one)):
        page.goto(link)
        if page.locator("#before-after").count():
            return link
    raise AssertionError("no warning shows what came after it")


def test_the_public_month_has_no_fault(stack, person):
    page, reading = person(locale="vi"), Reading("vi")
    reading.visit(page, [f"{stack.public}/results"])
    assert page.locator("main table").count() > 3
    assert reading.found == {}
