"""The demo's tour, opened: small and large, by day and night, in both languages."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk

AXE = Axe()
LOOKS = [(390, "light", "vi"), (390, "dark", "en"), (1280, "dark", "en"), (320, "light", "en")]


def faults_of_the_open_tour(page: Page) -> dict[str, list[str]]:
    """What axe finds while the parts can be seen, and whether anything scrolls sideways."""
    page.locator("aside.tour summary").click()
    expect(page.locator("aside.tour h2")).to_have_count(3)
    expect(page.locator("aside.tour h2").last).to_be_visible()
    found = AXE.run(page).response["violations"]
    seen = {each["id"]: [node["html"][:200] for node in each["nodes"]] for each in found}
    beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return seen | ({"sideways": [str(beyond)]} if beyond > 0 else {})


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_tour_beside_the_phones_has_no_fault(stack, person, look):
    width, scheme, language = look
    viewport = {"width": width, "height": 844}
    page = person(viewport=viewport, color_scheme=scheme, locale=language)
    page.goto(f"{stack.public}/phones/")
    assert faults_of_the_open_tour(page) == {}


def test_the_tour_on_the_desk_has_no_fault(stack, person):
    page = Desk(person(locale="vi"), stack, "son").sign_in().page
    found = {}
    for width, scheme, language in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(f"{stack.desk}/tips/")
        if page.locator("html").get_attribute("lang") != language:
            page.locator("details.menu summary").click()
            page.locator("details.menu [name=language]").click()
            page.goto(f"{stack.desk}/tips/")
        assert page.locator("html").get_attribute("lang") == language
        if here := faults_of_the_open_tour(page):
            found[width, scheme, language] = here
    assert found == {}


def test_each_step_of_the_tour_leads_somewhere(stack, person):
    page = person(locale="en")
    page.goto(f"{stack.public}/phones/")
    links = page.eval_on_selector_all("aside.tour li a", "all => all.map(a => a.href)")
    assert len(links) >= 8
    for link in links:
        answer = page.goto(link)
        # An anchor on the page that is open already answers nothing: it must be there.
        assert answer is None or answer.status == 200, link
        if "#" in link:
            expect(page.locator(f"#{link.partition('#')[2]}")).to_be_visible()
