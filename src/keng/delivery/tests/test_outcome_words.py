"""What the page of a dispatch says: heading, columns and notes count the same things."""

import pytest
from django.urls import reverse

from keng.conftest import sign_in
from keng.delivery.models import Delivery, RelayTask
from keng.delivery.queries import outcomes
from keng.delivery.tests.test_dispatch import Ward
from keng.relay import relay_acts as actions
from tests import make

pytestmark = pytest.mark.django_db


def test_the_heading_of_the_outcome_counts_what_its_columns_count(desk_client):
    ward = Ward()
    group = make.group(unit=ward.unit, place=ward.hamlet, name="Nhà trọ 2")
    lead = make.lead(unit=ward.unit, groups=(group,))
    make.channel_account(unit=ward.unit)
    make.group(unit=ward.unit, place=ward.hamlet, channel="sandbox")
    make.group(unit=ward.unit, place=ward.hamlet, name="Nhóm không ai đăng")
    sent = ward.send(ward.audience())
    Delivery.objects.filter(dispatch=sent, channel="sandbox").update(state="sent")
    sign_in(desk_client, ward.officer)
    there = reverse("dispatch", args=[sent.pk], urlconf="keng.site.desk_urls")
    shown = desk_client.get(there).content.decode()
    assert "Đã tới hoặc đã gửi: 1 trong 3 nơi nhận; 1 nhóm chờ đầu mối chuyển tay" in shown
    assert "1 nhóm không có đầu mối</h1>" in shown
    actions.note_why_not([RelayTask.objects.get().pk], lead=lead, reason="not_mine")
    found = outcomes.outcome_of_dispatch(sent)
    assert (found.by_hand_waiting, found.for_leads, found.by_hand_leadless) == (2, 0, 2)
