"""From tip to tip: the ones beside it, and one by its number."""

import datetime
import re

import pytest
from django.urls import reverse

from keng.conftest import sign_in
from keng.inbox.list.neighbours import neighbour_ids, tip_by_number
from keng.kit import times
from tests import make

pytestmark = pytest.mark.django_db


def due(unit, hours, **fields):
    return make.tip(unit=unit, due_at=times.now() + datetime.timedelta(hours=hours), **fields)


def url(name, *args):
    return reverse(name, "keng.site.desk_urls", args=args)


def test_a_tip_stands_between_its_neighbours_by_deadline(unit, officer):
    last, first, middle = due(unit, 9), due(unit, 1), due(unit, 5)
    due(make.unit(), 4)
    assert neighbour_ids(middle, officer) == (first.pk, last.pk)
    assert neighbour_ids(first, officer) == (None, middle.pk)
    assert neighbour_ids(last, officer) == (middle.pk, None)


def test_the_same_deadline_is_walked_in_one_order(unit, officer):
    at = times.now() + datetime.timedelta(hours=2)
    tips = sorted((make.tip(unit=unit, due_at=at) for _ in range(3)), key=lambda tip: tip.pk)
    assert neighbour_ids(tips[1], officer) == (tips[0].pk, tips[2].pk)


def test_a_tip_alone_has_nobody_beside_it(unit, officer):
    assert neighbour_ids(due(unit, 1), officer) == (None, None)


@pytest.mark.parametrize("number", ["NENH-0417", "nenh-0417", " NENH-0417 ", "417", "0417"])
def test_a_number_opens_its_tip(unit, desk_client, officer, number):
    tip = due(unit, 1, reference="NENH-0417")
    sign_in(desk_client, officer)
    answer = desk_client.get(url("tip-go"), {"number": number})
    assert answer.headers["Location"] == url("tip", tip.pk)


def test_a_closed_tip_is_found_by_its_whole_number(unit, officer):
    tip = make.tip(
        unit=unit, reference="NENH-0007", state="closed", due_at=None, closed_at=times.now()
    )
    assert tip_by_number(officer, "NENH-0007") == tip
    assert tip_by_number(officer, "7") is None


@pytest.mark.parametrize("number", ["", "xa-0417", "0417", "9" * 300, "%"])
def test_a_number_of_another_desk_opens_nothing(unit, desk_client, officer, number):
    due(make.unit(), 1, reference="XA-0417")
    sign_in(desk_client, officer)
    answer = desk_client.get(url("tip-go"), {"number": number})
    assert answer.headers["Location"] == url("inbox")


def test_the_table_of_keys_names_each_key_once(desk_client, officer):
    sign_in(desk_client, officer)
    table = desk_client.get(url("keys")).content.decode()
    for section in table.split("<section>")[1:]:
        keys = re.findall(r"<dd>(.*?)</dd>", section)
        assert keys
        assert sorted(keys) == sorted(set(keys))


def test_the_keys_of_the_table_work_on_a_tips_page_for_whoever_may(desk_client, unit, officer):
    tip = due(unit, 1)
    sign_in(desk_client, officer)
    page = desk_client.get(url("tip", tip.pk)).content.decode()
    assert page.count('data-key="/" data-always') == page.count('data-key="t" data-always') == 1
    assert "<kbd>T</kbd></dd>" in desk_client.get(url("keys")).content.decode()
    sign_in(desk_client, make.officer(unit=unit, role="auditor"))
    page = desk_client.get(url("tip", tip.pk)).content.decode()
    assert 'data-key="t"' not in page
    assert "<kbd>T</kbd></dd>" not in desk_client.get(url("keys")).content.decode()


def test_what_one_types_in_first_has_the_focus(desk_client, officer):
    assert desk_client.get(url("sign-in")).content.count(b"autofocus") == 1
    wrong = {"username": officer.username, "password": "sai-mat-khau"}
    page = desk_client.post(url("sign-in"), wrong).content.decode()
    assert page.count("autofocus") == 1
    assert "autofocus" in page.partition('name="password"')[2].partition(">")[0]
    sign_in(desk_client, officer)
    assert desk_client.get(url("search")).content.count(b"autofocus") == 1
    assert desk_client.get(url("take-down")).content.count(b"autofocus") == 1
    assert b"autofocus" not in desk_client.get(url("search"), {"q": "xe"}).content
