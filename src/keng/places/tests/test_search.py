"""Finding places by what people type."""

import pytest

from keng.language.fold import fold
from keng.places import importer
from keng.places.models import Place
from keng.places.search import find_places
from tests import make


@pytest.fixture(scope="module")
def places(django_db_setup, django_db_blocker):
    """All places, loaded once for this module and taken away again."""
    from keng.places.models import Holiday, Place, Succession

    with django_db_blocker.unblock():
        importer.import_places()
    yield
    with django_db_blocker.unblock():
        Succession.objects.all().delete()
        Place.objects.filter(parent__isnull=False).delete()
        Place.objects.all().delete()
        Holiday.objects.all().delete()


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]


@pytest.mark.parametrize(
    "typed",
    [
        "Phường Nếnh",
        "nếnh",
        "nenh",
        "NENH",
        "phuong nenh",
        "  p. nenh ",
        "Nenh, Bac Ninh",
    ],
)
def test_a_ward_is_found_however_it_is_typed(typed):
    first = find_places(typed, "24")[0]
    assert first.place.full_name == "Phường Nếnh"
    assert first.province == "Bắc Ninh"
    assert "Phường Quang Châu" in first.old_names


def test_a_name_that_occurs_many_times_lists_each_with_its_province():
    today = [m for m in find_places("Tân Tiến", "24") if m.was is None]
    assert len(today) == 8
    assert today[0].province == "Bắc Ninh"
    assert len({m.province for m in today}) > 1


def test_an_old_name_leads_to_the_place_of_today():
    match = next(m for m in find_places("Vân Trung", "24") if m.was)
    assert match.place.full_name == "Phường Nếnh"
    assert match.was.full_name == "Phường Vân Trung"


def test_a_split_place_offers_every_part():
    match = next(m for m in find_places("Cống Vị") if m.was)
    assert {p.name for p in match.split_into} >= {"Giảng Võ", "Ngọc Hà"}


def test_the_old_district_tells_namesakes_apart():
    found = find_places("Tân Thanh, Lạng Giang")
    assert [m.place.full_name for m in found] == ["Xã Mỹ Thái"]


def test_a_beginning_and_a_near_miss_are_found():
    assert find_places("yen the", "24")[0].place.name == "Yên Thế"
    assert any(m.place.name == "Nếnh" for m in find_places("nen", "24"))
    assert any(m.place.name == "Song Khê" or m.was for m in find_places("songkhe", "24"))


def test_a_name_that_nobody_bears_says_so_and_looks_near_by_first():
    found = find_places("xa Bich Sonn", "24")
    assert {match.only_alike for match in found} == {True}
    near = [match.place.province_code == "24" for match in found]
    assert near == sorted(near, reverse=True)
    assert (near[0], len(near) <= 12) == (True, True)
    assert not any(match.only_alike for match in find_places("Tân Tiến", "24"))


@pytest.mark.parametrize("typed", ["", "   ", ",,,", "%", "_", "'; drop table", "x" * 5000, "😀"])
def test_what_names_no_place_finds_none(typed):
    assert find_places(typed) == []


@pytest.mark.parametrize("typed", ["Bắc Ninh", "bac ninh", "Tỉnh Bắc Ninh", "tinh bac ninh"])
def test_a_provinces_name_stands_for_its_communes(typed):
    first, *others = find_places(typed, "24")
    assert first.place.full_name == "Tỉnh Bắc Ninh"
    assert len(first.communes) == 99
    assert {place.province_code for place in first.communes} == {"24"}
    assert "Phường Nếnh" in {place.full_name for place in first.communes}
    # Names that begin like it stay below.
    if not fold(typed).startswith("tinh"):
        assert "Xã Bắc Ninh Hoà" in {match.place.full_name for match in others}


def test_the_own_province_comes_first_even_under_a_former_name():
    found = find_places("Quang Châu", "24")
    assert found[0].place.full_name == "Phường Nếnh"
    own = [match.place.province_code == "24" for match in found]
    assert own == sorted(own, reverse=True)
    assert not all(own)


@pytest.mark.parametrize(
    "typed", ["KCN Quang Châu", "Quang Chau industrial park", "khu cong nghiep quang chau"]
)
def test_the_word_for_what_it_is_hides_no_place(typed):
    assert find_places(typed, "24")[0].place.full_name == "Phường Nếnh"


def test_hamlets_of_one_name_are_told_apart_by_their_commune():
    for name in ("Phường Nếnh", "Phường Vân Hà"):
        ward = Place.objects.get(full_name=name, valid_to=None, kind="ward")
        make.place("Thôn Xép Thử", kind=Place.Kind.HAMLET, parent=ward)
    found = [
        match.lies_in for match in find_places("thôn xép thử", "24") if match.place.kind == "hamlet"
    ]
    assert sorted(found) == ["Phường Nếnh, Bắc Ninh", "Phường Vân Hà, Bắc Ninh"]
