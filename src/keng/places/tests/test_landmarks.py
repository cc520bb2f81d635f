"""What an operator lists as well known: parks, stations, markets."""

import pytest

from keng.audit.models import Entry
from keng.places.landmarks import FaultyTable, find_landmarks, import_landmarks
from keng.places.models import Landmark
from keng.places.search import find_places
from tests import make

pytestmark = pytest.mark.django_db

LANDMARKS = """name,commune
KCN Quang Châu,07795
KCN Vân Trung,07795
Ga Sen Hồ,07795
KCN Quế Võ,09265
KCN Quế Võ,09286
KCN VSIP Bắc Ninh,09286
Nhà máy Foxconn Quang Châu,07795
光州工业园区,07795
꽝쩌우 산업단지,07795
"""


@pytest.fixture
def stage():
    province = make.place("Bắc Ninh", kind="province", code="24", full_name="Tỉnh Bắc Ninh")
    elsewhere = make.place(
        "Nghệ An", kind="province", code="40", province_code="40", full_name="Tỉnh Nghệ An"
    )
    names = (("Nếnh", "07795"), ("Phương Liễu", "09265"), ("Nam Sơn", "09286"))
    for name, code in names:
        make.place(name, parent=province, code=code, full_name=f"Phường {name}")
    make.place(
        "Quảng Châu",
        parent=elsewhere,
        code="18000",
        province_code="40",
        kind="commune",
        full_name="Xã Quảng Châu",
    )
    make.province_unit("Công an tỉnh Bắc Ninh", serves=province)
    import_landmarks(LANDMARKS.splitlines())


def first(typed):
    return find_places(typed, "24")[0]


@pytest.mark.parametrize(
    ("typed", "landmark", "commune"),
    [
        ("Quang Châu", "KCN Quang Châu", "Nếnh"),
        ("KCN Quang Châu", "KCN Quang Châu", "Nếnh"),
        ("Quang Chau industrial park", "KCN Quang Châu", "Nếnh"),
        ("khu cong nghiep que vo", "KCN Quế Võ", "Nam Sơn"),
        ("kcn quế võ, bắc ninh", "KCN Quế Võ", "Nam Sơn"),
        ("Sen Hồ", "Ga Sen Hồ", "Nếnh"),
        ("nha ga sen ho", "Ga Sen Hồ", "Nếnh"),
        ("cổng A KCN Quang Châu", "KCN Quang Châu", "Nếnh"),
        ("VSIP", "KCN VSIP Bắc Ninh", "Nam Sơn"),
        ("kcn vsip", "KCN VSIP Bắc Ninh", "Nam Sơn"),
        ("foxconn", "Nhà máy Foxconn Quang Châu", "Nếnh"),
        ("cty Foxconn", "Nhà máy Foxconn Quang Châu", "Nếnh"),
        ("光州工业园", "光州工业园区", "Nếnh"),
        ("光州", "光州工业园区", "Nếnh"),
        ("꽝쩌우 공단", "꽝쩌우 산업단지", "Nếnh"),
    ],
)
def test_the_name_that_people_know_leads_to_its_commune(stage, typed, landmark, commune):
    match = first(typed)
    assert match.landmark == landmark
    assert match.place.province_code == "24"
    assert commune in {m.place.name for m in find_places(typed, "24") if m.landmark}
    assert not match.only_alike


def test_a_province_with_its_kind_leads_to_its_communes(stage):
    for typed in ("tinh Bac Ninh", "tỉnh Bắc Ninh", "Bac Ninh"):
        assert {place.name for place in first(typed).communes} == {"Nếnh", "Phương Liễu", "Nam Sơn"}


def test_what_lies_in_several_communes_offers_each(stage):
    assert {m.place.name for m in find_places("KCN Quế Võ", "24")} >= {"Phương Liễu", "Nam Sơn"}


def test_another_sort_of_thing_is_not_meant(stage):
    assert find_landmarks("chợ Sen Hồ") == []
    assert find_landmarks("KCN") == []
    assert find_landmarks("") == []


def test_the_own_province_comes_first_whatever_the_name_stands_for(stage):
    own = [m.place.province_code == "24" for m in find_places("Quang Châu", "24")]
    assert own == sorted(own, reverse=True)
    assert (own[0], own[-1]) == (True, False)


def test_a_table_is_taken_whole_or_not_at_all(stage):
    with pytest.raises(FaultyTable) as caught:
        import_landmarks(["name,commune", "Chợ Nếnh,07795", "Chợ Xa,99999", ",07795"])
    assert [fault.partition(":")[0] for fault in caught.value.faults] == ["line 3", "line 4"]
    for useless in (["name,place", "Chợ Nếnh,07795"], ["name,commune"], []):
        with pytest.raises(FaultyTable):
            import_landmarks(useless)
    assert Landmark.objects.count() == 9
    assert import_landmarks(["name,commune", "Chợ Nếnh,07795", "Chợ Nếnh,07795"]) == 1
    assert [one.name for one in Landmark.objects.all()] == ["Chợ Nếnh"]
    assert Entry.objects.filter(action="landmark.imported").count() == 2
