"""The first page: warnings near the visitor, nothing broken on it, and what it says in a rush."""

import datetime
import logging
import re

import pytest
from django.db import connection
from django.urls import reverse

from keng.community import busy_notice
from keng.community.tests.resident import Resident, only_tip
from keng.kit import times
from keng.network.models import GroupKind
from keng.warnings.content import AudienceChoice
from keng.warnings.models import Version
from keng.warnings.tests.ward import CALM, Ward
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path
    return Ward()


def test_the_search_for_a_place_stands_above_the_warnings_of_others(public_client, ward):
    for title in ("Cảnh báo thứ nhất", "Cảnh báo thứ hai"):
        ward.published(words=CALM | {"title": title})
    page = home(public_client)
    assert page.index("Cảnh báo thứ hai") < page.index('name="q"') < page.index("Cảnh báo thứ nhất")


def home(client):
    return client.get("/").content.decode().replace("\xa0", " ")


def choose(client, place):
    return client.post(reverse("near"), {"code": place.code})


def elsewhere(ward):
    """A warning for another ward of the province, newer than the others."""
    place = make.place("Phường Vân Hà", parent=ward.province_place)
    unit = make.unit("Công an phường Vân Hà", parent=ward.province, serves=place)
    officer = make.officer(unit=unit)
    words = CALM | {"title": "Chuyện ở phường khác"}
    make.group(unit=unit, place=place)
    # An officer reads once which units belong to the post: this one is younger than the unit.
    ward.province_duty = make.officer(unit=ward.province)
    choice = AudienceChoice((place.pk,), tuple(GroupKind.values))
    return ward.published(unit=unit, choice=choice, words=words, by=officer), place


def test_by_default_no_place_is_asked_for_and_the_newest_of_all_is_shown(public_client, ward):
    ward.published()
    elsewhere(ward)
    page = home(public_client)
    assert page.index("Chuyện ở phường khác") < page.index(CALM["title"])
    assert "keng_place" not in public_client.cookies


def test_a_chosen_place_puts_its_warnings_first_and_the_others_after(public_client, ward):
    ward.published()
    elsewhere(ward)
    assert choose(public_client, ward.place).url == "/"
    page = home(public_client)
    assert "Mới nhất ở Phường Nếnh" in page
    assert page.index(CALM["title"]) < page.index("Nơi khác trong tỉnh")
    assert page.index("Nơi khác trong tỉnh") < page.index("Chuyện ở phường khác")


def test_a_warning_in_the_same_words_from_two_desks_stands_there_once(public_client, ward):
    ward.published()
    _version, place = elsewhere(ward)
    again = ward.published(words=CALM | {"call": "Trực ban Công an tỉnh, hoặc 113."})
    for near in (None, ward.place, place):
        if near:
            choose(public_client, near)
        page = home(public_client)
        assert page.count(CALM["title"]) == 1
        assert "Chuyện ở phường khác" in page
        assert again.verify_code.code in page


def test_a_place_without_a_warning_says_so_and_does_not_call_it_calm(public_client, ward):
    _version, other = elsewhere(ward)
    choose(public_client, ward.place)
    page = home(public_client)
    assert "Hôm nay không có cảnh báo nào ở Phường Nếnh" in page
    assert "không có nghĩa là không có chuyện" in page
    choose(public_client, other)
    assert "Mới nhất ở Phường Vân Hà" in home(public_client)


def test_the_chosen_place_is_in_the_browsers_cookie_and_nowhere_else(public_client, ward, caplog):
    code = ward.place.code
    before = _rows()
    with caplog.at_level(logging.DEBUG):
        choose(public_client, ward.place)
        home(public_client)
    assert _rows() == before
    said = [r.getMessage() for r in caplog.records if not r.name.startswith("django.db")]
    assert code not in "".join(said)
    kept = public_client.cookies["keng_place"]
    assert (kept.value, kept["httponly"], kept["samesite"]) == (code, True, "Strict")
    public_client.post(reverse("near"))
    assert public_client.cookies["keng_place"].value == ""


def test_quick_exit_forgets_the_chosen_place(public_client, ward):
    choose(public_client, ward.place)
    public_client.post(reverse("quick_exit"))
    assert public_client.cookies["keng_place"].value == ""


@pytest.mark.parametrize("code", ["00000", "x" * 400, "'; --"])
def test_a_place_that_does_not_exist_is_no_error(public_client, ward, code):
    assert public_client.post(reverse("near"), {"code": code}).status_code == 303
    public_client.cookies["keng_place"] = code
    assert public_client.get("/").status_code == 200


@pytest.mark.parametrize("near", [False, True])
def test_every_link_on_the_first_page_leads_somewhere(public_client, ward, near):
    ward.published()
    elsewhere(ward)
    if near:
        choose(public_client, ward.place)
    addresses = set(re.findall(r'(?:href|src)="(/[^"#]*)"', home(public_client)))
    assert len(addresses) > 10
    pages = {a for a in addresses if not a.startswith("/static/")}
    codes = {a: public_client.get(a, follow=True).status_code for a in pages}
    assert {a: code for a, code in codes.items() if code != 200} == {}


# A rush.


def many(unit, count):
    for _n in range(count):
        make.tip(unit=unit)


def test_in_a_rush_the_first_page_says_that_answers_will_be_late(public_client, stage, monkeypatch):
    monkeypatch.setattr(busy_notice, "BUSY_FROM", 5)
    many(stage.unit, 4)
    assert "Đang rất đông" not in home(public_client)
    many(stage.other, 1)
    busy_notice.forget_answer()
    page = home(public_client)
    assert "Đang rất đông" in page
    assert "Tin của bạn vẫn được nhận" in page


def test_yesterdays_rush_is_over(public_client, stage, monkeypatch):
    monkeypatch.setattr(busy_notice, "BUSY_FROM", 5)
    for _n in range(6):
        make.tip(unit=stage.unit, received_at=times.now() - datetime.timedelta(hours=2))
    assert "Đang rất đông" not in home(public_client)


def test_a_report_in_a_rush_is_received_all_the_same(public_client, stage, monkeypatch):
    monkeypatch.setattr(busy_notice, "BUSY_FROM", 1)
    Resident(public_client).report(place=stage.place)
    assert only_tip().responsible_unit == stage.unit


def test_a_rush_names_the_urgent_warnings_of_the_day(public_client, ward, monkeypatch):
    monkeypatch.setattr(busy_notice, "BUSY_FROM", 1)
    version = ward.published()
    many(ward.unit, 1)
    assert "Những việc đã có cảnh báo" not in home(public_client)
    Version.objects.filter(pk=version.pk).update(severity=3)
    assert "Những việc đã có cảnh báo" in home(public_client)


def _rows():
    """How many rows each table has."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        counted = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counted[table] = cursor.fetchone()
    return counted
