"""Missing groups: what a province wants in each commune, and which commune has none."""

import datetime

import pytest

from keng.accounts.models import Post
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from keng.network.models import GroupTarget
from keng.network.queries.targets import target_table
from keng.network.tests.ward_desk import url
from tests import make

pytestmark = pytest.mark.django_db


class Province:
    """A province of three communes, two of which have a desk of their own."""

    def __init__(self):
        self.place = make.place("Tỉnh nhà", kind="province")
        self.unit = make.province_unit(serves=self.place)
        self.nenh, self.kep, self.sa_ly = (
            make.place(name, kind="ward", parent=self.place) for name in ("Nếnh", "Kép", "Sa Lý")
        )
        self.ward = make.unit(parent=self.unit, serves=self.nenh)
        self.coordinator = make.officer(unit=self.unit, role=Post.Role.COORDINATOR)

    def target(self, kind, count, place=None):
        GroupTarget.objects.create(unit=self.unit, kind=kind, count=count, place=place)


@pytest.fixture
def province():
    return Province()


@pytest.fixture
def client(desk_client, province):
    return sign_in(desk_client, province.coordinator)


def test_who_has_none_is_told_before_any_target_is_set(client, province):
    make.group(unit=province.ward, place=province.nenh)
    page = client.get(url("groups-missing")).content.decode()
    assert "2 trong 3 xã, phường chưa có nhóm nào" in page
    assert ">Kép</a>" in page
    assert ">Nếnh</a>" not in page


def test_missing_groups_are_counted_per_commune_and_kind_and_the_sums_balance(client, province):
    hamlet = make.place("Thôn", kind="hamlet", parent=province.nenh)
    make.group(unit=province.ward, place=hamlet, kind="school")
    make.group(unit=province.unit, place=province.kep, kind="landlords")
    make.group(unit=province.ward, place=province.nenh, kind="school", is_active=False)
    province.target("school", 2)
    province.target("landlords", 1)
    found = target_table(province.coordinator)
    missing = {row.place.name: [cell.missing for cell in row.cells] for row in found.communes}
    assert found.kinds == ("landlords", "school")
    assert missing == {"Nếnh": [1, 1], "Kép": [0, 2], "Sa Lý": [1, 2]}
    assert (found.total().wanted, found.total().missing, found.total().communes) == (9, 7, 3)
    assert [row.place.name for row in found.lacking] == ["Sa Lý", "Kép", "Nếnh"]
    assert (
        "Thiếu 7 nhóm, ở 3 trong 3 xã, phường" in client.get(url("groups-missing")).content.decode()
    )


def test_one_commune_may_have_a_number_of_its_own(client, province):
    province.target("school", 2)
    data = {"school": "0", "karaoke": ""}
    client.post(f"{url('groups-targets')}?place={province.sa_ly.pk}", data)
    missing = {row.place.name: row.missing for row in target_table(province.coordinator).communes}
    assert missing == {"Nếnh": 2, "Kép": 2, "Sa Lý": 0}
    # Emptied, the number of all communes counts again.
    client.post(f"{url('groups-targets')}?place={province.sa_ly.pk}", {"school": ""})
    assert target_table(province.coordinator).missing == 6


def test_targets_are_set_on_record_and_once(client, province):
    for _ in range(2):
        client.post(url("groups-targets"), {"school": "3", "team": ""})
    assert GroupTarget.objects.get().count == 3
    entry = Entry.objects.get(action="group.targets_set")
    assert entry.detail["targets"] == {"school": 3}


@pytest.mark.parametrize("wrong", ["-1", "501", "nhiều"])
def test_a_number_that_cannot_be_is_said(client, wrong):
    page = client.post(url("groups-targets"), {"school": wrong}).content.decode()
    assert "Lỗi" in page
    assert not GroupTarget.objects.exists()


def test_a_commune_sees_its_own_gap_and_sets_no_target(desk_client, province):
    province.target("school", 2)
    sign_in(desk_client, make.officer(unit=province.ward, role=Post.Role.COMMANDER))
    page = desk_client.get(url("groups-missing")).content.decode()
    assert "Thiếu 2 nhóm, ở 1 trong 1 xã, phường" in page
    assert "Kép" not in page
    assert desk_client.get(url("groups-targets")).url == url("groups-missing")
    assert desk_client.post(url("groups-targets"), {"school": "0"}).status_code == 403
    assert GroupTarget.objects.get().count == 2


def test_a_province_wants_nothing_of_another(province):
    elsewhere = make.province_unit()
    GroupTarget.objects.create(unit=elsewhere, kind="school", count=5)
    assert target_table(province.coordinator).kinds == ()


def test_silent_groups_are_counted_with_their_commune(province):
    old = times.now() - datetime.timedelta(days=31)
    make.group(unit=province.ward, place=province.nenh, last_sign_at=old)
    make.group(unit=province.ward, place=province.nenh, last_sign_at=times.now())
    rows = {
        row.place.name: (row.groups, row.silent)
        for row in target_table(province.coordinator).communes
    }
    assert rows == {"Nếnh": (2, 1), "Kép": (0, 0), "Sa Lý": (0, 0)}


def test_ninety_nine_communes_cost_no_more_than_three(
    client, province, django_assert_max_num_queries
):
    for number in range(96):
        place = make.place(f"Xã {number}", kind="commune", parent=province.place)
        make.group(unit=province.unit, place=place)
    province.target("school", 1)
    with django_assert_max_num_queries(22):
        page = client.get(url("groups-missing")).content.decode()
    assert page.count('<th scope="row"><a') == 99
