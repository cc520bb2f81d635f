"""The page for people abroad: the time there, numbers that two people let out, languages."""

import datetime

import pytest
from django.conf import settings
from django.urls import reverse

from keng.community.actions import announcements
from keng.community.forms import ChannelForm
from keng.community.models import OfficialChannel
from keng.community.public.abroad import international_number, times_beside
from keng.delivery.credentials import keep_secrets
from keng.kit.languages import PAGES_OF_LANGUAGES, UNREVIEWED_LANGUAGES
from keng.places.models import Unit
from keng.site.public_frame import forget_names
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


@pytest.mark.django_db
def test_chats_that_work_abroad_and_subscribing_are_named_only_where_they_are(public_client):
    make.province_unit()
    before = public_client.get(reverse("abroad")).content.decode()
    assert 'id="chat"' not in before
    assert 'id="subscribe"' not in before
    for channel, given in (
        ("messenger", {"page_id": "1234567890"}),
        ("zalo_oa", {"oa_id": "987"}),
        ("telegram", {"bot_name": "keng_bot"}),
        ("sms", {}),
    ):
        account = make.channel_account(unit=Unit.objects.get(), channel=channel)
        keep_secrets(account, given)
        account.save()
    make.channel_account(unit=Unit.objects.get(), channel="messenger", is_active=False)
    forget_names()
    page = public_client.get(reverse("abroad"))
    assert [chat.url for chat in page.context["chats"]] == [
        "https://m.me/1234567890",
        "https://zalo.me/987",
        "https://t.me/keng_bot",
    ]
    assert f'href="{reverse("subscribe")}"' in page.content.decode().split('id="subscribe"')[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "在国外，或是在越南的外国人"), ("ko", "해외에서 신고하고")]
)
def test_foreigners_read_it_in_their_language(public_client, language, words):
    public_client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    assert words in public_client.get(reverse("abroad")).content.decode()
