"""Whom a warning does not reach stands where somebody decides, and where somebody waits."""

import pytest

from keng.conftest import sign_in
from keng.warnings.tests.test_desk import filled, url
from keng.warnings.tests.ward import Ward
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    made = Ward()
    make.group(unit=made.unit, place=made.hamlet, name="Nhóm không ai đăng")
    for _ in range(3):
        made.published()
    made.fresh = make.group(
        unit=made.unit, place=made.hamlet, channel="sandbox", name="Nhóm mới lập"
    )
    return made


LEFT_OUT = "Trừ ra: 3 nhóm đã nhận đủ số cảnh báo."
LEADLESS = "1 nhóm chuyển tay chưa có đầu mối: không ai đăng được."


@pytest.mark.parametrize("name", ["warning-approve", "warning-detail"])
def test_who_decides_and_who_waits_see_the_groups_left_out_by_name(desk_client, ward, name):
    version = ward.submitted()
    sign_in(desk_client, ward.commander if name == "warning-approve" else ward.officer)
    page = desk_client.get(url(name, version.warning_id)).content.decode()
    assert LEFT_OUT in page
    assert "Nhóm không ai đăng" in page
    assert "Gửi tới 1 nhóm" in page or "Tới 1 nhóm" in page


def test_a_group_that_nobody_can_post_in_is_marked_in_the_list(desk_client, ward):
    make.group(unit=ward.unit, place=ward.hamlet, name="Nhóm chợ")
    version = ward.submitted()
    sign_in(desk_client, ward.commander)
    page = desk_client.get(url("warning-approve", version.warning_id)).content.decode()
    assert page.count(LEADLESS) == 2
    assert page.count("chưa có đầu mối</span>") == 1


def test_what_is_left_out_stands_beside_the_button_and_changes_with_the_ticks(desk_client, ward):
    sign_in(desk_client, ward.officer)
    page = desk_client.get(url("warning-new") + f"?tip={make.tip(unit=ward.unit).pk}")
    after_the_ticks = page.content.decode().partition('id="left-out"')[2]
    assert LEFT_OUT in after_the_ticks
    asked = filled(ward, kinds=["residents", "landlords"], over_limit_reason="Đang lan nhanh")
    swapped = desk_client.post(url("warning-audience"), asked).content.decode()
    renewed = swapped.partition('id="left-out" class="push-end" hx-swap-oob="true"')[2]
    assert "vẫn nhận tin này. Lý do: Đang lan nhanh" in renewed
    assert LEADLESS in renewed


def test_tips_of_different_places_choose_the_whole_commune_and_say_so(desk_client, ward):
    other = make.place("Phúc Long", kind="hamlet", parent=ward.place)
    tips = tuple(make.tip(unit=ward.unit, place=place) for place in (ward.hamlet, other))
    incident = make.incident(unit=ward.unit, by=ward.officer, tips=tips, place=ward.hamlet)
    sign_in(desk_client, ward.officer)
    page = desk_client.get(url("warning-new") + f"?incident={incident.pk}").content.decode()
    assert "Các tin ghi những nơi khác nhau: " in page
    assert _ticked(page, ward.place)
    assert not _ticked(page, ward.hamlet)


def test_tips_of_one_place_choose_that_place_and_say_nothing(desk_client, ward):
    tips = tuple(make.tip(unit=ward.unit, place=ward.hamlet) for _ in range(2))
    incident = make.incident(unit=ward.unit, by=ward.officer, tips=tips)
    sign_in(desk_client, ward.officer)
    page = desk_client.get(url("warning-new") + f"?incident={incident.pk}").content.decode()
    assert _ticked(page, ward.hamlet)
    assert "những nơi khác nhau" not in page


def _ticked(page, place):
    return f'name="places" value="{place.pk}" checked' in page
