"""A call for help in a chat never stands behind a question about papers."""

import pytest

from keng.inbox.list.inbox_query import inbox_page
from keng.intake.examination.examine import examine_messages, examine_tips
from keng.places.models import Unit
from keng.tips.models import Tip
from tests import make
from tests.grave_texts import GRAVE, ON_PAPERS


@pytest.fixture
def officer(say):
    return make.officer(unit=Unit.objects.get(kind="commune"))


def behind_the_question(officer):
    """The words of what stands below the question of "papers" in the list."""
    listed = [row.pk for group in inbox_page(officer).groups for row in group.rows]
    texts = dict(Tip.objects.values_list("pk", "text"))
    question = [texts[pk] for pk in listed].index(ON_PAPERS)
    return [texts[pk] for pk in listed[question + 1 :]]


def test_no_grave_text_in_a_chat_stands_behind_a_question_on_papers(say, officer):
    say(ON_PAPERS, who="papers")
    for number, text in enumerate(GRAVE):
        say(text, who=f"person {number}")
    examine_tips()
    assert Tip.objects.count() == 1 + len(GRAVE)
    assert behind_the_question(officer) == []


def test_nor_when_the_same_person_had_asked_about_something_calm(say, officer):
    say(ON_PAPERS, who="papers")
    for number, _text in enumerate(GRAVE):
        say("Cho em hỏi mấy giờ trực ban làm việc?", who=f"person {number}")
    examine_tips()
    for number, text in enumerate(GRAVE):
        say(text, who=f"person {number}")
    examine_messages()
    assert Tip.objects.count() == 1 + len(GRAVE)
    assert behind_the_question(officer) == []
