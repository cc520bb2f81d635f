"""Taking a warning back: for a fixed reason at once, in one's own words by a second person."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from keng.accounts import second_factor
from keng.accounts.tests.look import on_another_connection
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.delivery.models import Delivery, Dispatch, DispatchText
from keng.delivery.tests.rows import make_rows
from keng.kit import times
from keng.releases.errors import HandInIt, NothingWaits, TextChanged
from keng.warnings import actions, queries
from keng.warnings.models import RecallReason, RecallRequest, Warning
from keng.warnings.recall_words import forbidden_in_recall
from keng.warnings.tests.test_releasing import release
from keng.warnings.tests.ward import CALM, Ward, waiting_warnings
from tests import make

pytestmark = pytest.mark.django_db

WORDS = "Ngân hàng xác nhận tin nhắn đó do họ gửi nhầm. Cần hỏi, gọi 0204 000 0113."
HARMFUL = [
    "Ai đã chuyển tiền hãy vào https://hoan-tien-ca.example/nhan nhập số thẻ.",
    "Ai đã chuyển tiền hãy vào hoan-tien-ca[.]example nhập số thẻ.",
    "Ai đã chuyển tiền hãy viết tới hoantien@ca.example.",
    "Ai đã chuyển tiền gọi Zalo 0900000999.",
    "Ai đã chuyển tiền gọi trực ban 0204 000 0131.",
    "Ai đã chuyển tiền gọi 0900 000 99.",
    "Chuyển vào tài khoản 1028 7734 5521 để nhận lại.",
]


@pytest.fixture
def ward():
    return Ward()


def url(name, *args):
    return reverse(name, args=args, urlconf="keng.site.desk_urls")


def asked(ward, *, by=None, words=WORDS, version=None):
    version = version or ward.published()
    return actions.ask_recall(
        version.warning_id, reason="own_words", words=words, by=by or ward.commander
    )


def approve(request, by):
    return actions.approve_recall(request.pk, seen=request.digest_now, by=by)


def test_at_once_only_for_a_fixed_reason_in_the_language_of_each_text(ward):
    english = {**CALM, "title": "The police do not call about e-ID"}
    version = ward.draft()
    content = ward.content()
    content = type(content)({**content.texts, "en": english}, "scam_impersonation", 2, None)
    actions.revise_warning(
        version.warning_id, content=content, choice=ward.choice(), by=ward.officer
    )
    latest = actions.submit_warning(version.warning_id, by=ward.officer)
    release(latest, ward.province_duty)
    dispatch = actions.recall_warning(version.warning_id, reason="wrong_number", by=ward.commander)
    texts = {text.language: text.text for text in dispatch.texts.all()}
    assert "Số điện thoại, số tài khoản hoặc đường dẫn trong cảnh báo bị sai." in texts["vi"]
    assert "A number, an account or a link in it is wrong." in texts["en"]
    assert Entry.objects.get(action="warning.recalled").detail["why"] == "wrong_number"


def test_the_page_tells_who_has_it_from_who_may_have_it(desk_client, ward):
    version = ward.published()
    Delivery.objects.filter(dispatch=version.dispatch, channel="sandbox").update(state="sent")
    sign_in(desk_client, ward.commander)
    page = desk_client.get(f"/warnings/{version.warning_id}/recall/").content.decode()
    # The machine has posted to one group; the lead of the other may have posted it, too.
    assert "1 nơi đã nhận." in page
    assert "1 nơi chưa rõ: đầu mối có thể đã đăng" in page
    assert "báo 2 nơi nhận" in page


def with_a_page(ward):
    """A warning that went to a page, too, whose posts can be changed."""
    make.channel_account(unit=ward.unit, channel="facebook_page")
    make.group(unit=ward.unit, place=ward.hamlet, channel="facebook_page", channel_address="1")
    version = ward.published()
    Delivery.objects.filter(dispatch=version.dispatch, channel="facebook_page").update(
        state="sent", provider_id="1_2"
    )
    return version


def test_the_desk_is_asked_what_becomes_of_posts_where_there_are_some(desk_client, ward):
    second_factor.set_totp_secret(ward.commander)
    sign_in(desk_client, ward.commander)
    plain, version = ward.published(), with_a_page(ward)
    asks = "Bài đăng, bài viết thì sao?"
    assert asks not in desk_client.get(url("warning-recall", plain.warning_id)).content.decode()
    address = url("warning-recall", version.warning_id)
    assert asks in desk_client.get(address).content.decode()
    code = second_factor.current_totp_code(ward.commander)
    values = {"reason": "wrong_number", "code": code}
    assert desk_client.post(address, values).status_code == 422
    assert desk_client.post(address, values | {"posts": "delete"}).status_code == 302
    make_rows()
    row = Delivery.objects.get(dispatch__kind="recall", channel="facebook_page")
    assert (row.deletes_post, row.earlier_ref is not None) == (True, True)
    assert Entry.objects.get(action="warning.recalled").detail["posts"] == "deleted"


def test_a_second_person_reads_that_posts_are_deleted_and_lets_that_out(desk_client, ward):
    version = with_a_page(ward)
    request = actions.ask_recall(
        version.warning_id,
        reason="own_words",
        words=WORDS,
        deletes_posts=True,
        by=ward.commander,
    )
    assert request.content_to_release["deletes_posts"]
    sign_in(desk_client, ward.province_duty)
    page = desk_client.get(url("warning-recall", version.warning_id)).content.decode()
    assert "Bài đăng, bài viết sẽ bị xóa." in page
    dispatch = approve(request, ward.province_duty)
    make_rows()
    posts = Delivery.objects.filter(dispatch=dispatch, deletes_post=True)
    assert [post.channel for post in posts] == ["facebook_page"]
    assert "deletes_posts" not in asked(ward).content_to_release


def test_nobody_sends_words_of_their_own_alone(ward):
    version = ward.published()
    with pytest.raises(NotAllowed):
        actions.recall_warning(version.warning_id, reason="own_words", by=ward.commander)
    with pytest.raises(ValueError, match="hoàn tiền"):
        actions.recall_warning(version.warning_id, reason="hoàn tiền tại đây", by=ward.commander)
    request = asked(ward, version=version)
    with pytest.raises(HandInIt):
        approve(request, ward.commander)
    assert not Dispatch.objects.filter(kind="recall").exists()


@pytest.mark.parametrize("words", HARMFUL)
def test_words_with_a_link_or_a_strange_number_do_not_even_wait(ward, words):
    with pytest.raises(actions.RecallWordsStop):
        asked(ward, words=words)
    assert not RecallRequest.objects.exists()


def test_words_that_name_a_desk_and_figures_are_fine(ward):
    request = asked(ward, words=f"{WORDS} Có 120 người nhận được, từ 24/11/2026. Nguy hiểm: 113.")
    assert request.is_waiting


def test_a_second_person_lets_exactly_these_words_out(ward):
    version = ward.published()
    request = asked(ward, version=version)
    version.warning.refresh_from_db()
    assert version.warning.state == Warning.State.PUBLISHED
    with pytest.raises(TextChanged):
        actions.approve_recall(request.pk, seen=b"0" * 32, by=ward.province_duty)
    dispatch = approve(request, ward.province_duty)
    assert WORDS in dispatch.texts.get(language="vi").text
    version.warning.refresh_from_db()
    assert version.warning.recall_words == WORDS
    assert (dispatch.approval.author, dispatch.approval.approved_by) == (
        ward.commander,
        ward.province_duty,
    )
    detail = Entry.objects.get(action="warning.recalled").detail
    assert detail["text"] == request.digest_now.hex()


def test_words_changed_under_the_approval_are_not_sent(ward):
    request = asked(ward)
    seen = request.digest_now
    RecallRequest.objects.update(words="Lời khác.")
    with pytest.raises(TextChanged):
        actions.approve_recall(request.pk, seen=seen, by=ward.province_duty)


def test_the_database_knows_that_it_takes_two(ward):
    request = asked(ward)
    with pytest.raises(IntegrityError), transaction.atomic():
        RecallRequest.objects.update(released_by=ward.commander, released_at=times.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        RecallRequest.objects.create(warning=request.warning, reason="over")


def test_an_officer_of_the_desk_may_ask_but_not_decide(ward):
    version = ward.published()
    for reason in ("wrong_number", "own_words"):
        with pytest.raises(NotAllowed):
            actions.recall_warning(version.warning_id, reason=reason, by=ward.officer)
    request = actions.ask_recall(
        version.warning_id, reason="wrong_number", words="", by=ward.officer
    )
    for reader in ("auditor", "data_protection", "administrator"):
        with pytest.raises(NotAllowed):
            approve(request, make.officer(unit=ward.unit, role=reader))
    approve(request, ward.commander)
    with pytest.raises(actions.AlreadyRecalled):
        approve(request, ward.province_duty)


@pytest.mark.parametrize("role", ["auditor", "data_protection", "administrator"])
def test_who_does_not_work_here_asks_for_nothing(ward, role):
    with pytest.raises(NotAllowed):
        asked(ward, by=make.officer(unit=ward.unit, role=role))


def test_one_waits_at_a_time_and_is_overtaken_by_one_at_once(ward):
    version = ward.published()
    request = asked(ward, version=version)
    with pytest.raises(actions.RecallWaits):
        asked(ward, version=version, by=ward.officer)
    actions.recall_warning(version.warning_id, reason="over", by=ward.province_duty)
    request.refresh_from_db()
    assert (request.ended_by, request.returned_reason) == (ward.province_duty, "")
    assert (request.is_waiting, request.is_released) == (False, False)
    make_rows()
    assert Delivery.objects.filter(dispatch__kind="recall").exists()


def test_the_province_is_called_to_a_recall_that_waits(ward):
    request = asked(ward, by=ward.officer)
    called = actions.call_province(request.warning_id, by=ward.officer)
    assert {officer.name for officer in called} == {"Hà", "Trực tỉnh"}
    text = DispatchText.objects.filter(dispatch__kind="page", language="vi").get().text
    assert f"/warnings/{request.warning_id}/recall/" in text
    assert "thu hồi" in text
    actions.recall_warning(request.warning_id, reason="over", by=ward.province_duty)
    with pytest.raises(NothingWaits):
        actions.call_province(request.warning_id, by=ward.officer)


def test_refusing_keeps_the_warning_and_tells_why(ward):
    request = asked(ward)
    with pytest.raises(NotAllowed):
        actions.refuse_recall(request.pk, reason="Đúng mà", by=ward.commander)
    actions.refuse_recall(request.pk, reason="Cảnh báo vẫn đúng", by=ward.province_duty)
    with pytest.raises(NothingWaits):
        approve(request, ward.province_duty)
    assert Entry.objects.filter(action="warning.recall_refused").exists()


def test_whoever_asked_may_withdraw(ward):
    request = asked(ward)
    with pytest.raises(NotAllowed):
        actions.withdraw_recall(request.pk, by=ward.province_duty)
    actions.withdraw_recall(request.pk, by=ward.commander)
    assert asked(ward, version=request.warning.versions.get()).is_waiting


def test_the_menu_and_the_page_name_what_waits_for_the_second_person(desk_client, ward):
    asked(ward)
    assert [waiting_warnings(each) for each in (ward.commander, ward.province_duty)] == [0, 1]
    assert len(queries.warning_desk_lists(ward.province_duty).recalls) == 1
    sign_in(desk_client, ward.province_duty)
    assert (
        "Đề nghị thu hồi, chờ bạn quyết định" in desk_client.get(url("warnings")).content.decode()
    )


def test_the_pages_from_asking_to_taking_back(desk_client, ward):
    version = ward.published()
    address = url("warning-recall", version.warning_id)
    second_factor.set_totp_secret(ward.officer)
    second_factor.set_totp_secret(ward.commander)
    sign_in(desk_client, ward.officer)
    data = {"reason": "own_words", "words": HARMFUL[0]}
    page = desk_client.post(address, data | {"code": second_factor.current_totp_code(ward.officer)})
    assert page.status_code == 422
    assert "ở đây không ghi đường dẫn" in page.content.decode()
    answer = desk_client.post(
        address, data | {"words": WORDS, "code": second_factor.current_totp_code(ward.officer)}
    )
    assert answer.url == url("warning-detail", version.warning_id)
    assert "chờ người thứ hai quyết định" in desk_client.get(answer.url).content.decode()
    sign_in(desk_client, ward.commander)
    page = desk_client.get(address).content.decode()
    assert WORDS in page
    seen = page.split('name="seen" value="')[1].split('"')[0]
    stale = desk_client.post(address, {"seen": "0" * 64, "code": "000000"})
    assert stale.status_code == 409
    answer = desk_client.post(
        address, {"seen": seen, "code": second_factor.current_totp_code(ward.commander)}
    )
    assert answer.url == url("dispatch", Dispatch.objects.get(kind="recall").pk)
    page = desk_client.get(url("warning-detail", version.warning_id)).content.decode()
    assert WORDS in page
    again = desk_client.post(address, {"seen": seen, "code": "000000"})
    assert again.status_code == 302


def test_taking_back_a_second_time_is_told_in_words(desk_client, ward, monkeypatch):
    """Two taps, or two officers: the second one's page was read before the first decided."""
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _o, code: code == "1")
    version = ward.published()
    sign_in(desk_client, ward.commander)

    def meanwhile(*_args, **_kwargs):
        raise actions.AlreadyRecalled

    monkeypatch.setattr("keng.warnings.actions.recall_warning", meanwhile)
    answer = desk_client.post(
        url("warning-recall", version.warning_id), {"reason": "over", "code": "1"}, follow=True
    )
    assert "đã được thu hồi" in answer.content.decode()


def test_two_approvals_at_once_are_one_and_a_page_in_words(desk_client, ward, monkeypatch):
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _o, code: code == "1")
    version = ward.submitted()
    sign_in(desk_client, ward.commander)
    page = desk_client.get(url("warning-approve", version.warning_id)).content.decode()

    def value(name):
        return page.split(f'name="{name}" value="')[1].split('"')[0]

    def decided_meanwhile(_officer, _form):
        with on_another_connection():
            release(version, ward.province_duty)
        return True

    monkeypatch.setattr("keng.releases.desk.is_present", decided_meanwhile)
    data = {name: value(name) for name in ("seen", "people")}
    answer = desk_client.post(
        url("warning-approve", version.warning_id), data | {"code": "1"}, follow=True
    )
    assert "Người khác vừa quyết định" in answer.content.decode()
    assert Dispatch.objects.count() == 1


def test_every_fixed_reason_is_calm_and_passes_the_same_checks(ward):
    for reason in RecallReason:
        assert not forbidden_in_recall(str(reason.label), ward.unit)
