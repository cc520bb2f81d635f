"""Choosing the place, and the desk that follows from it."""

import re

import pytest

from keng.community.tests.resident import only_tip
from keng.places.models import Landmark
from keng.tips.models import TipConcern
from tests import make

pytestmark = pytest.mark.django_db


def test_a_search_shows_places_with_province_and_former_names(stage, resident):
    old = make.place("Quang Châu", full_name="Xã Quang Châu", kind="commune", valid_to="2025-06-30")
    old.successions.create(new=stage.place, kind="merge", on="2025-07-01")
    page = resident.post("where", q="nenh", find="1").content.decode()
    assert "Phường Nếnh, Bắc Ninh" in page
    assert "Xã Quang Châu" in page
    former = resident.post("where", q="quang chau", find="1").content.decode()
    assert "Xã Quang Châu (tên cũ)" in former
    assert "Nay là Phường Nếnh, Bắc Ninh" in former
    assert "Có phải nơi này không?" in former


def test_a_single_result_is_chosen_already_and_continue_confirms_it(stage, resident):
    page = resident.post("where", q="van ha", find="1").content.decode()
    assert f'value="{stage.other_place.pk}" checked' in page


def test_many_places_of_one_name_are_counted_and_the_later_ones_are_one_tap_away(stage, resident):
    for number in range(7):
        province = make.place(
            f"Tỉnh {number}", kind="province", code=f"7{number}", province_code=f"7{number}"
        )
        make.place("Tân Tiến", parent=province)
    page = resident.post("where", q="Tân Tiến", find="1").content.decode()
    assert "Có 7 nơi mang tên này" in page
    assert page.count('name="choice"') == 7 + 3
    assert "<summary>2 nơi khác</summary>" in page


def test_other_words_in_the_box_mean_another_search_and_not_the_old_choice(stage, resident):
    page = resident.post("where", q="van ha", searched="nenh", choice=str(stage.place.pk))
    assert page.status_code == 200
    assert "Phường Vân Hà" in page.content.decode()


def test_a_place_that_was_divided_asks_which_part(stage, resident):
    old = stage.divided()
    resident.post("who-gets", desk="commune")
    resident.post("what", topic="theft")
    page = resident.post("where", q="tan cu", find="1").content.decode()
    assert "Đã chia về: Phường Nếnh, Phường Vân Hà" in page
    question = resident.post("where", q="tan cu", searched="tan cu", choice=f"split:{old.pk}")
    assert "Xã Tân Cũ đã chia. Bạn nói phần nào?" in question.content.decode()
    answer = resident.post("where", q="tan cu", searched="tan cu", choice=str(stage.other_place.pk))
    assert answer.url == "/report/describe/"
    assert "Công an phường Vân Hà" in resident.look("describe").content.decode()


def test_an_unknown_name_says_so_and_keeps_the_two_other_answers(stage, resident):
    page = resident.post("where", q="zzzzqqq", find="1").content.decode()
    assert "Không có nơi nào tên này" in page
    assert 'value="online"' in page
    assert 'value="unsure"' in page


def test_the_chosen_place_is_still_chosen_when_coming_back(stage, resident):
    resident.write(place=stage.place, spot="ngõ cạnh chợ")
    page = resident.look("where").content.decode()
    assert f'value="{stage.place.pk}" checked' in page
    assert "ngõ cạnh chợ" in page


def test_a_hamlet_belongs_to_the_desk_of_its_ward(stage, resident):
    resident.report(place=stage.hamlet)
    assert (only_tip().responsible_unit, only_tip().place) == (stage.unit, stage.hamlet)


@pytest.mark.parametrize("where", ["bare", "online", "unsure"])
def test_without_a_desk_of_its_own_a_report_goes_to_the_province(stage, resident, where):
    resident.report(place=stage.bare_place if where == "bare" else where)
    assert only_tip().responsible_unit == stage.province
    assert not only_tip().concerns.exists()


def test_a_place_far_away_goes_to_the_first_province_of_this_site(stage, resident):
    far = make.place("Tỉnh Xa", kind="province", code="80", province_code="80")
    resident.report(place=make.place("Xã Xa", parent=far, kind="commune"))
    assert only_tip().responsible_unit == stage.province


def test_straight_to_the_province_hides_the_report_from_the_commune(stage, resident):
    resident.write(place=stage.place, desk="province")
    for step in ("what", "describe", "name"):
        page = resident.look(step).content.decode()
        assert "trực ban Công an tỉnh Bắc Ninh" in page
        assert "Xã, phường không thấy tin này." in page
    assert "không thấy tin này, kể cả trong số liệu" in resident.look("check").content.decode()
    receipt = resident.send().content.decode()
    assert "Công an tỉnh Bắc Ninh" in receipt
    tip = only_tip()
    assert tip.responsible_unit == stage.province
    assert [concern.unit for concern in tip.concerns.all()] == [stage.unit]
    assert not type(tip).objects.visible_to(make.officer(unit=stage.unit)).exists()
    assert type(tip).objects.visible_to(make.officer(unit=stage.province)).get() == tip


def test_straight_to_the_province_without_a_place_hides_it_from_every_commune(stage, resident):
    resident.report(place="online", desk="province")
    hidden_from = set(TipConcern.objects.values_list("unit", flat=True))
    assert hidden_from == {stage.unit.pk, stage.other.pk}


def far_place():
    province = make.place("Tỉnh Xa", kind="province", code="80", province_code="80")
    return make.place("Xã Xa", parent=province, kind="commune", province_code="80")


@pytest.mark.parametrize("desk", ["commune", "province"])
def test_outside_the_area_the_reporter_reads_who_gets_it_and_whom_to_call(stage, resident, desk):
    resident.write(place=far_place(), desk=desk)
    pages = [resident.look(step) for step in ("describe", "name", "check")] + [resident.send()]
    for page in (each.content.decode() for each in pages):
        assert "ngoài địa bàn" in page
        assert "Công an tỉnh Bắc Ninh nhận tin" in page
        assert "Đừng chờ trả lời" in page


def test_within_the_area_nothing_of_it_is_said(stage, resident):
    resident.write(place=stage.place)
    assert "ngoài địa bàn" not in resident.look("check").content.decode()
    assert "ngoài địa bàn" not in resident.send().content.decode()


def test_outside_vietnam_is_an_answer_and_the_desk_reads_it(stage, resident):
    resident.write(place="abroad", spot="Seoul")
    page = resident.look("check").content.decode()
    assert "ngoài địa bàn" in page
    assert "Ngoài Việt Nam" in page
    resident.send()
    assert only_tip().responsible_unit == stage.province
    assert only_tip().place_detail == "Ngoài Việt Nam. Seoul"


def test_the_status_page_of_a_report_from_outside_says_so_until_it_is_closed(stage, resident):
    code = resident.report(place=far_place())
    resident.client.post("/status/", {"code": code})
    assert "ngoài địa bàn" in resident.client.get("/status/tip/").content.decode()


def test_the_name_of_a_province_asks_for_the_commune(stage, resident):
    elsewhere = make.place("Khánh Hoà", kind="province", code="56", province_code="56")
    make.place("Bắc Ninh Hoà", parent=elsewhere, kind="commune", full_name="Xã Bắc Ninh Hoà")
    page = resident.post("where", q="bac ninh", find="1").content.decode()
    assert "Bạn ở xã, phường nào?" in page
    for place in (stage.place, stage.other_place, stage.bare_place):
        assert f'<option value="{place.pk}">{place.full_name}</option>' in page
    # A namesake that only begins like it is offered below, and nothing is chosen for anybody.
    assert page.index("Bạn ở xã, phường nào?") < page.index("Xã Bắc Ninh Hoà")
    assert " checked" not in page
    said = {"q": "bac ninh", "searched": "bac ninh", "spot": ""}
    assert "Chọn một nơi" in resident.post("where", **said, within="").content.decode()
    resident.post("who-gets", desk="commune")
    resident.post("what", topic="theft")
    assert resident.post("where", **said, within=str(stage.other_place.pk)).status_code == 303
    resident.post("describe", text="Mất xe", happening="over")
    resident.post("name", wish="anonymous")
    resident.send()
    assert only_tip().responsible_unit == stage.other


def test_the_own_province_stands_before_namesakes_elsewhere(stage, resident):
    old = make.place("Quang Châu", full_name="Phường Quang Châu", valid_to="2025-06-30")
    old.successions.create(new=stage.place, kind="merge", on="2025-07-01")
    elsewhere = make.place("Nghệ An", kind="province", code="40", province_code="40")
    make.place("Quảng Châu", parent=elsewhere, kind="commune", full_name="Xã Quảng Châu")
    page = resident.post("where", q="Quang Châu", find="1").content.decode()
    assert page.index("Phường Quang Châu (tên cũ)") < page.index("Hoặc ở tỉnh khác")
    assert page.index("Hoặc ở tỉnh khác") < page.index("Xã Quảng Châu, Nghệ An")


def test_what_lies_in_a_commune_is_said_beside_it(stage, resident):
    Landmark.objects.create(name="KCN Quang Châu", folded="quang chau", place=stage.place)
    page = resident.post("where", q="khu cong nghiep quang chau", find="1").content.decode()
    assert "Có KCN Quang Châu" in page
    assert f'value="{stage.place.pk}" checked' in page


def test_no_browser_offers_the_exact_spot_to_the_next_person_with_the_phone(stage, resident):
    resident.post("who-gets", desk="commune")
    resident.post("what", topic="violence")
    page = resident.client.get("/report/where/").content.decode()
    spot = re.search(r'<input[^>]*name="spot"[^>]*>', page)[0]
    assert 'autocomplete="off"' in spot
