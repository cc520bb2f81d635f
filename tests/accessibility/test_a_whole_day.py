"""Screens that only exist while something is going on: mistakes, receipts, approvals, coverage."""

from tests.accessibility.reading import faults
from tests.day import BY_PHONE, IN_ENGLISH, IN_VIETNAMESE, Day, speak
from tests.journeys.desk import Desk

PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "locale": "vi"}
NIGHT = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark", "locale": "en"}


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
