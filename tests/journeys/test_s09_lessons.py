"""S9: the warning corner: two officers make it, residents and teachers use it, others count."""

import datetime

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk

TITLE = "Mã QR dán đè ở quán nước"
WHY = "Mã dán đè dẫn tiền sang tài khoản khác."
LESSON = {
    "vi_title": TITLE,
    "vi_card_1": "Trước khi quét",
    "vi_lines_1": "Xem có dán đè.\nHỏi tên.",
    "vi_question_1": "Tên hiện ra không phải tên quán. Bạn làm gì?",
    "vi_a_1": "Cứ chuyển",
    "vi_b_1": "Dừng lại, hỏi chủ quán",
    "right_1": "b",
    "vi_why_1": WHY,
}
NARROWEST = {"width": 320, "height": 640}


def test_two_officers_make_a_lesson_a_resident_learns_and_the_desk_sees_a_number(people, stack):
    writer = Desk(people.officer(), stack, "mai").sign_in()
    page = writer.page
    page.locator("header.top-bar nav").get_by_role("link", name="Bài học").click()
    page.get_by_role("link", name="Mở bộ bài").click()
    page.fill("[name=title]", "Mua bán an toàn")
    page.fill("[name=about]", "Quét mã, chuyển tiền, nhận hàng.")
    page.locator("[name=purpose][value=fraud]").check()
    assert faults(page) == []
    page.get_by_role("button", name="Mở bộ và viết bài").click()
    for name, value in LESSON.items():
        field = page.locator(f"[name={name}]")
        field.select_option(value) if name == "right_1" else field.fill(value)
    assert faults(page) == []
    page.get_by_role("button", name="Nộp để người thứ hai đăng").click()
    writer.sees("chờ người thứ hai")
    expect(page.get_by_role("button", name="Đăng", exact=True)).to_have_count(0)

    second = Desk(people.officer(), stack, "quan").sign_in()
    page = second.page
    page.locator("header.top-bar nav").get_by_role("link", name="Bài học").click()
    page.get_by_role("link", name=TITLE).click()
    assert faults(page) == []
    page.fill("[name=code]", second.code())
    page.get_by_role("button", name="Đăng", exact=True).click()
    second.sees("ai cũng đọc được")

    address = learn(people.resident(), stack)
    for one in (address, f"{address}/done", f"{stack.public}/lessons"):
        reads_well(people, one)

    page = writer.page
    page.locator("header.top-bar nav").get_by_role("link", name="Bài học").click()
    row = page.locator("tr", has_text=TITLE)
    expect(row.locator("td").first).to_have_text("1")
    expect(row.locator("td").nth(1)).to_have_text("31")
    # Whoever audits neither writes nor teaches: no menu leads there, and the page says so.
    auditor = Desk(people.officer(), stack, "thu").sign_in()
    expect(auditor.page.locator("header.top-bar nav")).not_to_contain_text("Bài học")
    auditor.page.goto(f"{stack.desk}/lessons/")
    auditor.sees("không thuộc phần việc của bạn")
    assert faults(auditor.page) == []


def learn(page: Page, stack) -> str:
    """From the home page to the paper for the class, without script; the lesson's address."""
    page.goto(stack.public)
    page.locator("#learn").locator("xpath=../..").get_by_role("link", name=TITLE).click()
    address = page.url
    looks_right(page)
    page.get_by_role("button", name="Trả lời").click()
    expect(page.locator("#problem")).to_be_visible()
    page.get_by_label("Cứ chuyển").check()
    page.get_by_role("button", name="Trả lời").click()
    main = page.locator("main")
    expect(main).to_contain_text("chưa đúng")
    expect(main).to_contain_text("Dừng lại, hỏi chủ quán")
    expect(main).to_contain_text(WHY.rsplit(maxsplit=1)[-1])
    looks_right(page)
    page.get_by_role("button", name="Học xong").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("học xong")
    looks_right(page)
    page.get_by_label("Lớp và trường").fill("4A2, tiểu học Nếnh 1")
    page.get_by_label("Bao nhiêu học sinh").fill("31")
    page.get_by_role("button", name="Làm giấy").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("4A2, tiểu học Nếnh 1")
    looks_right(page)
    page.get_by_role("link", name="Tất cả bài học").click()
    page.get_by_role("link", name="Mua bán an toàn").click()
    expect(main).to_contain_text("Công an tỉnh")
    looks_right(page)
    return address


def looks_right(page: Page) -> None:
    """Nothing reaches beyond the edge of the smallest phone, and there is one main heading."""
    usual = page.viewport_size
    page.set_viewport_size(NARROWEST)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"]
    page.set_viewport_size(usual)
    expect(page.locator("h1")).to_have_count(1)


def reads_well(people, address: str) -> None:
    """The same page with script, which axe needs: no fault."""
    page = people.resident(script=True)
    page.goto(address)
    assert faults(page) == []


def faults(page: Page) -> list[str]:
    return [each["id"] for each in Axe().run(page).response["violations"]]


def test_a_class_teacher_counts_by_a_link_and_the_public_reads_no_class(people, stack):
    writer = Desk(people.officer(), stack, "mai").sign_in()
    page = writer.page
    open_part(page, "Cam kết")
    page.get_by_role("link", name="Mở đợt vận động").click()
    title = "Đi xe buýt an toàn"
    page.fill("[name=title]", title)
    page.fill("[name=pledge]", "Em không thò tay ra cửa.\nEm đứng xa mép đường.")
    page.locator("[name=purpose][value=road]").check()
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7))).date()
    page.fill("[name=starts_on]", today.isoformat())
    page.fill("[name=ends_on]", (today + datetime.timedelta(days=7)).isoformat())
    page.get_by_label("Tiểu học Nếnh 1").check()
    assert faults(page) == []
    page.get_by_role("button", name="Nộp để người thứ hai đăng").click()

    second = Desk(people.officer(), stack, "quan").sign_in()
    page = second.page
    open_part(page, "Cam kết")
    page.get_by_role("link", name=title).click()
    page.fill("[name=code]", second.code())
    page.get_by_role("button", name="Đăng", exact=True).click()
    row = page.locator("tr", has_text="Phụ huynh 4A2")
    link = row.locator("a.mono").get_attribute("href")
    assert faults(page) == []

    count_the_class(people, link)

    reader = people.resident()
    reader.goto(f"{stack.public}/lessons")
    reader.get_by_role("link", name=title).click()
    expect(reader.locator("main")).to_contain_text("35")
    expect(reader.locator("main")).not_to_contain_text("4A2")
    looks_right(reader)
    reads_well(people, reader.url)

    open_part(writer.page, "Cam kết")
    writer.page.get_by_role("link", name=title).click()
    expect(writer.page.locator("tr", has_text="Phụ huynh 4A2")).to_contain_text("35 trong 38")


def count_the_class(people, link: str) -> None:
    """The teacher on a phone: more than the class has is refused, then the right number counts."""
    teacher = people.resident()
    reads_well(people, link)
    teacher.goto(link)
    looks_right(teacher)
    teacher.get_by_label("Lớp có bao nhiêu học sinh").fill("38")
    teacher.get_by_label("Bao nhiêu em đã hứa").fill("39")
    teacher.get_by_role("button", name="Xác nhận số đếm").click()
    expect(teacher.locator("#problem")).to_contain_text("Nhiều hơn")
    teacher.get_by_label("Bao nhiêu em đã hứa").fill("35")
    teacher.get_by_role("button", name="Xác nhận số đếm").click()
    expect(teacher.locator("main")).to_contain_text("35 trong 38")


def test_the_desk_changes_what_a_victim_reads_in_the_first_hour(people, stack):
    writer = Desk(people.officer(), stack, "mai").sign_in()
    page = writer.page
    open_part(page, "Giờ đầu")
    page.get_by_role("link", name="Sửa trang").click()
    page.fill("[name=hotlines]", "Ngân hàng Bịa | 0510 000 777 | thẻ của bản thử")
    assert faults(page) == []
    page.get_by_role("button", name="Nộp để người thứ hai đăng").click()

    reader = people.resident()
    reader.goto(f"{stack.public}/first-hour/")
    expect(reader.locator("main")).not_to_contain_text("Ngân hàng Bịa")

    second = Desk(people.officer(), stack, "quan").sign_in()
    page = second.page
    open_part(page, "Giờ đầu")
    page.get_by_role("listitem").filter(has_text="chờ người thứ hai").get_by_role("link").click()
    page.fill("[name=code]", second.code())
    page.get_by_role("button", name="Đăng", exact=True).click()

    reader.goto(stack.public)
    reader.locator("main a[href*='/first-hour/']").first.click()
    expect(reader.get_by_role("link", name="0510 000 777")).to_be_visible()
    expect(reader.locator("main")).to_contain_text("thẻ của bản thử")
    looks_right(reader)


def open_part(page: Page, part: str) -> None:
    page.locator("header.top-bar nav").get_by_role("link", name="Bài học").click()
    page.locator("main").get_by_role("link", name=part, exact=True).click()
