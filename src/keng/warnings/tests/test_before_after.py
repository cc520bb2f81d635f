"""Reports before and after a warning: counted as listed, of visible tips, and nothing claimed."""

import datetime as dt

import pytest
from django.urls import reverse

from keng.accounts.models import Post
from keng.conftest import sign_in
from keng.kit import times
from keng.warnings.before_after import BeforeAfterRow, tips_before_and_after, tips_counted
from keng.warnings.models import Version, Warning
from keng.warnings.tests.ward import Ward
from tests import make

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def province():
    return make.province_unit(serves=make.place("Tỉnh", kind="province"))


@pytest.fixture
def desks(province):
    inside = place_of(province)
    return [
        make.unit(parent=province, serves=make.place(f"Phường {n}", parent=inside))
        for n in range(2)
    ]


@pytest.fixture
def coordinator(province):
    return make.officer(unit=province, role=Post.Role.COORDINATOR)


def place_of(unit):
    return unit.jurisdictions.get().place


def published(unit, place, by, days_ago):
    at = times.now() - days_ago * DAY - dt.timedelta(hours=1)
    warning = Warning.objects.create(
        unit=unit, author=by, state="published", category="scam_parcel", published_at=at
    )
    words = dict.fromkeys(("title", "what", "signs", "act", "call"), "x")
    Version.objects.create(
        warning=warning,
        number=1,
        texts={"vi": words},
        audience={"places": [str(place.pk)]},
        made_by=by,
        released_at=at,
    )
    return warning


def told(unit, days_from, warning, **fields):
    values = {"category": "scam_parcel", "place": place_of(unit)} | fields
    return make.tip(unit=unit, received_at=warning.published_at + days_from * DAY, **values)


def test_both_sides_are_of_one_length_and_of_its_places_and_kind(desks, coordinator):
    warning = published(desks[0], place_of(desks[0]), coordinator, 20)
    for days in (-13, -3, -1, 2):
        told(desks[0], days, warning)
    told(desks[0], -15, warning)
    told(desks[0], 15, warning)
    told(desks[0], -2, warning, category="theft")
    told(desks[0], -2, warning, outcome="not_a_tip")
    told(desks[0], -2, warning, concerns=(desks[1],))
    told(desks[1], 1, warning)
    found = tips_before_and_after(warning, coordinator)
    assert (found.days, found.is_complete) == (14, True)
    assert found.rows == [
        BeforeAfterRow("here", 3, 1),
        BeforeAfterRow("elsewhere", 0, 1),
    ]
    for row in found.rows:
        for side in ("before", "after"):
            assert tips_counted(warning, coordinator, side, row.where).count() == getattr(row, side)


def test_three_days_after_it_three_days_are_compared(desks, coordinator):
    warning = published(desks[0], place_of(desks[0]), coordinator, 3)
    told(desks[0], -5, warning)
    assert tips_before_and_after(warning, coordinator).rows[0] == BeforeAfterRow("here", 0, 0)
    assert (
        tips_before_and_after(published(desks[0], place_of(desks[0]), coordinator, 0), coordinator)
        is None
    )


def test_a_commune_and_a_warning_for_everybody_have_no_elsewhere(desks, province, coordinator):
    own = published(desks[0], place_of(desks[0]), coordinator, 20)
    officer = make.officer(unit=desks[0])
    assert [row.where for row in tips_before_and_after(own, officer).rows] == ["here"]
    wide = published(province, place_of(province), coordinator, 20)
    told(desks[1], -1, wide)
    assert tips_before_and_after(wide, coordinator).rows == [BeforeAfterRow("here", 1, 0)]


def test_the_page_leads_to_the_list_and_says_how_to_read_it(desk_client):
    ward = Ward()
    warning = ward.published().warning
    Warning.objects.filter(pk=warning.pk).update(published_at=times.now() - 20 * DAY)
    warning.refresh_from_db()
    tip = told(ward.unit, -1, warning, category="scam_impersonation", reference="2026-X-0001")
    client = sign_in(desk_client, ward.officer)
    shown = client.get(reverse("warning-detail", args=[warning.pk])).content.decode()
    address = reverse("warning-before-after", args=[warning.pk])
    assert f"{address}?side=before&amp;where=here" in shown
    assert "không khẳng định" in shown
    listed = client.get(address, {"side": "before", "where": "here"}).content.decode()
    assert str(tip.pk) in listed
    assert str(tip.pk) not in client.get(address, {"side": "x", "where": "y"}).content.decode()
