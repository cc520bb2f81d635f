"""Leads who answer nothing are shown to whom they answer to, and nothing else happens to them."""

import datetime

import pytest

from keng.conftest import sign_in
from keng.delivery.models import RelayTask
from keng.delivery.tests.test_dispatch import Ward
from keng.kit import times
from keng.network.secret_links import lead_token
from keng.relay import relay_acts as actions
from keng.relay.silent_leads import silent_leads_below, silent_leads_of_desk
from keng.relay.tests.test_relay import url
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    """Three warnings, each told a week ago."""
    made = Ward.of_a_landlord()
    made.below = make.lead(unit=made.unit, groups=(made.group,), name="Ông Tám", above=made.lead)
    for _ in range(3):
        made.send(made.audience(over_limit_reason="x"))
    asked_days_ago(7)
    return made


def asked_days_ago(days):
    at = times.now() - datetime.timedelta(days=days)
    RelayTask.objects.update(created_at=at, handed_out_at=at)


def silent(ward):
    return [(one.lead.name, one.texts) for one in silent_leads_of_desk(ward.officer)]


def test_who_answers_nothing_is_shown_to_their_desk(ward, desk_client):
    assert silent(ward) == [("Bà Mão", 3)]
    assert silent_leads_of_desk(make.officer(unit=make.unit())) == []
    sign_in(desk_client, ward.officer)
    shown = desk_client.get(url("reminders", desk=True)).content.decode()
    assert "1 đầu mối lâu chưa trả lời" in shown


def test_who_answers_to_another_lead_is_shown_to_that_one(ward, public_client):
    assert [one.lead for one in silent_leads_below(ward.lead)] == [ward.below]
    people = public_client.get(url("relay-people", lead_token(ward.lead))).content.decode()
    assert "Ông Tám" in people.partition("chưa trả lời từ")[0]


def test_saying_why_not_is_an_answer_and_so_is_what_an_officer_saw(ward):
    task = RelayTask.objects.filter(lead=ward.lead).first()
    actions.note_why_not([task.pk], lead=ward.lead, reason="later")
    assert silent(ward) == []
    RelayTask.objects.update(cannot_reason="", remind_at=None)
    assert silent(ward) == [("Bà Mão", 3)]
    actions.mark_seen(task.pk, by=ward.officer)
    assert silent(ward) == []


def test_who_was_not_told_or_had_no_time_yet_or_stopped_is_not_silent(ward):
    RelayTask.objects.update(handed_out_at=None)
    assert silent(ward) == []
    asked_days_ago(1)
    assert silent(ward) == []
    asked_days_ago(7)
    type(ward.lead).objects.filter(pk=ward.lead.pk).update(stopped_at=times.now())
    assert silent(ward) == [("Ông Tám", 3)]
