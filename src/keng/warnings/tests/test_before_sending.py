"""What the second person reads before a warning goes out, and whoever takes one back."""

import pytest
from django.urls import reverse

from keng.conftest import sign_in
from keng.delivery.credentials import keep_secrets
from keng.warnings.tests.ward import Ward
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    return Ward()


def read(desk_client, officer, name, warning_id):
    sign_in(desk_client, officer)
    return desk_client.get(reverse(name, args=[warning_id])).content.decode()


def test_the_second_person_reads_for_whom_how_and_that_there_is_no_forecast_yet(desk_client, ward):
    version = ward.submitted()
    shown = read(desk_client, ward.commander, "warning-approve", version.warning_id)
    assert "Mọi nhóm ở Phường Nếnh" in shown
    assert "1 nhóm gửi bằng máy" in shown
    assert "1 nhóm chuyển tay" in shown
    assert "Chưa có dự báo" in shown
    assert "Chi phí" not in shown


@pytest.mark.parametrize(
    ("most_parts", "words"), [("6", "đồng"), ("2", "1 tin quá dài cho SMS nên không được gửi.")]
)
def test_the_second_person_reads_what_text_messages_cost(desk_client, ward, most_parts, words):
    account = make.channel_account(unit=ward.unit, channel="sms")
    keep_secrets(account, {"profile": "esms", "price_per_part": "800", "most_parts": most_parts})
    account.save()
    make.subscription(places=(ward.place,), channel="sms")
    version = ward.submitted()
    shown = read(desk_client, ward.commander, "warning-approve", version.warning_id)
    assert words in shown
    assert "1 tin nhắn SMS" in shown


def test_the_writer_reads_it_before_anybody_is_asked_to_approve(desk_client, ward):
    account = make.channel_account(unit=ward.unit, channel="sms")
    keep_secrets(account, {"profile": "esms", "price_per_part": "800", "most_parts": "6"})
    account.save()
    make.subscription(places=(ward.place,), channel="sms")
    version = ward.draft()
    shown = read(desk_client, ward.officer, "warning-edit", version.warning_id)
    assert "Mọi nhóm ở Phường Nếnh" in shown
    assert "1 nhóm gửi bằng máy" in shown
    assert "Chưa có dự báo" in shown
    assert "đồng" in shown
    # An unfinished text means nothing yet.
    assert 'id="before-sending"' not in desk_client.get("/warnings/new/").content.decode()


def test_whoever_takes_back_reads_the_same(desk_client, ward):
    version = ward.published()
    shown = read(desk_client, ward.commander, "warning-recall", version.warning_id)
    assert "Mọi người đã nhận hoặc có thể đã nhận." in shown
    assert "1 nhóm chuyển tay" in shown
