"""What is past its time or taken back is nothing to do any more, and coverage still adds up."""

import datetime

import pytest
from django.db import connection

from keng.conftest import sign_in
from keng.delivery.actions import dispatch as sending
from keng.delivery.audience import SameRecipients
from keng.delivery.models import Delivery, Dispatch, RelayTask
from keng.delivery.sender.sql import WAKE
from keng.delivery.tests.test_dispatch import Ward
from keng.kit import times
from keng.relay import coverage
from keng.relay import relay_acts as actions
from keng.relay import tasks_of_leads as queries
from keng.relay.tests.test_relay import page, url
from tests import make

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def ward():
    return Ward.of_a_landlord()


def sent_until(ward, moment):
    return ward.send(ward.audience(), expires_at=moment)


def test_a_warning_past_its_time_is_offered_to_no_lead(public_client, ward):
    sent_until(ward, times.now() + HOUR)
    assert "Tôi đã chuyển" in page(public_client, ward.lead)
    Dispatch.objects.update(expires_at=times.now() - HOUR)
    assert "Hiện không có gì cần chuyển" in page(public_client, ward.lead)


def test_nor_does_the_desk_hand_it_out(desk_client, ward):
    sent_until(ward, times.now() - HOUR)
    sign_in(desk_client, ward.officer)
    assert queries.leads_to_tell(ward.officer) == []
    assert "Bà Mão" not in desk_client.get(url("hand-outs", desk=True)).content.decode()
    lasting = sent_until(ward, times.now() + HOUR)
    assert [one.lead for one in queries.leads_to_tell(ward.officer)] == [ward.lead]
    assert actions.mark_handed_out(ward.lead.pk, by=ward.officer) == 1
    assert RelayTask.objects.get(handed_out_at__isnull=False).dispatch == lasting


def test_what_was_passed_on_in_time_stays_passed_on_and_the_rest_did_not_arrive(ward):
    other = make.group(unit=ward.unit, place=ward.hamlet, name="Nhà trọ 3")
    make.lead(unit=ward.unit, groups=(other,))
    sent = sent_until(ward, times.now() + HOUR)
    task = RelayTask.objects.get(lead=ward.lead)
    actions.confirm_tasks([task.pk], lead=ward.lead, via="zalo")
    for what in (Dispatch, Delivery):
        what.objects.update(expires_at=times.now() - HOUR)
    with connection.cursor() as cursor:
        cursor.execute(WAKE)
    total = coverage.coverage_of_dispatches([sent.pk], officer=ward.officer).total
    assert (total.groups, total.passed_on, total.waiting, total.failed) == (2, 1, 0, 1)


def test_a_recall_says_to_delete_and_the_recalled_text_is_gone(public_client, ward):
    sent = ward.send(ward.audience())
    ward.send(SameRecipients((sent.pk,)), kind="recall")
    sending.cancel_dispatch(sent.pk, by=ward.officer)
    shown = page(public_client, ward.lead)
    assert shown.count("Tôi đã chuyển") == 1
    assert "hãy xóa tin cũ" in shown
