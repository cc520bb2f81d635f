"""Two desks and one number: neither takes the other one's entry off the public look-up."""

import datetime

import pytest
from django.urls import reverse

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from keng.lookup import errors
from keng.lookup.actions import listing as actions
from keng.lookup.models import Listing
from keng.lookup.tests.make_listing import listing, look_up
from keng.lookup_pages.tests.test_listings import NUMBER, proposed, sighting
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def right_code(monkeypatch):
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _officer, _code: True)


@pytest.fixture
def province():
    return make.province_unit("Công an tỉnh")


@pytest.fixture
def theirs(province):
    """What Việt Yên says of the number."""
    unit = make.unit("Công an phường Việt Yên", parent=province)
    return listing(NUMBER, unit=unit, grade="reported")


@pytest.fixture
def unit(province):
    return make.unit("Công an phường Nếnh", parent=province)


@pytest.fixture
def bao(unit):
    return make.officer(unit=unit, name="Bảo")


@pytest.fixture
def chief(unit):
    return make.officer(unit=unit, name="Hải", role="commander")


def state(entry):
    entry.refresh_from_db()
    return entry.status, entry.end_reason


def answering():
    return look_up("0912000417")[0].listing


@pytest.fixture
def ours(unit, bao, province, theirs):
    """What Nếnh says, let out in its place by the province."""
    made = proposed(sighting(unit), bao)
    second = make.officer(unit=province)
    return actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=second)


def test_two_of_one_desk_do_not_take_the_place_of_another_desks_entry(
    desk_client, unit, bao, chief, theirs
):
    made = proposed(sighting(unit), bao)
    sign_in(desk_client, chief)
    sent = {"seen": made.digest_now.hex(), "harm": "no", "code": "1"}
    page = desk_client.post(reverse("listing", args=[made.pk]), sent).content.decode()
    assert "Công an phường Việt Yên đang có mục về số này" in page
    assert state(theirs) == ("listed", "")
    assert state(made) == ("proposed", "")
    with pytest.raises(errors.ListedByAnother):
        actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=chief)


def test_once_ours_ends_theirs_stands_again(desk_client, bao, ours, theirs):
    assert state(theirs) == ("ended", "replaced")
    sign_in(desk_client, bao)
    sent = {"why": "no_longer", "note": "Hết dùng.", "code": "1"}
    desk_client.post(reverse("listing-end", args=[ours.pk]), sent)
    assert state(ours) == ("ended", "no_longer")
    assert state(theirs) == ("listed", "")
    assert answering() == theirs
    entry = Entry.objects.get(action="listing.restored")
    assert (entry.object_id, entry.chain) == (str(theirs.pk), f"unit:{theirs.unit_id}")


def test_nor_does_a_renewal_of_ours_change_that(unit, bao, chief, ours, theirs):
    soon = times.local_date(times.now() + datetime.timedelta(days=20))
    Listing.objects.filter(pk=ours.pk).update(expires_on=soon)
    again = proposed(sighting(unit), bao)
    actions.confirm_listing(again.pk, seen=again.digest_now, does_harm=False, by=chief)
    assert state(ours) == ("ended", "replaced")
    actions.end_listing(again.pk, why="no_longer", note="Hết dùng.", by=bao)
    assert answering() == theirs


def test_what_the_worker_ends_by_its_day_leaves_theirs(ours, theirs, become):
    yesterday = times.local_date(times.now() - datetime.timedelta(days=1))
    Listing.objects.filter(pk=ours.pk).update(expires_on=yesterday)
    become("worker")
    assert actions.expire_listings() == 1
    become("owner")
    assert answering() == theirs


@pytest.mark.parametrize("why", ["over", "wrong"])
def test_what_is_over_or_was_found_wrong_since_does_not_come_back(bao, ours, theirs, why):
    yesterday = times.local_date(times.now() - datetime.timedelta(days=1))
    if why == "over":
        Listing.objects.filter(pk=theirs.pk).update(expires_on=yesterday)
    else:
        listing(NUMBER, unit=theirs.unit, status="ended", end_reason="mistake")
    actions.end_listing(ours.pk, why="no_longer", note="Hết dùng.", by=bao)
    assert state(theirs) == ("ended", "replaced")


def test_the_other_desk_reads_whose_entry_took_the_place_of_theirs(desk_client, ours, theirs):
    sign_in(desk_client, make.officer(unit=theirs.unit))
    page = desk_client.get(reverse("listing", args=[theirs.pk])).content.decode()
    assert "(Công an phường Nếnh)" in page
