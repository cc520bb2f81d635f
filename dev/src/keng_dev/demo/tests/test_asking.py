"""The demo's surveys: asked by two officers, counted as any other, small hamlets left out."""

import pytest

from keng.audit import verify
from keng.surveys.models import Answer, Survey
from keng_dev.demo.province.asking import ask
from keng_dev.demo.territory import HAMLETS
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    province = make.province_unit("Công an tỉnh")
    for name, role in {"mai": "coordinator", "quan": "duty"}.items():
        officer = make.officer(unit=province, role=role)
        officer.username = name
        officer.save()
    place = make.place("Phường Nếnh")
    for hamlet in HAMLETS:
        make.place(f"Tổ dân phố {hamlet}", kind="hamlet", parent=place)
    return make.unit(parent=province, serves=place)


def test_three_surveys_and_every_chain_holds(ward):
    ask(ward, whole=True)
    states = dict(Survey.objects.values_list("purpose", "state"))
    assert states == {"services": "open", "fire": "open", "streets": "published"}
    assert list(verify.chain_faults()) == []


def test_the_result_has_its_answers_and_hides_the_small_hamlet_and_one_more(ward):
    survey = ask(ward, whole=True)[-1]
    figures = survey.figures
    assert figures["answers"] == 412
    assert figures["questions"]["q1"]["rows"] == [49, 107, 169, 74, 13]
    names = survey.content["places"]
    hidden = {names[row["place"]]: row["why"] for row in figures["places"]["rows"] if row["why"]}
    assert hidden == {"Tổ dân phố Phúc Ninh": "small", "Tổ dân phố Trung Đồng": "back"}


def test_the_small_demo_has_one_open_and_one_published(ward):
    states = [survey.state for survey in ask(ward, whole=False)]
    assert states == ["open", "published"]
    assert Answer.objects.count() == 23 + 412
