"""Whoever audits, protects data or administers reads no word of a tip and decides nothing on it."""

import pytest

from keng.acts.errors import NotAllowed
from keng.conftest import sign_in
from keng.decisions import triage
from keng.decisions.viewing import note_first_read
from keng.dialogue import answering
from keng.tips.models import Tip
from tests import make

pytestmark = pytest.mark.django_db
READ_NO_TIPS = ("auditor", "data_protection", "administrator")


@pytest.fixture
def tip():
    return make.tip(unit=make.unit(parent=make.province_unit()), text="Hàng xóm đánh vợ")


@pytest.fixture(params=["own", "below"])
def officer_of(request, tip):
    own = tip.responsible_unit
    unit = own if request.param == "own" else own.parent
    return lambda role: make.officer(unit=unit, role=role)


@pytest.mark.parametrize("role", READ_NO_TIPS)
def test_they_take_no_tip_on_and_reply_to_nobody(tip, officer_of, role):
    officer = officer_of(role)
    with pytest.raises(NotAllowed):
        triage.accept_tip(tip.pk, by=officer)
    with pytest.raises(NotAllowed):
        answering.answer_reporter(tip.pk, text="Chào bạn", by=officer)
    assert not tip.decisions.exists()
    assert not tip.messages.exists()


@pytest.mark.parametrize("role", READ_NO_TIPS)
def test_their_look_is_no_first_read(tip, officer_of, role):
    with pytest.raises(NotAllowed):
        note_first_read(tip.pk, by=officer_of(role))
    assert Tip.objects.get().first_read_at is None


@pytest.mark.parametrize("role", READ_NO_TIPS)
def test_they_are_told_on_a_page_that_tips_are_not_their_work(desk_client, tip, officer_of, role):
    sign_in(desk_client, officer_of(role))
    for address in (f"/tips/{tip.pk}/", "/tips/", "/tips/search/", "/alarm/"):
        answer = desk_client.get(address)
        assert answer.status_code == 403, address
        page = answer.content.decode()
        assert "đánh vợ" not in page
        assert "Trang này không thuộc phần việc của bạn" in page


@pytest.mark.parametrize("role", ["duty", "commander", "coordinator"])
def test_who_works_at_the_desk_goes_on_as_before(desk_client, tip, officer_of, role):
    officer = officer_of(role)
    assert "đánh vợ" in sign_in(desk_client, officer).get(f"/tips/{tip.pk}/").content.decode()
    triage.accept_tip(tip.pk, by=officer)
    assert Tip.objects.get().assigned_to == officer
