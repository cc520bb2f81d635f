"""Whom the desk adds signs in once the partner agrees; with nobody left another officer does."""

import pytest
from django.utils import translation

from keng.accounts.models import PartnerMember
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.network.models import GroupKind
from keng.network.sheets.cells import parse_group_kind
from keng.partners import queries
from keng.partners.actions import articles, inviting
from keng.partners.tests.stage import WORDS, Stage, signed_in

pytestmark = pytest.mark.django_db
IN_ENGLISH = {"accept-language": "en"}


@pytest.fixture
def stage(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _o, code: code == "1")
    return Stage()


def added(stage, partner, username="moi"):
    return inviting.add_member(
        partner.pk, name="Người Mới", username=username, by=stage.administrator
    )


def sent(member):
    """What the form of the second officer sends."""
    return {"seen": queries.agreement_digest(member).hex(), "code": "1"}


def agree_for(member, *, by):
    return inviting.agree_for_partner(member.pk, seen=queries.agreement_digest(member), by=by)


def agreements(made):
    """Who agreed to this person, on every chain."""
    told = Entry.objects.filter(
        action="partner.member_agreed", object_id=str(made.member.partner_id)
    )
    return [entry for entry in told if entry.detail["member"] == str(made.member.pk)]


def test_whoever_was_added_signs_in_once_one_of_the_partner_agrees(public_client, stage, become):
    man = stage.alone()
    made = added(stage, man.partner)
    first_page = {"username": "moi", "password": made.password}
    answer = public_client.post("/partner/sign-in/", first_page, headers=IN_ENGLISH)
    assert answer.status_code == 422
    assert "This sign-in waits" in answer.content.decode()
    wrong = public_client.post(
        "/partner/sign-in/", first_page | {"password": "x"}, headers=IN_ENGLISH
    )
    assert "This sign-in waits" not in wrong.content.decode()
    become("public")
    signed_in(public_client, man)
    agree = f"/partner/people/{made.member.pk}/agree/"
    assert agree in public_client.get("/partner/").content.decode()
    assert public_client.post(agree).status_code == 303
    assert public_client.post(agree).status_code == 404
    public_client.post("/partner/sign-out/")
    assert public_client.post("/partner/sign-in/", first_page).url == "/partner/sign-in/code/"
    become("owner")
    told = agreements(made)
    assert {entry.actor_id for entry in told} == {str(man.pk)}
    # On the partner's chain and on the desk's, with whom it was about.
    assert [entry.detail["member"] for entry in told] == [str(made.member.pk)] * 2


def test_nobody_of_another_partner_agrees(public_client, stage):
    made = added(stage, stage.partner)
    signed_in(public_client, stage.alone())
    assert public_client.post(f"/partner/people/{made.member.pk}/agree/").status_code == 404
    assert PartnerMember.objects.get(pk=made.member.pk).awaits_agreement


def test_who_only_waits_is_nobodys_second_person(stage):
    man = stage.alone()
    made = added(stage, man.partner)
    articles.submit_article(articles.write_article(**WORDS, by=man).pk, by=man)
    assert queries.is_only_member(man)
    assert len(queries.waiting_texts(stage.coordinator)) == 1
    inviting.agree_to_member(made.member.pk, by=man)
    assert not queries.is_only_member(man)
    assert queries.waiting_texts(stage.coordinator) == []


def test_with_nobody_left_another_officer_than_who_added_agrees(desk_client, stage, become):
    man = stage.alone()
    made = added(stage, man.partner)
    agree, page = f"/partners/members/{made.member.pk}/agree/", f"/partners/{man.partner_id}/"
    become("desk")
    sign_in(desk_client, stage.coordinator)
    assert agree not in desk_client.get(page).content.decode()
    assert desk_client.post(agree, sent(made.member)).status_code == 404
    inviting.close_member(man.pk, by=stage.administrator)
    with pytest.raises(NotAllowed):
        agree_for(made.member, by=stage.administrator)
    assert agree in desk_client.get(page).content.decode()
    assert desk_client.post(agree, sent(made.member)).status_code == 302
    assert agree not in desk_client.get(page).content.decode()
    chains = agreements(made)
    assert {entry.actor_id for entry in chains} == {str(stage.coordinator.pk)}
    assert len(chains) == 2


def test_a_partner_needs_two_officers_before_its_first_person_signs_in(
    public_client, stage, become
):
    become("desk")
    made = inviting.invite_partner(
        name="Báo Mới",
        kind="newspaper",
        place=None,
        about="",
        purposes=["fraud"],
        member_name="Bí Danh",
        username="moi",
        by=stage.administrator,
    )
    added_too = added(stage, made.member.partner, username="hai")
    become("public")
    first_page = {"username": "moi", "password": made.password}
    answer = public_client.post("/partner/sign-in/", first_page, headers=IN_ENGLISH)
    assert "This sign-in waits" in answer.content.decode()
    become("desk")
    for each in (made, added_too):
        with pytest.raises(NotAllowed):
            agree_for(each.member, by=stage.administrator)
    agree_for(made.member, by=stage.coordinator)
    become("public")
    assert public_client.post("/partner/sign-in/", first_page).url == "/partner/sign-in/code/"


def test_whoever_invited_is_told_that_another_officer_has_to_agree(desk_client, stage):
    sign_in(desk_client, stage.administrator)
    form = {
        "name": "Báo Mới",
        "kind": "newspaper",
        "purposes": ["fraud"],
        "member_name": "Người Mới",
        "username": "moi",
        "code": "1",
    }
    shown = desk_client.post("/partners/new/", form).content.decode()
    assert "một quản trị viên hoặc điều phối viên khác đồng ý" in shown
    made = PartnerMember.objects.get(username="moi")
    page, agree = f"/partners/{made.partner_id}/", f"/partners/members/{made.pk}/agree/"
    assert agree not in desk_client.get(page).content.decode()
    assert desk_client.post(agree, sent(made)).status_code == 404
    sign_in(desk_client, stage.coordinator)
    assert agree in desk_client.get(page).content.decode()
    assert desk_client.post(agree, sent(made)).status_code == 302
    made.refresh_from_db()
    assert not made.awaits_agreement


def test_a_mass_mobilisation_committee_is_a_partner_of_its_own_kind(stage):
    """In 2026 many of them do this work together with the Front or another body of the party."""
    made = stage.invited(name="Dân vận phường Nếnh", username="lan", kind="mobilisation")
    for words in ("Ban Dân vận", "Tuyên giáo và Dân vận"):
        assert parse_group_kind(words) == GroupKind.MOBILISATION
    with translation.override("vi"):
        assert made.member.partner.get_kind_display() == "Ban Dân vận"
