"""Whom the page of a matter for named officers tells its reader to call."""

import datetime
import re

import pytest
from django.urls import reverse

from keng.accounts.models import NamedOfficer, Shift
from keng.conftest import sign_in
from keng.kit import times
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.urls("keng.site.desk_urls")]
OWN, ABOVE = "0204 000 0113", "0204 000 0100"


@pytest.fixture
def province():
    return make.province_unit("Công an tỉnh Mẫu", desk_phone=ABOVE)


@pytest.fixture
def ward(province):
    return with_somebody_named(make.unit("Công an phường Mẫu", parent=province, desk_phone=OWN))


def with_somebody_named(unit):
    named = make.officer(name="Lê Thị Danh", unit=unit, role="commander")
    NamedOfficer.objects.create(unit=unit, officer=named, named_by=named)
    return unit


def put_on_duty(officer, unit):
    now, hours = times.now(), datetime.timedelta(hours=4)
    Shift.objects.create(
        unit=unit, officer=officer, starts_at=now - hours, ends_at=now + hours, set_by=officer
    )


def desks_to_call(client, officer, unit):
    """What stands there for each desk, its first line being the desk's own."""
    tip = make.tip(unit=unit, is_for_named=True)
    page = sign_in(client, officer).get(reverse("tip", args=[tip.pk])).content.decode()
    each = page.split("<li data-desk")[1:]
    assert each
    return [re.sub(r"<[^>]+>", " ", part.partition("</section>")[0]) for part in each]


def test_whoever_is_that_desk_reads_who_is_on_duty_above_and_which_number_is_their_own(
    desk_client, ward, province
):
    reader = make.officer(name="Vũ Văn Đọc", unit=ward)
    put_on_duty(make.officer(name="Trần Văn Trên", unit=province), province)
    put_on_duty(reader, ward)
    above, own = desks_to_call(desk_client, reader, ward)
    assert ABOVE in above
    assert re.search(r"Trần Văn Trên[^L]*đang trực", above)
    assert OWN in own
    assert "số của chính đơn vị bạn" in own
    assert "số của chính đơn vị bạn" not in above
    assert "Lê Thị Danh" in own
    assert "Vũ Văn Đọc" not in own


def test_a_desk_where_the_rota_has_nobody_says_so(desk_client, ward):
    above, own = desks_to_call(desk_client, make.officer(unit=ward), ward)
    assert "lịch trực lúc này không có ai" in above
    assert "lịch trực lúc này không có ai" in own


def test_to_the_province_the_number_of_the_ward_is_that_of_others(desk_client, ward, province):
    reader = make.officer(unit=province, role="commander")
    colleague = make.officer(name="Hồ Thị Gần", unit=ward)
    put_on_duty(colleague, ward)
    of_ward, of_province = desks_to_call(desk_client, reader, ward)
    assert OWN in of_ward
    assert "Hồ Thị Gần" in of_ward
    assert "số của chính đơn vị bạn" in of_province


def test_a_desk_without_a_number_says_where_one_is(desk_client):
    unit = with_somebody_named(make.unit("Công an xã Không Số", parent=make.province_unit()))
    for desk in desks_to_call(desk_client, make.officer(unit=unit), unit):
        assert "danh bạ điện thoại" in desk


def test_who_narrows_a_tip_reads_who_is_named_and_where_nobody_is_that_all_go_on_reading(
    desk_client, ward, province
):
    unnamed = make.unit("Công an phường Không Tên", parent=province)
    for unit, words in ((ward, "Lê Thị Danh"), (unnamed, "cả đơn vị vẫn xem được")):
        tip = make.tip(unit=unit)
        client = sign_in(desk_client, make.officer(unit=unit))
        address = reverse("tip-narrow", args=[tip.pk])
        page = client.get(address).content.decode()
        assert words in page
        done = client.post(address, {"reason": "Trong nhà có trẻ nhỏ"}, follow=True)
        still_reads = "cả đơn vị vẫn xem được" in done.content.decode()
        assert still_reads == (unit == unnamed)
