"""The menu of the public pages is one calm line; the rest is behind one word and in the foot."""

import pytest

pytestmark = pytest.mark.django_db


def test_four_pages_stand_in_the_line_and_the_rest_behind_more(client):
    shown = client.get("/lookup/").context
    assert len(shown["public_nav"]) == 4
    lines = [*shown["public_nav"], *shown["public_more"]]
    assert len({item["url"] for item in lines}) == len(lines)
    assert {item["url"] for item in lines} <= {item["url"] for item in shown["foot_nav"]}


def test_the_page_one_is_on_is_marked_where_it_stands(client):
    page = client.get("/lessons").content.decode()
    assert '<summary class="here">' in page
    assert 'aria-current="page"' in page.partition("<details")[2].partition("</details>")[0]
    assert '<summary class="here">' not in client.get("/lookup/").content.decode()
