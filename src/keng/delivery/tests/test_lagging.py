"""A commune, a kind of group or a language that falls behind is told to the desk."""

import datetime

import pytest
from django.urls import reverse

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.delivery.actions.lagging import notice_lags, see_lags
from keng.delivery.models import Delivery, DispatchLag
from keng.delivery.tasks import TASKS
from keng.delivery.tests.test_dispatch import Ward
from keng.kit import times
from keng.runtime.tests.rights import as_process
from keng.waiting.counts import counts_by_page
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    """Two communes with four groups by hand each, and one warning to all of them."""
    made = Ward()
    made.other_place = make.place(parent=made.province_place)
    for n in range(4):
        make.group(unit=made.unit, place=made.hamlet, name=f"A{n}", kind="landlords")
        make.group(unit=made.unit, place=made.other_place, name=f"B{n}", kind="residents")
    made.sent = made.send(made.audience(places=(made.province_place.pk,)))
    return made


def passed_on(ward, place, *, minutes):
    """Every group of a place, so many minutes after the rows were made."""
    groups = [
        row.pk for row in Delivery.objects.filter(dispatch=ward.sent) if _place_of(row) == place.pk
    ]
    at = ward.sent.materialised_at + datetime.timedelta(minutes=minutes)
    Delivery.objects.filter(pk__in=groups).update(state="relayed", settled_at=at)


def _place_of(row):
    from keng.network.models import Group

    return Group.objects.get(pk=row.recipient_ref).place_id


def notice(ward, *, minutes):
    """What the worker finds so many minutes after the rows were made."""
    with as_process("worker"):
        return notice_lags(ward.sent.materialised_at + datetime.timedelta(minutes=minutes))


def behind():
    found = DispatchLag.objects.filter(caught_up_at__isnull=True)
    return sorted(found.values_list("of", "value"))


def test_twice_the_time_of_the_others_is_behind_and_not_before(ward):
    passed_on(ward, ward.other_place, minutes=30)
    assert notice(ward, minutes=60) == 0
    assert notice(ward, minutes=61) == 2
    assert behind() == [("kind", "landlords"), ("place", str(ward.place.pk))]


def test_nobody_is_called_in_the_first_minutes(ward):
    passed_on(ward, ward.other_place, minutes=1)
    assert notice(ward, minutes=9) == 0
    assert notice(ward, minutes=10) == 2


def test_while_all_are_slow_nobody_is_behind(ward):
    assert notice(ward, minutes=600) == 0


def test_each_part_is_noticed_once_and_ends_when_it_has_caught_up(ward):
    passed_on(ward, ward.other_place, minutes=30)
    assert notice(ward, minutes=70) == 2
    assert notice(ward, minutes=71) == 0
    passed_on(ward, ward.hamlet, minutes=72)
    assert notice(ward, minutes=73) == 0
    assert behind() == []
    assert DispatchLag.objects.count() == 2


def test_machines_are_not_compared_with_people(ward):
    make.channel_account(unit=ward.unit)
    for n in range(3):
        make.group(unit=ward.unit, place=ward.other_hamlet, channel="sandbox", name=f"C{n}")
    ward.sent = ward.send(ward.audience(places=(ward.place.pk,)))
    at = ward.sent.materialised_at + datetime.timedelta(minutes=1)
    Delivery.objects.filter(dispatch=ward.sent, channel="sandbox").update(
        state="sent", settled_at=at
    )
    notice(ward, minutes=300)
    assert not DispatchLag.objects.filter(dispatch=ward.sent).exists()


def test_the_desk_has_it_within_five_minutes(ward):
    task = next(task for task in TASKS if task.name == "notice what falls behind")
    assert task.every <= datetime.timedelta(minutes=2)
    passed_on(ward, ward.other_place, minutes=20)
    before = counts_by_page(ward.officer)["warnings"]
    notice(ward, minutes=45)
    assert counts_by_page(ward.officer)["warnings"] == before + 2
    stranger = make.officer(unit=make.unit())
    assert counts_by_page(stranger)["warnings"] == 0


def test_an_officer_takes_care_of_it_and_it_waits_no_more(desk_client, ward):
    passed_on(ward, ward.other_place, minutes=20)
    notice(ward, minutes=45)
    sign_in(desk_client, ward.officer)
    page = desk_client.get(reverse("dispatch", args=[ward.sent.pk])).content.decode()
    assert "Chậm: những phần này lâu hơn gấp đôi các phần khác" in page
    desk_client.post(reverse("dispatch-lags-seen", args=[ward.sent.pk]))
    assert counts_by_page(ward.officer)["warnings"] == 0
    assert see_lags(ward.sent.pk, by=ward.officer) == 0
    assert Entry.objects.filter(action="dispatch.lags_seen").count() == 1
    assert times.now() - DispatchLag.objects.first().seen_at < datetime.timedelta(minutes=1)
