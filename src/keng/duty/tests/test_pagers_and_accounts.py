"""A pager tells of a new sign-in that somebody asked for, and ends with the account."""

import pytest

from keng.accounts import closing, requesting
from keng.accounts.tests.stage import Stage
from keng.delivery.models import Delivery, Dispatch, PagerWay
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    stage = Stage()
    make.channel_account(unit=stage.province, channel="email")
    return stage


def test_whoever_is_to_sign_in_anew_is_called_and_nobody_else(stage, become):
    for officer in (stage.officer, stage.chief, stage.commander):
        make.pager(officer)
    become("desk")
    asked = requesting.ask_for_renewal(stage.officer.pk, by=stage.admin)
    row = Delivery.objects.get()
    own = PagerWay.objects.get(officer=stage.officer)
    assert (row.recipient_ref, row.recipient_kind) == (own.pk, "pager")
    words = row.text.text
    assert "báo chỉ huy ngay" in words
    assert stage.officer.name not in words
    requesting.agree_to_request(asked.pk, by=stage.commander)
    assert Delivery.objects.count() == 2


def test_without_a_pager_nothing_is_called(stage):
    requesting.ask_for_renewal(stage.officer.pk, by=stage.admin)
    assert not Dispatch.objects.exists()


def test_a_closed_account_is_called_no_more(stage, become):
    make.pager(stage.officer)
    become("desk")
    closing.close_account(stage.officer.pk, by=stage.admin)
    assert not PagerWay.objects.filter(officer=stage.officer).exists()
    become("owner")
    make.pager(stage.officer)
    assert not PagerWay.objects.working().filter(officer=stage.officer).exists()
