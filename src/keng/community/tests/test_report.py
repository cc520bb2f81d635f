"""The report journey: one question a page, answers kept, and the right desk at the end."""

import datetime
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from keng.community.tests.resident import WORDS, code_on, only_tip
from keng.kit import times
from keng.tips import receipt_codes
from keng.tips.models import Tip

pytestmark = pytest.mark.django_db

# As much of a picture as tells its kind.
JPEG = b"\xff\xd8\xff\xe0"
STEPS = ["who-gets", "what", "where", "describe", "name", "check"]


def test_a_report_goes_through_every_step_and_ends_with_a_receipt(stage, resident):
    assert resident.client.get("/report/").url == "/report/who-gets/"
    pages = []
    answers = [
        {"desk": "commune"},
        {"topic": "scam"},
        {"choice": str(stage.place.pk)},
        {"text": WORDS, "happening": "now", "money_moved": "on"},
        {"wish": "anonymous"},
    ]
    for step, answer, following in zip(STEPS, answers, STEPS[1:], strict=False):
        response = resident.post(step, **answer)
        assert (response.status_code, response.url) == (303, f"/report/{following}/")
        pages.append(resident.look(following))
    assert all(page.status_code == 200 for page in pages)
    receipt = resident.send()
    tip = only_tip()
    assert receipt_codes.tip_id_of_code(code_on(receipt)) == tip.pk
    assert (tip.responsible_unit, tip.place, tip.text) == (stage.unit, stage.place, WORDS)
    assert (tip.topic, tip.happening, tip.money_moved, tip.channel) == ("scam", "now", True, "web")
    assert tip.messages.get().text == WORDS


def test_every_step_says_who_receives_it_and_that_one_is_anonymous(stage, resident):
    resident.write(place=stage.place)
    for step in ["what", "where", "describe", "name", "check"]:
        page = resident.look(step).content.decode()
        assert "Công an phường Nếnh" in page, step
    assert "Bạn đang <b>ẩn danh</b>" in resident.look("describe").content.decode()


def test_only_the_last_step_says_that_it_sends_by_itself_when_the_network_is_back(stage, resident):
    resident.write(place=stage.place)
    for step in STEPS[1:]:
        page = resident.look(step).content.decode()
        assert ("có mạng lại là tự sang bước tiếp" in page) == (step != "check"), step
        assert ("có mạng lại là tự gửi" in page) == (step == "check"), step


def test_113_is_one_tap_away_on_every_step(stage, resident):
    resident.write(place=stage.place)
    for step in STEPS:
        assert 'href="tel:113"' in resident.look(step).content.decode(), step
    assert 'href="tel:113"' in resident.send().content.decode()


def test_no_step_has_an_inline_script_or_style(stage, resident):
    resident.write(place=stage.place)
    for step in STEPS:
        page = resident.look(step).content.decode()
        scripts = re.findall(r"<script[^>]*>", page)
        files = [re.search(r' src="/static/keng/js/([\w-]+)\.js"', script) for script in scripts]
        assert all(files), step
        of_step = {"files", "count"} if step == "describe" else set()
        assert {file[1] for file in files} == {"send", "leave", "shared-sweep"} | of_step, step
        assert " style=" not in page, step
        assert "no-store" in resident.look(step)["Cache-Control"]


def test_an_error_names_the_field_in_title_summary_and_place_and_keeps_what_was_typed(
    stage, resident
):
    resident.write(place=stage.place)
    page = resident.post("describe", text="", happening="now").content.decode()
    assert re.search(r"<title>\s*Lỗi: ", page)
    assert 'role="alert"' in page
    assert 'href="#id_text"' in page
    assert 'id="id_text_error"' in page
    assert 'value="now" checked' in page
    named = resident.post("name", wish="sealed", name="", phone="").content.decode()
    assert 'href="#id_name"' in named
    assert 'value="sealed" checked' in named
    far_too_long = "x" * 9000
    assert far_too_long in resident.post("describe", text=far_too_long).content.decode()


@pytest.mark.parametrize("step", ["who-gets", "what"])
def test_a_tile_page_sent_without_a_tile_asks_again(stage, resident, step):
    page = resident.post(step).content.decode()
    assert 'role="alert"' in page
    assert "Lỗi: " in page


def test_a_place_must_be_chosen(stage, resident):
    resident.post("who-gets", desk="commune")
    page = resident.post("where", q="", choice="").content.decode()
    assert 'href="#id_choice"' in page
    for nonsense in ("split:", "split:x", "0", "' OR 1=1"):
        assert resident.post("where", choice=nonsense).status_code == 200


def test_changing_one_answer_leads_back_to_the_check_page(stage, resident):
    resident.write(place=stage.place)
    assert 'href="/report/what/"' in resident.look("check").content.decode()
    assert resident.post("what", topic="theft").url == "/report/check/"
    page = resident.look("check").content.decode()
    assert "Trộm, cướp" in page
    assert "Đã chuyển tiền" not in page


def test_going_back_keeps_what_was_typed_and_chosen_on_that_question(stage, resident):
    resident.post("who-gets", desk="commune")
    resident.post("what", topic="theft")
    resident.post("where", choice=stage.place.pk)
    picture = SimpleUploadedFile("anh.jpg", JPEG + bytes(9000), "image/jpeg")
    page = resident.look("describe").content.decode()
    assert re.search(r'<button[^>]*form="step"[^>]*name="back"', page)
    back = resident.post("describe", back="1", text="Mất xe ở", happening="over", attached=picture)
    assert back.url == "/report/where/"
    assert resident.post("where", back="1", q="Vân", spot="cạnh chợ").url == "/report/what/"
    # The question that was left is asked again, as it was left.
    assert resident.post("what", topic="theft").url == "/report/where/"
    page = resident.look("where").content.decode()
    assert 'value="Vân"' in page
    assert 'value="cạnh chợ"' in page
    assert resident.post("where", choice=stage.place.pk).url == "/report/describe/"
    page = resident.look("describe").content.decode()
    assert "Mất xe ở" in page
    assert "anh.jpg" in page


def test_what_we_keep_is_read_in_between_and_nothing_that_was_typed_is_lost(stage, resident):
    resident.post("who-gets", desk="commune")
    resident.post("what", topic="theft")
    resident.post("where", choice=stage.place.pk)
    page = resident.look("describe").content.decode()
    assert re.search(r'<button[^>]*form="step"[^>]*name="privacy"', page)
    assert 'href="/privacy/"' not in page
    picture = SimpleUploadedFile("anh.jpg", JPEG + bytes(9000), "image/jpeg")
    shown = resident.post("describe", privacy="1", text="Xe bị lấy lúc", attached=picture)
    assert shown.url == "/privacy/?from=describe"
    kept = resident.client.get(shown.url).content.decode()
    assert kept.count('href="/report/describe/"') == 2
    page = resident.look("describe").content.decode()
    assert "Xe bị lấy lúc" in page
    assert "anh.jpg" in page
    # The question stays open: nothing was answered by reading.
    assert resident.look("check").url == "/report/describe/"
    of_nowhere = resident.client.get("/privacy/?from=//x").content.decode()
    assert 'href="//x' not in of_nowhere
    assert "Quay lại tin của tôi" in kept
    assert "Quay lại tin của tôi" not in of_nowhere


def test_where_something_may_be_typed_no_link_at_the_foot_leaves_the_page(stage, resident):
    for step in ("what", "check"):
        resident.write(place=stage.place)
        foot = resident.look(step).content.decode().partition("<footer")[2]
        assert re.search(r'href="/privacy/"\s+target="_blank"', foot), step


def test_going_back_from_a_single_change_changes_nothing(stage, resident):
    resident.write(place=stage.place)
    page = resident.look("describe").content.decode()
    assert 'name="back"' not in page
    assert 'class="back-link" href="/report/check/"' in page


def test_money_is_only_asked_about_where_money_moves(stage, resident):
    resident.write(place=stage.place, topic="theft", money_moved=True)
    assert 'name="money_moved"' not in resident.look("describe").content.decode()
    resident.send()
    assert only_tip().money_moved is False


def test_a_box_that_was_not_ticked_is_no_answer_and_the_words_name_the_bank(stage, resident):
    resident.write(place=stage.place)
    page = resident.look("check").content.decode()
    money = page.partition("Đã chuyển tiền")[2].partition("</div>")[0]
    assert "Không trả lời" in money
    assert "<dd>Không</dd>" not in page
    assert "Gọi ngân hàng" not in page
    resident.post(
        "describe", text="Vừa bị lừa chuyển mất 17 triệu cách đây 10 phút", happening="over"
    )
    page = resident.look("check").content.decode()
    assert "Gọi ngân hàng" in page.partition('<dl class="answers')[0]
    resident.post("describe", text="Bị lừa qua mạng", happening="over", money_moved="on")
    assert "Gọi ngân hàng" in resident.look("check").content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "ko"])
def test_of_a_fraud_in_chinese_or_korean_the_bank_comes_first_whatever_the_words(
    stage, resident, language
):
    resident.client.cookies["keng_language"] = language
    resident.write(place=stage.place, text="有人给我打电话", topic="scam")
    page = resident.look("check").content.decode()
    assert "/first-hour/" in page.partition('<dl class="answers')[0]
    resident.send()
    receipt = resident.client.get("/receipt/").content.decode()
    assert "notice warn" in receipt.partition("/first-hour/")[0]


def test_the_hint_of_the_place_is_short_and_says_that_it_is_searched_for(stage, resident):
    resident.post("who-gets", desk="commune")
    resident.post("what", topic="theft")
    page = resident.look("where").content.decode()
    hint = page.partition('id="q-hint">')[2].partition("</p>")[0].strip()
    assert "bấm “Tìm”" in hint
    assert len(hint) <= 80


def test_skipped_answers_show_as_none_on_the_check_page(stage, resident):
    resident.write(place="unsure")
    page = resident.look("check").content.decode()
    assert page.count("<dd>không có</dd>") == 2
    assert "Tôi không nhớ" in page


def test_whether_it_goes_on_may_stay_unanswered_and_is_not_called_unsure(stage, resident):
    resident.write(place=stage.place)
    resident.post("describe", text="Có người rình trước cổng", happening="")
    page = resident.look("check").content.decode()
    assert "<dd>Không trả lời</dd>" in page
    assert "Không chắc" not in page
    resident.send()
    assert only_tip().happening == ""


def test_the_language_switch_keeps_what_is_being_typed(stage, resident):
    resident.write(place=stage.place)
    response = resident.post("describe", text="mới viết được một nửa", language="en")
    assert (response.status_code, response.url) == (303, "/report/describe/")
    page = resident.look("describe").content.decode()
    assert '<html lang="en">' in page
    assert "mới viết được một nửa" in page
    assert 'form="step" name="language" value="vi"' in page
    resident.post("where", q="nenh", spot="cạnh chợ", language="vi")
    page = resident.look("where").content.decode()
    assert '<html lang="vi">' in page
    assert "cạnh chợ" in page


def test_an_english_report_is_remembered_as_english(stage, resident):
    resident.client.cookies["keng_language"] = "en"
    resident.report(place=stage.place, text="A man called and said he was police")
    assert only_tip().language == "en"


def test_a_later_step_without_a_report_says_what_may_have_happened(stage, resident):
    for step in STEPS[1:]:
        response = resident.look(step)
        assert response.status_code == 410
        page = response.content.decode()
        assert 'href="/status/"' in page
        assert 'href="/receipt/"' not in page


def test_whoever_goes_back_from_the_receipt_is_led_to_its_code_while_it_is_shown(stage, resident):
    resident.report(place=stage.place)
    page = resident.look("check")
    assert page.status_code == 410
    assert 'href="/receipt/"' in page.content.decode()
    assert "Tin của bạn đã gửi" in page.content.decode()
    resident.client.post("/receipt/")
    assert 'href="/receipt/"' not in resident.look("check").content.decode()


def test_the_whole_report_cannot_be_sent_with_a_question_left_open(stage, resident):
    resident.post("who-gets", desk="commune")
    assert resident.look("check").url == "/report/what/"
    assert resident.post("check", token="A" * 22).url == "/report/what/"
    assert not Tip.objects.exists()


def test_a_child_is_given_111_on_every_step_and_threatened_with_nothing(stage, resident):
    words = "Cháu 12 tuổi, chú hàng xóm hay sờ người cháu"
    resident.write(place=stage.place, topic="child", text=words)
    for step in STEPS:
        assert 'href="tel:111"' in resident.look(step).content.decode(), step
    check = resident.look("check").content.decode()
    assert "Báo nhầm thì không sao" in check
    assert "xử lý theo luật" not in check
    assert 'href="tel:111"' in resident.send().content.decode()
    assert only_tip().urgency == "P1"


def test_a_child_who_tapped_another_tile_is_not_threatened_either(stage, resident):
    resident.write(place=stage.place, topic="violence", text="em 13 tuổi, bố hay đánh em")
    check = resident.look("check").content.decode()
    assert "xử lý theo luật" not in check
    assert 'href="tel:111"' in check
    assert 'href="tel:111"' in resident.send().content.decode()


def test_others_still_read_what_making_something_up_may_mean(stage, resident):
    resident.write(place=stage.place)
    check = resident.look("check").content.decode()
    assert "xử lý theo luật" in check
    assert "Trẻ em cần giúp?" not in check


def test_whoever_just_sent_money_is_told_when_somebody_looks_and_not_of_tomorrow(stage, resident):
    resident.write(place=stage.place, money_moved=True, happening="now")
    page = resident.send().content.decode()
    tip = Tip.objects.get()
    look = tip.clocks.get(rule_code="LOOK_P1")
    assert look.due_at - tip.received_at == datetime.timedelta(hours=1)
    (now,) = re.findall(r'<li class="now">(.*?)</li>', page, re.DOTALL)
    assert f"{look.due_at.astimezone(times.VIETNAM):%H:%M}" in now
    assert "gọi ngân hàng của bạn ngay" in now
    assert "tel:111" not in now
    # The hour of tomorrow by which everything is sorted stands nowhere on it.
    assert page.count(f"{tip.received_at.astimezone(times.VIETNAM):%H:%M} ngày mai") == 0


def test_where_no_desk_is_set_up_one_reads_whom_to_call_and_nothing_is_kept(public_client):
    assert public_client.get("/report/who-gets/").status_code == 200
    asked = public_client.post("/report/who-gets/", {"desk": "province"}, follow=True)
    at_once = {"text": WORDS, "spot": "Nếnh", "desk": "commune", "token": "A" * 22}
    for page in (asked, public_client.post("/report/at-once/", at_once)):
        text = page.content.decode()
        assert page.status_code == 503
        assert "Ở đây chưa có ai nhận tin báo" in text.replace("\N{NO-BREAK SPACE}", " ")
        first = text.index("<h1")
        assert all(0 < text.index(f'href="tel:{number}"') < first for number in (113, 114, 115))
    assert not Tip.objects.exists()
