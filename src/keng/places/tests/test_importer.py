"""The administrative units as they are loaded."""

import csv
import json

import pytest

from keng.places import importer
from keng.places.models import Holiday, Place, Succession
from tests.shared_data import shared_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    return importer.import_places()


def test_thirty_four_provinces_and_every_commune_are_loaded(loaded):
    assert loaded["provinces"] == 34
    assert loaded["communes"] == 3321
    assert loaded["splits"] == 471


def test_loading_twice_changes_nothing(loaded):
    before = Place.objects.count(), Succession.objects.count(), Holiday.objects.count()
    assert importer.import_places() == loaded
    assert (
        Place.objects.count(),
        Succession.objects.count(),
        Holiday.objects.count(),
    ) == before


def test_four_old_wards_became_nenh(loaded):
    nenh = Place.objects.get(code="07795", valid_to=None)
    names = set(nenh.predecessors.values_list("old__name", flat=True))
    assert names == {"Nếnh", "Tăng Tiến", "Vân Trung", "Quang Châu"}
    assert nenh.parent.name == "Bắc Ninh"


def test_today_and_the_past_do_not_overlap(loaded):
    assert not Succession.objects.filter(old__valid_to__isnull=True).exists()
    assert not Succession.objects.filter(new__valid_to__isnull=False).exists()


def test_every_code_and_name_agrees_with_the_public_tables(loaded):
    source = shared_data("admin/vn_units_34p_3321w_2026-07-25.json")
    theirs = {
        (ward["Code"], ward["Name"]) for p in json.loads(source.read_text()) for ward in p["Wards"]
    }
    ours = Place.objects.filter(kind__in=["ward", "commune", "special_zone"], valid_to=None)
    assert set(ours.values_list("code", "name")) == theirs


def test_every_succession_agrees_with_the_public_tables(loaded):
    source = shared_data("admin/ward_old_to_new_2025.csv")
    with source.open() as file:
        theirs = list(csv.DictReader(file))
    assert Succession.objects.count() == len(theirs)
    split = {r["wardCode"] for r in theirs if r["isDividedWard"] == "True"}
    assert len(split) == loaded["splits"]
