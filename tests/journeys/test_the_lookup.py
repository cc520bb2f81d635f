"""The look-up where numbers are listed: its pages, and a chat in which a number is a question."""

import re

from playwright.sync_api import expect

from tests.journeys import zalo
from tests.journeys.desk import Desk
from tests.journeys.eyes import is_fine

LISTED, UNKNOWN, OTHERS = "0510 246 811", "0510 204 999", "https://sim-khong-dong.test/nhan"
STORY = "Có số lạ gọi em, tự xưng nhân viên điện lực đòi cắt điện"


def test_a_number_alone_is_answered_by_its_grade_and_reaches_no_desk(people, stack):
    zalo.write(stack, "asker", LISTED)
    answer = zalo.wait_for(stack, "ĐÃ XÁC NHẬN", user="asker")
    assert answer.startswith(LISTED)
    assert re.search(r"Theo Công an [^,.]+, tháng \d{1,2}/\d{4}\.", answer)
    zalo.write(stack, "asker", OTHERS)
    others = zalo.wait_for(stack, "danh sách của Danh sách mẫu", user="asker")
    assert others.startswith("sim-khong-dong[.]test/nhan")
    zalo.write(stack, "asker", f"tra cứu {UNKNOWN}")
    zalo.wait_for(stack, "Điều đó không có nghĩa là an toàn", user="asker")
    assert len(zalo.screen(stack, "asker")) == 3

    zalo.write(stack, "teller", STORY)
    zalo.wait_for(stack, "/r/", user="teller")
    # In a talk a number is a question as well, and stays with what was told.
    zalo.write(stack, "teller", LISTED)
    zalo.wait_for(stack, "ĐÃ XÁC NHẬN", user="teller")
    zalo.write(stack, "teller", f"tra cứu {UNKNOWN}")
    zalo.wait_for(stack, UNKNOWN, user="teller")
    assert len(zalo.screen(stack, "teller")) == 3

    mai = Desk(people.officer(), stack, "mai").sign_in()
    mai.open_tip("nhân viên điện lực")
    mai.sees(LISTED)
    expect(mai.page.locator("main")).not_to_contain_text(UNKNOWN)


def test_the_pages_read_well_on_a_phone_in_both_languages(people, stack):
    for language, confirmed in (("vi", "Đã xác nhận"), ("en", "Confirmed")):
        page = people.resident(script=True, language=language)
        page.goto(f"{stack.public}/lookup/")
        is_fine(page, f"box-{language}")
        page.fill("[name=q]", LISTED)
        page.locator("main form button").first.click()
        expect(page.locator("main h1")).to_contain_text(confirmed)
        is_fine(page, f"confirmed-{language}")
        page.set_viewport_size({"width": 320, "height": 700})
        is_fine(page, f"confirmed-320-{language}")
        page.locator("main form[action$='/object/'] button").click()
        is_fine(page, f"object-{language}")
        page.get_by_role("button").filter(has_text=re.compile("Gửi khiếu nại|Send the")).click()
        expect(page.locator("#problem")).to_be_visible()
        is_fine(page, f"object-mistakes-{language}")
        page.goto(f"{stack.public}/lookup/record/")
        is_fine(page, f"record-{language}")
