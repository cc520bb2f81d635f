"""A partner's own sign-in on the public site: two factors, own sessions, nothing of the desk."""

import pytest

from keng.accounts import second_factor
from keng.accounts.models import Officer, PartnerMember, PartnerSession
from keng.accounts.partner_signing import PARTNER_COOKIE
from keng.audit.models import Entry
from keng.partners.actions import inviting
from keng.partners.errors import NameTaken
from keng.partners.tests.stage import PASSWORD, Stage, digits, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return Stage()


def first_page(client, username, password):
    return client.post("/partner/sign-in/", {"username": username, "password": password})


def test_both_factors_and_then_a_password_of_ones_own(public_client, stage):
    made = stage.credentials
    assert public_client.get("/partner/").url == "/partner/sign-in/"
    assert first_page(public_client, "thu", made.password).url == "/partner/sign-in/code/"
    half = public_client.cookies[PARTNER_COOKIE].value
    assert public_client.get("/partner/").url == "/partner/sign-in/"
    answer = public_client.post("/partner/sign-in/code/", {"code": digits(made.totp_secret)})
    assert answer.url == "/partner/"
    assert public_client.cookies[PARTNER_COOKIE].value != half
    assert public_client.cookies[PARTNER_COOKIE]["path"] == "/partner/"
    assert public_client.cookies[PARTNER_COOKIE]["httponly"]
    assert public_client.get("/partner/").url == "/partner/password/"
    sent = {"present": made.password, "new": PASSWORD, "again": PASSWORD}
    public_client.post("/partner/password/", sent)
    assert "Đoàn phường Nếnh" in public_client.get("/partner/").content.decode()
    done = Entry.objects.filter(chain=f"partner:{stage.partner.pk}").order_by("seq")
    assert [entry.action for entry in done] == [
        "partner.member_agreed",
        "partner.member_added",
        "partner.member_agreed",
        "partner.signed_in",
        "partner.password_changed",
    ]
    public_client.post("/partner/sign-out/")
    assert public_client.get("/partner/").url == "/partner/sign-in/"
    assert not PartnerSession.objects.exists()


def test_the_session_token_is_stored_nowhere(public_client, stage):
    first_page(public_client, "thu", stage.credentials.password)
    token = public_client.cookies[PARTNER_COOKIE].value
    assert bytes(PartnerSession.objects.get().token_hash) != token.encode()


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(public_client, stage):
    pages = []
    for name in ("thu", "nobody"):
        answer = first_page(public_client, name, "x")
        assert answer.status_code == 422
        pages.append(answer.content.decode().partition('id="problem"')[2].partition("</div>")[0])
    assert pages[0] == pages[1] != ""


def test_five_failures_slow_the_guesser_and_lock_nobody(public_client, stage):
    for _ in range(5):
        assert first_page(public_client, "thu", "x").status_code == 422
    refused = first_page(public_client, "thu", stage.credentials.password)
    assert (refused.status_code, refused["Retry-After"]) == (429, "300")
    assert "Bạn thử lại sau 5 phút" in refused.content.decode()
    elsewhere = type(public_client)(REMOTE_ADDR="198.51.100.7")
    answer = first_page(elsewhere, "thu", stage.credentials.password)
    assert answer.url == "/partner/sign-in/code/"


def test_wrong_codes_lock_nobody_either(public_client, stage):
    """It was the code that locked by the name alone: whoever had a session halfway could."""
    for _ in range(6):
        first_page(public_client, "thu", stage.credentials.password)
        refused = public_client.post("/partner/sign-in/code/", {"code": "000000"})
    assert refused.status_code == 429
    elsewhere = type(public_client)(REMOTE_ADDR="198.51.100.7")
    first_page(elsewhere, "thu", stage.credentials.password)
    code = digits(stage.credentials.totp_secret)
    assert elsewhere.post("/partner/sign-in/code/", {"code": code}).url == "/partner/"


def test_whoever_was_closed_is_out_at_once(public_client, stage):
    signed_in(public_client, stage.thu)
    assert public_client.get("/partner/").status_code == 200
    inviting.close_member(stage.thu.pk, by=stage.coordinator)
    assert public_client.get("/partner/").url == "/partner/sign-in/"


def test_a_closed_partner_is_out_and_its_page_is_gone(public_client, stage):
    signed_in(public_client, stage.thu)
    inviting.set_partner_active(stage.partner.pk, is_active=False, by=stage.coordinator)
    assert public_client.get("/partner/").url == "/partner/sign-in/"
    assert public_client.get(f"/partners/{stage.partner.pk}/").status_code == 404


def test_a_member_is_no_officer_and_opens_nothing_of_the_desk(desk_client, stage):
    assert not Officer.objects.filter(username="thu").exists()
    answer = desk_client.post(
        "/sign-in/", {"username": "thu", "password": stage.credentials.password}
    )
    assert answer.status_code == 422
    signed_in(desk_client, stage.thu)
    for page in ("/", "/tips/", "/warnings/", "/partners/", "/questions/"):
        assert desk_client.get(page).url.startswith("/sign-in/"), page


def test_the_desk_makes_an_account_and_keeps_no_way_into_it(stage):
    stored = PartnerMember.objects.get(username="thu")
    assert stored.password.startswith("argon2")
    assert stage.credentials.totp_secret.encode() not in bytes(stored.totp_box)
    assert stored.must_choose_password


def test_a_name_is_taken_once(stage):
    with pytest.raises(NameTaken):
        stage.invited(name="Đoàn phường Nếnh", username="other")
    with pytest.raises(NameTaken):
        stage.invited(name="Khác", username="thu")


def end_session(client, member, chosen, **instead):
    PartnerMember.objects.filter(pk=member.pk).update(totp_last_step=0)
    member.refresh_from_db()
    given = {"session": chosen, "code": second_factor.current_totp_code(member)} | instead
    return client.post("/partner/sessions/end/", given).status_code


def test_a_member_sees_and_ends_the_own_sessions(public_client, stage):
    signed_in(public_client, stage.thu)
    elsewhere = signed_in(type(public_client)(), stage.thu)
    third = signed_in(type(public_client)(), stage.thu)
    of_binh = signed_in(type(public_client)(), stage.binh)
    assert public_client.get("/partner/sessions/").content.decode().count('type="radio"') == 3
    strangers = PartnerSession.objects.get(member=stage.binh)
    assert end_session(public_client, stage.thu, strangers.pk) == 422
    assert of_binh.get("/partner/").status_code == 200
    assert end_session(public_client, stage.thu, "others", code="000000") == 422
    assert elsewhere.get("/partner/").status_code == 200
    assert end_session(public_client, stage.thu, "others") == 302
    for other in (elsewhere, third):
        assert other.get("/partner/").url == "/partner/sign-in/"
    assert public_client.get("/partner/").status_code == 200
    assert Entry.objects.get(action="partner.sessions_ended").detail == {"count": 2}
    elsewhere = signed_in(elsewhere, stage.thu)
    one = PartnerSession.objects.filter(member=stage.thu).order_by("-id").first()
    assert end_session(public_client, stage.thu, one.pk) == 302
    assert elsewhere.get("/partner/").url == "/partner/sign-in/"
