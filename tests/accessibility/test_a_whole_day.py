"""Screens that only exist while something is going on: mistakes, receipts, approvals, coverage."""

import pytest

from tests.accessibility.reading import faults
from tests.day import BY_PHONE, IN_ENGLISH, IN_VIETNAMESE, Day, speak
from tests.journeys.desk import Desk
from tests.walk import kind, open_every_page

PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "locale": "vi"}
NIGHT = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark", "locale": "en"}
# Each sees pages that the others do not: warnings to approve, the record, the officers.
OTHERS = ("thu", "admin", "mai")


def at_night_in_english(person, stack, name):
    desk = Desk(person(**NIGHT), stack, name).sign_in()
    speak(desk.page, "en")
    return desk


def test_no_screen_of_a_day_has_a_fault(stack, person, mailbox):
    found = {}

    def look(page, name):
        if here := faults(page):
            found[name] = here

    day = Day(stack, look)
    code = day.report(person(**PHONE), IN_VIETNAMESE, name="Nguyễn Thị Thử")
    day.open_status(person(**PHONE), code)
    day.report(person(**PHONE), IN_ENGLISH)
    day.say_on_phone(person(**PHONE), BY_PHONE)
    duty = at_night_in_english(person, stack, "lan")
    day.weigh(duty)
    day.hand_in_warning(duty)
    commander = at_night_in_english(person, stack, "hai")
    day.approve(commander)
    day.pass_on(person(**PHONE))
    day.subscribe(person(**PHONE), mailbox)
    reader = person(**PHONE)
    reader.goto(day.places.pop("warning"))
    look(reader, "warning")
    for name, address in day.places.items():
        commander.page.goto(address)
        look(commander.page, name)
    assert found == {}


@pytest.mark.parametrize("name", OTHERS)
def test_no_page_of_another_part_has_a_fault(stack, person, name):
    desk = at_night_in_english(person, stack, name)
    pages_read, found = 0, {}
    for address in open_every_page(desk.page, f"{stack.desk}/"):
        pages_read += 1
        if here := faults(desk.page):
            found[kind(address)] = here
    assert pages_read > 5
    assert found == {}
