"""The room of a partner, behind its own sign-in: no fault, whether empty, with mistakes or full."""

import pytest

from tests.accessibility.reading import LANGUAGES, Reading
from tests.day import speak
from tests.journeys import test_s11_partners as partners
from tests.journeys.desk import Desk

NAMES = {"vi": ("Trường trung học Cầu Đá", "cau.da"), "en": ("Trường trung học Cầu Tre", "cau.tre")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_a_partners_room_has_a_fault(stack, person, signed_in, language):
    coordinator = Desk(person(locale="vi", storage_state=signed_in("mai")), stack, "mai")
    page, reading = person(locale=language), Reading(language)
    credentials = partners.invite(coordinator, stack, *NAMES[language])
    administrator = Desk(person(locale="vi", storage_state=signed_in("admin")), stack, "admin")
    partners.vouch(administrator, stack, NAMES[language][0])
    partners.sign_in(page, stack, credentials)
    room = f"{stack.public}/partner/"
    page.goto(room)
    speak(page, language)
    reading.visit(page, [room + part for part in ("", "articles/new/", "lessons/new/", "kit/")])
    page.goto(room + "checks/new/")
    page.locator("button[value=submit]").click()
    reading.look(page)
    partners.fill(page, partners.RUMOUR)
    page.select_option("[name=topic]", "fire")
    page.locator("[name=verdict][value=false]").check()
    page.locator("button[value=submit]").click()
    reading.look(page)
    page.locator("main a[href$='/edit/']").click()
    reading.look(page)
    page.goto(room)
    reading.look(page)
    assert len(reading.pages) == 8
    assert reading.found == {}
