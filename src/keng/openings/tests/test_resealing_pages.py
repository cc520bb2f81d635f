"""Resealing on the desk: what waits for whom, and the whole way by two."""

import pytest

from keng.conftest import sign_in
from keng.openings import resealing, resharing, resharing_pages
from keng.openings.tests import held_world as worlds
from keng.openings.tests import test_resharing_by_two as pages
from keng.openings.tests.test_resealing import through_the_door
from keng.vault import seal
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path, monkeypatch, db):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    monkeypatch.setattr(resharing_pages, "is_present", lambda _officer, _form: True)
    seal.forget_public_keys()
    made = worlds.held_world()
    opener = worlds.new_opener()
    pages.through_its_door(opener, monkeypatch)
    through_the_door(monkeypatch, opener)
    yield made
    seal.forget_public_keys()


def test_it_waits_for_the_holders_until_two_have_resealed(world, desk_client):
    first, chief, third = world.people
    asked = worlds.due()
    address = f"/resharings/{asked.pk}/"
    late = worlds.Holder(world.unit)
    assert [pages.lines(each) for each in (first, chief, third, late)] == [[address]] * 3 + [[]]
    page = pages.gives(desk_client, first, address)
    assert "Hai người cùng niêm phong lại phần đang giữ" in page
    assert "có giá trị 15 phút" in page
    assert "Đã niêm phong lại" in pages.gives(desk_client, chief, address)
    assert [pages.lines(each) for each in (first, chief, third)] == [[], [], []]
    assert worlds.keys_of(world) == [asked.hold_key_id.bytes] * 3
    # It was no splitting anew, and no word of what is on hold came to any page.
    page = desk_client.get(address).content.decode()
    assert "Hai người này đã niêm phong lại" in page
    assert "Giữ" not in page.replace("Giữ hồ sơ", "")
    assert "chia lại" not in page


def test_the_desk_has_the_rights_for_all_of_it(world, become):
    first, chief, _ = world.people
    asked = worlds.due()
    become("desk")
    assert list(resealing.requests_below([world.unit.parent])) == [asked]
    for person in (first, chief):
        resharing.join_resharing(asked.pk, by=person.officer)
    asked.refresh_from_db()
    assert {asked.first_ref, asked.second_ref} == {first.officer.pk, chief.officer.pk}


def test_whoever_works_elsewhere_does_not_see_that_it_waits(world, desk_client):
    asked = worlds.due()
    stranger = make.officer(unit=make.unit(parent=make.province_unit()))
    page = sign_in(desk_client, stranger).get(f"/resharings/{asked.pk}/")
    assert page.status_code == 404


def test_data_protection_reads_how_many_wait_and_only_a_holder_has_the_way(world, desk_client):
    province = world.unit.parent
    protector = make.officer(unit=province, role="data_protection")
    client = sign_in(desk_client, protector)
    assert "chờ hai người giữ chìa" not in client.get("/retention/").content.decode()
    asked = worlds.due()
    page = client.get("/retention/").content.decode()
    assert f"{world.unit}:" in page
    assert "3 mục niêm phong chờ hai người giữ chìa" in page
    assert f"/resharings/{asked.pk}/" not in page
    elsewhere = make.officer(unit=make.province_unit(), role="data_protection")
    page = sign_in(desk_client, elsewhere).get("/retention/").content.decode()
    assert "chờ hai người giữ chìa" not in page
