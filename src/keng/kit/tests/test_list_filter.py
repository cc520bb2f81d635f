"""The words above a list: without accents, in any order; odd ones are no fault."""

import pytest
from django.db.models import Q

from keng.kit.list_filter import ListFilter, rows_with_words
from keng.places.models import Place
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def places():
    for name, whole in (
        ("Nếnh", "Phường Nếnh"),
        ("Đồng Nguyên", "Phường Đồng Nguyên"),
        ("100% _ô", "Xã \\ Thử"),
    ):
        make.place(name, full_name=whole)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", {"Nếnh", "Đồng Nguyên", "100% _ô"}),
        ("  ", {"Nếnh", "Đồng Nguyên", "100% _ô"}),
        ("nenh", {"Nếnh"}),
        ("NGUYEN dong", {"Đồng Nguyên"}),
        ("phuong", {"Nếnh", "Đồng Nguyên"}),
        ("phuong nenh dong", set()),
        ("%", {"100% _ô"}),
        ("_", {"100% _ô"}),
        ("\\", {"100% _ô"}),
    ],
)
def test_each_word_stands_in_one_of_the_columns(places, words, found):
    rows = rows_with_words(Place.objects.all(), words, "name", "full_name")
    assert {row.name for row in rows} == found


def test_what_fits_otherwise_is_found_as_well(places):
    known = Q(name="Nếnh")
    rows = rows_with_words(Place.objects.all(), "dong", "name", or_else=known)
    assert {row.name for row in rows} == {"Nếnh", "Đồng Nguyên"}


def test_an_address_that_nobody_offers_shows_the_whole_list():
    for odd in ({"q": "\0"}, {"q": "a" * 200}, {}, {"page": "x"}):
        chosen = ListFilter(odd)
        assert (chosen.words, chosen.is_filtered) == ("", False)
    assert ListFilter({"q": " Nếnh "}).is_filtered
