"""No fault on pages that no link leads to: mistakes, dead ends, receipts, conflicts, dialogs."""

import pytest

from tests.accessibility import desk_answers, public_answers
from tests.accessibility.reading import LANGUAGES, Reading
from tests.day import speak
from tests.journeys.desk import Desk
from tests.journeys.resident import Story, report

WORDS = "Có người gõ cửa từng phòng trọ, bảo đóng tiền để làm thẻ ra vào khu."

# Who sits at the desk in which language: an account keeps the one that was chosen last.
OFFICERS = {"vi": "lan", "en": "bao"}


@pytest.fixture
def at_the_desk(stack, person, signed_in):
    """A signed-in officer's page in this language."""

    def sit_down(name, language):
        page = person(storage_state=signed_in(name))
        page.goto(stack.desk)
        speak(page, language)
        return page

    return sit_down


@pytest.fixture
def tip(stack, person):
    """The address of a tip of one's own, opened by this page."""

    def open_in(page):
        report(person(locale="vi"), stack, Story(WORDS))
        Desk(page, stack, "").open_tip(WORDS)
        return page.url

    return open_in


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_public_answer_has_a_fault(stack, person, language):
    page, reading = person(locale=language), Reading(language)
    code = public_answers.mistakes_of_the_report(page, stack, reading.look, WORDS)
    public_answers.the_report_later(page, stack, reading.look, code)
    public_answers.dead_ends(page, stack, reading.look)
    assert len(reading.pages) > 20
    assert reading.found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_refused_form_of_the_desk_has_a_fault(stack, person, at_the_desk, language):
    reading = Reading(language)
    for name, forms in {
        OFFICERS[language]: desk_answers.EMPTY_FORMS,
        "hai": desk_answers.OF_THE_COMMANDER,
        "admin": desk_answers.OF_THE_ADMINISTRATOR,
    }.items():
        page = at_the_desk(name, language)
        desk_answers.refused(page, stack.desk, forms, reading.look)
    desk_answers.a_new_officer(page, stack.desk, reading.look, f"thu{language}")
    stranger = person(locale=language)
    password = stack.officers["lan"].password
    desk_answers.signing_in(stranger, stack.desk, reading.look, password)
    assert reading.found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_a_decision_has_a_fault(stack, at_the_desk, tip, language):
    page, reading = at_the_desk(OFFICERS[language], language), Reading(language)
    address = tip(page)
    desk_answers.decisions_on_a_tip(page, reading.look)
    desk_answers.two_at_one_tip(page, address, reading.look)
    assert len(reading.pages) > 12
    assert reading.found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_other_answer_of_the_desk_has_a_fault(stack, at_the_desk, language):
    page, reading = at_the_desk(OFFICERS[language], language), Reading(language)
    desk_answers.searches(page, stack.desk, reading.look)
    desk_answers.taken_down(page, stack.desk, reading.look)
    desk_answers.sheets(page, stack.desk, reading.look)
    desk_answers.dialogs(page, stack.desk, reading.look)
    assert reading.found == {}
