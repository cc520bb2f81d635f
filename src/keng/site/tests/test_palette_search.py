"""The palette finds the officer's places, groups and warnings by name, and no person."""

import datetime

import pytest
from django.urls import reverse

from keng.conftest import sign_in
from keng.places.models import Jurisdiction
from keng.warnings.models import Version, Warning
from tests import make

pytestmark = pytest.mark.django_db
FIND = reverse("find", "keng.site.desk_urls")


@pytest.fixture
def here():
    """Two wards of a province, each with a group and a warning of nearly the same name."""
    province = make.province_unit()
    wards = [make.unit(parent=province) for _ in range(2)]
    places = [make.place(f"Phường Việt Yên {n}") for n in (1, 2)]
    for ward, place, n in zip(wards, places, (1, 2), strict=True):
        Jurisdiction.objects.create(unit=ward, place=place, valid_from=make.LONG_AGO)
        make.group(unit=ward, place=place, name=f"Hiệu trưởng Việt Yên {n}", member_count=29)
        warn(ward, f"Giả điện lực tại Việt Yên {n}")
    return wards, places, province


def warn(unit, title):
    author = make.officer(unit=unit)
    made = Warning.objects.create(unit=unit, author=author, category="scam_bank")
    for number, words in ((1, "Tên cũ"), (2, title)):
        Version.objects.create(
            warning=made,
            number=number,
            texts={"vi": {"title": words}},
            audience={},
            made_by=author,
        )


def found(client, words):
    return client.post(FIND, {"q": words}).content.decode()


@pytest.mark.parametrize("typed", ["viet yen", "Việt Yên", "yen  VIET", "viet y", "vi\x00et yen"])
def test_a_name_is_found_with_accents_or_without(here, desk_client, typed):
    [ward, _], [place, _], _ = here
    make.tip(unit=ward, place=place)
    page = found(sign_in(desk_client, make.officer(unit=ward)), typed)
    for name in ("Phường Việt Yên 1", "Hiệu trưởng Việt Yên 1", "Giả điện lực tại Việt Yên 1"):
        assert name in page
    assert "1 tin đang mở" in page
    assert "29 thành viên" in page
    assert page.count('role="option"') == 3
    assert "Tên cũ" not in found(desk_client, "ten cu")


def test_a_warning_is_found_by_what_it_says_now_in_either_language(here, desk_client):
    [ward, _], _, _ = here
    for n, words in enumerate(("100% tiền lời", "Giả điện lực", "Giả shipper")):
        warn(ward, words)
        Version.objects.filter(texts__vi__title=words).update(
            texts={"vi": {"title": words}, "en": {"title": f"Fake {n} power"}}
        )
    client = sign_in(desk_client, make.officer(unit=ward))
    page = found(client, "fake power")
    assert [page.count(f'<span lang="en">Fake {n} power</span>') for n in range(3)] == [1, 1, 1]
    assert '<span lang="vi">100% tiền lời</span>' in found(client, "tien 100%")
    assert found(client, "tien 1%0").strip() == ""


def test_nothing_of_another_unit_is_found_and_the_province_finds_all(here, desk_client):
    [ward, _], _, province = here
    client = sign_in(desk_client, make.officer(unit=ward))
    assert "Việt Yên 2" not in found(client, "viet yen")
    assert found(client, "viet yen 2").strip() == ""
    sign_in(client, make.officer(unit=province, role="coordinator"))
    page = found(client, "viet yen")
    assert page.count('role="option"') == 6
    assert f"place={here[1][1].pk}" in page


def test_without_a_post_nothing_is_found(here, desk_client):
    officer = make.officer(unit=here[0][0])
    officer.posts.update(valid_to=datetime.date(2020, 1, 1))
    answer = sign_in(desk_client, officer).post("/find/", {"q": "viet yen"})
    assert (answer.status_code, answer.url) == (302, reverse("sign-in"))


def test_every_line_leads_to_a_page_of_the_officer(here, desk_client):
    [ward, _], [place, _], province = here
    make.place("Thôn Việt Yên", parent=place, kind="hamlet", full_name="Thôn Việt Yên")
    for officer in (make.officer(unit=ward), make.officer(unit=province, role="coordinator")):
        client = sign_in(desk_client, officer)
        page = found(client, "viet yen")
        links = [part.split('"')[0] for part in page.split('href="')[1:]]
        assert len(links) >= 4
        for link in links:
            assert client.get(link.replace("&amp;", "&")).status_code == 200, link


def test_no_person_is_found(here, desk_client):
    [ward, _], [place, _], _ = here
    officer = make.officer(unit=ward, name="Trần Văn Bách")
    make.lead(unit=ward, name="Lê Thị Hoa")
    make.tip(unit=ward, place=place, text="Nguyễn Văn Cường vay tiền rồi trốn")
    client = sign_in(desk_client, officer)
    for words in ("tran van bach", "le thi hoa", "nguyen van cuong", "bach", "hoa", "cuong"):
        assert found(client, words).strip() == "", words


@pytest.mark.parametrize("typed", ["", " ", "v", "1", "2 3", "\x00", "%", "việt yên hai nghìn"])
def test_what_says_too_little_or_fits_nothing_finds_nothing(here, desk_client, typed):
    client = sign_in(desk_client, make.officer(unit=here[0][0]))
    assert found(client, typed).strip() == ""


def test_what_is_typed_stands_in_no_address(here, desk_client):
    client = sign_in(desk_client, make.officer(unit=here[0][0]))
    assert client.get(FIND, {"q": "viet yen"}).status_code == 405


@pytest.mark.parametrize("amount", [1, 40])
def test_it_costs_the_same_however_much_there_is(
    here, desk_client, amount, django_assert_max_num_queries
):
    [ward, _], [place, _], _ = here
    for n in range(amount):
        make.group(unit=ward, place=place, name=f"Tổ Việt Yên {n}")
    client = sign_in(desk_client, make.officer(unit=ward))
    with django_assert_max_num_queries(13):
        assert found(client, "viet yen").count('role="option"') <= 15
