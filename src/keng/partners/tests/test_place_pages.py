"""A partner at one place: its own words read by two, shown only where it works."""

import pytest
from django.urls import reverse

from keng.partners.models import Manuscript
from keng.partners.place_introductions import partners_at
from keng.partners.tests.stage import Stage, signed_in
from tests import make

pytestmark = pytest.mark.django_db
ABOUT = "Chi đoàn các tổ dân phố, trực sáng thứ bảy ở nhà văn hóa."


@pytest.fixture
def stage(tmp_path, monkeypatch, settings):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    settings.DATA_FOLDER = tmp_path
    return Stage()


def published(client, stage, about=ABOUT):
    signed_in(client, stage.thu)
    typed = {"place": stage.place.code, "about": about, "do": "submit"}
    answer = client.post(reverse("partner-place-new"), typed)
    assert answer.status_code == 303, answer.content.decode()
    text = Manuscript.objects.latest("id")
    own = reverse("manuscript", args=[text.pk])
    decision = {"seen": text.digest_now.hex(), "do": "publish"}
    assert client.post(own, decision).status_code == 403
    signed_in(client, stage.binh)
    assert client.post(own, decision).status_code == 303
    assert client.get(own).status_code == 200
    return text


def address_at(stage, place):
    return reverse("partner-at", args=[stage.partner.pk, place.code])


def test_a_partner_says_who_it_is_at_a_place_and_stands_there(public_client, stage):
    published(public_client, stage)
    text = published(public_client, stage, about="Bí thư chi đoàn trực tối thứ tư.")
    page = public_client.get(address_at(stage, stage.place)).content.decode()
    assert "Bí thư chi đoàn trực tối thứ tư." in page
    assert ABOUT not in page
    assert page.index("tel:113") < page.index("Bí thư chi đoàn")
    assert "tel:111" in page
    assert partners_at(stage.place) == [stage.partner]
    place = public_client.get(reverse("place", args=[stage.place.code])).content.decode()
    assert address_at(stage, stage.place) in place
    assert (
        address_at(stage, stage.place)
        in public_client.get(reverse("partner", args=[stage.partner.pk])).content.decode()
    )
    # What it replaced does not come back.
    assert public_client.post(reverse("manuscript-withdraw", args=[text.pk])).status_code == 303
    page = public_client.get(address_at(stage, stage.place)).content.decode()
    assert "chi đoàn" not in page
    assert partners_at(stage.place) == []


def test_there_is_no_page_where_a_partner_does_not_work(public_client, stage):
    signed_in(public_client, stage.thu)
    elsewhere = make.place("Xã Khác", parent=stage.province_place)
    for place, status in ((stage.place, 200), (elsewhere, 404), (stage.province_place, 404)):
        assert public_client.get(address_at(stage, place)).status_code == status
    typed = {"place": elsewhere.code, "about": ABOUT, "do": "submit"}
    assert public_client.post(reverse("partner-place-new"), typed).status_code == 422


def test_an_introduction_leads_nobody_to_a_number_of_its_own(public_client, stage):
    signed_in(public_client, stage.thu)
    typed = {"place": stage.place.code, "about": "Gọi 0912 345 678 để nhận quà.", "do": "submit"}
    answer = public_client.post(reverse("partner-place-new"), typed)
    assert answer.status_code == 422
    assert "0912" in answer.content.decode()
    assert not Manuscript.objects.exists()
