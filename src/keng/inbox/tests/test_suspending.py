"""Suspending a tip on the desk: its form, its list, and the way back."""

import pytest

from keng.conftest import sign_in
from keng.tips.models import Tip
from tests import make

pytestmark = pytest.mark.django_db
GIVEN = {"ground": "documents", "reason": "Chờ sao kê ngân hàng", "text": "Chúng tôi tạm dừng."}


@pytest.fixture
def desk(desk_client):
    unit = make.unit()
    sign_in(desk_client, make.officer(unit=unit, role="duty"))
    desk_client.unit = unit
    return desk_client


def test_it_is_suspended_listed_and_taken_up_again(desk):
    tip = make.tip(unit=desk.unit)
    there = make.tip(unit=make.unit())
    Tip.objects.filter(pk=there.pk).update(suspended_at=there.received_at)
    page = desk.get(f"/tips/{tip.pk}/suspend/").content.decode()
    assert "Chúng tôi tạm đình chỉ giải quyết tin của bạn" in page
    answer = desk.post(f"/tips/{tip.pk}/suspend/", GIVEN, follow=True)
    assert "Tạm đình chỉ từ" in answer.content.decode()
    listed = desk.get("/tips/suspended/").content.decode()
    assert "1 tin tạm đình chỉ" in listed
    assert "Chờ sao kê ngân hàng" in listed
    answer = desk.post(f"/tips/{tip.pk}/resume/", {"reason": "Đã có sao kê"}, follow=True)
    assert "Tạm đình chỉ từ" not in answer.content.decode()
    assert "Không có tin nào tạm đình chỉ" in desk.get("/tips/suspended/").content.decode()


@pytest.mark.parametrize("missing", GIVEN)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(desk, missing):
    tip = make.tip(unit=desk.unit)
    answer = desk.post(f"/tips/{tip.pk}/suspend/", GIVEN | {missing: ""})
    assert answer.status_code == 422
    kept = [words for name, words in GIVEN.items() if name not in {missing, "ground"}]
    assert all(words in answer.content.decode() for words in kept)
    assert Tip.objects.get(pk=tip.pk).suspended_at is None


def test_a_suspended_tip_stays_in_the_list(desk):
    tip = make.tip(unit=desk.unit, text="Số lạ gọi đòi tiền phạt nguội")
    desk.post(f"/tips/{tip.pk}/suspend/", GIVEN)
    assert "Số lạ gọi đòi tiền phạt nguội" in desk.get("/tips/").content.decode()
