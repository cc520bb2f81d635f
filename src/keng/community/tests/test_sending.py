"""Sending: once, with what it promises sealed, and with files."""

import io
import json
import logging
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from keng.accounts.models import Officer
from keng.alarms.line_bundles import bundles
from keng.community import drafts
from keng.community.drafts import REPORT_COOKIE
from keng.community.models import Draft
from keng.community.report import send
from keng.community.tests.resident import Resident, Stage, code_on, only_tip
from keng.delivery.models import DedupeKey, Inbound
from keng.files import store as tip_files
from keng.kit import uploads
from keng.kit.database import data_folder
from keng.kit.standby_confirmation import CONFIRM_EARLIER_COMMITS
from keng.tips import receipt_codes
from keng.tips.models import BundledCall, Tip
from keng.vault import opening
from keng.vault.models import SealedIdentity, UnitKey
from keng.vault.seal import forget_public_keys
from tests import make

pytestmark = pytest.mark.django_db
MURDER = "Có người bị giết ở đây, máu khắp nhà"


def picture(name="anh.jpg", *, place=b"Nenh GPS 21.27"):
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = place.decode()
    Image.new("RGB", (40, 30), "red").save(made, "JPEG", exif=exif)
    return SimpleUploadedFile(name, made.getvalue(), "image/jpeg")


def test_sending_again_shows_the_same_code_and_makes_no_second_tip(stage, resident):
    resident.write(place=stage.place)
    token = resident.token()
    first, second = resident.send(token), resident.send(token)
    assert code_on(first) == code_on(second) == receipt_codes.code_from_token(token)
    assert Tip.objects.count() == 1


def test_sending_again_waits_for_a_standby_too(stage, resident):
    resident.write(place=stage.place)
    token = resident.token()
    resident.send(token)
    with CaptureQueriesContext(connection) as asked:
        resident.send(token)
    assert CONFIRM_EARLIER_COMMITS in {one["sql"] for one in asked}


def test_two_reports_of_one_danger_from_one_line_ring_as_one_and_those_of_another_line_do_not(
    stage, public_client
):
    danger = {"place": stage.place, "topic": "violence", "text": MURDER, "happening": "now"}
    bundles.forget()
    try:
        for address in ("203.0.113.7", "203.0.113.7", "198.51.100.9"):
            public_client.defaults["REMOTE_ADDR"] = address
            resident = Resident(public_client)
            resident.write(**danger)
            resident.send()
    finally:
        bundles.forget()
    first, second, _of_another = Tip.objects.filter(urgency="P0").order_by("id")
    assert dict(BundledCall.objects.values_list("tip", "first_ref")) == {second.pk: first.pk}


@pytest.mark.parametrize("is_danger", [True, False])
def test_who_tells_of_danger_now_is_promised_no_answer_by_tomorrow(stage, resident, is_danger):
    told = {"text": "Thằng say cầm dao chém loạn ngoài cổng, cứu với", "happening": "now"}
    resident.write(place=stage.place, topic="other", **(told if is_danger else {}))
    page = resident.send().content.decode()
    # Nobody is on duty here with a pager.
    assert ("Có thể lúc này chưa ai xem tin: hãy gọi" in page) is is_danger
    assert "đang được gọi" not in page
    assert ("Chưa chắc lúc này có người xem" in page) is not is_danger
    assert ("Cán bộ có thể hỏi thêm" in page) is not is_danger


def test_after_sending_another_token_makes_no_second_tip(stage, resident):
    resident.write(place=stage.place)
    older, newer = resident.token(), resident.token()
    resident.send(newer)
    assert resident.send(older).status_code == 410
    assert Tip.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_make_one_tip(public_client):
    make.clock_rules()
    stage, resident = Stage(), Resident(public_client)
    resident.write(place=stage.place, files=[picture()])
    token, secret = resident.token(), resident.client.cookies[REPORT_COOKIE].value
    codes, gate = [], threading.Barrier(4)

    def press():
        browser = Client()
        browser.cookies[REPORT_COOKIE] = secret
        gate.wait()
        codes.append(code_on(Resident(browser).send(token)))
        connections.close_all()

    presses = [threading.Thread(target=press) for _ in range(4)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()
    assert set(codes) == {receipt_codes.code_from_token(token)}
    assert Tip.objects.count() == DedupeKey.objects.count() == 1
    assert only_tip().attachments.count() == 1


def test_the_draft_and_its_files_are_gone_once_it_is_sent(
    stage, resident, django_capture_on_commit_callbacks
):
    resident.write(place=stage.place, files=[picture()])
    token = resident.token()
    with django_capture_on_commit_callbacks(execute=True):
        resident.send(token)
    assert not Draft.objects.exists()
    assert uploads.all_upload_paths() == {}
    assert resident.client.cookies[REPORT_COOKIE].value == ""


def test_a_failed_sending_keeps_everything_for_another_try(stage, resident, monkeypatch):
    resident.write(place=stage.place)
    token = resident.token()
    with monkeypatch.context() as patch:
        # The database goes away in the middle of the write.
        patch.setattr(send, "receive_tip", lambda _: connection.cursor().execute("SELECT 1/0"))
        resident.client.raise_request_exception = False
        assert resident.send(token).status_code == 500
    assert not Tip.objects.exists()
    assert code_on(resident.send(token)) == receipt_codes.code_from_token(token)


def test_a_name_is_sealed_to_the_desk_that_reads_the_report(stage, resident):
    resident.report(place=stage.place, wish="sealed", name="Nguyễn Thị Thử", phone="0912 000 111")
    tip = only_tip()
    assert tip.identity_holds == ["name", "phone"]
    sealed = SealedIdentity.objects.get(tip_ref=tip.pk, kind="contact")
    assert b"Th\xe1\xbb\xad" not in bytes(sealed.ciphertext)
    opened = json.loads(opening.open_identity(sealed, stage.keys[stage.unit.pk]))
    assert opened == {"name": "Nguyễn Thị Thử", "phone": "0912 000 111"}


@pytest.mark.parametrize(("topic", "is_on_paper"), [("drugs", True), ("theft", False)])
def test_who_reports_a_neighbour_is_told_to_keep_the_code_on_paper(
    stage, resident, topic, is_on_paper
):
    resident.write(place=stage.place, topic=topic)
    page = resident.send().content.decode()
    assert ("Chụp màn hình hoặc chép" not in page) is is_on_paper
    assert ("Đừng chụp" in page) is is_on_paper


def test_a_telephone_that_nobody_could_ring_is_not_sealed(stage, resident):
    resident.write(place=stage.place)
    said = {"wish": "sealed", "name": "", "phone": "không chín một hai abc"}
    page = resident.post("name", **said).content.decode()
    assert "Viết số điện thoại bằng chữ số" in page
    # Who stays anonymous is not stopped by what was typed before.
    assert resident.post("name", **said | {"wish": "anonymous"}).status_code == 303


def test_hours_in_which_a_call_is_safe_come_with_the_report(stage, resident):
    resident.write(place=stage.place)
    said = {"wish": "sealed", "name": "", "phone": "0912 000 111", "safe_from": "21"}
    assert "hai giờ khác nhau" in resident.post("name", **said).content.decode()
    resident.post("name", **said | {"safe_until": "5"})
    assert "Chỉ gọi từ 21 giờ đến 5 giờ" in resident.look("check").content.decode()
    resident.send()
    tip = Tip.objects.get()
    assert (tip.safe_from, tip.safe_until) == (21, 5)


def test_not_to_be_called_at_all_comes_with_the_report_and_leaves_with_the_number(stage, resident):
    resident.write(place=stage.place)
    said = {"wish": "sealed", "name": "", "phone": "0912 000 111", "do_not_call": "on"}
    # Hours that were chosen before say nothing any more.
    resident.post("name", **said, safe_from="21")
    assert "Đừng gọi" in resident.look("check").content.decode()
    resident.post("name", **said | {"wish": "anonymous"})
    assert "Đừng gọi" not in resident.look("check").content.decode()
    resident.post("name", **said)
    resident.send()
    tip = Tip.objects.get()
    assert (tip.do_not_call, tip.do_not_contact, tip.safe_from) == (True, False, None)


def test_whoever_turns_anonymous_again_leaves_no_name_behind(stage, resident):
    resident.write(place=stage.place, wish="sealed", name="Nguyễn Thị Thử", phone="0912 000 111")
    resident.post("name", wish="anonymous", name="Nguyễn Thị Thử", phone="0912 000 111")
    draft = drafts.load_draft(resident.client.cookies[REPORT_COOKIE].value)
    assert "Thử" not in json.dumps(draft.answers, ensure_ascii=False)
    resident.send()
    assert not SealedIdentity.objects.exists()


def test_the_reporters_own_number_is_cut_from_the_words_and_sealed(stage, resident):
    resident.report(place=stage.place, text="Bị lừa rồi. Sdt của em là 0912345678, gọi em nhé")
    tip = only_tip()
    assert "0912345678" not in tip.text
    assert "0912345678" not in tip.messages.get().text
    assert "0912345678" not in Inbound.objects.get().text
    sealed = SealedIdentity.objects.get(tip_ref=tip.pk, kind="in_text")
    assert b"0912345678" in opening.open_identity(sealed, stage.keys[stage.unit.pk])


def test_the_reporters_own_name_is_cut_from_the_words_and_sealed(stage, resident):
    resident.report(place=stage.place, text="Tôi tên Trần Thị Thử nhà số 12. Hàng xóm đánh vợ")
    tip = only_tip()
    assert tip.text == "Tôi tên […] nhà số […]. Hàng xóm đánh vợ"
    assert "Thử" not in tip.messages.get().text + Inbound.objects.get().text
    sealed = SealedIdentity.objects.get(tip_ref=tip.pk, kind="in_text")
    opened = opening.open_identity(sealed, stage.keys[stage.unit.pk])
    assert json.loads(opened) == ["Trần Thị Thử", "12"]


def test_a_picture_is_kept_sealed_with_a_copy_that_tells_no_place(stage, resident):
    make.worker_key()
    resident.report(place=stage.place, files=[picture()])
    attachment = only_tip().attachments.get()
    assert (attachment.kind, attachment.mime) == ("image", "image/jpeg")
    original = (data_folder() / attachment.original_path).read_bytes()
    assert b"Nenh GPS" not in original
    opened = tip_files.open_original(attachment.original_path, stage.keys[stage.unit.pk])
    assert b"Nenh GPS" in opened
    assert make.copies_to_view() == 1
    attachment.refresh_from_db()
    copy = tip_files.open_viewing_copy(attachment.viewing_path)
    assert b"Nenh GPS" not in copy
    assert Image.open(io.BytesIO(copy)).size == (40, 30)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Tệp la.jpg rỗng"),
        (b"MZ\x90\0 this is a program", "cán bộ không mở được loại tệp này"),
        (b"PK\x03\x04 a text document", "cán bộ không mở được loại tệp này"),
    ],
)
def test_a_file_that_nobody_could_open_is_refused_with_the_reason(stage, resident, content, words):
    resident.write(place=stage.place)
    odd = SimpleUploadedFile("la.jpg", content, "image/jpeg")
    page = resident.post("describe", text="lời còn đây", attached=[picture(), odd]).content.decode()
    assert words in page
    assert "lời còn đây" in page
    # The good one stays.
    assert "anh.jpg" in resident.look("describe").content.decode()
    assert len(uploads.all_upload_paths()) == 1


def test_pictures_without_words_are_asked_for_a_sentence_once_and_then_sent(stage, resident):
    resident.write(place=stage.place, topic="other")
    asked = resident.post("describe", text="  ", attached=[picture()])
    page = asked.content.decode()
    assert asked.status_code == 200
    assert "Đã đính kèm tệp của bạn." in page
    assert "Đi tiếp, không viết gì" in page
    assert 'aria-invalid="true"' not in page
    assert resident.post("describe", text="").url == "/report/check/"
    check = resident.look("check").content.decode()
    assert "anh.jpg" in check
    code = code_on(resident.send())
    tip = only_tip()
    assert tip.text == "(Chỉ có ảnh, không có lời.)"
    assert tip.place == stage.place
    assert tip.attachments.count() == 1
    resident.client.post("/status/", {"code": code})
    assert "Chỉ có ảnh" in resident.client.get("/status/tip/").content.decode()


def test_neither_words_nor_files_is_no_report(stage, resident):
    resident.write(place=stage.place)
    page = resident.post("describe", text="").content.decode()
    assert "Viết ít nhất một câu, hoặc thêm ảnh hay ghi âm" in page
    resident.post("describe", text="", attached=[picture()])
    resident.post("describe", text="", remove="0")
    page = resident.post("describe", text="").content.decode()
    assert "Viết ít nhất một câu, hoặc thêm ảnh hay ghi âm" in page


def test_whoever_sends_files_is_asked_whether_they_can_be_told_by_them(stage, resident):
    question = "Nhìn hay nghe tệp của bạn, có ai nhận ra bạn không?"
    resident.write(place=stage.place)
    assert question not in resident.look("check").content.decode()
    resident.post("describe", text="Xe rình ở cổng", attached=[picture()])
    page = resident.look("check").content.decode()
    assert question in page
    assert "Chữ viết tay của bạn?" in page


def test_a_picture_sent_again_after_a_lost_answer_is_kept_once(stage, resident):
    resident.write(place=stage.place)
    for _try in range(3):
        resident.post("describe", text="a", attached=[picture()])
    page = resident.look("describe").content.decode()
    assert page.count("anh.jpg (") + page.count("anh.jpg <span") == 1
    assert len(uploads.all_upload_paths()) == 1
    resident.post("describe", text="a", attached=[picture(place=b"Somewhere else")])
    assert len(uploads.all_upload_paths()) == 2


def test_files_are_counted_and_measured_and_the_good_ones_stay(stage, resident, monkeypatch):
    monkeypatch.setattr(uploads, "largest_file_for", lambda _view: 200_000)
    resident.write(place=stage.place)
    big = SimpleUploadedFile("to.mp4", b"x" * 250_000, "video/mp4")
    page = resident.post("describe", text="a", attached=[picture(), big]).content.decode()
    assert "Tệp to.mp4 lớn hơn 20 MB." in page
    assert "anh.jpg" in page
    more = [picture(f"{n}.jpg", place=f"place {n}".encode()) for n in range(6)]
    page = resident.post("describe", text="a", attached=more).content.decode()
    assert "Chỉ nhận tối đa năm tệp. Chưa giữ lại: 4.jpg, 5.jpg." in page
    assert 'name="attached"' not in resident.look("describe").content.decode()
    for no_file in ("5", "²", "-1", "9" * 5000):
        resident.post("describe", text="a b", remove=no_file)
    assert len(uploads.all_upload_paths()) == 5
    resident.post("describe", text="a b", remove="0")
    page = resident.look("describe").content.decode()
    assert "anh.jpg" not in page
    assert "a b" in page
    assert len(uploads.all_upload_paths()) == 4


@pytest.mark.parametrize("number", ["²", "٣", "9" * 5000, "-1", "7"])
def test_what_is_no_number_of_a_file_removes_none(stage, resident, number):
    resident.write(place=stage.place)
    resident.post("describe", text="a", attached=[picture()])
    assert resident.post("describe", text="a b", remove=number).status_code < 500
    assert len(uploads.all_upload_paths()) == 1


def test_without_a_key_to_seal_with_the_report_is_kept_and_the_reason_is_said(stage, resident):
    UnitKey.objects.all().delete()
    forget_public_keys()
    resident.write(place=stage.place, wish="sealed", name="Nguyễn Thị Thử")
    page = resident.send().content.decode()
    assert "chưa niêm phong được tên" in page
    assert not Tip.objects.exists()
    resident.post("name", wish="anonymous")
    resident.send()
    assert only_tip().responsible_unit == stage.unit


def test_a_file_that_cannot_be_read_any_more_is_named(stage, resident):
    resident.write(place=stage.place, files=[picture("mat.jpg")])
    for path in uploads.all_upload_paths():
        uploads.discard_upload(path)
    assert "Không đọc được tệp mat.jpg nữa" in resident.send().content.decode()
    assert not Tip.objects.exists()


def test_no_address_of_the_browser_is_kept_or_logged(stage, resident, caplog):
    caplog.set_level(logging.DEBUG)
    resident.client.defaults |= {
        "REMOTE_ADDR": "203.0.113.77",
        "HTTP_X_FORWARDED_FOR": "203.0.113.78",
    }
    code = resident.report(place=stage.place, files=[picture()])
    resident.client.post("/status/", {"code": "X" * 16})
    resident.client.post("/status/", {"code": code})
    assert len(everything()) > 5
    assert "203.0.113" not in caplog.text
    assert not [table for table, rows in everything().items() if "203.0.113" in rows]
    make.officer(name="203.0.113.9")
    assert "203.0.113.9" in everything()[Officer._meta.db_table]


def everything():
    """Each table that has rows, with all of them as text."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = {}
        for table in tables:
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')
            found[table] = cursor.fetchone()[0] or ""
    return {table: rows for table, rows in found.items() if rows}
