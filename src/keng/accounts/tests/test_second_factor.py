"""TOTP: right now, one step early or late, and only once."""

import time

import pyotp
import pytest

from keng.accounts import second_factor
from keng.accounts.models import Officer
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make.officer()


def test_the_present_code_is_right_once(officer):
    second_factor.set_totp_secret(officer)
    officer.refresh_from_db()
    code = second_factor.current_totp_code(officer)
    assert second_factor.check_totp_code(officer, f" {code[:3]} {code[3:]} ")
    assert not second_factor.check_totp_code(officer, code)


def test_an_old_or_wrong_code_is_refused(officer):
    secret = second_factor.set_totp_secret(officer)
    officer.refresh_from_db()
    assert not second_factor.check_totp_code(officer, pyotp.TOTP(secret).at(time.time() - 300))
    assert not second_factor.check_totp_code(officer, "")
    assert not second_factor.check_totp_code(officer, "abcdef")


def test_an_officer_without_a_secret_cannot_pass(officer):
    assert not second_factor.check_totp_code(officer, "000000")


def test_the_secret_is_not_stored_in_clear(officer):
    secret = second_factor.set_totp_secret(officer)
    stored = bytes(Officer.objects.get(pk=officer.pk).totp_box)
    assert secret.encode() not in stored
