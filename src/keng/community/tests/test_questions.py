"""Questions to a desk: asked without a name, answered after redaction, and never kept as asked."""

import datetime
import importlib
import re
from functools import partial

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keng.accounts.models import Officer
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.claims.actions.errors import NothingToObject, YourOwn
from keng.community.actions import objections, questions
from keng.community.models import Question
from keng.community.public.questions import question_limit
from keng.community.redact_questions import redact_question
from keng.conftest import sign_in
from keng.kit import times
from keng.kit.standby_confirmation import CONFIRM_EARLIER_COMMITS
from keng.kit.urgency import Urgency
from keng.releases.errors import NothingWaits
from keng.tips import receipt_codes
from keng.tips.errors import CannotSeal
from keng.tips.models import Tip
from keng.vault import keys, seal
from keng.waiting.counts import counts_by_page
from keng.warnings.tests.ward import Ward
from tests import make

pytestmark = pytest.mark.django_db
ASKED = "Anh Nguyễn Văn Tám số 0912 000 417 hỏi tôi căn cước, chủ trọ giữ có đúng không?"
ANSWER = "Không. Chủ trọ chỉ được xem để khai báo tạm trú."
LONG_AGO = times.now() - datetime.timedelta(days=9)
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}\b")


@pytest.fixture
def ward(tmp_path, monkeypatch, settings):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    settings.DATA_FOLDER = tmp_path
    found = Ward()
    keys.make_sender_key()
    keys.make_unit_keys("words-for-a-test")
    yield found
    seal.forget_public_keys()


def asked(client, ward, *, wish="public", text=ASKED):
    """The way of a resident: the code they get."""
    address = reverse("place-ask", args=[ward.place.code], urlconf="keng.site.public_urls")
    token = re.search(r'name="token" value="([\w-]+)"', client.get(address).content.decode())[1]
    sent = {"text": text, "wish": wish, "token": token}
    first = CODE.search(client.post(address, sent, follow=True).content.decode()).group()
    assert CODE.search(client.post(address, sent, follow=True).content.decode()).group() == first
    return first


def read(client, code):
    return client.post("/answer/", {"code": code}).content.decode()


def put(ward, *, wish="public", text=ASKED, **fields):
    token = receipt_codes.new_token()
    code = questions.ask_desk(ward.place, text=text, wish=wish, token=token, language="vi")
    found = Question.objects.get(code_hash=receipt_codes.code_hash(code))
    if fields:
        Question.objects.filter(pk=found.pk).update(**fields)
    return found, code


def let_out(question, *, by):
    """The second person reads the answer that waits, and lets it out."""
    waiting = Question.objects.get(pk=question.pk)
    return questions.let_out_answer(question.pk, seen=waiting.digest_now, by=by)


def test_a_question_is_kept_once_and_waits_at_the_desk_of_the_place(public_client, ward):
    code = asked(public_client, ward)
    question = Question.objects.get()
    assert (question.unit, question.text, question.state) == (ward.unit, ASKED, "waiting")
    assert "Chưa có ai trả lời" in read(public_client, code)


def test_a_question_keeps_nothing_that_turns_or_hides_its_words(public_client, ward):
    asked(public_client, ward, text="Đèn \u202eđường\u2066 hẻm 3 t\xadối\u200b, bao giờ sửa ạ?")
    assert Question.objects.get().text == "Đèn đường hẻm 3 tối, bao giờ sửa ạ?"


def test_one_network_asks_so_often_and_keeps_what_it_typed(public_client, ward, no_time_passes):
    address = f"/places/{ward.place.code}/ask/"
    sent = {"text": ASKED, "wish": "private"}
    for number in range(question_limit.at_once):
        answer = public_client.post(address, sent | {"token": f"{number:022d}"})
        assert answer.status_code == 303
    late = public_client.post(address, sent | {"token": "t" * 22})
    assert (late.status_code, int(late.headers["Retry-After"]) > 0) == (429, True)
    page = late.content.decode()
    assert ASKED in page
    assert "Nhiều câu hỏi đã đến từ mạng của bạn" in page
    assert Question.objects.count() == question_limit.at_once
    elsewhere = public_client.post(address, sent | {"token": "t" * 22}, REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 303


def test_the_officer_is_shown_what_to_cover_and_the_rest_reads_only_that(desk_client, ward):
    question, _ = put(ward)
    page = sign_in(desk_client, ward.officer).get(f"/questions/{question.pk}/").content.decode()
    shown = re.search(r'name="shown"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)[1]
    assert "0912 000 417" not in shown
    assert "Tám" not in shown
    assert "chủ trọ giữ" in shown
    desk_client.post(f"/questions/{question.pk}/", {"shown": "Chủ trọ giữ?", "words": ANSWER})
    question.refresh_from_db()
    assert (question.state, question.text, question.shown_text) == (
        "waiting",
        ASKED,
        "Chủ trọ giữ?",
    )
    let_out(question, by=ward.commander)
    question.refresh_from_db()
    assert (question.state, question.text, question.shown_text) == ("answered", "", "Chủ trọ giữ?")
    entry = Entry.objects.get(action="question.answered")
    assert entry.chain == f"unit:{ward.unit.pk}"
    assert "Chủ trọ" not in str(entry.detail)


def test_who_asks_and_says_who_they_are_is_covered_beforehand(ward):
    masked = redact_question(
        "My name is John Smith, em ở nhà số 17. Chủ trọ giữ căn cước được không?"
    )
    assert "John Smith" in {one.written for one in masked.covered}
    assert "Smith" not in masked.text
    assert masked.text.endswith("Chủ trọ giữ căn cước được không?")


def test_a_public_answer_stands_on_the_page_of_the_place_and_a_private_one_does_not(
    public_client, ward
):
    public, _ = put(ward)
    private, code = put(ward, wish="private", text="Riêng tôi hỏi")
    questions.answer_question(public.pk, shown="Chung?", words=ANSWER, by=ward.officer)
    let_out(public, by=ward.commander)
    questions.answer_question(private.pk, shown="Riêng?", words="Trả lời riêng.", by=ward.officer)
    for address in (f"/places/{ward.place.code}/", f"/places/{ward.place.code}/questions/"):
        page = public_client.get(address).content.decode()
        assert "Chung?" in page
        assert ANSWER in page
        assert "riêng." not in page
    assert "Trả lời riêng." in read(public_client, code)


def test_an_opinion_gets_the_fixed_polite_answer(public_client, ward):
    question, code = put(ward, text="Phường nên trồng thêm cây")
    questions.decline_question_as_opinion(question.pk, by=ward.officer)
    assert "Cảm ơn bạn đã viết" in read(public_client, code)
    assert Question.objects.get().text == ""


def test_the_asker_objects_once_and_another_officer_decides(public_client, ward):
    question, code = put(ward, wish="private", text="Đèn hẻm hỏng, tối đi sợ cướp")
    questions.decline_question_as_opinion(question.pk, by=ward.officer)
    page = read(public_client, code)
    assert "Trong bảy ngày, chỉ mã của bạn đưa lại được" in page
    assert code in re.search(r'name="code" value="([^"]+)"', page)[1]
    page = public_client.post("/answer/object/", {"code": code}).content.decode()
    assert "Bạn đã phản đối" in page
    question.refresh_from_db()
    assert (question.state, question.text) == ("waiting", "Đèn hẻm hỏng, tối đi sợ cướp")
    assert Entry.objects.filter(action="question.objected").count() == 1
    for act in (questions.decline_question_as_opinion, questions.move_question_to_inbox):
        with pytest.raises(YourOwn):
            act(question.pk, by=ward.officer)
    questions.decline_question_as_opinion(question.pk, by=ward.commander)
    question.refresh_from_db()
    assert (question.state, question.text, bytes(question.box)) == ("opinion", "", b"")
    page = public_client.post("/answer/object/", {"code": code}).content.decode()
    assert "Lời bạn viết đã hủy" in page
    assert "/answer/object/" not in page


def test_the_desk_says_that_another_officer_decides_the_objection(desk_client, ward):
    question, code = put(ward)
    questions.decline_question_as_opinion(question.pk, by=ward.officer)
    objections.object_to_opinion(receipt_codes.cleaned_code(code))
    own = sign_in(desk_client, ward.officer).get(f"/questions/{question.pk}/").content.decode()
    assert "nay một cán bộ khác quyết định" in own
    assert "/opinion/" not in own
    again = desk_client.post(f"/questions/{question.pk}/opinion/", follow=True)
    assert "nay một cán bộ khác quyết định" in again.content.decode()
    page = sign_in(desk_client, ward.commander).get(f"/questions/{question.pk}/").content.decode()
    assert "người hỏi phản đối" in page
    desk_client.post(f"/questions/{question.pk}/opinion/")
    assert Question.objects.get().state == "opinion"


def test_what_was_objected_to_is_answered_by_another_officer(public_client, ward):
    question, code = put(ward, text="Đèn hẻm hỏng")
    declined_by = make.officer(unit=ward.unit, role="commander")
    questions.decline_question_as_opinion(question.pk, by=declined_by)
    objections.object_to_opinion(receipt_codes.cleaned_code(code))
    with pytest.raises(YourOwn):
        questions.answer_question(question.pk, shown="Đèn?", words="Mai.", by=declined_by)
    questions.answer_question(question.pk, shown="Đèn?", words="Mai sửa.", by=ward.commander)
    with pytest.raises(YourOwn):
        let_out(question, by=declined_by)
    let_out(question, by=ward.province_duty)
    assert "Mai sửa." in read(public_client, code)
    assert bytes(Question.objects.get().box) == b""


def test_after_a_week_no_code_brings_the_words_back(public_client, ward):
    question, code = put(ward)
    assert ASKED.encode() not in bytes(question.box)
    questions.decline_question_as_opinion(question.pk, by=ward.officer)
    assert questions.sweep_questions() == 0
    late = times.now() - objections.OBJECTION_TIME - datetime.timedelta(minutes=1)
    Question.objects.update(decided_at=late)
    with pytest.raises(NothingToObject):
        objections.object_to_opinion(receipt_codes.cleaned_code(code))
    assert questions.sweep_questions() == 1
    question.refresh_from_db()
    assert (question.state, bytes(question.box)) == ("opinion", b"")
    assert question.decided_at == late
    assert "Lời bạn viết đã hủy" in read(public_client, code)


def test_a_question_objected_to_late_waits_thirty_days_more(ward):
    question, code = put(ward, asked_at=times.now() - datetime.timedelta(days=29))
    questions.decline_question_as_opinion(question.pk, by=ward.officer)
    objections.object_to_opinion(receipt_codes.cleaned_code(code))
    Question.objects.update(asked_at=times.now() - datetime.timedelta(days=35))
    assert questions.sweep_questions() == 0
    Question.objects.update(objected_at=times.now() - datetime.timedelta(days=31))
    assert questions.sweep_questions() == 1
    question.refresh_from_db()
    assert (question.state, question.text, bytes(question.box)) == ("gone", "", b"")
    assert question.decided_by is None


def test_only_what_was_declined_can_be_objected_to(ward):
    _question, code = put(ward)
    for unknown in (code, receipt_codes.code_from_token(receipt_codes.new_token())):
        with pytest.raises(NothingToObject):
            objections.object_to_opinion(receipt_codes.cleaned_code(unknown))


def test_what_is_really_a_report_becomes_one_under_the_askers_own_code(public_client, ward):
    question, code = put(ward, text="Nhà bên đang đánh bạc, số của em là 0912000418")
    questions.move_question_to_inbox(question.pk, by=ward.officer)
    tip = Tip.objects.get()
    assert "đánh bạc" in tip.text
    assert "0912000418" not in tip.text
    assert tip.responsible_unit == ward.unit
    assert receipt_codes.tip_id_of_code(receipt_codes.cleaned_code(code)) == tip.pk
    assert "chuyển câu hỏi của bạn thành tin báo" in read(public_client, code)


def test_a_question_about_officers_of_the_ward_goes_past_it_and_says_so(public_client, ward):
    words = "Trưởng công an phường mình nhận tiền bảo kê quán karaoke thì báo cho ai?"
    address = reverse("place-ask", args=[ward.place.code], urlconf="keng.site.public_urls")
    token = re.search(r'name="token" value="([\w-]+)"', public_client.get(address).content.decode())
    sent = {"text": words, "wish": "private", "token": token[1]}
    page = public_client.post(address, sent, follow=True).content.decode()
    assert "Câu hỏi này có vẻ nói về cán bộ ở đó." in page
    assert f"Đã gửi thẳng lên tỉnh; {ward.unit} không thấy." in page
    question = Question.objects.get()
    assert question.unit == ward.unit.parent
    assert not Question.objects.visible_to(ward.officer).exists()
    with pytest.raises(NotAllowed):
        questions.answer_question(question.pk, shown="a", words="b", by=ward.officer)


def test_nor_does_who_belongs_to_both_desks(ward):
    """A post at the province opens the province's questions, but not the one about oneself."""
    put(ward, text="Trưởng công an phường mình nhận tiền bảo kê quán karaoke")
    above = make.officer(unit=ward.unit.parent)
    assert Question.objects.visible_to(above).count() == 1
    assert counts_by_page(above)["questions"] == 1
    make.post(above, unit=ward.unit)
    both = Officer.objects.get(pk=above.pk)
    assert not Question.objects.visible_to(both).exists()
    assert counts_by_page(both)["questions"] == 0


def test_one_that_waited_before_this_was_kept_is_kept_from_the_ward_too(ward):
    past_it, _ = put(ward, text="Trưởng công an phường mình nhận tiền bảo kê quán karaoke")
    usual, _ = put(ward)
    Question.objects.update(kept_from=None)
    migration = importlib.import_module("keng.community.migrations.0009_kept_from")
    with connection.cursor() as cursor:
        cursor.execute(migration.KEEP_THOSE_THAT_WAIT)
    kept = dict(Question.objects.values_list("pk", "kept_from"))
    assert kept == {past_it.pk: ward.unit.pk, usual.pk: None}


def test_and_as_a_report_the_ward_does_not_see_it_either(ward):
    question, _ = put(ward, text="Trưởng công an phường mình nhận tiền bảo kê quán karaoke")
    above = make.officer(unit=ward.unit.parent)
    questions.move_question_to_inbox(question.pk, by=above)
    assert not Tip.objects.visible_to(ward.officer).exists()
    assert Tip.objects.visible_to(above).get().concerns.get().unit == ward.unit


def ask(client, ward, text, token):
    sent = {"text": text, "wish": "public", "token": token}
    address = reverse("place-ask", args=[ward.place.code], urlconf="keng.site.public_urls")
    return client.post(address, sent, follow=True).content.decode()


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("chay o day tro, con nguoi o tren tang, toi phai lam gi", ["114", "113"]),
        (
            "Ngửi thấy mùi gas rất mạnh cả dãy trọ, có người ngất xỉu, cứu với",
            ["114", "113", "115"],
        ),
    ],
)
def test_the_receipt_of_a_fire_says_114_first(public_client, ward, words, numbers):
    page = ask(public_client, ward, words, receipt_codes.new_token())
    notice = page.partition("notice warn")[2].partition("</div>")[0]
    assert [each[:3] for each in notice.split('href="tel:')[1:]] == numbers
    assert "gọi 114 ngay, rồi gọi 113" in notice
    assert ("không thở" in notice) == ("115" in numbers)


def test_a_question_that_tells_of_danger_is_a_report_at_once(public_client, ward):
    words = "Con tôi bị bắt cóc, chúng đòi 500 triệu, tôi phải làm gì bây giờ, cứu với"
    token = receipt_codes.new_token()
    for _ in range(2):
        page = ask(public_client, ward, words, token)
        assert "Bạn gửi câu hỏi, nhưng chuyện này gấp: chúng tôi đã gửi ngay thành tin báo" in page
        assert "Gọi 113" in page
    tip = Tip.objects.get()
    assert (tip.urgency, tip.responsible_unit) == (Urgency.P0, ward.unit)
    assert not Question.objects.exists()
    assert tip_shown_on(page) == tip


def tip_shown_on(page):
    code = receipt_codes.cleaned_code(CODE.search(page).group())
    return Tip.objects.get(pk=receipt_codes.tip_id_of_code(code))


def test_what_is_added_after_going_back_is_read_too(public_client, ward):
    words, token = "Chồng tôi vung dao đuổi tôi ngoài hẻm, cứu với", receipt_codes.new_token()
    first = tip_shown_on(ask(public_client, ward, words, token))
    more = f"{words}. Tôi trốn trong nhà kho số 9"
    second = tip_shown_on(ask(public_client, ward, more, token))
    assert first.text == words
    assert second.text == more


def test_whoever_goes_back_and_asks_something_else_has_asked_twice(public_client, ward):
    texts = ["Xóm tôi mấy giờ có người làm giấy tạm trú?", "Xóm tôi mấy giờ có người làm hộ chiếu?"]
    token = receipt_codes.new_token()
    pages = [ask(public_client, ward, text, token) for text in (*texts, texts[0])]
    codes = [CODE.search(page).group() for page in pages]
    assert codes[0] == codes[2] != codes[1]
    assert {question.text for question in Question.objects.all()} == set(texts)


@pytest.mark.parametrize("first", ["calm", "urgent"])
def test_a_question_and_a_report_from_one_page_have_codes_of_their_own(public_client, ward, first):
    """Whoever went back and wrote something else: one code would open the report alone."""
    texts = ["Xóm tôi mấy giờ có người làm giấy tạm trú?", "Chồng tôi vung dao đuổi tôi, cứu với"]
    token = receipt_codes.new_token()
    pages = [
        ask(public_client, ward, text, token)
        for text in (texts if first == "calm" else reversed(texts))
    ]
    codes = {receipt_codes.cleaned_code(CODE.search(page).group()) for page in pages}
    question, tip = Question.objects.get(), Tip.objects.get()
    assert {bytes(question.code_hash)} == {
        receipt_codes.code_hash(code)
        for code in codes
        if receipt_codes.tip_id_of_code(code) != tip.pk
    }
    moved = questions.move_question_to_inbox(question.pk, by=ward.officer)
    assert Tip.objects.get(pk=moved).text == texts[0]


def test_one_about_officers_goes_past_them_as_a_report_too(public_client, ward):
    words = "Trưởng công an phường mình cầm dùi cui đánh người ngay trước trụ sở, cứu với"
    page = ask(public_client, ward, words, receipt_codes.new_token())
    assert f"{ward.unit} không thấy" in page
    tip = Tip.objects.get()
    assert tip.responsible_unit == ward.unit.parent
    assert tip.concerns.get().unit == ward.unit


def test_one_that_cannot_be_sealed_is_kept_as_the_question_it_was(public_client, ward, monkeypatch):
    def no_keys(_incoming):
        raise CannotSeal

    monkeypatch.setattr(questions, "receive_tip", no_keys)
    token = receipt_codes.new_token()
    page = ask(public_client, ward, "Có người đang cầm dao đuổi tôi, cứu với", token)
    assert Question.objects.count() == 1
    code = receipt_codes.cleaned_code(CODE.search(page).group())
    assert bytes(Question.objects.get().code_hash) == receipt_codes.code_hash(code)


def test_a_question_is_decided_once_and_by_its_own_desk(ward):
    question, _ = put(ward)
    stranger = make.officer(unit=make.unit())
    auditor = make.officer(unit=ward.unit, role="auditor")
    for other in (stranger, auditor):
        with pytest.raises(NotAllowed):
            questions.answer_question(question.pk, shown="a", words="b", by=other)
    questions.answer_question(question.pk, shown="a", words="b", by=ward.officer)
    let_out(question, by=ward.commander)
    with pytest.raises(NothingWaits):
        questions.decline_question_as_opinion(question.pk, by=ward.commander)


def test_working_at_another_desk_is_no_right_at_a_desk_where_one_only_reads(ward, desk_client):
    question, _ = put(ward, wish="private")
    mixed = make.officer(unit=ward.unit, role="auditor")
    make.post(mixed, unit=make.unit(), role="commander")
    for act in (
        partial(questions.answer_question, shown="a", words="b"),
        questions.decline_question_as_opinion,
        questions.move_question_to_inbox,
    ):
        with pytest.raises(NotAllowed):
            act(question.pk, by=mixed)
    sign_in(desk_client, mixed)
    assert desk_client.get(f"/questions/{question.pk}/").status_code == 404
    assert desk_client.post(f"/questions/{question.pk}/opinion/").status_code == 404
    question.refresh_from_db()
    assert question.state == "waiting"


def test_words_are_destroyed_when_their_time_is_over(public_client, ward):
    now = times.now()
    old, code = put(ward, asked_at=now - datetime.timedelta(days=31))
    private, _ = put(ward, wish="private")
    public, _ = put(ward)
    fresh, _ = put(ward)
    for one in (private, public):
        questions.answer_question(one.pk, shown="a", words="b", by=ward.officer)
    let_out(public, by=ward.commander)
    Question.objects.filter(pk__in=[private.pk, public.pk]).update(
        decided_at=now - datetime.timedelta(days=91)
    )
    assert questions.sweep_questions() == 2
    private.refresh_from_db()
    assert private.decided_at == now - datetime.timedelta(days=91)
    gone = Question.objects.filter(state="gone")
    assert {one.pk for one in gone} == {old.pk, private.pk}
    assert {(one.text, one.shown_text, one.answer) for one in gone} == {("", "", "")}
    assert Question.objects.get(pk=fresh.pk).text == ASKED
    assert "Suốt 30 ngày không ai trả lời" in read(public_client, code)


def test_an_answer_given_while_the_sweeper_looks_is_not_destroyed(ward):
    question, _ = put(ward, wish="private", asked_at=times.now() - datetime.timedelta(days=31))
    found = []

    def between(execute, sql, *rest):
        result = execute(sql, *rest)
        if not found and sql.startswith("SELECT"):
            found.append(sql)
            questions.answer_question(
                question.pk, shown="Chủ trọ giữ?", words=ANSWER, by=ward.officer
            )
        return result

    with connection.execute_wrapper(between):
        assert questions.sweep_questions() == 0
    assert "community_question" in found[0]
    question.refresh_from_db()
    assert (question.state, question.answer) == ("answered", ANSWER)


@pytest.mark.parametrize(
    ("before", "change"),
    [
        ({}, "text = 'x'"),
        ({}, "state = 'opinion', text = '', decided_at = now()"),
        ({"state": "opinion"}, "decided_at = now()"),
        ({"state": "opinion"}, "objected_at = now()"),
        ({"state": "opinion"}, "state = 'waiting', text = 'x', decided_at = NULL"),
        (
            {"state": "opinion", "objected_at": times.now()},
            "state = 'waiting', text = 'x', decided_at = NULL",
        ),
        (
            {
                "state": "answered",
                "shown_text": "a",
                "answer": "b",
                "box": b"",
                "released_at": times.now(),
            },
            "state = 'waiting', text = 'x', decided_at = NULL, objected_at = now()",
        ),
        # Its week is over.
        (
            {"state": "opinion", "box": b""},
            "state = 'waiting', text = 'x', decided_at = NULL, objected_at = now()",
        ),
    ],
)
def test_the_public_site_changes_a_question_by_one_objection_alone(ward, become, before, change):
    decided = {"text": "", "decided_at": times.now()} if before else {}
    question, _ = put(ward, **before, **decided)
    become("public")
    with (
        pytest.raises(ProgrammingError, match="asks and objects"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE community_question SET {change}")
    become("desk")
    question.refresh_from_db()
    assert question.state == before.get("state", "waiting")


def test_the_public_site_cannot_answer_for_the_desk(ward, become):
    answered = Question(
        place=ward.place,
        unit=ward.unit,
        wish="public",
        state="answered",
        shown_text="a",
        answer="b",
        decided_at=times.now(),
        code_hash=b"1",
        language="vi",
    )
    become("public")
    with pytest.raises(ProgrammingError, match="asks and objects"), transaction.atomic():
        Question.objects.bulk_create([answered], ignore_conflicts=True)


def test_an_asker_without_a_box_is_not_said_to_be_able_to_object(desk_client, ward):
    question, _ = put(ward)
    sign_in(desk_client, ward.officer)
    page = f"/questions/{question.pk}/"
    can_object = "Họ phản đối được một lần trong bảy ngày"
    assert can_object in desk_client.get(page).content.decode()
    Question.objects.update(box=b"")
    assert can_object not in desk_client.get(page).content.decode()


def test_the_database_keeps_no_words_of_a_decided_question(ward):
    question, _ = put(ward)
    with pytest.raises(IntegrityError, match="question_words_go_with_the_decision"):
        Question.objects.filter(pk=question.pk).update(state="opinion", decided_at=times.now())


def test_each_process_does_its_part_of_a_question(public_client, ward, become):
    become("public")
    code = asked(public_client, ward)
    second = asked(public_client, ward, text="Chủ trọ đánh bạc, số của em là 0912000418")
    outside = asked(public_client, ward, text="Phường nên trồng thêm cây")
    become("desk")
    first, moved, third = Question.objects.visible_to(ward.officer).order_by("asked_at")
    questions.answer_question(first.pk, shown="Chủ trọ giữ?", words=ANSWER, by=ward.officer)
    let_out(first, by=ward.commander)
    questions.move_question_to_inbox(moved.pk, by=ward.officer)
    questions.decline_question_as_opinion(third.pk, by=ward.officer)
    become("worker")
    assert questions.sweep_questions() == 0
    become("public")
    objections.object_to_opinion(receipt_codes.cleaned_code(outside))
    become("desk")
    questions.decline_question_as_opinion(third.pk, by=ward.commander)
    become("worker")
    assert questions.sweep_questions() == 0
    become("public")
    assert "Lời bạn viết đã hủy" in read(public_client, outside)
    assert ANSWER in read(public_client, code)
    assert "thành tin báo" in read(public_client, second)
    assert ANSWER in public_client.get(f"/places/{ward.place.code}/").content.decode()


@pytest.mark.parametrize(
    "given", [{"submitted_at": times.now()}, {"answer": "x"}, {"hands": [make.some_id()]}]
)
def test_the_public_site_hands_in_no_answer(ward, become, given):
    values = {"wish": "public", "text": "x", "code_hash": b"1", "place": ward.place}
    become("public")
    as_asked = [Question(unit=ward.unit, **values)]
    Question.objects.bulk_create(as_asked, ignore_conflicts=True)
    answered = [Question(unit=ward.unit, **(values | {"code_hash": b"2"}), **given)]
    with pytest.raises(ProgrammingError), transaction.atomic():
        Question.objects.bulk_create(answered, ignore_conflicts=True)


@pytest.mark.parametrize(
    ("process", "statement"),
    [
        ("public", "SELECT hands FROM community_question"),
        ("desk", "UPDATE community_officialchannel SET shown_as = 'x'"),
        ("public", "SELECT text FROM community_question"),
        ("public", "UPDATE community_question SET answer = 'x'"),
        ("public", "UPDATE community_question SET decided_by_id = NULL"),
        ("desk", "UPDATE community_question SET code_hash = ''"),
        ("desk", "DELETE FROM community_question"),
        ("edge", "SELECT id FROM community_question"),
        ("worker", "SELECT text FROM community_question"),
        ("public", "INSERT INTO community_officialchannel (kind) VALUES ('zalo')"),
    ],
)
def test_no_process_does_more(become, process, statement):
    become(process)
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_wrong_code_and_an_empty_form_say_what_to_do(public_client, ward):
    assert "Không có gì mang mã này" in read(public_client, "0000-0000-0000-0000")
    answer = public_client.post(f"/places/{ward.place.code}/ask/", {"text": "", "wish": ""})
    assert answer.status_code == 422
    assert 'id="problem"' in answer.content.decode()


def test_an_empty_inbox_leads_to_what_waits(desk_client, ward):
    put(ward)
    page = sign_in(desk_client, ward.officer).get("/tips/").content.decode()
    assert "1 việc chờ bạn" in page
    assert "Câu hỏi của người dân" in desk_client.get("/waiting/").content.decode()


def test_a_private_question_without_names_is_not_said_to_be_covered_or_shown(desk_client, ward):
    question, _ = put(ward, wish="private", text="Mất căn cước thì làm lại ở đâu?")
    page = sign_in(desk_client, ward.officer).get(f"/questions/{question.pk}/").content.decode()
    assert "Câu hỏi như người hỏi sẽ đọc lại" in page
    assert "Máy không thấy tên hay số nào" in page


def test_whoever_asks_reads_by_which_day_an_answer_comes(public_client, ward):
    code = asked(public_client, ward)
    found = Question.objects.get()
    assert found.answer_by == times.local_date(found.asked_at + datetime.timedelta(days=7))
    assert "muộn nhất" in read(public_client, code)


def test_a_late_answer_is_called_late_to_whoever_asked(public_client, ward):
    _, code = put(ward, asked_at=LONG_AGO)
    type(ward.unit).objects.filter(pk=ward.unit.pk).update(desk_phone="0204 000 0113")
    page = read(public_client, code)
    assert "Nay đã trễ, chúng tôi xin lỗi" in page
    assert "0204 000 0113" in page


def test_a_late_answer_is_called_late_at_the_desk(desk_client, ward):
    desk = sign_in(desk_client, ward.officer)
    put(ward)
    on_time = desk.get("/questions/").content.decode()
    assert "Hạn trả lời" in on_time
    assert ">trễ<" not in on_time
    put(ward, asked_at=LONG_AGO)
    assert ">trễ<" in desk.get("/questions/").content.decode()


def test_what_nobody_answered_in_time_is_told_as_our_fault(public_client, ward):
    _, code = put(ward, asked_at=times.now() - datetime.timedelta(days=31))
    assert questions.sweep_questions() == 1
    page = read(public_client, code)
    assert "Lỗi ở chúng tôi" in page
    assert f"/places/{ward.place.code}/ask/" in page


def test_decided_questions_are_searched_by_what_was_published_of_them(ward, desk_client):
    found, _code = put(ward)
    shown = "Công an có gọi điện đòi tiền không?"
    questions.answer_question(found.pk, shown=shown, words="Không bao giờ.", by=ward.officer)
    let_out(found, by=ward.commander)
    put(ward, text="Chị Nguyễn Thị Thử có khai báo chưa?")
    sign_in(desk_client, ward.officer)
    for words, count in (("", 1), ("?q=goi+DIEN", 1), ("?q=may+bay", 0), ("?q=thi+thu", 0)):
        page = desk_client.get(f"/questions/{words}")
        assert (len(page.context["decided"]), len(page.context["waiting"])) == (count, 1), words


def test_asking_again_waits_for_a_standby_too(ward):
    """What is found may be on the primary alone: the first press was then told to send again."""
    token = receipt_codes.new_token()
    urgent = "Có người đang cầm dao đuổi đánh người ở ngõ 3"
    for ask in (
        lambda: questions.ask_desk(
            ward.place, text=ASKED, wish="public", token=token, language="vi"
        ),
        lambda: questions.report_urgent_question(
            ward.place, text=urgent, token=token, language="vi"
        ),
    ):
        ask()
        with CaptureQueriesContext(connection) as asked:
            ask()
        assert CONFIRM_EARLIER_COMMITS in {one["sql"] for one in asked}
