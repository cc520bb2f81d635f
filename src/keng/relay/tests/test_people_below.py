"""A principal adds and reaches the own class teachers; names are for the direct superior alone."""

import re

import pytest
from django.urls import reverse

from keng.audit.models import Entry
from keng.delivery.models import RelayTask
from keng.delivery.tests.test_dispatch import Ward
from keng.kit import times
from keng.network.actions import people_below as actions
from keng.network.models import Group, Lead, LeadWay
from keng.network.secret_links import lead_by_token, lead_token
from keng.relay.relay_acts import confirm_tasks
from keng.vault import keys
from tests import make

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(name, args=args, urlconf="keng.site.public_urls")


@pytest.fixture
def ward():
    keys.make_sender_key()
    made = Ward()
    made.group = make.group(unit=made.unit, place=made.place, kind="school", name="Toàn trường")
    made.lead = make.lead(
        unit=made.unit, groups=(made.group,), name="Cô Lan", position="Hiệu trưởng"
    )
    return made


def wish(number=1, **changes):
    given = {
        "name": f"Thầy {number}",
        "position": f"Chủ nhiệm 4A{number}",
        "group": f"Phụ huynh 4A{number}",
        "address": "",
        "agreed": "on",
    }
    return given | changes


def add(client, lead, **changes):
    return client.post(url("relay-people", lead_token(lead)), wish(**changes))


def test_a_principal_adds_a_teacher_with_a_group_and_gets_the_link_once(ward, public_client):
    answer = add(public_client, ward.lead, address="thay1@truong.example")
    teacher = Lead.objects.get(name="Thầy 1")
    (group,) = teacher.groups.all()
    assert (group.kind, group.place_id, group.channel) == ("school", ward.place.pk, "by_hand")
    assert (teacher.above, teacher.unit) == (ward.lead, ward.unit)
    token = re.search(r"/relay/([\w-]+)</p>", answer.content.decode())[1]
    assert lead_by_token(token) == teacher
    assert LeadWay.objects.get(pk=teacher.pk).is_entered_for_lead
    entry = Entry.objects.get(action="lead.added_below")
    assert (entry.actor_kind, entry.actor_id) == ("lead", str(ward.lead.pk))
    page = public_client.get(url("relay-people", lead_token(ward.lead))).content.decode()
    assert "Thầy 1" in page
    assert token not in page


def test_the_second_tap_adds_nobody_and_keeps_what_was_typed(ward, public_client):
    add(public_client, ward.lead)
    answer = add(public_client, ward.lead)
    assert answer.status_code == 422
    assert "Phụ huynh 4A1" in answer.content.decode()
    assert Lead.objects.filter(above=ward.lead).count() == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"agreed": ""}, "chưa đồng ý"),
        ({"address": "0123"}, "số điện thoại"),
        ({"address": "thay@"}, "e-mail"),
        ({"name": "Thầy 0901234567"}, "số điện thoại"),
        ({"group": "Toàn trường"}, "Đã có"),
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_added(ward, public_client, changes, told):
    answer = add(public_client, ward.lead, **changes)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert Lead.objects.count() == 1
    assert Group.objects.count() == 1


def test_a_link_makes_no_more_people_than_a_large_school_has(ward, public_client, monkeypatch):
    monkeypatch.setattr(actions, "MOST_BELOW", 2)
    for number in range(3):
        add(public_client, ward.lead, number=number)
    assert Lead.objects.filter(above=ward.lead).count() == 2


def test_who_stopped_is_not_brought_back_by_another_word_for_the_position(ward, public_client):
    add(public_client, ward.lead)
    Lead.objects.filter(name="Thầy 1").update(stopped_at=times.now())
    answer = add(public_client, ward.lead, position="Giáo viên", group="Nhóm khác")
    assert "không muốn tham gia" in answer.content.decode()
    assert Lead.objects.count() == 2


def test_a_class_teacher_adds_nobody(ward, public_client):
    add(public_client, ward.lead)
    teacher = Lead.objects.get(name="Thầy 1")
    assert "Thêm một người" not in (
        public_client.get(url("relay-people", lead_token(teacher))).content.decode()
    )
    assert add(public_client, teacher, number=2).status_code == 422
    assert Lead.objects.count() == 2


def test_the_superior_sees_by_name_who_of_the_teachers_has_not_passed_it_on(ward, public_client):
    for number in range(12):
        add(public_client, ward.lead, number=number)
    sent = ward.send(ward.audience())
    teachers = list(Lead.objects.filter(above=ward.lead).order_by("name"))
    for teacher in teachers[:11]:
        task = RelayTask.objects.get(dispatch=sent, lead=teacher)
        confirm_tasks([task.pk], lead=teacher, via="zalo")
    page = public_client.get(url("relay-people", lead_token(ward.lead))).content.decode()
    assert "11 trên 12" in page
    lines = [f"<li>{one.name}, {one.position}</li>" for one in teachers]
    assert [line in page for line in lines] == [False] * 11 + [True]


def test_the_public_site_may_do_it_with_its_own_rights(ward, become):
    become("public")
    person = actions.PersonBelow("Thầy 1", "Chủ nhiệm 4A1", "Phụ huynh 4A1")
    made = actions.add_person_below(ward.lead, person)
    assert made.above_id == ward.lead.pk
