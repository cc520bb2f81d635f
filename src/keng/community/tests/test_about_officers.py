"""A report about officers of the ward, on the form: it goes to the province, unless meant so."""

import pytest

from keng.community.tests.resident import code_on, only_tip
from keng.decisions import meant_for_unit
from keng.tips.models import DialogueMessage, Tip
from tests import make

pytestmark = pytest.mark.django_db

ABOUT = "Trưởng công an phường Nếnh nhận tiền bảo kê quán karaoke, tháng nào cũng có phong bì"
ASKED = "Tin này có vẻ nói về cán bộ ở đó"


def test_it_goes_to_the_province_at_once_and_every_page_says_so(stage, resident):
    resident.write(place=stage.place, text=ABOUT)
    check = resident.look("check").content.decode()
    assert ASKED in check
    assert "Công an tỉnh Bắc Ninh" in check
    row = check.partition("Ai nên nhận")[2].partition("</div>")[0]
    assert "Gửi thẳng Công an tỉnh" in row
    assert "không thấy tin này, kể cả trong số liệu" in check
    assert "Đúng là gửi cho Công an phường Nếnh" in check
    receipt = resident.send().content.decode()
    assert ASKED in receipt
    assert "Đã gửi thẳng lên tỉnh" in receipt
    tip = only_tip()
    assert tip.responsible_unit == stage.province
    assert (tip.concerns.get().unit, tip.concerns.get().is_guess) == (stage.unit, True)
    assert not Tip.objects.visible_to(make.officer(unit=stage.unit)).exists()
    assert Tip.objects.visible_to(make.officer(unit=stage.province)).get() == tip


def test_before_sending_its_writer_says_that_it_is_meant_for_the_ward(stage, resident):
    resident.write(place=stage.place, text=ABOUT)
    assert resident.post("check", meant="1").url == "/report/check/"
    check = resident.look("check").content.decode()
    assert ASKED not in check
    assert "Theo ý bạn, tin sẽ gửi cho Công an phường Nếnh" in check
    resident.send()
    assert only_tip().responsible_unit == stage.unit
    assert not only_tip().concerns.exists()


def test_and_may_change_that_again_and_other_words_are_asked_about_anew(stage, resident):
    resident.write(place=stage.place, text=ABOUT)
    resident.post("check", meant="1")
    resident.post("check", meant="0")
    assert ASKED in resident.look("check").content.decode()
    resident.post("check", meant="1")
    resident.post("describe", text=ABOUT + " nữa", happening="over")
    assert ASKED in resident.look("check").content.decode()


def test_after_sending_the_page_of_the_report_can_still_say_so(stage, resident):
    resident.write(place=stage.place, text=ABOUT)
    code = code_on(resident.send())
    resident.client.post("/status/", {"code": code})
    page = resident.client.get("/status/tip/").content.decode()
    assert "Đã gửi thẳng lên tỉnh; Công an phường Nếnh không thấy" in page
    for _ in range(2):
        answer = resident.client.post("/status/tip/", {"wish": "for-unit"})
        assert answer.status_code == 303
    assert meant_for_unit.hand_down_tips() == 1
    tip = only_tip()
    assert tip.responsible_unit == stage.unit
    assert not tip.concerns.exists()
    said = list(DialogueMessage.objects.order_by("id").values_list("text", flat=True))[1:]
    assert said == [
        "Đúng là gửi cho Công an phường Nếnh.",
        "Tin của bạn đã chuyển cho Công an phường Nếnh.",
    ]
    assert ASKED not in resident.client.get("/status/tip/").content.decode()


def test_whoever_chose_the_province_is_asked_nothing(stage, resident):
    resident.write(place=stage.place, text=ABOUT, desk="province")
    assert ASKED not in resident.look("check").content.decode()
    assert ASKED not in resident.send().content.decode()
    assert not only_tip().concerns.get().is_guess


def test_a_report_about_somebody_who_plays_the_police_stays_with_the_ward(stage, resident):
    resident.report(place=stage.place)
    assert only_tip().responsible_unit == stage.unit


def test_further_words_about_them_wait_until_their_writer_decides(stage, resident):
    code = resident.report(place=stage.place)
    resident.client.post("/status/", {"code": code})
    page = resident.client.post("/status/tip/", {"text": ABOUT})
    assert "Chưa gửi: lời này có vẻ nói về cán bộ ở đó" in page.content.decode()
    assert ABOUT in page.content.decode()
    assert DialogueMessage.objects.count() == 1
    assert resident.client.post("/status/tip/", {"text": ABOUT, "meant": "1"}).status_code == 303
    assert DialogueMessage.objects.order_by("-id").first().text == ABOUT


@pytest.mark.parametrize("wish", [{"text": ABOUT}, {"desk": "province"}])
def test_its_receipt_advises_no_picture_of_the_code_and_says_who_does_not_see_it(
    stage, resident, wish
):
    resident.write(place=stage.place, topic="other", **wish)
    receipt = resident.send().content.decode()
    assert "Chụp màn hình" not in receipt
    assert "Đừng chụp lại: có thể có người xem điện thoại của bạn" in receipt
    assert "Không cán bộ nào cần xem mã này" in receipt
    assert ("không thấy tin này" in receipt) or ("không thấy" in receipt.partition("lên tỉnh")[2])


def test_another_receipt_is_kept_as_ever(stage, resident):
    resident.write(place=stage.place, topic="other")
    assert "Chụp màn hình" in resident.send().content.decode()
