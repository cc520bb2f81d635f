"""Beside a suggestion stand only words that tell why."""

import pytest
from django.urls import reverse

from keng.conftest import sign_in
from keng.inbox.tip.telling_words import telling_reasons
from keng.tips.models import Suggestion
from tests import make


@pytest.mark.parametrize("said", ["2", "đầu", "Đêm qua", "tối nào", "không", "11", "on the", ""])
def test_what_any_tip_has_is_no_reason(said):
    assert telling_reasons([said]) == []


@pytest.mark.parametrize(
    "said", ["dao", "cháy nhà", "đòi 20 triệu", "bị trói", "stolen", "không ra được"]
)
def test_what_tells_stays_as_it_was_said(said):
    assert telling_reasons(["2", said]) == [said]


@pytest.mark.django_db
def test_the_page_of_a_tip_shows_no_others(desk_client):
    unit = make.unit()
    tip = make.tip(unit=unit, urgency="P1", text="Tối nào nhà số 11 cũng đập phá đồ đạc")
    found = {"code": "noise_neighbour", "strength": "fairly", "reasons": ["11", "đập phá"]}
    Suggestion.objects.create(
        tip=tip, urgency="P1", categories=[found], urgency_reasons=["tối nào", "đập phá"]
    )
    desk = sign_in(desk_client, make.officer(unit=unit))
    page = desk.get(reverse("tip", "keng.site.desk_urls", args=[tip.pk]))
    assert page.context["urgency_reasons"] == ["đập phá"]
    assert page.context["suggested"][0]["reasons"] == ["đập phá"]
