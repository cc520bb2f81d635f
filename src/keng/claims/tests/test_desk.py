"""The desk's pages of claims, as officers of the province go through them."""

import re

import pytest
from django.urls import reverse

from keng.accounts import second_factor
from keng.accounts.tests.look import on_another_connection
from keng.claims import actions
from keng.claims.models import Claim, Revision
from keng.claims.tests.bureau import ASKED, SAID, Bureau, content
from keng.conftest import sign_in
from tests import make

pytestmark = pytest.mark.django_db
FORM = {
    "quote": ASKED,
    "question": SAID["question"],
    "verdict": "false",
    "answer": SAID["answer"],
    "unknown": SAID["unknown"],
    "topic": "papers",
    "e1-source": "Công an tỉnh",
    "e1-finding": "Bảng lệ phí.",
    "e1-dated": "2026-11-20",
    "e1-excerpt": "Theo bảng.",
    "do": "submit",
}


@pytest.fixture
def bureau():
    return Bureau()


def url(name, *args):
    return reverse(name, args=args, urlconf="keng.site.desk_urls")


def text(answer):
    return answer.content.decode().replace("\u00a0", " ")


def test_from_a_question_to_a_page_by_two_people(desk_client, bureau):
    claim, _token = bureau.asked()
    sign_in(desk_client, bureau.author)
    assert "Nghe nói từ tháng sau" in text(desk_client.get(url("desk-claims")))
    desk_client.post(url("claim-write", claim.pk), FORM)
    assert "chờ người thứ hai" in text(desk_client.get(url("claim-detail", claim.pk)))
    second_factor.set_totp_secret(bureau.second)
    sign_in(desk_client, bureau.second)
    page = desk_client.get(url("claim-publish", claim.pk))
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', text(page))[1]
    code = second_factor.current_totp_code(bureau.second)
    desk_client.post(url("claim-publish", claim.pk), {"seen": seen, "code": code})
    claim.refresh_from_db()
    assert (claim.state, claim.number) == ("published", 1)


def test_a_wrong_code_publishes_nothing(desk_client, bureau):
    revision = bureau.waiting()
    second_factor.set_totp_secret(bureau.second)
    sign_in(desk_client, bureau.second)
    wrong = str((int(second_factor.current_totp_code(bureau.second)) + 1) % 1_000_000).zfill(6)
    data = {"seen": revision.digest_now.hex(), "code": wrong}
    assert desk_client.post(url("claim-publish", revision.claim_id), data).status_code == 422
    assert not Revision.objects.released().exists()


def test_a_changed_text_is_shown_again_before_the_code_is_used_up(desk_client, bureau):
    revision = bureau.waiting()
    sign_in(desk_client, bureau.second)
    data = {"seen": "0" * 64, "code": "123456"}
    answer = desk_client.post(url("claim-publish", revision.claim_id), data)
    assert answer.status_code == 409
    assert "đã thay đổi" in text(answer)


def test_the_author_is_told_that_somebody_else_publishes(desk_client, bureau):
    revision = bureau.waiting()
    sign_in(desk_client, bureau.author)
    page = text(desk_client.get(url("claim-publish", revision.claim_id)))
    assert f"Người duyệt được: {bureau.second} (Công an tỉnh)" in page
    assert 'name="code"' not in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"question": "Đổi căn cước mất 300 nghìn"}, "kết thúc bằng dấu hỏi"),
        ({"verdict": ""}, "Hãy chọn kết luận"),
        ({"unknown": ""}, "Hãy viết điều chưa biết"),
        ({"e1-excerpt": ""}, "Hãy dán nguyên văn"),
        ({"e1-dated": "2999-01-01"}, "Ngày này chưa tới"),
        ({"e2-source": "Báo tỉnh"}, "Hãy viết là của ngày nào"),
        ({"e1-link": "javascript:alert(1)"}, "https://"),
        ({"en_question": "Is it true?"}, "Bản tiếng Anh"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_saved(desk_client, bureau, changes, words):
    claim, _token = bureau.asked()
    sign_in(desk_client, bureau.author)
    answer = desk_client.post(url("claim-write", claim.pk), FORM | changes)
    assert answer.status_code == 422
    assert words in text(answer)
    assert not Revision.objects.exists()


def test_people_in_the_quoted_rumour_are_covered(desk_client, bureau):
    claim, _token = bureau.asked()
    sign_in(desk_client, bureau.author)
    quote = "Chị Nguyễn Thị Hoa @hoa_88 bảo đổi căn cước mất 300 nghìn"
    desk_client.post(url("claim-write", claim.pk), FORM | {"quote": quote, "do": "save"})
    kept = Revision.objects.get().quote
    assert "Hoa" not in kept
    assert "hoa_88" not in kept
    assert "mất 300 nghìn" in kept


def test_a_correction_has_to_say_what_it_changes(desk_client, bureau):
    check = bureau.published()
    sign_in(desk_client, bureau.author)
    answer = desk_client.post(url("claim-write", check.claim_id), FORM)
    assert "Hãy viết lần sửa này đổi gì" in text(answer)
    note = {"note": "Thêm nguồn.", "verdict": "partly"}
    desk_client.post(url("claim-write", check.claim_id), FORM | note)
    assert Revision.objects.latest("number").texts["vi"]["note"] == "Thêm nguồn."


def test_an_earlier_check_is_offered_with_its_reasons(desk_client, bureau):
    check = bureau.published()
    claim, _token = bureau.asked("doi can cuoc mat 300k that a")
    sign_in(desk_client, bureau.author)
    page = text(desk_client.get(url("claim-detail", claim.pk)))
    assert SAID["question"] in page
    assert "cùng có: doi, can, cuoc, mat" in page
    desk_client.post(url("claim-answer", claim.pk), {"check": check.claim_id})
    claim.refresh_from_db()
    assert claim.same_as == check.claim


def test_out_of_scope_destroys_the_words_and_leaves_a_count(desk_client, bureau):
    claim, _token = bureau.asked("Cô giáo bỏ chồng theo trai à?")
    sign_in(desk_client, bureau.author)
    assert desk_client.post(url("claim-outside", claim.pk)).status_code == 422
    page = desk_client.post(url("claim-outside", claim.pk), {"why": "private"}, follow=True)
    assert "chồng" not in text(page)
    assert re.search(r"Đời tư của một người</dt><dd>1<", text(page))
    assert "chồng" not in text(desk_client.get(url("claim-detail", claim.pk)))


def test_another_officer_decides_what_was_objected_to(desk_client, bureau):
    check = bureau.published()
    claim, token = bureau.asked("đổi căn cước mất 300 nghìn phải không ạ")
    actions.put_claim_out_of_scope(claim.pk, why="opinion", by=bureau.author)
    actions.object_to_out_of_scope(token)
    sign_in(desk_client, bureau.author)
    page = text(desk_client.get(url("claim-detail", claim.pk)))
    assert "nay một cán bộ khác quyết định" in page
    assert SAID["question"] in page
    assert url("claim-outside", claim.pk) not in page
    assert url("claim-answer", claim.pk) not in page
    for name, data in (
        ("claim-outside", {"why": "opinion"}),
        ("claim-answer", {"check": check.claim_id}),
    ):
        page = desk_client.post(url(name, claim.pk), data, follow=True)
        assert "nay một cán bộ khác quyết định" in text(page)
    claim.refresh_from_db()
    assert claim.state == "new"
    sign_in(desk_client, bureau.second)
    assert url("claim-outside", claim.pk) in text(desk_client.get(url("claim-detail", claim.pk)))
    desk_client.post(url("claim-answer", claim.pk), {"check": check.claim_id})
    claim.refresh_from_db()
    assert claim.state == "answered"


def test_an_officer_writes_down_what_goes_round(desk_client, bureau):
    bureau.published()
    sign_in(desk_client, bureau.second)
    page = desk_client.post(url("claim-new"), {"words": "đổi căn cước mất 300 nghìn"})
    assert "Đã hỏi trước đây?" in text(page)
    assert Claim.objects.count() == 1
    desk_client.post(url("claim-new"), {"words": "Mai cấm cầu, đúng không?", "do": "send"})
    assert Claim.objects.filter(words="Mai cấm cầu, đúng không?").exists()


def test_it_is_given_back_and_taken_back_with_a_reason(desk_client, bureau):
    revision = bureau.waiting()
    second_factor.set_totp_secret(bureau.second)
    sign_in(desk_client, bureau.second)
    desk_client.post(url("claim-publish", revision.claim_id), {"reason": "Thiếu ngày."})
    assert "Thiếu ngày." in text(desk_client.get(url("claim-write", revision.claim_id)))
    actions.submit_claim(revision.claim_id, by=bureau.author)
    actions.publish_claim(revision.claim_id, seen=revision.digest_now, by=bureau.second)
    address, code = url("claim-withdraw", revision.claim_id), second_factor.current_totp_code
    own_words = {"reason": "Nguồn sai.", "code": code(bureau.second)}
    assert desk_client.post(address, own_words).status_code == 422
    data = {"reason": "wrong_source", "code": code(bureau.second)}
    page = desk_client.post(address, data, follow=True)
    assert "Một nguồn của bài bị sai." in text(page)


def test_a_communes_desk_has_no_tab_and_no_page(desk_client, bureau):
    claim, _token = bureau.asked()
    sign_in(desk_client, make.officer(unit=bureau.ward, role="commander"))
    assert url("desk-claims") not in text(desk_client.get(url("warnings")))
    assert "Nghe nói" not in text(desk_client.get(url("desk-claims")))
    assert desk_client.get(url("claim-detail", claim.pk)).status_code == 404
    assert desk_client.get(url("claim-new")).status_code == 404


def test_the_province_has_the_tab(desk_client, bureau):
    sign_in(desk_client, bureau.author)
    assert url("desk-claims") in text(desk_client.get(url("warnings")))


def test_a_check_taken_back_twice_at_once_is_taken_back_once(desk_client, bureau, monkeypatch):
    revision = bureau.published()

    def meanwhile(_officer, _code):
        with on_another_connection():
            actions.withdraw_claim(revision.claim_id, reason="wrong_source", by=bureau.second)
        return True

    monkeypatch.setattr("keng.accounts.presence.confirm_presence", meanwhile)
    sign_in(desk_client, bureau.author)
    sent = {"reason": "changed", "code": "000000"}
    answer = desk_client.post(url("claim-withdraw", revision.claim_id), sent, follow=True)
    assert "Bài đã được rút lại trong lúc đó" in text(answer)
    assert Claim.objects.get().withdrawn_code == "wrong_source"


def test_what_somebody_else_published_meanwhile_is_said_and_not_published_again(
    desk_client, bureau, monkeypatch
):
    revision = bureau.waiting()
    third = make.officer(unit=bureau.province)

    def meanwhile(_officer, _code):
        with on_another_connection():
            actions.publish_claim(revision.claim_id, seen=revision.digest_now, by=third)
        return True

    monkeypatch.setattr("keng.accounts.presence.confirm_presence", meanwhile)
    sign_in(desk_client, bureau.second)
    sent = {"seen": revision.digest_now.hex(), "code": "000000"}
    answer = desk_client.post(url("claim-publish", revision.claim_id), sent, follow=True)
    assert "không còn gì chờ" in text(answer)


def test_what_changed_while_the_code_was_looked_at_is_shown_with_everybody_who_wrote_it(
    desk_client, bureau, monkeypatch
):
    revision = bureau.waiting()
    third = make.officer(unit=bureau.province, name="Tâm")

    def meanwhile(_officer, _code):
        changed = content(answer="Không mất tiền.")
        with on_another_connection():
            actions.write_claim(revision.claim_id, content=changed, by=third)
            actions.submit_claim(revision.claim_id, by=third)
        return True

    monkeypatch.setattr("keng.accounts.presence.confirm_presence", meanwhile)
    sign_in(desk_client, bureau.second)
    sent = {"seen": revision.digest_now.hex(), "code": "000000"}
    answer = desk_client.post(url("claim-publish", revision.claim_id), sent)
    assert answer.status_code == 409
    assert f"{bureau.author}, {third}" in text(answer)


def test_what_is_out_is_searched_by_its_question(desk_client, bureau):
    bureau.published(question="Lệ phí cấp đổi căn cước có tăng không?")
    bureau.published(question="Có phải nộp phí đường bộ ở chốt không?")
    sign_in(desk_client, bureau.author)
    for words, questions in (("", 2), ("?q=CAN+cuoc", 1), ("?q=may+bay", 0)):
        page = desk_client.get(url("desk-claims") + words)
        assert len(page.context["published"]) == questions, words
    assert "Không có dòng nào khớp" in text(page)
