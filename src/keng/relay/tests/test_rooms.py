"""From the landlord to the rooms: who may say it, how many it can be, and what the desk counts."""

import pytest
from django.urls import reverse

from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.delivery.models import Delivery, RelayTask
from keng.delivery.tests.test_dispatch import Ward
from keng.network.models import Establishment
from keng.network.secret_links import lead_token
from keng.relay import establishment_reach, rooms
from keng.relay import relay_acts as actions
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    made = Ward()
    made.group = make.group(unit=made.unit, place=made.hamlet, kind="landlords", name="Nhà trọ 2")
    made.lead = make.lead(unit=made.unit, groups=(made.group,), name="Bà Mão")
    for _number in range(3):
        make.establishment(unit=made.unit, place=made.hamlet, group=made.group)
    make.establishment(unit=made.unit, place=made.hamlet)
    make.establishment(unit=made.unit, place=made.hamlet, group=made.group, is_open=False)
    made.sent = made.send(made.audience())
    made.task = RelayTask.objects.get(dispatch=made.sent, lead=made.lead)
    return made


def url(name, *args, desk=False):
    return reverse(name, args=args, urlconf=f"keng.site.{'desk' if desk else 'public'}_urls")


def confirm(client, ward):
    data = {"tasks": [str(ward.task.pk)], "via": "zalo"}
    client.post(url("relay-confirm", lead_token(ward.lead), ward.sent.pk), data)


def tell(client, ward, count):
    address = url("relay-rooms", lead_token(ward.lead), ward.task.pk)
    return client.post(address, {"houses": count}, follow=True)


def told(ward):
    ward.task.refresh_from_db()
    return ward.task.houses_told


def test_the_lead_says_it_in_the_browser_that_confirmed_and_may_correct_it(public_client, ward):
    confirm(public_client, ward)
    page = public_client.get(url("relay", lead_token(ward.lead))).content.decode()
    assert "trong 3 nhà, bao nhiêu nhà" in page
    assert "Đã lưu: 2 nhà" in tell(public_client, ward, "2").content.decode()
    assert told(ward) == 2
    tell(public_client, ward, "3")
    assert told(ward) == 3
    assert Entry.objects.filter(action="relay.rooms_told", actor_kind="lead").count() == 2


def test_whoever_only_has_the_link_says_nothing(public_client, ward):
    confirm(public_client, ward)
    public_client.cookies.clear()
    assert (
        "nhà đã báo" not in public_client.get(url("relay", lead_token(ward.lead))).content.decode()
    )
    tell(public_client, ward, "2")
    assert told(ward) is None


@pytest.mark.parametrize(
    ("count", "words"), [("4", "Nhiều nhất là 3"), ("nhiều", "chữ số"), ("-1", "chữ số")]
)
def test_what_cannot_be_is_refused_with_its_reason(public_client, ward, count, words):
    confirm(public_client, ward)
    page = tell(public_client, ward, count)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert told(ward) is None


def test_taking_the_confirmation_back_takes_the_number_too(public_client, ward):
    confirm(public_client, ward)
    tell(public_client, ward, "2")
    public_client.post(url("relay-undo", lead_token(ward.lead), ward.sent.pk))
    assert told(ward) is None


def test_the_desk_counts_houses_those_with_it_and_rooms_told_apart(desk_client, ward):
    (row,) = establishment_reach.reach_by_kind(ward.sent, officer=ward.officer)
    assert (row.houses, row.in_a_group, row.have_it, row.told, row.without) == (4, 3, 0, 0, 1)
    actions.confirm_tasks([ward.task.pk], lead=ward.lead, via="zalo")
    client = sign_in(desk_client, ward.officer)
    client.post(url("relay-rooms-told", ward.task.pk, desk=True), {"houses": "2"})
    (row,) = establishment_reach.reach_by_kind(ward.sent, officer=ward.officer)
    assert (row.have_it, row.told) == (3, 2)
    page = client.get(url("dispatch-coverage", ward.sent.pk, desk=True)).content.decode()
    assert "Từ chủ trọ tới các phòng" in page


def test_what_was_only_sent_is_never_said_to_be_had(desk_client, ward):
    """A channel that reports no arrival: handed over is all that anybody knows."""
    Delivery.objects.filter(dispatch=ward.sent).update(state="sent")
    page = sign_in(desk_client, ward.officer).get(url("dispatch-coverage", ward.sent.pk, desk=True))
    shown = page.content.decode()
    assert "Đã gửi hoặc chuyển" in shown
    assert "có tin" not in shown.lower()


def test_an_officer_of_another_ward_neither_sees_nor_says_it(desk_client, ward):
    actions.confirm_tasks([ward.task.pk], lead=ward.lead, via="zalo")
    stranger = make.officer(unit=make.unit())
    client = sign_in(desk_client, stranger)
    address = url("relay-rooms-told", ward.task.pk, desk=True)
    assert client.post(address, {"houses": "2"}).status_code == 404
    assert establishment_reach.reach_by_kind(ward.sent, officer=stranger) == []


def test_nobody_says_it_for_another_lead_or_another_desk(ward):
    actions.confirm_tasks([ward.task.pk], lead=ward.lead, via="zalo")
    other = make.lead(unit=ward.unit, groups=(ward.group,), name="Ông Bền")
    with pytest.raises(RelayTask.DoesNotExist):
        rooms.say_rooms_told(ward.task.pk, 1, lead=other)
    with pytest.raises(NotAllowed):
        rooms.note_rooms_told(ward.task.pk, 1, by=make.officer(unit=make.unit()))
    assert told(ward) is None


def test_two_leads_of_one_group_do_not_double_its_houses(ward):
    other = make.lead(unit=ward.unit, groups=(ward.group,), name="Ông Bền")
    second = RelayTask.objects.create(dispatch=ward.sent, lead=other, group=ward.group)
    RelayTask.objects.filter(pk=ward.task.pk).update(houses_told=2)
    RelayTask.objects.filter(pk=second.pk).update(houses_told=3)
    assert [
        row.told for row in establishment_reach.reach_by_kind(ward.sent, officer=ward.officer)
    ] == [3]


def test_a_school_has_no_rooms_and_its_teacher_is_asked_for_none(public_client, ward):
    ward.group.kind = "school"
    ward.group.save()
    Establishment.objects.filter(group=ward.group).update(kind="school")
    confirm(public_client, ward)
    page = public_client.get(url("relay", lead_token(ward.lead))).content.decode()
    assert "nhà đã báo" not in page
    tell(public_client, ward, "1")
    assert not told(ward)
    assert [
        row.told for row in establishment_reach.reach_by_kind(ward.sent, officer=ward.officer)
    ] == [None]


def test_the_public_site_may_read_what_it_asks_a_lead_about(become, ward):
    become("public")
    assert establishment_reach.establishments_with_rooms([ward.group.pk]) == {ward.group.pk: 3}
