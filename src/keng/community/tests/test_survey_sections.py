"""Surveys stand where they are asked: on the page of the place and on the first page."""

import pytest
from django.urls import reverse

from keng.surveys.tests.stage import RESULT, Stage

pytestmark = pytest.mark.django_db


def shown(client, name, *args):
    return client.get(reverse(name, "keng.site.public_urls", args=args)).content.decode()


def test_a_survey_stands_on_the_page_of_its_place_and_its_result_too(public_client):
    stage = Stage()
    survey = stage.opened()
    address = f'href="/s/{survey.code}"'
    assert address in shown(public_client, "place", stage.place.code)
    assert address in shown(public_client, "home")
    stage.answer(survey, 6, q1=3)
    stage.published(stage.counted(survey))
    place = shown(public_client, "place", stage.place.code)
    assert address in place
    assert RESULT["vi"]["headline"] in place


def test_a_draft_and_another_wards_survey_do_not(public_client):
    stage, other = Stage(), Stage()
    codes = [stage.draft().code, other.opened().code]
    place = shown(public_client, "place", stage.place.code)
    assert not [code for code in codes if code in place]
