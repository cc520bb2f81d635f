"""What a partner is introduced with is public once a second officer read it, each with a code."""

import pytest
from django.conf import settings
from django.test import Client, override_settings

from keng.accounts.models import Officer, Partner, PartnerMember
from keng.acts.errors import NotAllowed
from keng.conftest import sign_in
from keng.kit import times
from keng.partners import queries
from keng.partners.actions import inviting, releasing
from keng.partners.errors import IntroductionForbidden, WordsChanged
from keng.partners.models import KitRequest
from keng.partners.tests.stage import Stage
from keng.releases.errors import HandInIt
from tests import make

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Báo Mới",
    "kind": "newspaper",
    "about": "Tin cho người trẻ.",
    "purposes": ["fraud"],
    "member_name": "Người Mới",
    "username": "moi",
    "code": "1",
}
NUMBER = "Ai bị lừa thì nộp 200.000đ, gọi số 0912 345 678."


@pytest.fixture
def stage(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _o, code: code == "1")
    return Stage()


def read_publicly(address):
    """The answer to anybody, beside a desk that is signed in."""
    public = {"ROOT_URLCONF": "keng.site.public_urls", "MIDDLEWARE": settings.PUBLIC_MIDDLEWARE}
    with override_settings(**public):
        return Client().get(address)


def invited(desk_client, officer, **changes):
    """As an officer does it: the newest member."""
    sign_in(desk_client, officer)
    assert desk_client.post("/partners/new/", FORM | changes).status_code == 200
    return PartnerMember.objects.get(username=changes.get("username", "moi"))


def seen(member):
    return queries.agreement_digest(member).hex()


def test_what_one_officer_writes_about_a_partner_is_on_no_public_page(desk_client, stage):
    made = invited(desk_client, stage.administrator)
    address = f"/partners/{made.partner_id}/"
    assert read_publicly(address).status_code == 404
    inviting.agree_for_partner(made.pk, seen=queries.agreement_digest(made), by=stage.coordinator)
    PartnerMember.objects.filter(pk=made.pk).update(must_choose_password=False)
    page = read_publicly(address).content.decode()
    assert FORM["name"] in page
    assert FORM["about"] in page


@pytest.mark.parametrize("code", ["", "0"])
def test_nobody_invites_without_the_six_digits(desk_client, stage, code):
    sign_in(desk_client, stage.administrator)
    assert desk_client.post("/partners/new/", FORM | {"code": code}).status_code == 422
    assert not Partner.objects.filter(name=FORM["name"]).exists()


@pytest.mark.parametrize("code", ["", "0"])
def test_nobody_accepts_a_request_without_the_six_digits(desk_client, stage, code):
    inviting.ask_for_kit(name="Cụ Mẫn", place=stage.place, about="Già làng", token="t")
    address = f"/partners/requests/{KitRequest.objects.get().pk}/"
    sign_in(desk_client, stage.administrator)
    assert desk_client.post(address, {"username": "man", "code": code}).status_code == 422
    assert desk_client.post(address, {"username": "man", "code": "1"}).status_code == 200


def test_the_second_officer_reads_what_will_be_public_and_agrees_with_six_digits(
    desk_client, stage, become
):
    made = invited(desk_client, stage.administrator)
    sign_in(desk_client, stage.coordinator)
    become("desk")
    address = f"/partners/members/{made.pk}/agree/"
    assert address in desk_client.get(f"/partners/{made.partner_id}/").content.decode()
    page = desk_client.get(address).content.decode()
    for words in (FORM["name"], FORM["about"], FORM["member_name"], seen(made)):
        assert words in page, words
    for code in ("", "0"):
        assert desk_client.post(address, {"seen": seen(made), "code": code}).status_code == 422
    assert desk_client.post(address, {"seen": seen(made), "code": "1"}).status_code == 302
    become("owner")
    made.refresh_from_db()
    assert not made.awaits_agreement


def test_nobody_agrees_to_words_that_changed_since_they_were_read(desk_client, stage):
    made = invited(desk_client, stage.administrator)
    stale = seen(made)
    Partner.objects.filter(pk=made.partner_id).update(about="Lời khác.")
    sign_in(desk_client, stage.coordinator)
    address = f"/partners/members/{made.pk}/agree/"
    told = desk_client.post(address, {"seen": stale, "code": "1"}, follow=True)
    assert "vừa thay đổi: hãy đọc lại" in told.content.decode()
    with pytest.raises(WordsChanged):
        inviting.agree_for_partner(made.pk, seen=bytes.fromhex(stale), by=stage.coordinator)
    made.refresh_from_db()
    assert made.awaits_agreement


@pytest.mark.parametrize(
    "name",
    [
        "Công an phường Nếnh – Thông báo khẩn",
        "CÔNG AN tỉnh",
        "Cong  an xa",
        "Công\u200b an phường",
        "C.Ô.N.G A.N phường",
        "Đội Cảnh sát hình sự",
        "CSGT Bắc Ninh",
        "Bac Ninh Police",
        "公安通知",
    ],
)
def test_no_partner_is_called_like_the_police(desk_client, stage, name):
    sign_in(desk_client, stage.administrator)
    answer = desk_client.post("/partners/new/", FORM | {"name": name})
    assert answer.status_code == 422
    assert "dễ bị hiểu là công an" in answer.content.decode()
    with pytest.raises(IntroductionForbidden):
        stage.invited(name=name, username="moi")


@pytest.mark.parametrize("name", ["Hội Công Anh", "Báo Thanh niên", "Trường THCS Cảnh Sơn số 2"])
def test_other_names_are_no_police(stage, name):
    assert stage.invited(name=name, username="moi").member.partner.name == name


@pytest.mark.parametrize("words", [NUMBER, "Xem nhan-tien.example/khan", "Viết cho a@nhan.example"])
@pytest.mark.parametrize("box", ["name", "about"])
def test_nothing_to_call_or_to_open_introduces_a_partner(desk_client, stage, box, words):
    sign_in(desk_client, stage.administrator)
    assert desk_client.post("/partners/new/", FORM | {box: words}).status_code == 422
    with pytest.raises(IntroductionForbidden):
        stage.invited(**{"name": "Báo Mới", "username": "moi"} | {box: words})
    assert not PartnerMember.objects.filter(username="moi").exists()


@pytest.mark.parametrize("changes", [{"about": NUMBER}, {"name": "Công an phường"}])
def test_whoever_asks_for_the_kit_reads_what_cannot_be_said(public_client, stage, become, changes):
    sent = {"name": "Cụ Mẫn", "about": "Già làng", "agrees": "on", "token": "t" * 22} | changes
    become("public")
    answer = public_client.post(f"/places/{stage.place.code}/join/", sent)
    assert answer.status_code == 422
    become("owner")
    assert not KitRequest.objects.exists()


def test_a_request_from_before_that_cannot_be_said_is_not_accepted(desk_client, stage):
    inviting.ask_for_kit(name="Cụ Mẫn", place=stage.place, about=NUMBER, token="t")
    address = f"/partners/requests/{KitRequest.objects.get().pk}/"
    sign_in(desk_client, stage.administrator)
    answer = desk_client.post(address, {"username": "man", "code": "1"})
    assert answer.status_code == 422
    assert "0912 345 678" in answer.content.decode()
    assert not PartnerMember.objects.filter(username="man").exists()


def ghost_of(stage, maker, *, role):
    """Somebody at the province whose sign-in the maker asked for."""
    made = make.officer(unit=stage.province, role=role)
    set_up = {"set_up_asked_by": maker, "set_up_at": times.now()}
    Officer.objects.filter(pk=made.pk).update(**set_up)
    return Officer.objects.get(pk=made.pk)


def test_a_ghost_of_who_made_a_sign_in_does_not_agree_to_it(desk_client, stage):
    made = invited(desk_client, stage.administrator)
    ghost = ghost_of(stage, stage.administrator, role="coordinator")
    of_the_ghost = ghost_of(stage, ghost, role="administrator")
    address = f"/partners/members/{made.pk}/agree/"
    for one in (ghost, of_the_ghost):
        with pytest.raises(NotAllowed):
            inviting.agree_for_partner(made.pk, seen=queries.agreement_digest(made), by=one)
        sign_in(desk_client, one)
        assert address not in desk_client.get(f"/partners/{made.partner_id}/").content.decode()
        assert desk_client.post(address, {"seen": seen(made), "code": "1"}).status_code == 404
    theirs = invited(desk_client, ghost, name="Báo Khác", username="khac")
    with pytest.raises(NotAllowed):
        inviting.agree_for_partner(
            theirs.pk, seen=queries.agreement_digest(theirs), by=stage.administrator
        )
    inviting.agree_for_partner(
        theirs.pk, seen=queries.agreement_digest(theirs), by=stage.coordinator
    )


def test_a_ghost_of_who_made_a_sign_in_does_not_publish_for_the_partner(desk_client, stage):
    article = stage.submitted(stage.alone())
    ghost = ghost_of(stage, stage.administrator, role="coordinator")
    hash_now = article.digest_now
    with pytest.raises(HandInIt):
        releasing.publish_for_partner(article.pk, seen=hash_now, by=ghost)
    page = sign_in(desk_client, ghost).get(f"/partners/articles/{article.pk}/").content.decode()
    assert 'name="code"' not in page
    releasing.publish_for_partner(article.pk, seen=hash_now, by=stage.coordinator)
