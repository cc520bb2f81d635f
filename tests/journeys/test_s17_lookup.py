"""S17: looking up a number. No data, listed by two officers, disputed, decided by a third."""

import io
import re

from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk
from tests.journeys.eyes import is_fine, shot
from tests.journeys.resident import CODE, Story, report
from tests.stack import Stack

NUMBER = "0510 204 608"
MESSAGE = (
    "Số 0510 204 609 gọi, xưng cán bộ, bảo chuyển vào stk 0000009998887 MB và vào xacminh-9.example"
)
STORY = f"Số {NUMBER} gọi em, xưng giao hàng, bắt đóng phí trước"
ANSWER = "Số in trên bảng hiệu của quán, đã gỡ."


def both_themes_are_fine(page: Page, name: str) -> None:
    """A page of the desk, wide and narrow, by day and by night."""
    for width, theme in ((1280, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        is_fine(page, f"{name}-{width}-{theme}")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def look_up(page: Page, stack: Stack, text: str) -> None:
    """From the home page."""
    page.goto(stack.public)
    page.locator("main nav.main-actions a[href*='/lookup/']").click()
    page.fill("[name=q]", text)
    page.get_by_role("button", name="Tra cứu").click()


def heading(page: Page) -> str:
    return page.locator("main h1").inner_text()


def test_a_number_is_listed_by_two_officers_and_taken_off_by_a_third(people, stack):
    resident = people.resident()
    look_up(resident, stack, NUMBER)
    assert heading(resident) == "Chưa có dữ liệu"
    expect(resident.locator("main")).to_contain_text("Không có nghĩa là an toàn")
    assert "0510" not in resident.url
    shot(resident, "no-data")
    report(people.resident(), stack, Story(STORY))
    entry = propose(Desk(people.officer(), stack, "lan").sign_in())
    look_up(resident, stack, NUMBER)
    assert heading(resident) == "Chưa có dữ liệu"

    hai = Desk(people.officer(), stack, "hai").sign_in()
    from_the_list(hai, "#proposed")
    assert hai.page.url == entry
    both_themes_are_fine(hai.page, "second-person")
    hai.page.locator("[name=harm][value=no]").check()
    hai.page.fill("form.decision-panel [name=code]", hai.code())
    hai.page.get_by_role("button", name="Công khai", exact=True).click()
    hai.sees("Đã công khai")
    look_up(resident, stack, "0510.204.608")
    assert heading(resident) == "Đã xác nhận dùng để lừa đảo"
    expect(resident.locator("main")).to_contain_text("Công an phường Nếnh")
    code = objects(resident)

    decides(Desk(people.officer(), stack, "mai").sign_in())
    holder = people.resident()
    holder.goto(f"{stack.public}/lookup/")
    holder.get_by_role("link", name="Tôi đã khiếu nại và có mã").click()
    holder.fill("[name=code]", code.lower().replace("-", " "))
    holder.get_by_role("button", name="Mở xem").click()
    expect(holder.locator("main")).to_contain_text(ANSWER)
    assert code not in holder.url
    shot(holder, "answer")
    look_up(holder, stack, NUMBER)
    assert heading(holder) == "Chưa có dữ liệu"
    expect(holder.locator("main")).to_contain_text("ghi nhầm")


def propose(lan: Desk) -> str:
    """From the tip; the address of the proposal, which its author cannot make public."""
    lan.open_tip("xưng giao hàng")
    if not lan.page.locator("main a[href*='/listings/propose/']").count():
        lan.page.get_by_role("button", name="Dùng để phạm tội").first.click()
    lan.follow("/listings/propose/")
    both_themes_are_fine(lan.page, "propose")
    lan.page.locator("[name=grade][value=confirmed]").check()
    lan.page.locator("[name=category]").select_option("scam_parcel")
    lan.page.fill("[name=basis]", "Đã gọi thử, cùng một kịch bản.")
    lan.page.get_by_role("button", name="Đề xuất cho người thứ hai").click()
    lan.sees("Chờ người thứ hai")
    expect(lan.page.locator("main form.decision-panel")).to_have_count(0)
    return lan.page.url


def from_the_list(officer: Desk, part: str) -> None:
    """By the officer's menu into the list, and there to the number."""
    officer.page.locator("details.menu summary").click()
    officer.page.locator(".menu-body a[href$='/listings/']").click()
    both_themes_are_fine(officer.page, "listings")
    officer.page.locator(part).get_by_role("link", name=re.compile(r"0510.204.608")).click()


def decides(mai: Desk) -> None:
    """An officer of the province, who did not list it."""
    from_the_list(mai, "#disputes")
    both_themes_are_fine(mai.page, "objection")
    sees_the_picture(mai)
    mai.page.locator("[name=outcome][value=removed]").check()
    mai.page.fill("[name=answer]", ANSWER)
    mai.page.fill("[name=code]", mai.code())
    mai.page.get_by_role("button", name="Quyết định và trả lời").click()
    mai.sees("Đã gỡ: ghi nhầm")


def sees_the_picture(mai: Desk) -> None:
    """Covered first; uncovered it is the picture that was sent, and back to the decision."""
    expect(mai.page.locator("ul.attachments li")).to_have_count(1)
    expect(mai.page.locator("main img")).to_have_count(0)
    mai.waits_for_copies()
    mai.page.get_by_role("button", name="Hiện (ghi nhật ký)").click()
    shown = mai.page.get_by_role("img", name="Ảnh người khiếu nại gửi")
    assert shown.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [60, 40]
    both_themes_are_fine(mai.page, "picture-of-objection")
    mai.page.get_by_role("link", name="Che lại, quay về").click()


def picture() -> dict:
    """A bill, as a phone would take it."""
    made = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(made, "JPEG")
    return {"name": "hoa-don.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}


def objects(page: Page) -> str:
    """The holder of the number, from the answer to the code, with a picture that speaks for it."""
    page.get_by_role("button", name=re.compile("là của tôi, tôi muốn khiếu nại")).click()
    page.locator("[name=reason][value=mistake]").check()
    page.fill("[name=text]", "Đây là số đặt hàng của quán, in trên bảng hiệu từ năm 2019.")
    page.set_input_files("[name=attached]", picture())
    shot(page, "object")
    page.get_by_role("button", name="Gửi khiếu nại").click()
    found = CODE.search(page.locator("main").inner_text())
    assert found
    shot(page, "objected")
    return found.group()


def test_a_pasted_message_goes_on_into_a_report(people, stack):
    page = people.resident()
    look_up(page, stack, MESSAGE)
    # Nothing is known of any: one card names them all.
    assert page.locator("section.grade").count() == 1
    assert page.locator("section.grade .asked-indicator").count() == 3
    expect(page.locator("main")).to_contain_text("xacminh-9[.]example")
    expect(page.locator("main")).to_contain_text("dừng ở bước xác nhận")
    shot(page, "message")
    page.get_by_role("button", name="Thấy đáng ngờ, gửi tin báo").click()
    page.locator("button[name=desk][value=commune]").click()
    page.locator("button[name=topic][value=scam]").click()
    page.fill("[name=q]", "nenh")
    page.locator("main button[name=find]:visible").last.click()
    page.locator("[name=choice]").first.check()
    page.locator("main form button:not([name])").last.click()
    expect(page.locator("[name=text]")).to_have_value(MESSAGE)
