"""Reports that an officer takes down: by phone, at the counter, from a chat."""

import io

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.decisions import triage
from keng.decisions.out_of_scope import OBJECTION_WITHIN, destroy_expired_content
from keng.delivery.models import DedupeKey
from keng.dialogue.withdrawal import destroy_withdrawn, withdraw_tip
from keng.files import redact, store
from keng.kit import times
from keng.tips import receipt_codes
from keng.tips.models import Attachment, OneTimeLink, TakenDown, Tip
from keng.vault import seal
from keng.vault.models import SealedIdentity, UnitKey
from tests import make

pytestmark = pytest.mark.django_db

NAME, PHONE = "Vi Thị Thử", "0912 000 418"


@pytest.fixture(autouse=True)
def data(monkeypatch, tmp_path):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()


@pytest.fixture
def province():
    return make.province_unit()


@pytest.fixture
def ward(province):
    place = make.place("Phường Mẫu", parent=None)
    unit = make.unit(parent=province, serves=place, desk_phone="0200 000 113")
    unit.place = place
    make.unit_key(unit)
    return unit


@pytest.fixture
def officer(ward):
    return make.officer(unit=ward)


def url(name, *args):
    return reverse(name, "keng.site.desk_urls", args=args)


def said(ward, **more):
    values = {
        "token": receipt_codes.new_token(),
        "manner": "counter",
        "to": "here",
        "text": "Chiều qua có người lạ bẻ khóa xe ở chợ",
        "place": str(ward.place.pk),
        "happening": "over",
        "name": NAME,
        "phone": PHONE,
        "language": "vi",
    }
    return values | more


def test_a_report_at_the_counter_is_a_tip_with_its_receipt(desk, ward, officer):
    sent = said(
        ward,
        when="hôm qua, khoảng 17:00",
        people="Một người đội mũ đen, đi về phía cầu",
        knows="tận mắt thấy",
        others_know="on",
        category="theft",
    )
    answer = desk.post(url("take-down"), sent)
    code = receipt_codes.grouped_code(receipt_codes.code_from_token(sent["token"]))
    assert all(each in answer.content.decode() for each in (code, ward.desk_phone))
    tip = Tip.objects.get()
    assert (tip.channel, tip.responsible_unit, tip.place) == ("counter", ward, ward.place)
    assert (tip.category, tip.topic) == ("theft", "theft")
    assert "Xảy ra lúc nào: hôm qua, khoảng 17:00" in tip.text
    assert "đi về phía cầu" in tip.text
    assert receipt_codes.tip_id_of_code(receipt_codes.code_from_token(sent["token"])) == tip.pk
    assert tip.first_read_at
    assert (tip.taken_down.manner, tip.taken_down.seen_by) == ("counter", 1)
    assert tip.taken_down.officer == officer
    assert Entry.objects.filter(action="tip.taken_down", object_id=str(tip.pk)).count() == 1
    assert "Có người khác biết họ báo tin" in desk.get(url("tip", tip.pk)).content.decode()


@pytest.mark.parametrize("manner", ["counter", "phone"])
def test_whoever_has_just_lost_money_reads_the_bank_first_on_the_receipt(desk, ward, manner):
    text = "Bà vừa chuyển khoản 20 triệu cho người lạ, cách đây 7 phút"
    page = desk.post(url("take-down"), said(ward, text=text, manner=manner, happening="unsure"))
    first = page.content.decode().partition("<ul><li>")[2].partition("</li>")[0]
    assert "ngân hàng" in first
    page = desk.post(url("take-down"), said(ward, manner=manner))
    assert "ngân hàng" not in page.content.decode()


def test_who_tells_it_is_sealed_and_covered_in_the_words(desk, ward):
    text = f"Bà {NAME} ra trình báo, máy 0912000418: hàng xóm bị dọa"
    desk.post(url("take-down"), said(ward, text=text, spot=f"nhà {NAME}", id_card="024190000417"))
    tip = Tip.objects.get()
    assert "Thử" not in tip.text + tip.place_detail
    assert "0912000418" not in tip.text
    assert set(tip.identity_holds) >= {"name", "phone", "id_card"}
    assert SealedIdentity.objects.filter(tip_ref=tip.pk, kind="contact").count() == 1
    shown = desk.get(url("tip", tip.pk)).content.decode()
    assert NAME not in shown
    assert "người báo" in shown


def test_sending_it_again_makes_no_second_tip_and_shows_the_same_receipt(desk, ward):
    sent = said(ward)
    first, again = desk.post(url("take-down"), sent), desk.post(url("take-down"), sent)
    code = receipt_codes.grouped_code(receipt_codes.code_from_token(sent["token"]))
    assert code in first.content.decode()
    assert code in again.content.decode()
    assert (Tip.objects.count(), TakenDown.objects.count()) == (1, 1)
    assert Entry.objects.filter(action="tip.taken_down").count() == 1


def test_who_tells_it_by_phone_may_ask_not_to_be_called_again(desk, ward):
    wish = {"manner": "phone", "do_not_call": "on", "safe_from": "21"}
    # Hours that were chosen before say nothing any more.
    assert desk.post(url("take-down"), said(ward, **wish)).status_code == 200
    tip = Tip.objects.get()
    assert (tip.do_not_call, tip.do_not_contact, tip.safe_from) == (True, False, None)
    desk.post(url("take-down"), said(ward, do_not_contact="on", do_not_call="on"))
    both = Tip.objects.exclude(pk=tip.pk).get()
    # The wider wish has the narrower one in it.
    assert (both.do_not_call, both.do_not_contact) == (True, True)


def test_the_code_is_in_no_address_and_not_in_the_qr(desk, ward, monkeypatch):
    drawn = []
    monkeypatch.setattr("keng.kit.qr.qr_data_address", lambda text, **_: drawn.append(text) or "")
    sent = said(ward)
    answer = desk.post(url("take-down"), sent)
    code = receipt_codes.code_from_token(sent["token"])
    assert "Location" not in answer.headers
    assert drawn[0].endswith("/status/")
    assert code not in drawn[0]
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_untouched_page_claims_nothing_about_who_tells_it(desk, ward):
    shown = desk.get(url("take-down"))
    refusal = shown.context["form"]["refusal"]
    assert not refusal.value()
    assert next(iter(refusal.field.choices)) == ("", "Chọn lý do")
    page = shown.content.decode()
    assert "Ít nhất một trong bốn ô này" in page
    sealed = page[page.index('id="one-of"') : page.index('name="refusal_words"')]
    assert sealed.count("(không bắt buộc)") == 1


def test_a_refusal_needs_no_name_and_keeps_its_reason(desk, ward):
    sent = said(ward, name="", phone="", refusal="other", refusal_words="Sợ anh Lê Văn Mẫu biết")
    desk.post(url("take-down"), sent)
    taken = TakenDown.objects.get()
    assert taken.refusal == "other"
    assert taken.refusal_words.startswith("Sợ anh [người")
    assert taken.tip.identity_holds == []
    assert not SealedIdentity.objects.exists()
    shown = desk.get(url("tip", taken.tip_id)).content.decode()
    assert "Lý do khác" in shown
    assert "Ẩn danh" not in shown


@pytest.mark.parametrize(
    ("wrong", "box"),
    [
        ({"name": "", "phone": ""}, "name"),
        ({"refusal": "afraid"}, "refusal"),
        ({"refusal": "other", "name": "", "phone": ""}, "refusal_words"),
        ({"text": "  "}, "text"),
        ({"manner": "chat"}, "manner"),
        ({"token": "x"}, "token"),
        ({"elsewhere": "Không Có Nơi Này Đâu"}, "elsewhere"),
        ({"told_at": "2999-01-01T08:00"}, "told_at"),
        ({"told_at": "2001-01-01T08:00"}, "told_at"),
        ({"seen_by": "-3"}, "seen_by"),
    ],
)
def test_a_mistake_saves_nothing_and_loses_nothing(desk, ward, wrong, box):
    answer = desk.post(url("take-down"), said(ward, people="Người đi xe màu xanh") | wrong)
    assert answer.status_code == 422
    assert box in answer.context["form"].errors
    assert "Người đi xe màu xanh" in answer.content.decode()
    assert not Tip.objects.exists()


def test_without_a_key_nothing_is_saved_and_every_word_is_still_there(desk, ward):
    UnitKey.objects.all().delete()
    seal.forget_public_keys()
    answer = desk.post(url("take-down"), said(ward))
    assert answer.status_code == 409
    assert "bẻ khóa xe" in answer.content.decode()
    assert NAME in answer.content.decode()
    assert not Tip.objects.exists()


def test_a_form_sent_again_when_nothing_leads_to_its_tip_says_that_it_is_saved(desk, ward):
    sent = said(ward)
    desk.post(url("take-down"), sent)
    DedupeKey.objects.update(inbound_ref=None)
    answer = desk.post(url("take-down"), sent)
    assert (answer.status_code, answer.context["tip_id"]) == (409, None)
    assert Tip.objects.count() == 1


def test_past_this_desk_it_is_with_the_unit_above_and_nobody_here_sees_a_trace(
    desk, desk_client, ward, province, officer
):
    make.unit_key(province)
    before = desk.get(url("inbox")).context["inbox"].total
    sent = said(ward, to="past", category="theft")
    answer = desk.post(url("take-down"), sent)
    tip = Tip.objects.get()
    assert tip.responsible_unit == province
    assert (
        receipt_codes.grouped_code(receipt_codes.code_from_token(sent["token"]))
        in answer.content.decode()
    )
    assert url("tip", tip.pk) not in answer.content.decode()
    assert desk.get(url("tip", tip.pk)).status_code == 404
    assert desk.get(url("inbox")).context["inbox"].total == before
    assert not Tip.objects.visible_to(officer).exists()
    above = make.officer(unit=province)
    assert Tip.objects.visible_to(above).get() == tip
    assert (tip.category, tip.first_read_at) == ("", None)


def test_taken_down_at_the_province_past_the_desk_keeps_the_ward_out(
    desk_client, ward, province, officer
):
    make.unit_key(province)
    desk = sign_in(desk_client, make.officer(unit=province))
    desk.post(url("take-down"), said(ward, to="past", place="", elsewhere="Phường Mẫu"))
    tip = Tip.objects.get()
    assert tip.responsible_unit == province
    assert tip.place == ward.place
    assert list(tip.concerns.values_list("unit_id", flat=True)) == [ward.pk]
    assert not Tip.objects.visible_to(officer).exists()


def test_of_several_places_of_one_name_a_person_chooses(desk, ward):
    one = make.place("Thôn Đôi", kind="hamlet", parent=ward.place)
    make.place("Thôn Đôi", kind="hamlet", parent=make.place("Xã Khác"))
    sent = said(ward, elsewhere="Thôn Đôi")
    asked = desk.post(url("take-down"), sent)
    assert asked.status_code == 422
    assert "Xã Khác" in asked.content.decode()
    desk.post(url("take-down"), sent | {"called": str(one.pk)})
    assert Tip.objects.get().place == one


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_whoever_takes_no_reports_has_no_such_page(desk_client, ward, role):
    desk = sign_in(desk_client, make.officer(unit=ward, role=role))
    for name in ("take-down", "take-down-chat"):
        assert desk.get(url(name)).status_code == 403
        assert desk.post(url(name), said(ward)).status_code == 403
    assert not Tip.objects.exists()
    assert url("take-down") not in desk.get(url("inbox")).content.decode()


@pytest.mark.parametrize("manner", ["phone", "counter"])
def test_the_receipt_opens_the_status_page_which_promises_no_answer_elsewhere(
    desk_client, ward, officer, settings, manner
):
    sent = said(ward, manner=manner)
    sign_in(desk_client, officer).post(url("take-down"), sent)
    settings.ROOT_URLCONF = "keng.site.public_urls"
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE
    code = receipt_codes.grouped_code(receipt_codes.code_from_token(sent["token"]))
    opened = Client().post("/status/", {"code": code}, follow=True)
    assert "bẻ khóa xe" in opened.content.decode()
    assert opened.context["is_chat"] is False
    assert NAME not in opened.content.decode()


def test_the_words_of_a_refusal_stay_with_those_that_the_law_keeps(desk, ward):
    desk.post(
        url("take-down"),
        said(ward, name="", phone="", refusal="afraid", refusal_words="vì nhà ở sát bên"),
    )
    tip = Tip.objects.get()
    assert "vì nhà ở sát bên" in desk.get(url("tip", tip.pk)).content.decode()
    withdraw_tip(tip.pk)
    assert destroy_withdrawn() == 0
    assert "vì nhà ở sát bên" in desk.get(url("tip", tip.pk)).content.decode()


def test_the_words_of_a_refusal_go_with_what_was_out_of_scope(desk, ward, province, officer):
    make.unit_key(province)
    desk.post(
        url("take-down"),
        said(ward, name="", phone="", refusal="afraid", refusal_words="vì nhà ở sát bên"),
    )
    tip = Tip.objects.get()
    triage.decline_tip(
        tip.pk, kind="out_of_scope", reply="Cảm ơn.", by=officer, reason="ngoài phạm vi"
    )
    assert "vì nhà ở sát bên" not in desk.get(url("tip", tip.pk)).content.decode()
    Tip.objects.update(closed_at=times.now() - 2 * OBJECTION_WITHIN)
    assert destroy_expired_content() == 1
    assert TakenDown.objects.get().refusal_words == ""


MESSAGE = (
    "[09:12, 3/5] Nguyễn Thị Mẫu: có số 0912000417 gọi đến xưng công an, bảo bấm "
    "dinhdanh.example ở xã Tân Thử\nChị Hoa Lý đừng bấm nhé"
)


def paste(desk, text=MESSAGE, **more):
    return desk.post(url("take-down-chat"), {"text": text} | more)


def checked(answer, **more):
    """What the page that was shown would send."""
    form = answer.context["form"]
    names = ("token", "text", "picture", "covered", "category", "place")
    return {name: form[name].value() or "" for name in names} | more


def test_names_in_a_pasted_message_are_covered_before_anything_is_kept(desk, ward):
    there = make.place("Tân Thử", full_name="Xã Tân Thử", kind="commune")
    answer = paste(desk)
    shown = answer.content.decode()
    assert "Mẫu" not in shown.replace("Phường Mẫu", "")
    assert "Hoa Lý" not in shown
    assert not Tip.objects.exists()
    sent = checked(answer)
    assert sent["place"] == str(there.pk)
    assert sent["category"] == "scam_impersonation"
    kept = desk.post(url("take-down-keep"), sent)
    tip = Tip.objects.get()
    assert (tip.channel, tip.place, tip.category) == ("chat", there, "scam_impersonation")
    assert "0912000417" in tip.text
    assert "[người 1]" in tip.text
    assert tip.taken_down.covered == 2
    assert f"/r/{sent['token']}" in kept.content.decode()
    assert OneTimeLink.objects.get().token_hash == receipt_codes.token_hash(sent["token"])
    assert receipt_codes.code_from_token(sent["token"]) not in kept.content.decode()


def test_a_name_typed_into_the_covered_words_is_covered_all_the_same(desk, ward):
    desk.post(url("take-down-keep"), checked(paste(desk)) | {"text": "Chị Hoa Lý nhờ báo giúp"})
    assert "Hoa" not in Tip.objects.get().text


def test_keeping_a_message_twice_makes_one_tip(desk, ward):
    sent = checked(paste(desk))
    for _ in range(2):
        assert desk.post(url("take-down-keep"), sent).status_code == 200
    assert (Tip.objects.count(), OneTimeLink.objects.count()) == (1, 1)


def screenshot():
    made = io.BytesIO()
    Image.new("RGB", (360, 640), (200, 40, 40)).save(made, "PNG")
    made.seek(0)
    made.name = "anh.png"
    return made


def test_what_is_covered_on_a_screenshot_has_no_pixels_left(desk, ward, tmp_path):
    answer = paste(desk, "", picture=screenshot())
    assert answer.status_code == 200
    assert not list((tmp_path / "uploads").glob("*"))
    assert not (tmp_path / "files").exists()
    covers = {"cell": ["0-0", "0-1", "15-7"], "band": ["4"]}
    desk.post(url("take-down-keep"), checked(answer) | covers)
    kept = Attachment.objects.get()
    picture = Image.open(io.BytesIO(store.open_viewing_copy(kept.viewing_path))).convert("L")
    width, height = picture.size
    row = height // redact.GRID_ROWS
    assert picture.getpixel((5, 5)) < 20
    assert picture.getpixel((width - 5, height - 5)) < 20
    assert picture.getpixel((width // 2, int(4.5 * row))) < 20
    assert picture.getpixel((width // 2, int(7.5 * row))) > 60
    assert TakenDown.objects.get().covered == 3 + redact.GRID_COLUMNS
    assert Tip.objects.get().text


@pytest.mark.parametrize("broken", [b"no picture", b""])
def test_a_picture_that_cannot_be_read_is_said_and_leaves_nothing(desk, ward, broken, tmp_path):
    file = io.BytesIO(broken)
    file.name = "anh.png"
    answer = paste(desk, "", picture=file)
    assert answer.status_code == 422
    assert not list((tmp_path / "uploads").glob("*"))
    sent = checked(paste(desk)) | {"picture": "bm90IGEgcGljdHVyZQ=="}
    assert desk.post(url("take-down-keep"), sent).status_code == 422
    assert not Tip.objects.exists()


def test_a_message_about_officers_here_goes_past_this_desk(desk, ward, province, officer):
    desk.post(url("take-down-keep"), checked(paste(desk)) | {"past": "on"})
    assert Tip.objects.get().responsible_unit == province
    assert not Tip.objects.visible_to(officer).exists()


@pytest.mark.parametrize("written", ["16-0", "0-8", "x-1", "-", "", "٣-1", "1-1-1"])
def test_a_cell_that_is_not_on_the_picture_is_none(written):
    assert redact.grid_cell(written) is None


def test_a_fire_with_a_child_in_it_rings_like_a_knife_fight(desk, ward):
    text = "Con tôi 6 tuổi bị nhốt trong nhà đang cháy, khói nhiều"
    answer = desk.post(url("take-down"), said(ward, text=text, happening="now"))
    paper = answer.content.decode().partition("paper")[2].partition("</section>")[0]
    # Nobody is on duty here with a pager that was heard.
    assert "Có thể lúc này chưa ai khác xem tin" in paper
    assert "được gọi ngay" not in paper
    assert "phân loại và trả lời" not in paper
    assert Tip.objects.get().urgency == "P0"
    clocks = Tip.objects.get().clocks.order_by("due_at").values_list("rule_code", flat=True)
    assert list(clocks) == ["URGENT_NOW", "CLASSIFY_HOUSE"]


@pytest.mark.parametrize("urgency", ["P0", "P1", "P2"])
def test_who_takes_it_down_says_how_urgent_it_is_whatever_its_words(desk, ward, urgency):
    desk.post(url("take-down"), said(ward, urgency=urgency))
    assert Tip.objects.get().urgency == urgency


def test_how_urgent_it_is_stands_on_the_form_in_no_fold(desk):
    page = desk.get(url("take-down")).content.decode()
    before, _name, _after = page.partition('name="urgency"')
    assert _name
    assert before.count("<details") == before.count("</details>")


def test_of_what_was_covered_the_desk_is_told_the_kinds_and_no_name(desk):
    page = paste(desk, f"[20:14, 3/5] {NAME}: gọi {PHONE}").content.decode()
    assert "Đã che: 1 tên" in page
    assert NAME not in page


def test_a_message_of_a_group_is_answered_privately_and_its_members_are_kept(desk, ward):
    answer = desk.post(url("take-down-keep"), checked(paste(desk)) | {"seen_by": "120"})
    page = " ".join(answer.content.decode().split())
    assert "Tin này đã nằm trong nhóm 120 người." in page
    assert "nhờ họ xóa tin ở đó" in page
    assert TakenDown.objects.get().seen_by == 120
    assert "ít nhất 120 người" in desk.get(url("tip", Tip.objects.get().pk)).content.decode()


def test_a_share_waits_without_a_word_at_a_page_that_needs_no_sign_in(client, officer, settings):
    settings.ROOT_URLCONF = "keng.site.desk_urls"
    for stranger in (client, Client()):
        answer = stranger.post(url("take-down-shared"), {"text": "Lời bí mật"})
        page = answer.content.decode()
        assert answer.status_code == 200
        assert f'data-shared-way="{url("take-down-chat")}"' in page
        assert "Lời bí mật" not in page


def test_the_desk_is_installed_with_a_share_that_its_worker_catches(desk):
    target = desk.get(url("desk-manifest")).json()["share_target"]
    worker = desk.get(url("push-worker")).content.decode()
    assert f'const SHARED_AT = "{target["action"]}";' in worker
    assert target["action"] == url("take-down-shared")
