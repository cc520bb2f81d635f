"""Lists that grow are shown whole, a page at a time, also several of them on one page."""

import pytest
from django.test import RequestFactory

from keng.kit.pagination import PAGE_SIZE, rows_of_page
from keng.places.models import Place
from tests import make

pytestmark = pytest.mark.django_db


def test_every_row_is_on_one_page_and_the_other_list_stays_where_it_is():
    for n in range(PAGE_SIZE + 1):
        make.place(f"Thôn {n}")
    rows = Place.objects.filter(name__startswith="Thôn ").order_by("pk")
    shown = []
    for number in range(2):
        request = RequestFactory().get("/", {"drafts": number, "page": 7})
        found, page = rows_of_page(request, rows, "drafts")
        shown += found
        for url in (page.before_url, page.after_url):
            assert not url or "page=7" in url
    assert shown == list(rows)
