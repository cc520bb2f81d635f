"""What was lost, saved and got back stands with its incident, and an end's undo takes it back."""

import pytest
from django.db import connection

from keng.conftest import give_rights
from keng.decisions import ending, triage, undo, undo_ending
from keng.incidents.incident_queries import open_incidents
from keng.tips.models import Incident
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def tip(unit):
    return make.tip(unit=unit)


def ended(tip, officer, **amounts):
    return ending.end_tip(tip.pk, outcome="prevented", effect=amounts, by=officer)


def taken_back(step, officer):
    return undo.take_back_decision(step.pk, by=officer, secret=step.secret)


def test_an_end_taken_back_gives_its_incident_the_money_that_stood_there(tip, officer):
    ended(tip, officer, money_saved=5_000_000)
    triage.reopen_tip(tip.pk, reason="Còn nữa", by=officer)
    before = Incident.objects.values().get()
    step = ended(tip, officer, money_saved=9_000_000, persons_helped=2)
    assert Incident.objects.get().money_saved == 9_000_000
    assert taken_back(step, officer).is_open
    assert Incident.objects.values().get() == before
    assert [row.pk for row in open_incidents(officer)] == [before["id"]]


@pytest.mark.django_db(transaction=True)
def test_an_incident_that_an_end_opened_goes_when_the_end_is_taken_back(tip, officer):
    give_rights()
    step = ended(tip, officer, money_lost=5_000_000)
    assert Incident.objects.get().money_lost == 5_000_000
    assert taken_back(step, officer).incident_id is None
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE keng_worker")
        try:
            undo_ending.forget_held_endings()
        finally:
            cursor.execute("RESET ROLE")
    assert not Incident.objects.exists()


def test_an_incident_that_an_end_opened_stays_when_the_end_stands(tip, officer):
    step = ended(tip, officer, money_lost=5_000_000)
    step.held.until = step.at
    step.held.save()
    assert undo_ending.forget_held_endings() == 1
    assert Incident.objects.get(tips=tip.pk).money_lost == 5_000_000
