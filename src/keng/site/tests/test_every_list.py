"""Every list of the desk that may grow has pages, and words to search it by."""

import pytest
from django.urls import reverse

from keng.conftest import sign_in
from keng.kit import pagination
from keng.lessons.models import FirstHour
from keng.site.tests.desk_world import all_roles, world
from tests import make

pytestmark = pytest.mark.django_db
LABELS = ("Đào", "Mận", "Lê")


@pytest.fixture
def province(desk_client):
    """Somebody with every role over three communes, each of which has one of everything."""
    unit = make.province_unit("Công an tỉnh")
    for label in LABELS:
        world(label, parent=unit)
    officer = all_roles(unit)
    sign_in(desk_client, officer)
    return officer


def shown_by(client, name, query, words):
    """For which of the labels the list shows these words."""
    address = reverse(name, urlconf="keng.site.desk_urls")
    body = client.get(address + query).content.decode()
    return {label for label in LABELS if words.format(label) in body}


# Few rows, or more than these in the first place.
SHOWN_WHOLE = {"coverage", "account-groups", "officers"}
SEARCHED = [
    ("coverage", ">Cảnh báo {}</a>"),
    ("desk-channels", "<b>Kênh {}</b>"),
    ("desk-lessons", ">Bộ {}</span>"),
    ("desk-partners", ">Đối tác {}</a>"),
    ("account-groups", "<b>Nhóm Zalo {}</b>"),
    ("desk-surveys", ">Khảo sát {}</a>"),
    ("establishments", ">Nhà trọ {}</a>"),
    ("films", ">Phim {}</a>"),
    ("groups", ">Nhóm {}</a>"),
    ("hamlets", ">Thôn {}</a>"),
    ("leads", ">Đầu mối {}</a>"),
    ("meetings", "Họp {}</span>"),
    ("officers", ">Người {}</a>"),
    ("pledges", ">Hứa {}</a>"),
    ("reports", "<td>Đơn vị {}</td>"),
    ("thanks-list", ">Cảm ơn {}</td>"),
]


@pytest.mark.parametrize(("name", "words"), SEARCHED)
def test_a_list_is_searched_without_accents(desk_client, province, name, words):
    assert shown_by(desk_client, name, "", words) == set(LABELS)
    assert shown_by(desk_client, name, "?q=DAO", words) == {"Đào"}
    assert shown_by(desk_client, name, "?q=khong+co", words) == set()
    # What is in no language is looked for as it is, and is no fault.
    for odd in ("%25", "_", "%5C", "%00", "a" * 500):
        assert shown_by(desk_client, name, f"?q={odd}", words) in (set(), set(LABELS))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        *(each for each in SEARCHED if each[0] not in SHOWN_WHOLE),
        ("questions", ">Hỏi {}</a>"),
        ("incidents", None),
    ],
)
def test_a_list_shows_a_page_at_a_time_and_leads_to_the_next(
    desk_client, province, name, words, monkeypatch
):
    monkeypatch.setattr(pagination, "PAGE_SIZE", 1)
    body = desk_client.get(reverse(name, urlconf="keng.site.desk_urls")).content.decode()
    assert "Trang sau" in body
    if words:
        assert sum(words.format(label) in body for label in LABELS) == 1


def test_texts_of_the_first_hour_are_all_reached(desk_client, province, monkeypatch):
    """They were cut at thirty, and nobody was told."""
    monkeypatch.setattr(pagination, "PAGE_SIZE", 2)
    unit = province.posts.first().unit
    made = [
        FirstHour.objects.create(unit=unit, texts={"vi": {}}, hotlines=[], made_by=province)
        for _ in range(3)
    ]
    address = reverse("first-hours", urlconf="keng.site.desk_urls")
    found = desk_client.get(address).content.decode()
    found += desk_client.get(f"{address}?page=1").content.decode()
    found += desk_client.get(f"{address}?page=2").content.decode()
    assert all(str(one.pk) in found for one in made)
