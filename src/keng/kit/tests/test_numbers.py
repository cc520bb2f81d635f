"""Whatever stands where a number belongs is no error."""

import pytest
from django.http import Http404, QueryDict
from django.test import RequestFactory

from keng.kit.ids import id_or_404, new_id
from keng.kit.numbers import percent_of, whole_number
from keng.kit.pagination import ListPage, page_number

NO_NUMBERS = ["", " ", "a", "-1", "+1", "1.0", "1_000", "1e3", "²", "٣", "１", "\0", "9" * 5000]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number_is_none(text):
    assert whole_number(text, most=10**6) is None


def test_a_number_lies_between_its_two_ends():
    assert [whole_number(text, least=2, most=10) for text in ("1", "2", "10", "11")] == [
        None,
        2,
        10,
        None,
    ]
    assert whole_number(" 007 ", most=7) == 7
    assert whole_number("0", most=-1) is None


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_a_page_that_is_no_number_is_the_first(text):
    request = RequestFactory().get("/")
    request.GET = QueryDict(mutable=True)
    request.GET["page"] = text
    assert page_number(request, total=120, size=10) == 1
    assert ListPage.of_request(request, total=120).start == 0


@pytest.mark.parametrize(("asked", "shown"), [("0", 1), ("1", 1), ("12", 12), ("999", 12)])
def test_a_page_that_is_not_there_is_the_last(asked, shown):
    request = RequestFactory().get("/", {"page": asked})
    assert page_number(request, total=120, size=10) == shown
    assert page_number(request, total=0, size=10) == 1


def test_what_is_no_id_leads_nowhere():
    known = new_id()
    assert id_or_404(str(known)) == known
    for text in ("", "1", "x" * 36, "\0"):
        with pytest.raises(Http404):
            id_or_404(text)


def test_a_part_is_rounded_and_nothing_and_all_are_said_of_nothing_and_all():
    shares = [(0, 3), (1, 3), (2, 3), (3, 3), (1, 1000), (999, 1000), (0, 0), (2, 0)]
    assert [percent_of(*share) for share in shares] == [0, 33, 67, 100, 1, 99, 0, 0]
