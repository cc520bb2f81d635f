"""Articles: a second person publishes, no officer reads a draft, residents read the rest."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.utils.html import escape

from keng.accounts.models import PartnerMember
from keng.accounts.partner_signing import partner_chain
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from keng.partners import queries
from keng.partners.actions import articles, inviting, releasing, sharing
from keng.partners.errors import MarksUnchecked
from keng.partners.models import Article, KitRequest, KitShare
from keng.partners.tasks import TASKS
from keng.partners.tests.stage import WORDS, Stage, signed_in
from keng.releases.errors import HandInIt, TextChanged
from keng.runtime.tests.rights import as_process
from keng.warnings.tests.ward import Ward
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return Stage()


def test_an_article_written_while_the_sign_in_ended_is_given_back_and_sent_after_it(
    stage, settings
):
    settings.IS_DESK = False
    origin = {"origin": "http://testserver"}
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post("/partner/articles/new/", {**WORDS, "do": "submit"}, headers=origin)
    page = answer.content.decode()
    assert answer.status_code == 403
    for words in WORDS.values():
        assert escape(words) in page
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    signed_in(browser, stage.thu)
    sent = {**WORDS, "do": "submit", "csrfmiddlewaretoken": token}
    assert browser.post("/partner/articles/new/", sent, headers=origin).status_code == 303
    assert Article.objects.get()
    # Not what another site makes a browser send.
    other = Client().post("/partner/articles/new/", WORDS, headers={"origin": "https://e.example"})
    assert other.url == "/partner/sign-in/"


def test_one_writes_another_publishes_everybody_reads(public_client, stage):
    signed_in(public_client, stage.thu)
    public_client.post("/partner/articles/new/", {**WORDS, "do": "submit"})
    article = Article.objects.get()
    page = f"/partner/articles/{article.pk}/"
    seen = {"seen": article.digest_now.hex(), "do": "publish"}
    assert public_client.post(page, seen).status_code == 403
    assert public_client.get(f"/partners/articles/{article.pk}/").status_code == 404
    signed_in(public_client, stage.binh)
    assert public_client.post(page, seen).status_code == 303
    for address in (
        f"/partners/articles/{article.pk}/",
        f"/partners/{stage.partner.pk}/",
        "/partners/",
        f"/places/{stage.place.code}/",
    ):
        assert WORDS["title"] in public_client.get(address).content.decode(), address
    articles.withdraw_article(article.pk, by=stage.thu)
    assert public_client.get(f"/partners/articles/{article.pk}/").status_code == 404


def test_nothing_is_chosen_for_whoever_writes_of_several_things(public_client, stage):
    stage.partner.purposes = ["fraud", "road"]
    stage.partner.save(update_fields=["purposes"])
    signed_in(public_client, stage.thu)
    page = public_client.get("/partner/articles/new/").content.decode()
    choices = page.partition('name="purpose"')[2].partition("</select>")[0]
    assert '<option value="" selected' in choices
    refused = public_client.post("/partner/articles/new/", {**WORDS, "purpose": "", "do": "submit"})
    assert refused.status_code == 422
    assert "Chọn nói về chuyện gì" in refused.content.decode()
    stage.partner.purposes = ["fraud"]
    stage.partner.save(update_fields=["purposes"])
    page = public_client.get("/partner/articles/new/").content.decode()
    assert 'value=""' not in page.partition('name="purpose"')[2].partition("</select>")[0]


def test_the_second_person_publishes_only_the_words_they_read(stage):
    article = stage.submitted()
    articles.write_article(**WORDS | {"text": "Khác hẳn."}, pk=article.pk, by=stage.thu)
    articles.submit_article(article.pk, by=stage.thu)
    with pytest.raises(TextChanged):
        articles.publish_article(article.pk, seen=article.digest_now, by=stage.binh)


def test_whoever_changed_it_last_does_not_publish_it(stage):
    article = stage.submitted()
    articles.write_article(**WORDS, pk=article.pk, by=stage.binh)
    again = articles.submit_article(article.pk, by=stage.binh)
    with pytest.raises(HandInIt):
        articles.publish_article(article.pk, seen=again.digest_now, by=stage.binh)
    with pytest.raises(IntegrityError, match="article_is_released_by"):
        Article.objects.filter(pk=article.pk).update(
            released_at=times.now(), released_by=stage.binh
        )


def test_it_goes_back_with_a_reason(public_client, stage):
    article = stage.submitted()
    signed_in(public_client, stage.binh)
    sent = {"seen": article.digest_now.hex(), "do": "return"}
    page = f"/partner/articles/{article.pk}/"
    assert public_client.post(page, sent).status_code == 422
    public_client.post(page, sent | {"reason": "Thêm nguồn"})
    assert "Thêm nguồn" in public_client.get("/partner/").content.decode()


def test_a_draft_is_handed_in_from_its_own_page(public_client, stage):
    signed_in(public_client, stage.thu)
    draft = articles.write_article(**WORDS, by=stage.thu)
    page = f"/partner/articles/{draft.pk}/"
    assert 'value="submit"' in public_client.get(page).content.decode()
    assert public_client.post(page, {"do": "submit"}).status_code == 303
    draft.refresh_from_db()
    assert draft.is_waiting
    # Pressed twice, or from an old page: it waits, and nothing else is done with it.
    public_client.post(page, {"do": "submit"})
    draft.refresh_from_db()
    assert draft.is_waiting


def test_a_purpose_that_is_not_theirs_is_refused(stage):
    with pytest.raises(articles.NotTheirPurpose):
        articles.write_article(**WORDS | {"purpose": "road"}, by=stage.thu)
    with pytest.raises(IntegrityError, match="article_purpose_is_of_the_closed_list"):
        Article.objects.create(
            partner=stage.partner, hands=[stage.thu.pk], **WORDS | {"purpose": "opinion"}
        )


def test_what_was_withdrawn_is_written_anew_in_another_article(public_client, stage):
    article = stage.submitted()
    seen = article.digest_now
    articles.publish_article(article.pk, seen=seen, by=stage.binh)
    signed_in(public_client, stage.thu)
    anew = f"/partner/articles/new/?after={article.pk}"
    assert WORDS["text"] not in public_client.get(anew).content.decode()
    public_client.post(f"/partner/articles/{article.pk}/withdraw/")
    assert anew in public_client.get(f"/partner/articles/{article.pk}/").content.decode()
    assert WORDS["text"] in public_client.get(anew).content.decode()
    public_client.post(anew, {**WORDS, "do": "submit"})
    assert Article.objects.exclude(pk=article.pk).get().is_waiting
    signed_in(public_client, stage.alone())
    assert WORDS["text"] not in public_client.get(anew).content.decode()


def test_a_partner_opens_nothing_of_another_partner(public_client, stage):
    other = stage.alone()
    mine = stage.submitted()
    signed_in(public_client, other)
    for part in ("", "edit/"):
        assert public_client.get(f"/partner/articles/{mine.pk}/{part}").status_code == 404
    assert WORDS["title"] not in public_client.get("/partner/").content.decode()


def test_for_a_partner_of_one_the_coordinator_is_the_second_person(desk_client, stage, monkeypatch):
    alone = stage.alone()
    draft = articles.write_article(**WORDS | {"title": "Nháp"}, by=alone)
    article = stage.submitted(alone)
    of_two = stage.submitted()
    assert [one.id for one in queries.waiting_texts(stage.coordinator)] == [article.pk]
    sign_in(desk_client, stage.coordinator)
    page = desk_client.get("/partners/").content.decode()
    assert WORDS["title"] in page
    assert "Nháp" not in page
    for hidden in (draft, of_two):
        assert desk_client.get(f"/partners/articles/{hidden.pk}/").status_code == 404
    sent = {"seen": article.digest_now.hex(), "publish": "1"}
    address = f"/partners/articles/{article.pk}/"
    monkeypatch.setattr(
        "keng.accounts.presence.confirm_presence", lambda _officer, code: code == "123456"
    )
    for code in ({}, {"code": "654321"}):
        assert desk_client.post(address, sent | code).status_code == 422
        article.refresh_from_db()
        assert article.released_at is None
    desk_client.post(address, sent | {"code": "123456"})
    article.refresh_from_db()
    assert article.released_by_officer == stage.coordinator


def test_who_made_the_sign_in_is_not_the_second_person(desk_client, stage, become):
    alone = stage.invited(name="Cụ Tám", username="tam", kind="person", by=stage.coordinator).member
    article = stage.submitted(alone)
    sign_in(desk_client, stage.coordinator)
    address = f"/partners/articles/{article.pk}/"
    become("desk")
    assert 'name="code"' not in desk_client.get(address).content.decode()
    sent = {"seen": article.digest_now.hex(), "publish": "1", "code": "123456"}
    desk_client.post(address, sent)
    with pytest.raises(HandInIt):
        releasing.publish_for_partner(article.pk, seen=article.digest_now, by=stage.coordinator)
    another = make.officer(unit=stage.province, role="coordinator")
    releasing.publish_for_partner(article.pk, seen=article.digest_now, by=another)


def test_a_sign_in_made_while_a_text_waits_is_a_hand_in_it(stage):
    alone = stage.alone()
    article = stage.submitted(alone)
    inviting.add_member(alone.partner_id, name="An", username="an", by=stage.coordinator)
    with pytest.raises(HandInIt):
        releasing.publish_for_partner(article.pk, seen=article.digest_now, by=stage.coordinator)
    row = Article.objects.filter(pk=article.pk)
    for maker in (stage.coordinator, stage.administrator):
        with pytest.raises(IntegrityError, match="no_officer_with_a_hand"), transaction.atomic():
            row.update(released_at=times.now(), released_by_officer=maker)
    another = make.officer(unit=stage.province, role="coordinator")
    releasing.publish_for_partner(article.pk, seen=article.digest_now, by=another)
    assert bytes(row.get().digest) == article.digest_now


def test_what_a_partner_took_back_meanwhile_is_not_published_for_it(
    desk_client, stage, monkeypatch
):
    article = stage.submitted(stage.alone())

    def meanwhile(_officer, _code):
        with as_process("public"):
            articles.write_article(**WORDS | {"text": "Khác."}, pk=article.pk, by=alone)
        return True

    alone = PartnerMember.objects.get(username="man")
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", meanwhile)
    sign_in(desk_client, stage.coordinator)
    sent = {"seen": article.digest_now.hex(), "code": "1"}
    address = f"/partners/articles/{article.pk}/"
    for _ in ("while the code is looked at", "afterwards"):
        answer = desk_client.post(address, sent, follow=True)
        assert "Người khác vừa quyết định" in answer.content.decode()
    assert not Article.objects.released().exists()


def test_the_province_gives_it_back_with_a_reason_also_who_made_the_sign_in(
    desk_client, stage, become
):
    alone = stage.invited(name="Cụ Tám", username="tam", kind="person", by=stage.coordinator).member
    article = stage.submitted(alone)
    become("desk")
    sign_in(desk_client, stage.coordinator)
    address = f"/partners/articles/{article.pk}/"
    page = desk_client.get(address).content.decode()
    assert 'name="reason"' in page
    assert desk_client.post(address, {"reason": " "}).status_code == 422
    too_long = desk_client.post(address, {"reason": "Thêm nguồn. " * 60})
    assert too_long.status_code == 422
    # What was typed is still there.
    assert "Thêm nguồn. Thêm nguồn." in too_long.content.decode()
    assert desk_client.post(address, {"reason": "Thêm nguồn"}).url == "/partners/"
    become("owner")
    article.refresh_from_db()
    assert (article.submitted_at, article.returned_reason) == (None, "Thêm nguồn")


def test_a_partner_sees_whom_the_desk_added(public_client, stage):
    chain = Entry.objects.filter(chain=partner_chain(stage.partner.pk))
    assert chain.get(action="partner.member_added").actor_id == str(stage.administrator.pk)
    signed_in(public_client, stage.thu)
    page = public_client.get("/partner/", headers={"accept-language": "en"}).content.decode()
    assert "(binh)" in page
    assert "added by the desk, " in page


@pytest.mark.parametrize("role", ["duty", "commander", "auditor", "data_protection"])
def test_no_other_officer_opens_a_page_of_partners(desk_client, stage, role):
    stage.submitted(stage.alone())
    officer = make.officer(unit=stage.province, role=role)
    assert queries.waiting_texts(officer) == []
    assert not queries.partners_of(officer).exists()
    assert sign_in(desk_client, officer).get("/partners/").status_code == 403


@pytest.mark.parametrize(
    ("process", "statement"),
    [
        ("desk", "SELECT text FROM partners_article"),
        ("desk", "SELECT title FROM partners_article"),
        ("desk", "UPDATE partners_article SET text = 'x'"),
        ("desk", "SELECT password FROM accounts_partnermember"),
        ("desk", "UPDATE accounts_partnermember SET password = 'x'"),
        ("desk", "SELECT totp_box FROM accounts_partnermember"),
        ("desk", "SELECT id FROM accounts_partnersession"),
        ("desk", "SELECT id FROM partners_kitshare"),
        ("worker", "SELECT id FROM partners_article"),
        ("edge", "SELECT id FROM accounts_partnermember"),
        ("public", "INSERT INTO accounts_partnermember (username) VALUES ('x')"),
        ("public", "UPDATE accounts_partnermember SET totp_box = ''"),
        ("public", "UPDATE accounts_partnermember SET is_active = true"),
        ("public", "SELECT name FROM partners_kitrequest"),
        ("public", "SELECT id FROM accounts_officer"),
    ],
)
def test_no_process_opens_what_is_not_its_own(become, process, statement):
    become(process)
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_each_process_does_its_part(public_client, stage, become):
    become("public")
    article = stage.submitted()
    articles.publish_article(article.pk, seen=article.digest_now, by=stage.binh)
    signed_in(public_client, stage.thu)
    assert public_client.get("/partner/").status_code == 200
    inviting.ask_for_kit(name="Cụ Mẫn", place=stage.place, about="Già làng", token="t" * 22)
    become("desk")
    made = inviting.accept_kit_request(
        KitRequest.objects.get().pk, username="man", by=stage.administrator
    )
    stage.agreed(made, by=stage.coordinator)
    become("public")
    alone = stage.submitted(made.member)
    become("desk")
    releasing.publish_for_partner(alone.pk, seen=alone.digest_now, by=stage.coordinator)
    inviting.close_member(made.member.pk, by=stage.coordinator)
    become("public")
    assert Article.objects.public().count() == 2


def test_a_person_of_good_standing_asks_and_is_accepted_or_forgotten(public_client, stage):
    address = f"/places/{stage.place.code}/join/"
    sent = {"name": "Cụ Mẫn", "about": "Già làng", "agrees": "on", "token": "t" * 22}
    assert public_client.post(address, sent | {"agrees": ""}).status_code == 422
    for _ in range(2):
        assert public_client.post(address, sent).status_code == 200
    asked = KitRequest.objects.get()
    made = inviting.accept_kit_request(asked.pk, username="man", by=stage.coordinator)
    assert (made.member.partner.name, made.member.partner.kind) == ("Cụ Mẫn", "person")
    inviting.ask_for_kit(name="Ai đó", place=stage.place, about="x", token="u" * 22)
    inviting.decline_kit_request(KitRequest.objects.get(decided_at=None).pk, by=stage.coordinator)
    assert set(KitRequest.objects.values_list("name", "about")) == {("", "")}


def test_the_kit_has_the_newest_warnings_and_counts_only_what_was_said(public_client, tmp_path):
    ward = Ward()
    version = ward.published()
    officer = make.officer(unit=ward.province, role="coordinator")
    member = inviting.invite_partner(
        name="Cụ Mẫn",
        kind="person",
        place=ward.place,
        about="",
        purposes=["fraud"],
        member_name="Mẫn",
        username="man",
        by=officer,
    ).member
    another = make.officer(unit=ward.province, role="administrator")
    inviting.agree_for_partner(member.pk, seen=queries.agreement_digest(member), by=another)
    signed_in(public_client, member)
    page = public_client.get("/partner/kit/").content.decode()
    assert "Cụ Mẫn chuyển tiếp" in page
    assert f"/w/{version.verify_code.code}" in page
    for groups in ("3", "4"):
        public_client.post("/partner/kit/", {"version": str(version.pk), "groups": groups})
    assert queries.kit_reach(member.partner) == (1, 4)
    assert "4" not in public_client.get(f"/partners/{member.partner_id}/").content.decode().split(
        "<h1>"
    )[1].split("</main>")[0].replace(str(member.partner_id), "")
    sent = {"version": str(version.pk), "groups": "900"}
    refused = public_client.post("/partner/kit/", sent)
    assert refused.status_code == 422
    assert 'value="900" aria-invalid="true"' in refused.content.decode()
    assert KitShare.objects.count() == 1


def test_the_number_is_said_again_not_added(stage):
    version = Ward().published()
    for groups in (2, 5):
        sharing.note_kit_share(version.pk, groups=groups, by=stage.thu)
    assert queries.kit_reach(stage.partner) == (1, 5)


def test_who_was_invited_is_public_from_the_first_sign_in_on(public_client, stage):
    assert stage.partner.name not in public_client.get("/partners/").content.decode()
    PartnerMember.objects.filter(pk=stage.thu.pk).update(must_choose_password=False)
    assert stage.partner.name in public_client.get("/partners/").content.decode()


def test_a_request_that_nobody_decides_is_forgotten_in_a_month(stage, become):
    for token in ("a", "b"):
        inviting.ask_for_kit(name="Bà Lan", place=stage.place, about="Bán ở chợ", token=token)
    first, second = KitRequest.objects.order_by("id")
    for request, days in ((first, 31), (second, 29)):
        request.asked_at = times.now() - timedelta(days=days)
        request.save()
    become("worker")
    assert TASKS[0].run() == 1
    assert TASKS[0].run() == 0
    become("desk")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.name, first.about, first.decided_at is None) == ("", "", False)
    assert (second.name, second.decided_at) == ("Bà Lan", None)
    with pytest.raises(NotAllowed):
        inviting.accept_kit_request(first.pk, username="lan", by=stage.coordinator)


def two_hands(stage):
    """Written by one of the two, changed by the other and handed in."""
    article = stage.submitted()
    longer = WORDS | {"text": WORDS["text"] + " Nhé."}
    articles.write_article(**longer, pk=article.pk, by=stage.binh)
    return articles.submit_article(article.pk, by=stage.binh)


def test_another_persons_word_opens_no_way_round(public_client, stage):
    article = two_hands(stage)
    sent = {"seen": article.digest_now.hex(), "do": "publish"}
    for hand in (stage.thu, stage.binh):
        with pytest.raises(HandInIt):
            articles.publish_article(article.pk, seen=article.digest_now, by=hand)
        with pytest.raises(IntegrityError, match=r"article_is_released_by"), transaction.atomic():
            Article.objects.filter(pk=article.pk).update(released_at=times.now(), released_by=hand)
    an = inviting.add_member(stage.partner.pk, name="An", username="an", by=stage.administrator)
    inviting.agree_to_member(an.member.pk, by=stage.thu)
    signed_in(public_client, stage.thu)
    answer = public_client.post(f"/partner/articles/{article.pk}/", sent)
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "Người đăng được: An." in page
    assert "Thu, Bình" in page
    published = articles.publish_article(article.pk, seen=article.digest_now, by=an.member)
    entry = Entry.objects.get(action="article.published")
    # Whoever made the sign-ins lets it out as little as who wrote it.
    hands = (stage.thu.pk, stage.administrator.pk, stage.binh.pk)
    assert entry.detail["hands"] == [str(hand) for hand in hands]
    assert published.hands == list(hands)


def test_handing_it_in_is_a_hand_in_it(stage):
    article = articles.write_article(**WORDS, by=stage.thu)
    article = articles.submit_article(article.pk, by=stage.binh)
    with pytest.raises(HandInIt):
        articles.publish_article(article.pk, seen=article.digest_now, by=stage.binh)


def test_where_everybody_of_a_partner_had_a_hand_its_page_says_that_the_province_publishes(
    public_client, stage, become
):
    article = two_hands(stage)
    become("public")
    signed_in(public_client, stage.thu)
    page = public_client.get(f"/partner/articles/{article.pk}/").content.decode()
    assert "điều phối viên tỉnh sẽ đọc và đăng" in page
    become("owner")
    releasing.publish_for_partner(article.pk, seen=article.digest_now, by=stage.coordinator)
    become("public")
    page = public_client.get(f"/partners/articles/{article.pk}/").content.decode()
    assert "vì mọi người bên đối tác này đều đã tham gia bài" in page


def test_where_everybody_of_a_partner_had_a_hand_the_province_publishes(
    desk_client, stage, monkeypatch, become
):
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _officer, code: code)
    stage.submitted()
    assert queries.waiting_texts(stage.coordinator) == []
    article = two_hands(stage)
    become("desk")
    sign_in(desk_client, stage.coordinator)
    assert WORDS["title"] in desk_client.get("/partners/").content.decode()
    address = f"/partners/articles/{article.pk}/"
    assert "Thu, Bình" in desk_client.get(address).content.decode()
    sent = {"seen": article.digest_now.hex(), "publish": "1", "code": "1"}
    desk_client.post(address, sent)
    become("owner")
    article = Article.objects.get(pk=article.pk)
    assert article.released_by_officer_id == stage.coordinator.pk
    entry = Entry.objects.get(action="article.published")
    hands = (stage.thu.pk, stage.administrator.pk, stage.binh.pk)
    assert entry.detail["hands"] == [str(hand) for hand in hands]


def test_an_approval_is_bound_to_the_words_and_not_to_their_moment(stage):
    """Words changed behind the screens, at the same moment: neither of the two publishes them."""
    article, alone = stage.submitted(), stage.submitted(stage.alone())
    seen, seen_alone = article.digest_now, alone.digest_now
    Article.objects.update(text="Lời khác hẳn, không ai đọc.")
    with pytest.raises(TextChanged):
        articles.publish_article(article.pk, seen=seen, by=stage.binh)
    with pytest.raises(TextChanged):
        releasing.publish_for_partner(alone.pk, seen=seen_alone, by=stage.coordinator)


def test_the_second_person_is_shown_whose_numbers_and_links_stand_in_it(public_client, stage):
    article = stage.submitted()
    body = "Cần giúp thì gọi 0912 345 678 hoặc mở https://abc.example/ngay. Nguy hiểm: 113."
    Article.objects.filter(pk=article.pk).update(text=body)
    signed_in(public_client, stage.binh)
    page = public_client.get(f"/partner/articles/{article.pk}/").content.decode()
    shown = page.partition("Đây là số, đường dẫn của ai?")[2].partition("</ul>")[0]
    assert "<li>0912 345 678</li>" in shown
    assert "hxxps://abc[.]example/ngay" in shown
    assert "<li>113</li>" not in shown


def test_a_text_without_such_numbers_has_no_such_box(public_client, stage):
    article = stage.submitted()
    signed_in(public_client, stage.binh)
    page = public_client.get(f"/partner/articles/{article.pk}/").content.decode()
    assert "Đây là số, đường dẫn của ai?" not in page


ACCUSES = WORDS | {
    "text": "Ông Đinh Văn Khoát ở tổ 9 quỵt tiền. Gọi 0988 000 111 hoặc vào doi-no.example.com."
}


def test_names_numbers_and_links_are_marked_for_the_author_and_for_the_second_person(
    public_client, stage
):
    marked = ("Đinh Văn Khoát", "0988 000 111", "doi-no[.]example[.]com")
    signed_in(public_client, stage.thu)
    kept = public_client.post("/partner/articles/new/", {**ACCUSES, "do": "submit"})
    article = Article.objects.get()
    assert not article.is_waiting
    page = public_client.get(kept.url).content.decode()
    assert all(f">{one}</li>" in page for one in marked)
    assert public_client.post(kept.url, {"do": "submit"}).status_code == 422
    assert public_client.post(kept.url, {"do": "submit", "checked": "on"}).status_code == 303
    signed_in(public_client, stage.binh)
    page = public_client.get(kept.url).content.decode()
    assert all(f">{one}</li>" in page for one in marked)
    article.refresh_from_db()
    with pytest.raises(MarksUnchecked):
        articles.publish_article(article.pk, seen=article.digest_now, by=stage.binh)
    seen = {"seen": article.digest_now.hex(), "do": "publish"}
    assert public_client.post(kept.url, seen).status_code == 422
    assert public_client.post(kept.url, seen | {"checked": "on"}).status_code == 303


def test_the_province_ticks_them_too(desk_client, stage, monkeypatch):
    monkeypatch.setattr("keng.releases.desk.is_present", lambda *_: True)
    alone = stage.alone()
    made = articles.write_article(**ACCUSES, by=alone)
    with pytest.raises(MarksUnchecked):
        articles.submit_article(made.pk, by=alone)
    article = articles.submit_article(made.pk, by=alone, checked=True)
    with pytest.raises(MarksUnchecked):
        releasing.publish_for_partner(article.pk, seen=article.digest_now, by=stage.coordinator)
    sign_in(desk_client, stage.coordinator)
    page = f"/partners/articles/{article.pk}/"
    assert "Đinh Văn Khoát</li>" in desk_client.get(page).content.decode()
    seen = {"seen": article.digest_now.hex(), "code": "1"}
    assert desk_client.post(page, seen).status_code == 422
    assert desk_client.post(page, seen | {"checked": "on"}).status_code == 302
