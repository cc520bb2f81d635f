"""The look-up in a chat: a number alone is a question; in an open tip it is a part of it."""

from playwright.sync_api import expect

from tests.journeys import zalo
from tests.journeys.desk import Desk

LISTED, UNKNOWN, OTHERS = "0510 246 811", "0510 204 999", "https://sim-khong-dong.test/nhan"
STORY = "Có số lạ gọi em, tự xưng nhân viên điện lực đòi cắt điện"


def test_a_number_alone_is_answered_by_its_grade_and_reaches_no_desk(people, stack):
    zalo.write(stack, "asker", LISTED)
    answer = zalo.wait_for(stack, "ĐÃ XÁC NHẬN", user="asker")
    assert answer.startswith(LISTED)
    zalo.write(stack, "asker", OTHERS)
    others = zalo.wait_for(stack, "danh sách của nơi khác", user="asker")
    assert others.startswith("sim-khong-dong[.]test/nhan")
    zalo.write(stack, "asker", f"tra cứu {UNKNOWN}")
    zalo.wait_for(stack, "Điều đó không có nghĩa là an toàn", user="asker")
    assert len(zalo.screen(stack, "asker")) == 3

    zalo.write(stack, "teller", STORY)
    zalo.wait_for(stack, "/r/", user="teller")
    zalo.write(stack, "teller", LISTED)
    zalo.write(stack, "teller", f"tra cứu {UNKNOWN}")
    zalo.wait_for(stack, UNKNOWN, user="teller")
    assert len(zalo.screen(stack, "teller")) == 2

    mai = Desk(people.officer(), stack, "mai").sign_in()
    mai.open_tip("nhân viên điện lực")
    mai.sees(LISTED)
    expect(mai.page.locator("main")).not_to_contain_text(UNKNOWN)
