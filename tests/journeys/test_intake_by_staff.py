"""Reports that officers take down for others: at the counter, by phone, from their own chat."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk
from tests.journeys.resident import CODE, read_status

TELLER, HER_PHONE = "Quách Thị Kể Lại", "0977 000 451"
AT_THE_COUNTER = "Đêm qua hai người lạ cắt khóa dãy trọ cạnh chợ, dắt đi một xe máy"
BY_PHONE = "Quán nước đầu ngõ tối nào cũng có người tụ tập ghi lô đề"
SENDER = "Nghiêm Thị Hỏi Han"
OTHER = "Chử Văn Nhắc Nhở"
IN_THE_GROUP = (
    f"[20:14, 3/5] {SENDER}: Mọi người ơi có số 0912000452 gọi đến xưng công an phường Nếnh, "
    f"bảo cài app dinhdanh-moi.example để kích hoạt định danh\n"
    f"[20:15, 3/5] {OTHER}: đừng bấm nhé, gọi em {SENDER} hỏi lại xem"
)


@pytest.fixture
def ward(people, stack) -> Desk:
    return Desk(people.officer(), stack, "lan").sign_in()


def test_somebody_at_the_counter_leaves_with_a_printed_receipt_that_opens_the_report(
    people, stack, ward
):
    page = ward.page
    page.goto(f"{stack.desk}/tips/")
    page.keyboard.press("t")
    page.get_by_label("Đến tận nơi").check()
    page.get_by_label("Chuyện gì xảy ra, theo lời họ kể").fill(f"{TELLER} kể: {AT_THE_COUNTER}")
    page.get_by_label("Tên", exact=False).first.fill(TELLER)
    page.locator("[name=phone]").fill(HER_PHONE)
    page.keyboard.press("Control+Enter")
    code = code_on(page)
    assert code not in page.url
    page.emulate_media(media="print")
    expect(page.locator("output")).to_be_visible()
    expect(page.locator("header.top-bar")).to_be_hidden()
    expect(page.get_by_alt_text(re.compile("QR"))).to_have_attribute("alt", re.compile("/status/$"))
    page.emulate_media(media="screen")
    assert AT_THE_COUNTER in read_status(people.resident(), stack, code)
    ward.open_tip(AT_THE_COUNTER)
    ward.sees("quầy trực")
    for secret in (TELLER, HER_PHONE, HER_PHONE.replace(" ", "")):
        assert secret not in page.content()


def test_somebody_on_the_phone_refuses_to_say_who_they_are_and_the_reason_is_kept(
    people, stack, ward
):
    page = ward.page
    page.goto(f"{stack.desk}/tips/take-down/")
    page.locator("[name=text]").fill(BY_PHONE)
    page.locator("[data-send]").click()
    # Without a name the desk asks why; what was typed is still there.
    ward.sees("chọn lý do họ từ chối")
    expect(page.locator("[name=text]")).to_have_value(BY_PHONE)
    page.locator("[name=refusal]").select_option(label="Sống hoặc làm việc cùng người bị nói tới")
    page.locator("[name=do_not_contact]").check()
    page.locator("[data-send]").click()
    code = code_on(page)
    ward.open_tip(BY_PHONE)
    ward.sees("Sống hoặc làm việc cùng người bị nói tới")
    ward.sees("Không cho biết tên")
    assert BY_PHONE in read_status(people.resident(), stack, code)


def test_a_chat_message_is_kept_with_four_taps_and_no_name_in_it(people, stack):
    desk = Desk(people.officer_with_a_phone(), stack, "lan").sign_in()
    page = desk.page
    page.goto(f"{stack.desk}/tips/")
    page.evaluate("text => navigator.clipboard.writeText(text)", IN_THE_GROUP)
    taps = Taps(page)
    taps.on("main a[href$='/take-down/chat/']")
    taps.on("[data-paste]")
    expect(page.locator("[name=text]")).to_have_value(re.compile("0912000452"))
    assert page.locator("[name=category]").input_value() == "scam_impersonation"
    expect(page.locator("[name=place] option:checked")).to_have_text("Phường Nếnh")
    assert SENDER not in page.content()
    taps.on("[data-send]")
    taps.on("[data-copy]")
    assert taps.count == 4
    expect(page.locator("[data-copy]")).to_contain_text("Đã chép")
    answer = page.evaluate("() => navigator.clipboard.readText()")
    link = re.search(r"http://\S+/r/\S+", answer).group()

    sender = people.resident()
    sender.goto(link)
    sender.locator("main form button").first.click()
    status = read_status(people.resident(), stack, code_on(sender))
    assert "dinhdanh-moi" in status
    assert SENDER not in status
    desk.open_tip("0912000452 gọi đến")
    desk.sees("tin nhắn chuyển cho cán bộ")
    for name in (SENDER, OTHER):
        assert name not in page.content()


class Taps:
    """A finger on a phone, counted."""

    def __init__(self, page: Page) -> None:
        self._page, self.count = page, 0

    def on(self, selector: str) -> None:
        self._page.locator(selector).first.tap()
        self.count += 1


def code_on(page: Page) -> str:
    expect(page.locator("main")).to_contain_text(CODE)
    found = CODE.search(page.locator("main").inner_text())
    assert found
    return found.group()
