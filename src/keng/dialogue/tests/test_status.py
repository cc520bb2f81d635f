"""Receipt, status page and one-time link: what a reporter sees, and what a suspect cannot learn."""

import datetime
import json
import re
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.test import Client

from keng.accounts.models import Officer, Shift
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.decisions import closing, triage, undo, viewing
from keng.delivery.models import Conversation, Dispatch, PagerTest
from keng.dialogue import answering, reporter, shown_codes
from keng.dialogue.public import code_attempts, code_page, open_tip, status_acts
from keng.dialogue.public.open_tip import OPEN_TIP_COOKIE
from keng.intake.examination.examine import examine_messages
from keng.kit import times, uploads
from keng.kit.rate_limits import RateLimits
from keng.kit.time_words import moment_words
from keng.limits.models import LimitCount
from keng.tips import deadlines, messages, receipt_codes
from keng.tips.attachments import store_attachment
from keng.tips.models import Clock, DialogueMessage, OneTimeLink, Receipt, Tip
from keng.tips.printed_receipt import answer_due
from keng.vault import opening
from keng.vault.models import SealedIdentity
from tests import make

pytestmark = pytest.mark.django_db
# As much of a picture as tells its kind.
JPEG = b"\xff\xd8\xff"

TOKEN = "a-token-of-these-tests"
CODE = receipt_codes.code_from_token(TOKEN)


@pytest.fixture(autouse=True)
def _fresh(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


@pytest.fixture
def unit():
    return make.unit("Công an phường Nếnh", parent=make.province_unit(), desk_phone="0204 000 0113")


@pytest.fixture
def tip(unit):
    return with_receipt(make.tip(unit=unit, topic="theft", text="Có người rình xe ở cổng chợ"))


def with_receipt(tip, code=CODE):
    Receipt.objects.create(hash=receipt_codes.code_hash(code), tip=tip)
    make.message(tip, tip.text)
    return tip


def enter(client, code=CODE, **more):
    return client.post("/status/", {"code": code, **more})


def page_of(client, code=CODE):
    enter(client, code)
    return client.get("/status/tip/").content.decode()


def heading_of(page):
    return page.partition("<h1>")[2].partition("</h1>")[0].replace("\xa0", " ")


def receipt_page(client, path="/receipt/"):
    """As the browser sees it that has just sent the report."""
    shown_codes.show_code_for_a_while(TOKEN)
    client.cookies[code_page.TIP_CODE_PAGE.cookie] = TOKEN
    return client.get(path).content.decode()


def visible_now():
    DialogueMessage.objects.update(visible_at=times.now())
    Tip.objects.update(closed_at=F("closed_at") - messages.ANSWER_HELD_FOR)


def test_an_end_among_many_is_told_with_its_answer_and_not_before(public_client, tip):
    officer = make.officer(unit=tip.responsible_unit)
    hold = 2 * messages.ANSWER_HELD_FOR
    triage.decline_tip(tip.pk, kind="procedure", reply="Ra một cửa.", by=officer, hold=hold)
    Tip.objects.update(closed_at=F("closed_at") - messages.ANSWER_HELD_FOR)
    assert "Tin của bạn đã đóng" not in page_of(public_client)
    DialogueMessage.objects.update(visible_at=times.now())
    shown = page_of(public_client)
    assert "Tin của bạn đã đóng" in shown
    assert "Ra một cửa." in shown


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        CODE.lower(),
        receipt_codes.grouped_code(CODE),
        f"  {' '.join(CODE)} ",
        f"Mã của tôi là {receipt_codes.grouped_code(CODE)}, nhờ anh chị xem giúp tin tôi gửi",
        f"Mã của tôi là {receipt_codes.grouped_code(CODE)}.",
    ],
)
def test_the_code_is_forgiven_its_case_hyphens_and_spaces(public_client, tip, typed):
    response = enter(public_client, typed)
    assert (response.status_code, response.url) == (303, "/status/tip/")
    assert tip.text in public_client.get("/status/tip/").content.decode()


def test_a_malformed_code_and_an_unknown_one_are_told_apart(public_client, tip):
    assert "mã bạn nhập có 5" in enter(public_client, "7K3M9").content.decode()
    assert "không bao giờ có chữ U" in enter(public_client, "U" * 16).content.decode()
    assert "Không có gì mang mã này" in enter(public_client, "7" * 16).content.decode()
    assert "Nhập mã ghi trên biên nhận" in enter(public_client, "").content.decode()
    page = enter(public_client, "7" * 16).content.decode()
    assert re.search(r"<title>\s*Lỗi: ", page)
    assert 'href="#id_code"' in page


def test_a_code_whose_tip_is_gone_answers_like_one_that_never_was(public_client, tip):
    never = enter(public_client, "7" * 16).content
    Receipt.objects.all().delete()
    gone = enter(public_client).content
    assert masked(gone) == masked(never)


def test_the_code_is_in_no_address_and_no_cookie(public_client, tip):
    response = enter(public_client)
    cookie = response.cookies[OPEN_TIP_COOKIE]
    for text in (response.url, unquote(cookie.value)):
        assert CODE not in text
        assert CODE[-4:] not in text
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Strict", 900)
    page = public_client.get("/status/tip/").content.decode()
    assert CODE not in page
    assert CODE[-4:] in page


def test_a_tip_closes_itself_after_fifteen_minutes_and_keeps_an_unsent_answer(
    public_client, tip, monkeypatch
):
    enter(public_client)
    later = times.now() + datetime.timedelta(minutes=16)
    with monkeypatch.context() as patch:
        patch.setattr(open_tip.times, "now", lambda: later)
        page = public_client.post("/status/tip/", {"text": "Xe màu đỏ"}).content.decode()
    assert "Tin không còn mở ở đây nữa." in page
    assert tip.text not in page
    assert 'name="text" value="Xe màu đỏ"' in page
    again = enter(public_client, text="Xe màu đỏ").content.decode()
    assert re.search(r"<textarea[^>]*>\s*Xe màu đỏ</textarea>", again)
    assert not tip.messages.filter(text="Xe màu đỏ").exists()


def test_the_next_person_with_this_phone_is_asked_for_a_code(public_client, tip):
    enter(public_client)
    page = public_client.get("/status/").content.decode()
    assert 'name="code"' in page
    assert tip.text not in page


def test_closing_the_tip_forgets_it(public_client, tip):
    enter(public_client)
    public_client.post("/status/close/")
    assert tip.text not in public_client.get("/status/tip/").content.decode()
    assert public_client.get("/status/close/").status_code == 405


@pytest.mark.parametrize("value", ["", "x", "x" * 200, "AAAA====", "é"])
def test_a_forged_cookie_opens_nothing(public_client, tip, value):
    public_client.cookies[OPEN_TIP_COOKIE] = value
    assert tip.text not in public_client.get("/status/tip/").content.decode()


def test_wrong_codes_are_slowed_down_and_a_right_one_never_is(public_client, tip):
    answers = [enter(public_client, f"{n:016}") for n in range(30)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert enter(public_client).status_code == 303


def test_the_page_of_the_receipt_takes_no_code(public_client, tip):
    """It was a second place to try codes at, and nothing slowed them there."""
    answers = [public_client.post("/receipt/", {"code": code}) for code in (CODE, "7" * 16, "")]
    assert {(one.status_code, one.url, one.content) for one in answers} == {(303, "/status/", b"")}


def test_another_client_is_not_slowed_down_and_no_address_is_kept(public_client, tip):
    for n in range(30):
        enter(public_client, f"{n:016}")
    public_client.defaults["REMOTE_ADDR"] = "203.0.113.8"
    assert enter(public_client, "7" * 16).status_code == 200
    kept = repr([list(LimitCount.objects.values_list()), vars(code_attempts.wrong_codes)])
    assert "203.0.113.8" not in kept
    assert "127.0.0.1" not in kept


def test_a_reply_reaches_the_desk_and_the_tip_waits(public_client, tip):
    officer = make.officer(unit=tip.responsible_unit)
    answering.answer_reporter(tip.pk, text="Xe gì vậy?", by=officer)
    visible_now()
    page = page_of(public_client)
    assert 'class="question"' in page
    assert "Đã có trả lời cho bạn" in heading_of(page).replace("\u00a0", " ")
    assert officer.name not in page
    response = public_client.post("/status/tip/", {"text": "Xe máy đỏ"})
    assert (response.status_code, response.url) == (303, "/status/tip/")
    tip.refresh_from_db()
    assert tip.waiting_since
    said = tip.messages.get(text="Xe máy đỏ")
    assert (said.author, said.channel) == ("reporter", "web")
    heading = heading_of(public_client.get("/status/tip/").content.decode())
    assert "Đã nhận phần bạn viết thêm" in heading.replace("\u00a0", " ")
    assert Entry.objects.filter(action="tip.reporter_wrote", object_id=str(tip.pk)).exists()


def test_the_same_reply_sent_twice_is_said_once(public_client, tip):
    enter(public_client)
    for _ in range(2):
        public_client.post("/status/tip/", {"text": "Xe máy đỏ"})
    assert tip.messages.filter(text="Xe máy đỏ").count() == 1


def test_a_reply_keeps_nothing_that_turns_or_hides_the_words_of_the_officers_page(
    public_client, tip
):
    enter(public_client)
    public_client.post(
        "/status/tip/", {"text": "kẻ \u202eđang\u2066 t\u200bới\xad 👨\u200d👩\u200d👧"}
    )
    assert tip.messages.order_by("id").last().text == "kẻ đang tới 👨\u200d👩\u200d👧"
    reporter.add_reporter_message(tip.pk, text="\u061cnó\u2060 đi\u200c rồi")
    assert tip.messages.order_by("id").last().text == "nó đi rồi"


def test_the_own_number_in_a_reply_is_cut_and_sealed(public_client, tip):
    private = make.unit_key(tip.responsible_unit)
    enter(public_client)
    public_client.post("/status/tip/", {"text": "Gọi cho em, sdt của em 0912345678"})
    assert not tip.messages.filter(text__contains="0912345678").exists()
    sealed = SealedIdentity.objects.get(tip_ref=tip.pk)
    assert json.loads(opening.open_identity(sealed, private)) == ["0912345678"]
    tip.refresh_from_db()
    assert tip.identity_holds == ["phone"]


def test_the_own_name_in_a_reply_is_cut_and_sealed(public_client, tip):
    private = make.unit_key(tip.responsible_unit)
    enter(public_client)
    public_client.post("/status/tip/", {"text": "Em tên Trần Thị Thử, nó lại đến"})
    assert tip.messages.filter(text="Em tên […], nó lại đến").exists()
    sealed = SealedIdentity.objects.get(tip_ref=tip.pk)
    assert json.loads(opening.open_identity(sealed, private)) == ["Trần Thị Thử"]
    tip.refresh_from_db()
    assert tip.identity_holds == ["name"]


def test_without_a_key_a_reply_with_a_number_is_kept_on_the_page(public_client, tip):
    enter(public_client)
    page = public_client.post("/status/tip/", {"text": "sdt của em 0912345678"}).content.decode()
    assert "chưa niêm phong được" in page
    assert "sdt của em 0912345678" in page


def test_files_can_be_added_later_and_nothing_stays_of_the_upload(public_client, tip):
    make.unit_key(tip.responsible_unit)
    enter(public_client)
    file = SimpleUploadedFile("ghi-am.amr", b"#!AMR" + b"x" * 100, "audio/amr")
    public_client.post("/status/tip/", {"text": "", "attached": [file]})
    assert tip.attachments.get().kind == "audio"
    assert "1 tệp kèm lời này" in public_client.get("/status/tip/").content.decode()
    assert uploads.all_upload_paths() == {}


def test_a_file_stands_with_the_words_it_came_with(public_client, tip):
    make.unit_key(tip.responsible_unit)
    first = store_attachment(tip.pk, tip.responsible_unit_id, b"with the tip")
    enter(public_client)
    file = SimpleUploadedFile("a.jpg", JPEG + b"with the second message")
    public_client.post("/status/tip/", {"text": "Ảnh đây ạ", "attached": [file]})
    second = tip.attachments.exclude(pk=first.pk).get()
    assert (first.message, second.message.text) == (None, "Ảnh đây ạ")
    page = public_client.get("/status/tip/").content.decode()
    assert page.index("1 tệp kèm tin này") < page.index("Ảnh đây ạ") < page.index("1 tệp kèm lời")


def test_files_sent_again_because_the_reply_was_lost_are_kept_once(public_client, tip):
    make.unit_key(tip.responsible_unit)
    enter(public_client)
    for added in ((), (b"another",)):
        files = [
            SimpleUploadedFile("a.jpg", JPEG + each) for each in (b"one", b"two", b"one", *added)
        ]
        said = public_client.post("/status/tip/", {"text": "", "attached": files})
        assert said.status_code == 303
    sizes = tip.attachments.order_by("id").values_list("size", flat=True)
    assert list(sizes) == [6, 6, 10]
    again = {"text": "", "attached": [SimpleUploadedFile("b", JPEG + b"one")]}
    page = public_client.post("/status/tip/", again, follow=True).content.decode()
    assert "Ảnh hoặc tệp này bạn đã gửi rồi" in page
    said = tip.messages.filter(author="reporter").order_by("id").values_list("text", flat=True)
    assert list(said)[-2:] == ["Tệp gửi kèm: 2", "Tệp gửi kèm: 1"]
    assert tip.attachments.count() == 3
    assert uploads.all_upload_paths() == {}


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "rỗng"), (b"MZ\x90\0 no picture", "không mở được loại tệp này")]
)
def test_a_file_that_nobody_could_open_is_refused_and_the_words_stay(
    public_client, tip, content, words
):
    enter(public_client)
    file = SimpleUploadedFile("fake.jpg", content, "image/jpeg")
    page = public_client.post(
        "/status/tip/", {"text": "lời em viết", "attached": [file]}
    ).content.decode()
    assert words in page
    assert "fake.jpg" in page
    assert "lời em viết" in page
    assert not tip.attachments.exists()
    assert uploads.all_upload_paths() == {}


def test_too_many_files_or_nothing_at_all_is_an_error(public_client, tip):
    enter(public_client)
    many = [SimpleUploadedFile(f"{n}.jpg", JPEG) for n in range(6)]
    page = public_client.post(
        "/status/tip/", {"text": "giữ lại", "attached": many}
    ).content.decode()
    assert "Mỗi lần tối đa năm tệp" in page
    assert "giữ lại" in page
    assert "Viết vài chữ" in public_client.post("/status/tip/", {"text": " "}).content.decode()
    assert uploads.all_upload_paths() == {}


def test_fear_is_flagged_to_the_desk(public_client, tip):
    enter(public_client)
    public_client.post("/status/tip/", {"wish": "afraid"})
    tip.refresh_from_db()
    assert tip.waiting_since
    assert tip.messages.filter(text__startswith="Tôi lo có người biết", author="reporter").exists()
    assert Entry.objects.filter(action="tip.reporter_afraid").exists()


def test_whoever_says_that_they_fear_reads_that_the_desk_knows(public_client, tip):
    assert "đã được báo" not in page_of(public_client)
    answer = public_client.post("/status/tip/", {"wish": "afraid"}, follow=True).content.decode()
    tip.refresh_from_db()
    assert tip.urgency == "P2"
    assert f"Trực ban đã được báo lúc {moment_words(tip.feared_at, 'short')}" in answer


def test_the_desk_sees_who_fears_in_the_list_on_the_tip_and_in_the_news(desk_client, tip):
    sign_in(desk_client, make.officer(unit=tip.responsible_unit))
    asked = desk_client.get("/tips/").context["news_url"]
    assert desk_client.get(asked).status_code == 204
    reporter.note_fear(tip.pk)
    assert "1 người báo lo bị lộ" in desk_client.get(asked).content.decode()
    listed = desk_client.get("/tips/")
    assert desk_client.get(listed.context["news_url"]).status_code == 204
    assert "<b>Người báo lo bị lộ</b>" in listed.content.decode()
    page = desk_client.get(f"/tips/{tip.pk}/").content.decode()
    assert "Người báo lo bị lộ, " in page
    assert "Người báo lo bị lộ hoặc bị đe dọa" in page
    assert "máy không tự nâng" in page


def test_a_report_taken_back_unread_keeps_no_mark_of_fear(public_client, tip):
    enter(public_client)
    public_client.post("/status/tip/", {"wish": "afraid"})
    public_client.post("/status/tip/", {"wish": "take-back"})
    tip.refresh_from_db()
    assert tip.withdrawn_at
    assert tip.feared_at is None


def test_a_closed_tip_takes_no_more_words_and_offers_a_new_report(public_client, tip):
    officer = make.officer(unit=tip.responsible_unit)
    enter(public_client)
    triage.record_outcome(tip.pk, outcome="solved", by=officer)
    triage.close_tip(tip.pk, by=officer)
    visible_now()
    answer = public_client.post("/status/tip/", {"text": "Còn nữa"}).content.decode()
    assert "Chưa gửi: tin này đã đóng" in answer
    assert "<p>Còn nữa</p>" in answer
    assert not tip.messages.filter(text="Còn nữa").exists()
    page = public_client.get("/status/tip/").content.decode()
    assert "Tin của bạn đã đóng" in page
    assert "<textarea" not in page
    assert 'href="/report/"' in page


@pytest.mark.parametrize("urgency", ["P0", "P1"])
def test_danger_after_the_end_of_an_urgent_report_has_a_box_and_rings(public_client, unit, urgency):
    tip = with_receipt(make.tip(unit=unit, urgency=urgency, text="Bố hay đánh con"))
    officer = make.officer(unit=unit)
    triage.record_outcome(tip.pk, outcome="solved", by=officer)
    triage.close_tip(tip.pk, by=officer)
    visible_now()
    page = page_of(public_client)
    assert "Tin của bạn đã đóng" in page
    box = page.partition("Vẫn đang nguy hiểm? Gọi 113.")[2].partition("</form>")[0]
    assert 'href="tel:113"' in box
    assert '<textarea name="text"' in box
    words = "Cứu con với, bố đang cầm dao ngoài cửa"
    public_client.post("/status/tip/", {"text": words})
    examine_messages()
    tip.refresh_from_db()
    assert (tip.rings, tip.messages.filter(text=words).count()) == (True, 1)


def test_other_words_in_that_box_are_not_lost_whomever_they_are_about(public_client, unit):
    tip = with_receipt(make.tip(unit=unit, urgency="P0", state="closed", closed_at=times.now()))
    visible_now()
    enter(public_client)
    words = "Trưởng công an phường Nếnh nhận tiền của chủ quán"
    page = public_client.post("/status/tip/", {"text": words}).content.decode()
    assert "Chưa gửi: tin này đã đóng" in page
    assert f"<p>{words}</p>" in page
    assert not tip.messages.filter(text=words).exists()


def test_the_bank_stands_first_until_the_report_is_over(public_client, unit):
    told = "Vừa bị lừa chuyển mất 17 triệu cách đây 10 phút vào tài khoản 0123456789012"
    tip = with_receipt(make.tip(unit=unit, text=told))
    officer = make.officer(unit=unit)
    first = "Gọi ngân hàng của bạn ngay"
    assert first in page_of(public_client)
    answering.answer_reporter(tip.pk, text="Bạn gọi ngân hàng chưa?", by=officer)
    visible_now()
    assert first in page_of(public_client)
    triage.record_outcome(tip.pk, outcome="solved", by=officer)
    triage.close_tip(tip.pk, by=officer)
    visible_now()
    assert first not in page_of(public_client)


@pytest.mark.parametrize("do_not_contact", [False, True])
@pytest.mark.parametrize("kind", ["civil", "official", "out_of_scope", "closed"])
def test_an_end_that_may_still_be_taken_back_changes_no_letter_of_the_page(
    public_client, unit, tip, kind, do_not_contact
):
    officer = make.officer(unit=unit)
    make.unit_key(unit.parent)
    viewing.note_first_read(tip.pk, by=officer)
    Tip.objects.filter(pk=tip.pk).update(outcome="solved", do_not_contact=do_not_contact)
    before = masked(page_of(public_client))
    if kind == "closed":
        triage.close_tip(tip.pk, by=officer)
    else:
        triage.decline_tip(tip.pk, kind=kind, reply="Chào bạn.", by=officer)
    page = masked(public_client.get("/status/tip/").content)
    # What is out of scope is out of every sight at once: only the words themselves are gone.
    words = f"<p>{tip.text}</p>"
    assert words in before
    assert page.replace('<p class="soft">(đã niêm phong)</p>', words) == before
    assert 'value="afraid"' in page


@pytest.mark.parametrize("sent", [{"text": "Còn nữa"}, {"wish": "afraid"}, {"wish": "take-back"}])
def test_what_is_sent_while_an_end_may_be_taken_back_stays_on_the_page(public_client, tip, sent):
    officer = make.officer(unit=tip.responsible_unit)
    enter(public_client)
    step = triage.decline_tip(tip.pk, kind="civil", reply="Chào bạn.", by=officer)
    page = public_client.post("/status/tip/", sent).content.decode()
    assert "gửi lại sau nửa phút" in page
    assert re.search(rf"<textarea[^>]*>\s*{sent.get('text', '')}</textarea>", page)
    assert "Tin của bạn đã đóng" not in page
    undo.take_back_decision(step.pk, by=officer, secret=step.secret)
    assert public_client.post("/status/tip/", sent).status_code == 303


def test_files_that_were_not_taken_are_asked_for_again(public_client, tip):
    make.unit_key(tip.responsible_unit)
    enter(public_client)
    triage.decline_tip(
        tip.pk, kind="civil", reply="Chào bạn.", by=make.officer(unit=tip.responsible_unit)
    )
    file = SimpleUploadedFile("a.txt", b"x")
    page = public_client.post("/status/tip/", {"text": "", "attached": [file]}).content.decode()
    assert "chọn lại tệp" in page
    assert uploads.all_upload_paths() == {}


def test_what_an_officer_may_still_take_back_is_not_shown(public_client, tip):
    answering.answer_reporter(tip.pk, text="Chờ đã", by=make.officer(unit=tip.responsible_unit))
    assert "Chờ đã" not in page_of(public_client)
    visible_now()
    assert "Chờ đã" in page_of(public_client)


def test_an_internal_note_never_shows(public_client, tip):
    answering.add_note(
        tip.pk, text="nghi phạm là hàng xóm", by=make.officer(unit=tip.responsible_unit)
    )
    assert "nghi phạm" not in page_of(public_client)


def test_an_answer_that_is_late_is_called_late_and_says_whom_to_call(public_client, unit):
    yesterday = times.now() - datetime.timedelta(hours=30)
    with_receipt(make.tip(unit=unit, received_at=yesterday))
    page = page_of(public_client)
    assert "Đã trễ, xin lỗi bạn" in page
    assert "0204 000 0113" in page


def test_words_out_of_scope_can_be_objected_to_once(public_client, unit, tip):
    make.unit_key(tip.responsible_unit.parent)
    officer = make.officer(unit=tip.responsible_unit)
    closing.decline_tip(
        tip.pk, kind="out_of_scope", reply="Không thuộc việc của công an.", by=officer
    )
    visible_now()
    page = page_of(public_client)
    assert "(đã niêm phong)" in page
    assert 'value="object"' in page
    public_client.post("/status/tip/", {"wish": "object"})
    tip.refresh_from_db()
    assert (tip.state, tip.responsible_unit) == ("received", unit.parent)
    assert 'value="object"' not in public_client.get("/status/tip/").content.decode()
    public_client.post("/status/tip/", {"wish": "object"})
    assert Entry.objects.filter(action="tip.objected").count() == 1


def test_switching_the_language_keeps_the_unsent_answer(public_client, tip):
    enter(public_client)
    page = public_client.post(
        "/status/tip/", {"text": "đang gõ dở", "language": "en"}
    ).content.decode()
    assert '<html lang="en">' in page
    assert "đang gõ dở" in page
    assert '<html lang="en">' in public_client.get("/status/tip/").content.decode()


# What a suspect could learn.


def standing(unit, officer, code, *, joined, category):
    """A tip that was read, taken on and sorted; alone or in an incident with two others."""
    tip = with_receipt(make.tip(unit=unit, text="Cùng một lời kể"), code)
    viewing.note_first_read(tip.pk, by=officer)
    if joined:
        first = make.tip(unit=unit)
        for one in (tip, make.tip(unit=unit)):
            triage.mark_duplicate(one.pk, of=first.pk, by=officer)
    else:
        triage.accept_tip(tip.pk, by=officer)
    triage.sort_tip(tip.pk, category=category, by=officer)
    return tip


def masked(page):
    """A page without what differs between any two requests."""
    text = page if isinstance(page, str) else page.decode()
    text = re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]+', r"\1", text)
    text = re.sub(r'(name="sheet" value=")[^"]+', r"\1", text)
    text = re.sub(r'value="[0-9A-Z-]{16,19}"', "", text)
    return re.sub(r"\d\d:\d\d", "", text)


@pytest.mark.parametrize("category", ["theft", "domestic_violence", "drugs", "scam_bank"])
@pytest.mark.parametrize("closed", [False, True])
def test_the_page_is_the_same_alone_and_in_an_incident(
    public_client, unit, category, closed, django_assert_max_num_queries, monkeypatch
):
    # The names in the frame are asked for once a minute: not in the middle of this.
    monkeypatch.setattr("keng.site.public_frame._KEPT_SECONDS", 3600.0)
    officer = make.officer(unit=unit)
    pages, queries = [], []
    for n, joined in enumerate((False, True)):
        code = receipt_codes.code_from_token(f"probe {n}")[:-4] + "SAME"
        tip = standing(unit, officer, code, joined=joined, category=category)
        if closed:
            triage.record_outcome(tip.pk, outcome="solved", by=officer)
            triage.close_tip(tip.pk, by=officer)
            visible_now()
        enter(public_client, code)
        public_client.get("/status/tip/")
        with django_assert_max_num_queries(20) as counted:
            pages.append(masked(public_client.get("/status/tip/").content))
        queries.append([re.sub(r"'[^']*'", "", one["sql"]) for one in counted.captured_queries])
    assert pages[0] == pages[1]
    assert queries[0] == queries[1]


@pytest.mark.parametrize("category", ["theft", "drugs", ""])
def test_outside_of_scams_there_are_three_stages_and_nothing_of_what_was_found(
    public_client, unit, category
):
    officer = make.officer(unit=unit)
    pages = set()
    for outcome in ("solved", "unfounded", "handed_over"):
        code = receipt_codes.code_from_token(outcome)[:-4] + "SAME"
        tip = with_receipt(make.tip(unit=unit, text="Một lời kể"), code)
        viewing.note_first_read(tip.pk, by=officer)
        triage.sort_tip(tip.pk, category=category, by=officer)
        triage.rate_tip(tip.pk, value="of_value", by=officer)
        triage.record_outcome(tip.pk, outcome=outcome, note="bắt được rồi", by=officer)
        triage.close_tip(tip.pk, by=officer)
        visible_now()
        page = page_of(public_client, code)
        assert page.count('<li class="done">') == 3
        assert "bắt được" not in page
        pages.add(masked(page))
    assert len(pages) == 1


def test_a_scam_says_how_it_was_sorted(public_client, unit):
    officer = make.officer(unit=unit)
    standing(unit, officer, CODE, joined=False, category="scam_bank")
    assert "Đã phân loại: Giả ngân hàng" in page_of(public_client)


# The receipt.


def test_the_receipt_says_times_of_the_clock(public_client, unit):
    received = datetime.datetime(2026, 11, 24, 13, 15, tzinfo=datetime.UTC)
    with_receipt(make.tip(unit=unit, received_at=received))
    page = receipt_page(public_client)
    assert receipt_codes.grouped_code(CODE) in page
    assert "20:15, thứ Ba 24/11/2026" in page
    assert "Trước 20:15 thứ Tư 25/11" in page
    assert "Chậm nhất hết thứ Tư 2/12" in page
    assert "Chưa chắc lúc này có người xem tin ở đây. Việc gấp thì gọi" in page
    assert "Bạn mở xem lúc nào cũng được" in page
    assert "chậm nhất <b>20:15 thứ Tư 25/11</b> bạn sẽ thấy câu trả lời ở đó" in page
    assert "Hãy mở lại" not in page


def test_a_desk_that_nobody_watches_says_from_when_the_rota_has_somebody(public_client, unit):
    officer, start = make.officer(unit=unit), times.now() + datetime.timedelta(hours=3)
    for begins in (start, start + datetime.timedelta(hours=8)):
        Shift.objects.create(
            unit=unit,
            officer=officer,
            set_by=officer,
            starts_at=begins,
            ends_at=begins + datetime.timedelta(hours=8),
        )
    with_receipt(make.tip(unit=unit))
    page = receipt_page(public_client)
    assert f"theo lịch trực, từ {start.astimezone(times.VIETNAM):%H:%M}" in page
    assert "Chưa chắc lúc này có người xem tin ở đây. Việc" not in page
    Shift.objects.update(removed_at=times.now())
    page = receipt_page(public_client)
    assert "Chưa chắc lúc này có người xem tin ở đây. Việc" in page


def test_a_desk_says_that_it_is_watched_only_in_a_shift_whose_pager_was_heard(public_client, unit):
    officer, now = make.officer(unit=unit), times.now()
    shift = Shift.objects.create(
        unit=unit,
        officer=officer,
        set_by=officer,
        starts_at=now,
        ends_at=now + datetime.timedelta(hours=8),
    )
    with_receipt(make.tip(unit=unit))
    page = receipt_page(public_client)
    assert "Chưa chắc lúc này có người xem tin ở đây. Việc" in page
    call = Dispatch.objects.create(kind="page", is_urgent=True, unit=unit)
    make.pager(officer, called_by=call)
    PagerTest.objects.create(officer=officer, shift=shift, dispatch=call, confirmed_at=now)
    page = receipt_page(public_client)
    assert "Trực ban ở đây có cán bộ tới" in page
    assert officer.name not in page
    assert "Chưa chắc lúc này có người xem tin ở đây. Việc" not in page


def test_a_receipt_says_that_officers_are_called_only_when_a_call_reaches_somebody(
    public_client, unit
):
    with_receipt(make.tip(unit=unit, urgency="P0", text="Có kẻ cầm dao chém loạn, cứu với"))
    for path in ("/receipt/", "/receipt/print/"):
        page = receipt_page(public_client, path)
        assert "đang được gọi" not in page
        assert "Có thể lúc này chưa ai xem tin: hãy gọi" in page
    # On duty at the desk above, with a pager that was heard in this shift.
    officer, now = make.officer(unit=unit.parent), times.now()
    shift = Shift.objects.create(
        unit=unit.parent,
        officer=officer,
        set_by=officer,
        starts_at=now,
        ends_at=now + datetime.timedelta(hours=8),
    )
    call = Dispatch.objects.create(kind="page", is_urgent=True, unit=unit.parent)
    make.pager(officer, called_by=call)
    assert "đang được gọi" not in receipt_page(public_client)
    PagerTest.objects.create(officer=officer, shift=shift, dispatch=call, confirmed_at=now)
    page = receipt_page(public_client)
    assert "Ngay bây giờ: cán bộ đang được gọi" in page
    assert "chưa ai xem tin" not in page


@pytest.mark.parametrize("topic", ["violence", "child"])
def test_where_danger_lives_in_the_house_the_code_is_for_paper(public_client, unit, topic):
    with_receipt(make.tip(unit=unit, topic=topic))
    page = receipt_page(public_client)
    assert "Đừng chụp màn hình" in page


@pytest.mark.parametrize(
    ("topic", "words"), [("child", "cháu sợ"), ("violence", "em 13 tuổi, bố đánh em")]
)
def test_receipt_and_status_page_of_a_child_name_111(public_client, unit, topic, words):
    with_receipt(make.tip(unit=unit, topic=topic, text=words))
    receipt, printed = (receipt_page(public_client, at) for at in ("/receipt/", "/receipt/print/"))
    for page in (receipt, printed, page_of(public_client)):
        assert 'href="tel:111"' in page


def box_on_top(page):
    """What stands before the ticket of a receipt, or before the heading of the report's page."""
    return re.split(r'<h1|class="ticket', page.partition("<main")[2])[0]


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("child", "bố con hay đánh con và mẹ, con sợ lắm, bố sắp về rồi. con 11 tuổi"),
        ("violence", "chồng em lại say"),
        ("other", "mẹ con bị bố đánh, con sợ"),
        ("other", "chồng tôi hay đánh tôi"),
    ],
)
def test_of_a_child_or_blows_at_home_111_stands_before_everything_with_comfort(
    public_client, unit, topic, words
):
    with_receipt(make.tip(unit=unit, topic=topic, text=words))
    for page in (receipt_page(public_client), page_of(public_client)):
        box = box_on_top(page)
        assert 'href="tel:113"' in box
        assert 'href="tel:111"' in box
        assert "miễn phí, cả ngày lẫn đêm" in box
        assert "không phải lỗi của bạn" in box


def test_money_that_has_gone_keeps_the_bank_first_though_an_age_is_told(public_client, unit):
    words = "Con tôi 15 tuổi vừa chuyển khoản 5 triệu cho kẻ lừa"
    with_receipt(make.tip(unit=unit, topic="scam", text=words, money_moved=True))
    for page in (receipt_page(public_client), page_of(public_client)):
        assert "Gọi ngân hàng" in box_on_top(page)
        assert "tel:111" not in box_on_top(page)


def test_a_child_is_promised_nothing_later_than_the_clock_of_the_desk(public_client, unit):
    received = times.now() - datetime.timedelta(minutes=5)
    tip = make.tip(unit=unit, topic="child", text="con sợ bố", received_at=received)
    with_receipt(tip)
    clock = deadlines.start_clock(tip, deadlines.LOOK_CLOCK, at=received)
    hour = moment_words(clock.due_at, "clock")
    tomorrow = moment_words(answer_due(tip), "day")
    # Near midnight the hour of the clock is of tomorrow, too.
    whole_hour = f"{hour} {moment_words(clock.due_at, 'day')}"
    receipt, printed, page = (
        receipt_page(public_client),
        receipt_page(public_client, "/receipt/print/"),
        page_of(public_client),
    )
    for shown in (receipt, printed, page):
        assert hour in shown
        assert tomorrow not in shown.replace(whole_hour, hour)
    assert "không ai gọi điện cho bạn" in receipt
    # Who left a number may be called, and is told by whom.
    Tip.objects.update(identity_holds=["name", "phone"])
    receipt = receipt_page(public_client)
    assert "không ai gọi điện cho bạn" not in receipt
    assert "hai cán bộ cùng mở được số ấy để gọi bạn" in receipt
    # Late, it says so and asks for a call.
    Clock.objects.update(due_at=times.now() - datetime.timedelta(minutes=1))
    assert "Đã trễ" in page_of(public_client)
    # Once an officer has read it, the clock that still runs is told.
    Tip.objects.update(first_read_at=times.now())
    assert tomorrow in page_of(public_client)


def test_danger_told_after_the_report_was_read_is_not_called_read(public_client, unit):
    tip = with_receipt(make.tip(unit=unit, topic="child", text="bố con hay đánh con"))
    Tip.objects.update(first_read_at=times.now())
    told = make.message(tip, "bố đang đập cửa phòng, con trốn dưới gầm giường, cứu con")
    page = page_of(public_client)
    assert heading_of(page) == "Tin mới đã tới trực ban. Có thể chưa ai đọc"
    assert "theo hạn chúng tôi tự đặt" not in page
    assert "trốn" in box_on_top(page)
    assert "im lặng" in box_on_top(page)
    # The box to write in is on this page.
    assert "Không nói được thì viết ngay ở dưới" in box_on_top(page)
    Tip.objects.update(danger_at=told.at, danger_unheard=True)
    assert heading_of(page_of(public_client)) == "Tin mới đã tới trực ban. Có thể chưa ai đọc"
    # Somebody has taken it since.
    Tip.objects.update(danger_unheard=False)
    assert (
        heading_of(page_of(public_client)) == "Đã nhận phần bạn viết thêm. Cán bộ sẽ trả lời ở đây"
    )


def test_what_was_written_after_the_reading_is_not_called_read(public_client, tip):
    Tip.objects.update(first_read_at=times.now())
    make.message(tip, "Xe màu đỏ")
    heading = heading_of(page_of(public_client))
    assert heading == "Đã nhận phần bạn viết thêm. Cán bộ sẽ trả lời ở đây"


def test_the_receipt_can_be_printed_and_read_in_the_other_language(public_client, tip):
    printed = receipt_page(public_client, "/receipt/print/")
    assert receipt_codes.grouped_code(CODE) in printed
    assert "chọn “In”" in printed
    # Whoever prints the page as it stands needs the address on paper too.
    assert "Mở lại: " in printed
    assert "Mở lại: " in receipt_page(public_client)
    public_client.post("/language/", {"language": "en", "next": "/receipt/"})
    english = receipt_page(public_client)
    assert "We have your report" in english
    assert receipt_codes.grouped_code(CODE) in english


def test_the_receipt_is_not_shown_for_a_code_but_to_the_browser_that_sent_the_report(
    public_client, tip
):
    for page in ("/receipt/", "/receipt/print/"):
        assert public_client.get(page, {"code": CODE}).url == "/status/"
    assert public_client.post("/receipt/", {"code": CODE}).url == "/status/"
    # A cookie alone is no right: what it opens is kept here, for ten minutes.
    public_client.cookies[code_page.TIP_CODE_PAGE.cookie] = TOKEN
    assert public_client.get("/receipt/").url == "/status/"


# The one-time link.


def test_a_link_shows_the_code_once_and_only_after_its_button(public_client, unit):
    token = receipt_codes.new_token()
    code = receipt_codes.code_from_token(token)
    tip = with_receipt(make.tip(unit=unit, channel="zalo_oa"), code)
    OneTimeLink.objects.create(token_hash=receipt_codes.token_hash(token), tip=tip)
    for _ in range(2):
        before = public_client.get(f"/r/{token}").content.decode()
        assert receipt_codes.grouped_code(code) not in before
    assert masked(before).replace(token, "") == masked(
        public_client.get("/r/unknown").content.decode()
    ).replace("unknown", "")
    sheet = {"sheet": re.search(r'name="sheet" value="([^"]+)"', before)[1]}
    shown_once = public_client.post(f"/r/{token}", sheet, follow=True)
    assert receipt_codes.grouped_code(code) in shown_once.content.decode()
    again = Client().post(f"/r/{token}", {"sheet": receipt_codes.new_token()}, follow=True)
    assert again.status_code == 410
    assert receipt_codes.grouped_code(code) not in again.content.decode()
    assert public_client.post("/r/unknown", sheet).status_code == 410
    assert Entry.objects.filter(action="receipt.shown").count() == 1


def test_a_zalo_tip_is_never_called_anonymous(public_client, unit):
    tip = with_receipt(make.tip(unit=unit, channel="zalo_oa"))
    talk = make.conversation(tip)
    page = page_of(public_client)
    assert "ẩn danh" not in page
    assert "Nơi bạn nhắn tin báo chỉ hiện câu" in page
    Conversation.objects.filter(pk=talk.pk).update(reply_address_sealed=b"")
    page = page_of(public_client)
    assert "ẩn danh" not in page
    assert "Câu trả lời chỉ có ở trang này, không gửi vào cuộc trò chuyện" in page


def test_no_page_of_a_tip_names_an_officer(public_client, tip):
    officer = make.officer(unit=tip.responsible_unit, name="Trung úy Đặng Thử")
    answering.answer_reporter(tip.pk, text="Cảm ơn bạn", by=officer)
    visible_now()
    assert Officer.objects.get().name not in page_of(public_client)
    assert Tip.objects.count() == 1


def written(client, text):
    return client.post("/status/tip/", {"text": text})


def test_one_report_takes_so_many_words_at_once_and_the_rest_stays_in_the_box(public_client, tip):
    enter(public_client)
    before = tip.messages.count()
    answers = [written(public_client, f"câu số {n} " + "a" * 3800) for n in range(56)]
    assert tip.messages.count() == before + 20
    page = answers[-1].content.decode()
    assert "Chưa gửi được. Bạn gửi lại sau nửa phút nhé." in page.replace("\u00a0", " ")
    assert "câu số 55 aaa" in page


def test_danger_is_taken_however_much_came_before(public_client, tip):
    enter(public_client)
    for n in range(25):
        written(public_client, f"câu số {n}")
    assert written(public_client, "Cứu với, nó đang cầm dao đâm người").status_code == 303
    assert tip.messages.filter(text__contains="cầm dao").exists()


def test_one_network_sends_so_many_words_over_all_reports(public_client, tip, monkeypatch):
    slow = RateLimits(network=(2, 1 / 5))
    monkeypatch.setattr(status_acts, "limits_by_network", slow)
    enter(public_client)
    answers = [written(public_client, f"câu số {n}").status_code for n in range(3)]
    assert answers == [303, 303, 200]
    assert written(public_client, "câu khác").status_code == 200
    other = public_client.post("/status/tip/", {"text": "câu khác"}, REMOTE_ADDR="10.9.8.7")
    assert other.status_code == 303


def test_once_answered_the_page_says_until_when_the_desk_finishes(public_client, tip):
    assert "Hạn chúng tôi tự đặt để xong việc" not in page_of(public_client)
    answering.answer_reporter(tip.pk, text="Xe gì vậy?", by=make.officer(unit=tip.responsible_unit))
    visible_now()
    assert "Hạn chúng tôi tự đặt để xong việc" in page_of(public_client)


def test_a_late_answer_of_a_desk_without_telephone_names_113_alone(public_client, tip, monkeypatch):
    type(tip.responsible_unit).objects.filter(pk=tip.responsible_unit_id).update(desk_phone="")
    later = times.now() + datetime.timedelta(days=3)
    monkeypatch.setattr(times, "now", lambda: later)
    page = page_of(public_client)
    assert "xin lỗi" in page
    assert 'gọi <a href="tel:113">113</a>.' in page
    assert ": , " not in page


ASKED_BY_NUMBER = "Lúc này bạn có an toàn không? Trả lời 1 là có, 2 là không."


@pytest.fixture
def asked_tip(tip, unit):
    lan = make.officer(unit=unit)
    messages.add_message(tip, ASKED_BY_NUMBER, by=lan, hold=datetime.timedelta(0))
    return tip


def test_what_a_chat_answers_by_number_the_page_asks_with_two_buttons_before_all_else(
    public_client, asked_tip
):
    page = page_of(public_client)
    question = page.partition('id="yes-no"')[2].partition("</section>")[0]
    assert "Lúc này bạn có an toàn không?" in question
    assert re.findall(r'form="write" name="answer" value="(\w+)"', question) == ["Có", "Không"]
    assert page.index('id="yes-no"') < page.index("<h1>")
    # No number has to be learnt; in a chat the message has it still.
    assert "Trả lời 1" not in page
    assert "2 là không" not in page
    assert asked_tip.messages.get(author=DialogueMessage.Author.DESK).text == ASKED_BY_NUMBER


@pytest.mark.parametrize(
    ("pressed", "typed", "kept"),
    [("Không", "", "Không"), ("Có", "  ", "Có"), ("Không", "Em ở tầng 2", "Không\nEm ở tầng 2")],
)
def test_a_pressed_answer_goes_with_what_was_typed(public_client, asked_tip, pressed, typed, kept):
    enter(public_client)
    sent = public_client.post("/status/tip/", {"answer": pressed, "text": typed})
    assert sent.status_code == 303
    assert asked_tip.messages.order_by("id").last().text == kept
    page = public_client.get("/status/tip/").content.decode()
    assert 'id="yes-no"' not in page
    # Who is not safe reads of 113 before anything else.
    is_first = '<a class="button call" href="tel:113"' in page.partition("<h1>")[0]
    assert is_first is (pressed == "Không")


def test_the_buttons_stay_when_the_desk_writes_on_and_go_with_the_answer(
    public_client, asked_tip, unit
):
    lan = make.officer(unit=unit)
    for text in ("Lực lượng sắp tới.", "Xe màu gì, bạn nhớ không?"):
        messages.add_message(asked_tip, text, by=lan, hold=datetime.timedelta(0))
    question = page_of(public_client).partition('id="yes-no"')[2].partition("</section>")[0]
    assert "Lúc này bạn có an toàn không?" in question
    # Neither the desk nor the machine may take the word for an answer to what was written last.
    no = re.findall(r'name="answer" value="([^"]+)"', question)[1]
    assert no == "Không\n(“Lúc này bạn có an toàn không?”)"
    # A newer question of that kind is the one to answer.
    newer = "Bạn còn ở chỗ đó không? Trả lời 1 là có, 2 là không."
    messages.add_message(asked_tip, newer, by=lan, hold=datetime.timedelta(0))
    question = page_of(public_client).partition('id="yes-no"')[2].partition("</section>")[0]
    assert "Bạn còn ở chỗ đó không?" in question
    assert re.findall(r'name="answer" value="(\w+)"', question) == ["Có", "Không"]
    public_client.post("/status/tip/", {"answer": "Có", "text": ""})
    messages.add_message(asked_tip, "Cảm ơn bạn.", by=lan, hold=datetime.timedelta(0))
    assert 'id="yes-no"' not in public_client.get("/status/tip/").content.decode()


def test_another_question_has_no_buttons(public_client, tip, unit):
    lan = make.officer(unit=unit)
    messages.add_message(tip, "Xe màu gì, bạn nhớ không?", by=lan, hold=datetime.timedelta(0))
    assert 'id="yes-no"' not in page_of(public_client)


def test_what_we_keep_opens_beside_the_page_while_something_may_be_typed(public_client, tip):
    foot = page_of(public_client).partition("<footer")[2]
    assert re.search(r'href="/privacy/"\s+target="_blank"', foot)


def test_numbers_that_the_desk_says_to_call_can_be_tapped_and_the_reporters_words_stay(
    public_client, tip, unit
):
    make.message(tip, "Em gọi 113 <b> rồi")
    said = "Đang nguy hiểm thì gọi ngay 113."
    messages.add_message(tip, said, by=make.officer(unit=unit), hold=datetime.timedelta(0))
    talk = page_of(public_client).partition('class="dialogue"')[2].partition("</ol>")[0]
    assert 'gọi ngay <a href="tel:113">113</a>.' in talk
    assert "Em gọi 113 &lt;b&gt; rồi" in talk
