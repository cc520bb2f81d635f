"""Passkeys of a partner's people: their own table, their own site, and nothing of the desk."""

import html
import json
import re

import pytest

from keng.accounts import partner_signing
from keng.accounts.models import MemberPasskey, OfficerPasskey, PartnerMember, PartnerSession
from keng.accounts.tests.authenticator import SoftPasskey
from keng.audit.models import Entry
from keng.partners.models import Article
from keng.partners.tests.stage import WORDS, Stage, digits, signed_in

pytestmark = pytest.mark.django_db
HERE = {"SERVER_NAME": "localhost", "SERVER_PORT": "8000"}
GIVEN = {"name": "khóa của tôi", "machine": "own"}


@pytest.fixture
def stage(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return Stage()


@pytest.fixture(autouse=True)
def at_its_own_address(settings):
    settings.PUBLIC_URL = "http://localhost:8000"


def begun(client, stage):
    """What the browser is asked to make, after the six digits."""
    PartnerMember.objects.update(totp_last_step=0)
    code = digits(stage.credentials.totp_secret)
    page = client.post("/partner/passkeys/new/", {**GIVEN, "code": code}, **HERE)
    found = re.search(r'data-passkey-create="([^"]*)"', page.content.decode())
    return json.loads(html.unescape(found[1]))


def asked(client, **step):
    return client.post("/partner/sign-in/passkey/options/", step, **HERE).json()["options"]


def added(client, stage):
    device = SoftPasskey(origin="http://localhost:8000")
    made = device.make(begun(client, stage))
    assert client.post("/partner/passkeys/add/", {**GIVEN, "passkey": made}, **HERE).url
    return device


def test_a_member_adds_one_and_signs_in_with_it(public_client, stage):
    signed_in(public_client, stage.thu)
    device = added(public_client, stage)
    assert not OfficerPasskey.objects.exists()
    chain = f"partner:{stage.partner.pk}"
    assert Entry.objects.filter(chain=chain, action="partner.passkey_added").count() == 1
    public_client.post("/partner/sign-out/")
    sent = {"passkey": device.answer(asked(public_client))}
    answer = public_client.post("/partner/sign-in/passkey/", sent, **HERE)
    assert answer.url == "/partner/"
    assert public_client.get("/partner/passkeys/", **HERE).status_code == 200
    kept = MemberPasskey.objects.get()
    public_client.post(f"/partner/passkeys/{kept.pk}/name/", {"name": "khóa đỏ"}, **HERE)
    kept.refresh_from_db()
    assert kept.label == "khóa đỏ"
    public_client.post(f"/partner/passkeys/{kept.pk}/remove/", **HERE)
    assert not MemberPasskey.objects.exists()


def test_an_answer_is_taken_once_and_of_a_copy_never(public_client, stage):
    signed_in(public_client, stage.thu)
    device = added(public_client, stage)
    public_client.post("/partner/sign-out/")
    sent = {"passkey": device.answer(asked(public_client))}
    assert public_client.post("/partner/sign-in/passkey/", sent, **HERE).status_code == 302
    public_client.post("/partner/sign-out/")
    assert public_client.post("/partner/sign-in/passkey/", sent, **HERE).status_code == 422
    device.count -= 1
    sent = {"passkey": device.answer(asked(public_client))}
    page = public_client.post("/partner/sign-in/passkey/", sent, **HERE)
    assert "Khóa truy cập này không đăng nhập được ở đây" in page.content.decode()
    assert MemberPasskey.objects.get().stopped_at is not None
    assert not PartnerSession.objects.exists()


def test_without_the_six_digits_none_is_added(public_client, stage):
    signed_in(public_client, stage.thu)
    page = public_client.post("/partner/passkeys/new/", {**GIVEN, "code": "000000"}, **HERE)
    assert page.status_code == 422
    assert "data-passkey-create" not in page.content.decode()


def test_a_passkey_of_the_desk_opens_nothing_here(public_client, stage):
    signed_in(public_client, stage.thu)
    device = added(public_client, stage)
    public_client.post("/partner/sign-out/")
    device.origin = "http://localhost:8001"
    sent = {"passkey": device.answer(asked(public_client))}
    assert public_client.post("/partner/sign-in/passkey/", sent, **HERE).status_code == 422


def test_after_the_password_it_stands_for_the_digits(public_client, stage):
    signed_in(public_client, stage.thu)
    device = added(public_client, stage)
    public_client.post("/partner/sign-out/")
    first = {"username": stage.thu.username, "password": stage.credentials.password}
    assert public_client.post("/partner/sign-in/", first, **HERE).status_code == 302
    step = {"step": "second"}
    sent = {**step, "passkey": device.answer(asked(public_client, **step))}
    assert public_client.post("/partner/sign-in/passkey/", sent, **HERE).url == "/partner/"
    assert not PartnerSession.objects.filter(is_half=True).exists()


def test_letting_out_takes_a_passkey_of_the_second_person(public_client, stage, settings):
    settings.APPROVE_WITH_CODE = False
    signed_in(public_client, stage.binh)
    public_client.post("/partner/articles/new/", {**WORDS, "do": "submit"})
    article = Article.objects.get()
    page = f"/partner/articles/{article.pk}/"
    signed_in(public_client, stage.thu)
    sent = {"seen": article.digest_now.hex(), "do": "publish"}
    refused = public_client.post(page, sent, **HERE)
    assert refused.status_code == 422
    assert "không dùng 6 số thay được" in refused.content.decode()
    device = added(public_client, stage)
    shown = public_client.get(page, **HERE).content.decode()
    assert 'data-passkey-options="/partner/passkeys/options/"' in shown
    # Not one that was given to sign in.
    public = public_client.post("/partner/sign-in/passkey/options/", **HERE).json()["options"]
    other = {**sent, "passkey": device.answer(public)}
    assert public_client.post(page, other, **HERE).status_code == 422
    asked = public_client.post("/partner/passkeys/options/", **HERE).json()["options"]
    answer = device.answer(asked)
    assert public_client.post(page, {**sent, "passkey": answer}, **HERE).status_code == 303
    # Nor from another browser.
    assert not partner_signing.confirm_member_presence(
        stage.thu, answer, partner_signing.member_presence_use(stage.thu, "another browser")
    )
    article.refresh_from_db()
    assert article.released_by_id == stage.thu.pk
