"""A call for help on the form never stands behind a question about papers, whatever was tapped."""

import pytest

from keng.inbox.list.inbox_query import inbox_page
from keng.intake.examination.examine import examine_tips
from keng.tips.models import Tip
from tests import make
from tests.grave_texts import GRAVE, ON_PAPERS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", GRAVE)
def test_a_grave_text_on_the_form_stands_before_an_earlier_question_on_papers(
    stage, resident, text
):
    make.tip(unit=stage.unit, text=ON_PAPERS)
    resident.write(place=stage.place, topic="other", text=text)
    resident.send()
    examine_tips()
    rows = inbox_page(make.officer(unit=stage.unit)).groups[0].rows
    assert rows[0].pk == Tip.objects.get(text=text).pk
