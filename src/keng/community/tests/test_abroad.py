"""The page for people abroad: the time there, numbers that two people let out, languages."""

import datetime

import pytest
from django.urls import reverse

from keng.community.actions import announcements
from keng.community.forms import ChannelForm
from keng.community.models import OfficialChannel
from keng.community.public.abroad import international_number, times_beside
from keng.kit.languages import PAGES_OF_LANGUAGES, UNREVIEWED_LANGUAGES
from keng.site.settings import LANGUAGES
from tests import make

WINTER = datetime.datetime(2026, 12, 1, 8, 30, tzinfo=datetime.UTC)
SUMMER = datetime.datetime(2026, 7, 1, 8, 30, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("zone", "at", "there", "words"),
    [
        ("Europe/Berlin", WINTER, "09:30", "Chậm hơn Việt Nam 6 giờ."),
        ("Europe/Berlin", SUMMER, "10:30", "Chậm hơn Việt Nam 5 giờ."),
        ("Asia/Seoul", WINTER, "17:30", "Nhanh hơn Việt Nam 2 giờ."),
        ("Asia/Bangkok", WINTER, "15:30", "Cùng giờ với Việt Nam."),
    ],
)
def test_the_time_there_stands_beside_that_of_vietnam(zone, at, there, words):
    found = times_beside(zone, at)
    assert f"{found.here:%H:%M}" == "15:30"
    assert f"{found.there:%H:%M}" == there
    assert found.difference == words


def test_a_number_is_shown_as_it_is_dialled_from_anywhere():
    assert international_number("0204 000 0113") == "+84 204 000 0113"
    assert international_number("+84 24 1") == "+84 24 1"


@pytest.mark.django_db
def test_only_what_a_second_person_let_out_stands_on_the_page(public_client):
    unit = make.province_unit(desk_phone="0204 000 0999")
    officer, second = (make.officer(unit=unit, role="coordinator") for _ in range(2))
    made = announcements.propose_channel(
        kind="abroad", shown_as="Đại sứ quán thử, +82 2 000 0000", country="Hàn Quốc", by=officer
    )
    assert made.content_to_release["country"] == "Hàn Quốc"
    before = public_client.get(reverse("abroad")).content.decode()
    assert "+82 2 000 0000" not in before
    assert "+84 204 000 0999" in before
    OfficialChannel.objects.filter(pk=made.pk).update(
        released_by=second, released_at=WINTER, digest=b"x" * 32
    )
    page = public_client.get(reverse("abroad"), {"zone": "Asia/Seoul"}).content.decode()
    assert "Hàn Quốc" in page
    assert "+82 2 000 0000" in page
    assert "Nhanh hơn Việt Nam 2 giờ." in page
    assert page.count("chưa được người bản ngữ đọc lại") == len(UNREVIEWED_LANGUAGES)


@pytest.mark.parametrize("zone", ["Mars/Base", "../etc/passwd", "x" * 300])
@pytest.mark.django_db
def test_a_zone_that_is_not_offered_is_none(public_client, zone):
    page = public_client.get(reverse("abroad"), {"zone": zone})
    assert page.status_code == 200
    assert "<tbody>" in page.content.decode()
    assert page.context["beside"] is None


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"kind": "abroad", "shown_as": "Đại sứ quán, 024 1234"}, "shown_as"),
        ({"kind": "phone", "shown_as": "0204 000 0113", "country": "Nhật Bản"}, "country"),
    ],
)
def test_what_cannot_be_dialled_or_is_of_no_country_is_said_at_its_box(said, wrong):
    assert set(ChannelForm(said).errors) == {wrong}


def test_every_language_of_the_site_stands_in_the_table():
    assert list(PAGES_OF_LANGUAGES) == [code for code, _name in LANGUAGES]
