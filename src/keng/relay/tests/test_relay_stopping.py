"""A link that is used to stop: asked twice, undone by the same link, and seen by the desk."""

import datetime

import pytest

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.delivery.models import RelayTask
from keng.delivery.tests.test_dispatch import Ward
from keng.kit import times
from keng.network.models import Lead
from keng.network.secret_links import lead_token
from keng.relay import stopping
from keng.relay.tests.test_relay import cannot, confirm, page, url
from tests import make

pytestmark = pytest.mark.django_db

ASKED, STOPPED, CLOSED = "Ngừng nhận?", "Bạn đã ngừng nhận", "Liên kết này đã đóng"


@pytest.fixture
def ward():
    return Ward.of_a_landlord()


def stop(client, lead):
    return client.post(url("relay-stop", lead_token(lead)))


def test_wanting_no_more_asks_first(public_client, ward):
    sent = ward.send(ward.audience())
    answer = cannot(public_client, ward.lead, sent, "no_more")
    assert answer.url == url("relay-stop", lead_token(ward.lead))
    assert ASKED in public_client.get(answer.url).content.decode()
    assert Lead.objects.get().stopped_at is None
    assert "Tôi đã chuyển" in page(public_client, ward.lead)


def test_who_stopped_receives_again_by_the_same_link_and_finds_the_same_tasks(public_client, ward):
    ward.send(ward.audience())
    stop(public_client, ward.lead)
    stranger = type(public_client)()
    shown = page(stranger, ward.lead)
    assert STOPPED in shown
    assert "Bà Mão" not in shown
    assert "Nhà trọ 2" not in shown
    stranger.post(url("relay-resume", lead_token(ward.lead)))
    assert Lead.objects.get().stopped_at is None
    assert "Tôi đã chuyển" in page(public_client, ward.lead)
    entries = Entry.objects.filter(action__startswith="lead.").order_by("seq")
    assert [(one.action, one.actor_kind) for one in entries] == [
        ("lead.stopped", "lead"),
        ("lead.taken_back", "lead"),
    ]


def test_after_two_weeks_only_the_desk_takes_a_lead_back(public_client, ward):
    ward.send(ward.audience())
    stop(public_client, ward.lead)
    Lead.objects.update(stopped_at=times.now() - datetime.timedelta(days=15))
    answer = public_client.get(url("relay", lead_token(ward.lead)))
    assert answer.status_code == 410
    assert CLOSED in answer.content.decode()
    public_client.post(url("relay-resume", lead_token(ward.lead)))
    assert Lead.objects.get().stopped_at is not None


def test_what_the_desk_ended_no_link_undoes(desk_client, ward):
    ward.send(ward.audience())
    sign_in(desk_client, ward.officer)
    stopping.stop_lead(ward.lead)
    there = url("lead-stop", ward.lead.pk, desk=True)
    desk_client.post(there)
    assert Lead.objects.get().stopped_at is None
    desk_client.post(there)
    assert stopping.resume_lead(ward.lead) is False
    assert Lead.objects.get().stopped_at is not None


def test_the_link_of_whom_the_desk_ended_says_that_it_is_closed(public_client, ward):
    Lead.objects.update(stopped_at=times.now())
    answer = public_client.get(url("relay", lead_token(ward.lead)))
    assert (answer.status_code, CLOSED in answer.content.decode()) == (410, True)


def test_a_link_that_was_replaced_says_so_and_undoes_nothing(public_client, ward):
    ward.send(ward.audience())
    old = lead_token(ward.lead)
    stop(public_client, ward.lead)
    Lead.objects.update(link_version=2)
    answer = public_client.get(url("relay", old))
    assert answer.status_code == 410
    assert "đã đổi sang liên kết mới" in answer.content.decode()
    public_client.post(url("relay-resume", old))
    assert Lead.objects.get().stopped_at is not None


def test_a_leaked_link_stops_nobody_once_everything_is_confirmed(public_client, ward):
    sent = ward.send(ward.audience())
    confirm(public_client, ward.lead, sent)
    stranger = type(public_client)()
    assert stranger.get(url("relay-stop", lead_token(ward.lead))).status_code == 302
    stop(stranger, ward.lead)
    assert Lead.objects.get().stopped_at is None


def test_the_desk_sees_the_wish_and_no_longer_hands_out_to_that_lead(desk_client, ward):
    sent = ward.send(ward.audience())
    stopping.stop_lead(ward.lead)
    sign_in(desk_client, ward.officer)
    shown = desk_client.get(url("hand-outs", desk=True)).content.decode()
    assert "Có người chọn ngừng nhận bằng liên kết của đầu mối" in shown
    assert "nhờ Bà Mão chuyển" not in shown
    assert 'href="#wishes"' not in shown
    make.lead(unit=ward.unit, groups=(make.group(unit=ward.unit, place=ward.hamlet),))
    ward.send(ward.audience())
    beside_others = desk_client.get(url("hand-outs", desk=True)).content.decode()
    assert "1 đầu mối vừa ngừng nhận bằng liên kết" in beside_others
    of_sent = desk_client.get(url("dispatch-coverage", sent.pk, desk=True)).content.decode()
    assert "không tham gia nữa" in of_sent
    assert RelayTask.objects.get(dispatch=sent).cannot_reason == ""
    sign_in(desk_client, make.officer(unit=make.unit()))
    assert "Bà Mão" not in desk_client.get(url("hand-outs", desk=True)).content.decode()
