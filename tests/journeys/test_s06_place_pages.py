"""A resident asks on the page of the place, the desk answers after covering, another reads it."""

import re

from playwright.sync_api import expect

from tests.accessibility.reading import faults
from tests.journeys.desk import Desk
from tests.journeys.resident import CODE

ASKED = "Chủ trọ của tôi là anh Mạc Văn Thử, số 0912 000 417, đòi giữ xe. Có được không?"
SHOWN = "Chủ trọ đòi giữ xe của người thuê. Có được không?"
ANSWER = "Không. Giữ tài sản của người thuê là trái luật; bạn báo công an phường."
REALLY_A_TIP = "Đêm qua dãy trọ số 9 có người lạ cạy khóa ba phòng, thì hỏi ở đâu?"
LEFT_OUT = "Đoạn đường sau chợ tối quá, ban đêm có tổ tuần tra không?"


def at(page, stack):
    """The page of the ward, from the home page on, as a resident finds it."""
    page.goto(stack.public)
    page.fill("[name=q]", "nenh")
    page.locator("main form:has([name=q]) button").click()
    page.get_by_role("link", name="Phường Nếnh", exact=False).first.click()
    expect(page.locator("h1")).to_contain_text("Nếnh")


def ask(page, text, wish):
    """The question, a mistake first; the code for the answer."""
    page.locator("main a[href$='/ask/']").first.click()
    page.locator("main form button.big").click()
    expect(page.locator("#problem")).to_be_visible()
    page.fill("[name=text]", text)
    page.locator(f"[name=wish][value={wish}]").check()
    page.locator("main form button.big").click()
    found = CODE.search(page.locator("main").inner_text())
    assert found, page.locator("main").inner_text()
    return found.group()


def read(page, stack, code):
    """What the page of the answer says to whoever has the code."""
    page.goto(f"{stack.public}/answer/")
    page.fill("[name=code]", code)
    page.locator("main form button").click()
    return page.locator("main").inner_text()


def open_question(desk, stack, words):
    """From the officer's menu to one question."""
    desk.page.goto(f"{stack.desk}/settings/")
    desk.page.locator("details.menu summary").click()
    desk.page.locator("details.menu a[href$='/questions/']").click()
    desk.page.locator("main table a", has_text=words).first.click()


def fits(page):
    """Nothing moves sideways, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_a_question_is_answered_for_everybody_after_covering(people, stack):
    asker, reader = people.resident(), people.resident()
    at(asker, stack)
    code = ask(asker, ASKED, "public")
    assert "Chưa có ai trả lời" in read(asker, stack, code)
    desk = Desk(people.officer(), stack, "lan").sign_in()
    open_question(desk, stack, "Chủ trọ của tôi")
    shown = desk.page.locator("[name=shown]").input_value()
    assert "0912 000 417" not in shown
    assert "Thử" not in shown
    desk.page.fill("[name=shown]", SHOWN)
    desk.page.fill("[name=words]", ANSWER)
    desk.page.locator("main form [data-send]").click()
    desk.sees("người thứ hai duyệt gửi")
    assert "Chưa có ai trả lời" in read(asker, stack, code)
    second = Desk(people.officer(), stack, "hai").sign_in()
    open_question(second, stack, "Chủ trọ của tôi")
    second.sees(ANSWER)
    second.page.fill("[name=code]", second.code())
    second.page.locator("form.decision-panel [data-send]").click()
    second.sees("Nguyên văn lời hỏi đã hủy")
    at(reader, stack)
    expect(reader.locator("main")).to_contain_text(SHOWN)
    expect(reader.locator("main")).to_contain_text(ANSWER)
    expect(reader.locator("main")).not_to_contain_text("Thử")
    fits(reader)
    assert ANSWER in read(asker, stack, code)


def test_a_question_that_is_a_report_goes_there_and_the_asker_is_told(people, stack):
    asker = people.resident()
    at(asker, stack)
    code = ask(asker, REALLY_A_TIP, "private")
    desk = Desk(people.officer(), stack, "bao").sign_in()
    open_question(desk, stack, "Đêm qua dãy trọ số 9")
    desk.page.locator("form[action$='/report/'] button").click()
    desk.sees("Đã thành tin báo")
    assert "thành tin báo" in read(asker, stack, code)
    asker.goto(f"{stack.public}/status/")
    asker.fill("[name=code]", code)
    asker.locator("main form button").first.click()
    expect(asker.locator("main")).to_contain_text("cạy khóa ba phòng")
    desk.open_tip("Đêm qua dãy trọ số 9")


def test_whoever_sees_it_differently_objects_and_another_officer_answers(people, stack):
    asker = people.resident()
    at(asker, stack)
    code = ask(asker, LEFT_OUT, "private")
    first = Desk(people.officer(), stack, "lan").sign_in()
    open_question(first, stack, "Đoạn đường sau chợ")
    first.page.locator("form[action$='/opinion/'] button").click()
    first.sees("Lời hỏi không còn ở bàn trực")
    assert "Trong bảy ngày" in read(asker, stack, code)
    fits(asker)
    asker.locator("form[action$='/answer/object/'] button").click()
    expect(asker.locator("main")).to_contain_text("Bạn đã phản đối")
    open_question(first, stack, "Đoạn đường sau chợ")
    first.sees("nay một cán bộ khác quyết định")
    expect(first.page.locator("form[action$='/opinion/']")).to_have_count(0)
    second = Desk(people.officer(), stack, "bao").sign_in()
    open_question(second, stack, "Đoạn đường sau chợ")
    second.sees("người hỏi phản đối")
    second.page.fill("[name=shown]", LEFT_OUT)
    second.page.fill("[name=words]", "Có. Tổ tuần tra đi qua đó từ 21 giờ.")
    second.page.locator("main form [data-send]").click()
    second.sees("Nguyên văn lời hỏi đã hủy")
    assert "từ 21 giờ" in read(asker, stack, code)


def test_a_meeting_and_an_official_channel_stand_on_the_page(people, stack):
    desk = Desk(people.officer(), stack, "lan").sign_in()
    page = desk.page
    page.goto(f"{stack.desk}/settings/")
    page.locator("details.menu summary").click()
    page.locator("details.menu a[href$='/meetings/']").click()
    page.fill("[name=day]", "2099-03-09")
    page.fill("[name=clock]", "19:30")
    page.fill("[name=venue]", "Sân bóng Ninh Khánh")
    page.fill("[name=about]", "Gặp gỡ các dãy trọ")
    page.locator("main form.panel button").click()
    desk.sees("người thứ hai duyệt gửi")
    meeting = page.url
    page.locator("details.menu summary").click()
    page.locator("details.menu a[href$='/official-channels/']").click()
    page.select_option("[name=kind]", "telegram")
    page.fill("[name=shown_as]", "@nenh_thu_nghiem")
    page.locator("main form.panel button").click()
    desk.sees("người thứ hai duyệt gửi")
    channel = page.url
    reader = people.resident()
    at(reader, stack)
    expect(reader.locator("main")).not_to_contain_text("Sân bóng Ninh Khánh")
    expect(reader.locator("main")).not_to_contain_text("@nenh_thu_nghiem")
    second = Desk(people.officer(), stack, "hai").sign_in()
    for address, done in ((meeting, "Đã thông báo"), (channel, "Đã có trong danh sách công khai")):
        second.page.goto(address)
        fits(second.page)
        second.page.fill("[name=code]", second.code())
        second.page.locator("form.decision-panel [data-send]").click()
        second.sees(done)
    at(reader, stack)
    expect(reader.locator("main")).to_contain_text("Sân bóng Ninh Khánh")
    expect(reader.locator("main")).to_contain_text("Telegram: @nenh_thu_nghiem")
    expect(reader.locator("main")).to_contain_text(re.compile("Không có tài khoản Facebook"))
    reader.goto(f"{stack.public}/official-channels/")
    expect(reader.locator("main")).to_contain_text("@nenh_thu_nghiem")
    fits(reader)


def test_the_pages_of_a_place_are_readable_by_everybody(people, stack):
    page = people.resident(script=True)
    at(page, stack)
    place = page.url
    for address in (
        place,
        f"{place}ask/",
        f"{place}questions/",
        f"{place}join/",
        f"{stack.public}/answer/",
        f"{stack.public}/official-channels/",
        f"{stack.public}/partners/",
    ):
        page.goto(address)
        assert not faults(page), address
        fits(page)
