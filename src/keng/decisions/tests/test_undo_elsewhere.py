"""What went to another desk comes back only unopened: its notes are not for the first desk."""

import pytest
from django.urls import reverse

from keng.conftest import sign_in
from keng.decisions import triage
from keng.dialogue import answering
from keng.tips.models import Decision, Tip
from tests import make

pytestmark = pytest.mark.django_db

NOTE = "GHI CHÚ CỦA VIỆT YÊN"


@pytest.fixture
def unit():
    return make.unit("Công an phường Nếnh", parent=make.province_unit())


@pytest.fixture
def other(unit):
    return make.unit("Công an phường Việt Yên", parent=unit.parent)


def undone(client, decision):
    """What the officer reads who takes it back."""
    answer = client.post(reverse("decision-undo"), {"decision": str(decision.pk)}, follow=True)
    return answer.content.decode()


@pytest.fixture
def province_officer(unit):
    return make.officer(unit=unit.parent)


def at_the_other_desk(how, tip, *, by, client):
    if how == "wrote a note":
        answering.add_note(tip.pk, text=NOTE, by=by)
    else:
        sign_in(client, by)
        assert client.get(reverse("tip", args=[tip.pk])).status_code == 200


@pytest.mark.parametrize("how", ["wrote a note", "opened it"])
def test_a_tip_that_the_other_desk_has_opened_stays_there(desk_client, unit, other, how):
    bao, son = make.officer(unit=unit), make.officer(unit=other)
    tip = make.tip(unit=unit)
    step = triage.route_tip(tip.pk, to=other, reason="nhầm", by=bao)
    at_the_other_desk(how, tip, by=son, client=desk_client)
    sign_in(desk_client, bao)
    assert "đã mở tin rồi" in undone(desk_client, step)
    tip.refresh_from_db()
    assert tip.responsible_unit == other
    assert NOTE not in desk_client.get(reverse("tip", args=[tip.pk])).content.decode()


def test_unopened_it_comes_back(desk_client, unit, province_officer):
    bao = make.officer(unit=unit)
    tip = make.tip(unit=unit)
    answering.add_note(tip.pk, text="của mình", by=make.officer(unit=unit))
    step = triage.route_tip(tip.pk, to=unit.parent, reason="nhầm", by=bao)
    sign_in(desk_client, bao)
    undone(desk_client, step)
    tip.refresh_from_db()
    assert tip.responsible_unit == unit


def test_a_complaint_that_went_above_does_not_bring_the_notes_from_there(
    desk_client, unit, province_officer
):
    bao = make.officer(unit=unit)
    tip = make.tip(unit=unit)
    step = triage.sort_tip(tip.pk, category="other", kind=Tip.Kind.OFFICIAL, by=bao)
    tip.refresh_from_db()
    assert tip.responsible_unit == unit.parent
    answering.add_note(tip.pk, text=NOTE, by=province_officer)
    sign_in(desk_client, bao)
    assert "đã mở tin rồi" in undone(desk_client, step)
    assert Decision.objects.get(pk=step.pk).detail.get("taken_back") is None
