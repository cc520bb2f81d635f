"""Letting out takes a passkey, unless the operator lets six digits do; taking back never does."""

import pytest

from keng.accounts import second_factor
from keng.accounts.models import Officer
from keng.accounts.tests.test_passkeys import HERE, added
from keng.conftest import sign_in
from keng.warnings import actions
from keng.warnings.tests.test_desk import url
from keng.warnings.tests.ward import Ward, looked_at
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    return Ward()


@pytest.fixture
def desk(desk_client, settings):
    """As an operator finds it who has set nothing."""
    settings.APPROVE_WITH_CODE = False
    settings.DESK_URL = "http://localhost:8001"
    return desk_client


def signed_in(client, officer):
    second_factor.set_totp_secret(officer)
    sign_in(client, officer)
    return officer


def code_of(officer):
    return second_factor.current_totp_code(officer)


def passkey_of(client, officer):
    """What a device of this officer answers to this browser's question."""
    device = added(officer)
    asked = client.post(url("passkey-options"), **HERE).json()["options"]
    return device.answer(asked)


def approval(version, **more):
    seen = looked_at(version)
    return {"seen": seen["seen"].hex(), "people": seen["people"], **more}


def test_six_digits_let_no_warning_out_and_are_not_used_up(desk, ward):
    version = ward.submitted()
    officer = signed_in(desk, ward.commander)
    code = code_of(officer)
    page = url("warning-approve", version.warning_id)
    refused = desk.post(page, approval(version, code=code), **HERE)
    assert refused.status_code == 422
    assert "không dùng 6 số thay được" in refused.content.decode()
    version.refresh_from_db()
    assert version.is_waiting
    assert Officer.objects.get(pk=officer.pk).failed_presence == 0
    assert second_factor.check_totp_code(officer, code)


def test_a_passkey_lets_it_out(desk, ward):
    version = ward.submitted()
    answer = passkey_of(desk, signed_in(desk, ward.commander))
    page = url("warning-approve", version.warning_id)
    shown = desk.get(page, **HERE).content.decode()
    assert f'data-passkey-options="{url("passkey-options")}"' in shown
    assert 'name="code"' not in shown
    assert desk.post(page, approval(version, passkey=answer), **HERE).status_code == 302
    version.refresh_from_db()
    assert not version.is_waiting


def test_who_has_none_reads_where_to_add_one_before_anything_is_pressed(desk, ward):
    version = ward.submitted()
    signed_in(desk, ward.commander)
    shown = desk.get(url("warning-approve", version.warning_id), **HERE).content.decode()
    assert "bạn chưa có khóa truy cập nào" in shown
    assert f'href="{url("my-passkeys")}"' in shown


def test_where_the_operator_lets_six_digits_do_they_do(desk, ward, settings):
    settings.APPROVE_WITH_CODE = True
    version = ward.submitted()
    officer = signed_in(desk, ward.commander)
    page = url("warning-approve", version.warning_id)
    assert 'name="code"' in desk.get(page, **HERE).content.decode()
    sent = desk.post(page, approval(version, code=code_of(officer)), **HERE)
    assert sent.status_code == 302


@pytest.mark.parametrize("how", ["at once", "in own words"])
def test_six_digits_take_a_warning_back(desk, ward, how):
    version = ward.published()
    page = url("warning-recall", version.warning_id)
    sent = {"reason": "wrong_number"}
    if how == "in own words":
        words = "Ngân hàng xác nhận tin nhắn đó do họ gửi nhầm."
        asked = actions.ask_recall(
            version.warning_id, reason="own_words", words=words, by=ward.commander
        )
        sent = {"seen": asked.digest_now.hex()}
    officer = signed_in(desk, make.officer(unit=ward.unit, role="commander"))
    answer = desk.post(page, {**sent, "code": code_of(officer)}, **HERE)
    assert answer.status_code == 302
    version.warning.refresh_from_db()
    assert version.warning.state == version.warning.State.RECALLED
