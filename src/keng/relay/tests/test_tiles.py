"""The map of communes and the table beside it: one set of rows, so they cannot differ."""

import re

import pytest
from django.urls import reverse

from keng.accounts.models import Post
from keng.conftest import sign_in
from keng.delivery.models import Approval, Delivery, Dispatch, DispatchText, RelayTask
from keng.kit import times
from keng.network.models import Group
from keng.places.models import Place
from keng.places.tiles import tile_positions
from keng.relay import coverage
from keng.relay.commune_reach import reach_of_commune
from keng.relay.coverage_map import tile_map
from tests import make

pytestmark = pytest.mark.django_db


class Province:
    """Four communes: covered well, covered badly, not asked, without a group."""

    def __init__(self):
        self.place = make.place("Tỉnh nhà", kind="province")
        self.unit = make.province_unit(serves=self.place)
        self.good, self.bad, self.unasked, self.empty = (
            make.place(name, kind="ward", parent=self.place)
            for name in ("Nếnh", "Biên Sơn", "Kép", "Sa Lý")
        )
        self.ward = make.unit(parent=self.unit, serves=self.good)
        self.officer = make.officer(unit=self.unit, role=Post.Role.COORDINATOR)
        self.dispatch = Dispatch.objects.create(
            kind="warning",
            is_urgent=False,
            unit=self.unit,
            source_kind="warning",
            approval=Approval.objects.create(
                text_hash=b"0" * 32, audience_hash=b"0" * 32, approved_by=self.officer
            ),
        )
        DispatchText.objects.create(dispatch=self.dispatch, language="vi", text="Cảnh báo")
        self.hamlet = make.place("Thôn 1", kind="hamlet", parent=self.good)
        for place, states in (
            (self.hamlet, ["relayed"]),
            (self.good, ["relayed", "relayed"]),
            (self.bad, ["relayed", "queued", "queued"]),
        ):
            for state in states:
                self.asked(place, state)
        make.group(unit=self.unit, place=self.unasked)

    def asked(self, place, state):
        """A group of this place with a delivery in this state."""
        group = make.group(unit=self.ward if place == self.hamlet else self.unit, place=place)
        Delivery.objects.create(
            dispatch=self.dispatch,
            channel="by_hand",
            recipient_kind="group",
            recipient_ref=group.pk,
            state=state,
        )


@pytest.fixture
def province():
    return Province()


@pytest.fixture
def client(desk_client, province):
    return sign_in(desk_client, province.officer)


def url(name, *args):
    return reverse(name, args=args, urlconf="keng.site.desk_urls")


def test_every_commune_is_one_square_in_the_state_it_is_in(province):
    reached = coverage.coverage_of_dispatches([province.dispatch.pk], officer=province.officer)
    found = tile_map(reached, officer=province.officer)
    states = {tile.place.name: tile.state for tile in found.tiles}
    assert states == {"Nếnh": "5", "Biên Sơn": "1", "Kép": "asked", "Sa Lý": "none"}
    assert [tile.place.name for tile in found.tiles] == ["Sa Lý", "Biên Sơn", "Nếnh", "Kép"]
    assert sum(count for _state, _words, count in found.legend) == 4
    assert len({(tile.square.x, tile.square.y) for tile in found.tiles}) == 4


@pytest.mark.parametrize("name", ["coverage", "dispatch-coverage"])
def test_map_and_table_say_the_same(client, province, name):
    page = client.get(url(name, *([province.dispatch.pk] * (name != "coverage")))).content.decode()
    squares = dict(re.findall(r'data-tile="(\w+)".*?class="tile-share"[^>]*>([^<]+)<', page))
    rows = dict(
        re.findall(
            r'data-row="(\w+)".*?<td class="number">.*?</td><td class="number">(.*?)</td>', page
        )
    )
    said = {code: (re.search(r"\d+(?=%)", cell) or ["–"])[0] for code, cell in rows.items()}
    assert squares == said
    assert squares[province.bad.code] == "33"
    assert squares[province.empty.code] == "–"
    assert "1 xã, phường dưới 40%; 1 nơi chưa có nhóm" in page


def test_a_desk_of_one_commune_has_no_map(desk_client, province):
    sign_in(desk_client, make.officer(unit=province.ward))
    page = desk_client.get(url("dispatch-coverage", province.dispatch.pk)).content.decode()
    assert 'class="tile-map"' not in page
    assert "Biên Sơn" not in page


def test_a_commune_opens_by_kind_and_hamlet_and_both_sums_are_the_same(client, province):
    page = client.get(url("coverage-place", province.good.pk)).content.decode()
    assert "3 nhóm" in page
    assert "Thôn 1" in page
    sums = re.findall(r'<tr class="total-row">.*?data-label="Nhóm">(\d+)</td>', page)
    assert sums == ["3", "3"]


def test_a_hamlet_shows_its_houses_and_in_two_columns_what_was_said_and_seen(province):
    Place.objects.filter(pk=province.hamlet.pk).update(household_count=120)
    group = Group.objects.get(place=province.hamlet)
    make.establishment(unit=province.ward, place=province.hamlet, group=group)
    make.establishment(unit=province.ward, place=province.hamlet)
    lead = make.lead(unit=province.ward, groups=(group,))
    RelayTask.objects.create(
        dispatch=province.dispatch, lead=lead, group=group, seen_at=times.now()
    )
    found = reach_of_commune(province.good.pk, officer=province.officer)
    whole, hamlet = found.hamlets
    assert (hamlet.label, hamlet.household_count, hamlet.listed, hamlet.reached) == (
        "Thôn 1",
        120,
        2,
        1,
    )
    assert (hamlet.row.passed_on, hamlet.row.seen) == (1, 1)
    assert (whole.household_count, whole.listed, whole.row.passed_on, whole.row.seen) == (
        None,
        0,
        2,
        0,
    )
    assert (found.total.household_count, found.total.listed, found.total.row.seen) == (120, 2, 1)


def test_a_commune_of_another_desk_has_no_page(desk_client, province):
    sign_in(desk_client, make.officer(unit=province.ward))
    assert desk_client.get(url("coverage-place", province.bad.pk)).status_code == 404
    assert desk_client.get(url("coverage-place", province.good.pk)).status_code == 200


def test_the_levels_of_the_relay_tree_are_counted_apart(client, province):
    head = make.lead(unit=province.unit, name="Hiệu trưởng")
    for number in range(3):
        teacher = make.lead(unit=province.unit, above=head)
        done = times.now() if number == 0 else None
        RelayTask.objects.create(dispatch=province.dispatch, lead=teacher, confirmed_at=done)
    RelayTask.objects.create(dispatch=province.dispatch, lead=head, confirmed_at=times.now())
    found = coverage.relay_levels([province.dispatch.pk], officer=province.officer)
    assert [(level.is_below, level.asked, level.passed_on) for level in found] == [
        (False, 1, 1),
        (True, 3, 1),
    ]
    page = client.get(url("dispatch-coverage", province.dispatch.pk)).content.decode()
    assert 'id="levels"' in page


def test_the_99_communes_of_bac_ninh_stand_on_squares_of_their_own():
    codes = ["07210", "07795", "07681"]
    places = [make.place(code=code) for code in codes] + [make.place() for _ in range(12)]
    where = tile_positions(places)
    assert where[places[0].pk] == (6, 3)
    assert len(set(where.values())) == len(places)
    # What has no square of its own stands below the map, not upon it.
    lowest = max(where[place.pk][1] for place in places[:3])
    assert all(where[place.pk][1] > lowest for place in places[3:])


def test_more_communes_cost_no_more_questions(client, province, django_assert_max_num_queries):
    for _ in range(40):
        province.asked(make.place(kind="commune", parent=province.place), "relayed")
    for name, args, most in (
        ("coverage", (), 24),
        ("dispatch-coverage", (province.dispatch.pk,), 29),
        ("coverage-place", (province.good.pk,), 29),
    ):
        with django_assert_max_num_queries(most):
            client.get(url(name, *args))
