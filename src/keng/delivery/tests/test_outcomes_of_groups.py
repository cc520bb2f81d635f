"""The outcome by kind of group and by place, on the page and in the sheet; no subscriber."""

import pytest
from django.urls import reverse

from keng.conftest import sign_in
from keng.delivery.models import Delivery
from keng.delivery.queries.outcomes_of_groups import outcome_of_groups
from keng.delivery.tests.test_dispatch import Ward
from keng.network.models import Group
from tests import make

pytestmark = pytest.mark.django_db
STATES = {"Một": "sent", "Hai": "rejected", "Ba": "queued", "Bốn": "relayed"}


@pytest.fixture
def ward():
    made = Ward()
    made.place.full_name = "Phường Thử"
    made.place.save()
    for name, place, kind in (
        ("Một", made.hamlet, "landlords"),
        ("Hai", made.hamlet, "school"),
        ("Ba", made.other_hamlet, "school"),
        ("Bốn", made.place, "school"),
    ):
        make.group(unit=made.unit, place=place, kind=kind, name=name)
    make.subscription(places=(made.hamlet,), channel="sandbox")
    make.channel_account(unit=made.unit)
    return made


def sent_by(ward):
    sent = ward.send(ward.audience())
    for group in Group.objects.filter(unit=ward.unit):
        Delivery.objects.filter(dispatch=sent, recipient_ref=group.pk).update(
            state=STATES[group.name]
        )
    return sent


def test_groups_are_counted_by_kind_and_by_place_and_subscribers_in_neither(ward):
    found = outcome_of_groups(sent_by(ward))
    by_kind = {row.label: (row.arrived, row.sent, row.waiting, row.failed) for row in found.by_kind}
    assert by_kind == {"Chủ trọ": (0, 1, 0, 0), "Trường học": (1, 0, 1, 1)}
    places = {place.hamlet: place.row.total for place in found.by_hamlet}
    assert places == {ward.hamlet.full_name: 2, ward.other_hamlet.full_name: 1, "": 1}
    assert {place.commune for place in found.by_hamlet} == {"Phường Thử"}
    assert [(row.label, row.total) for row in found.by_commune] == [("Phường Thử", 4)]
    assert found.places_of_page == tuple(place.row for place in found.by_hamlet)


def test_two_communes_of_one_name_stay_two(ward):
    other = make.place(parent=ward.province_place, full_name="Phường Thử")
    make.group(unit=ward.unit, place=other, kind="school", name="Năm")
    found = outcome_of_groups(ward.send(ward.audience(places=(ward.place.pk, other.pk))))
    assert sorted((row.label, row.total) for row in found.by_commune) == [
        ("Phường Thử", 1),
        ("Phường Thử", 4),
    ]
    assert found.places_of_page == found.by_commune


def test_page_and_sheet_have_them(desk_client, ward):
    sent = sent_by(ward)
    sign_in(desk_client, ward.officer)
    page = desk_client.get(reverse("dispatch", args=[sent.pk], urlconf="keng.site.desk_urls"))
    assert 'id="outcome-of-groups"' in page.content.decode()
    there = reverse("dispatch-export", args=[sent.pk], urlconf="keng.site.desk_urls")
    sheet = desk_client.get(there).content.decode("utf-8-sig").splitlines()
    assert "Trường học;1;0;1;0;0;1;3" in sheet
    assert f"Phường Thử;{ward.hamlet.full_name};0;1;0;0;0;1;2" in sheet
    assert "Người đăng ký nhận cảnh báo chỉ đếm theo kênh, không đếm theo nơi." in sheet
