"""A school: a principal comes in by sheet, adds twelve class teachers, and is told by letter."""

import csv
import io
import re

from playwright.sync_api import Page, expect

from keng.channels.email.fake import FakeMailServer, text_of
from tests.journeys.desk import Desk
from tests.journeys.looks import fits, is_fine
from tests.journeys.test_s08_relay import approve, levels, one_tap, write

HAMLET = "Tổ dân phố Phúc Ninh"
SCHOOL = "Phụ huynh trường Phúc Ninh"
PRINCIPAL = "Cô Duyên Sách Vở"
ADDRESS = "co-duyen@truong-phuc-ninh.example"
TITLE = "Giả nhà trường thu tiền quỹ lớp"
TEACHERS = 12


def test_a_school_is_reached_without_an_officers_hand(people, stack, mailbox):
    duty = Desk(people.officer(), stack, "lan").sign_in()
    add_school_group(duty)
    bring_in_principal(duty)
    principal = people.resident()
    principal.goto(link_of(duty))
    choose_letters(principal, mailbox)
    links = [add_teacher(principal, number) for number in range(TEACHERS)]
    write(duty, TITLE, HAMLET, TEACHERS + 1)
    approve(Desk(people.officer(), stack, "hai").sign_in(), TITLE)
    # The letter has the link to her page, and no word of the warning.
    letter = text_of(mailbox.wait_for(ADDRESS, "có một cảnh báo"))
    assert TITLE not in letter
    principal.goto(re.search(r"http://\S+/relay/[\w-]+", letter).group())
    one_tap(principal, TITLE)
    teacher = people.resident()
    for link in links[:-1]:
        teacher.goto(link)
        one_tap(teacher, TITLE)
    province = Desk(people.officer(), stack, "mai").sign_in()
    assert levels(province, TITLE) == [(1, 1), (TEACHERS, TEACHERS - 1)]
    # Who is missing only the principal reads.
    principal.locator("main a[href$='/people']").click()
    expect(principal.locator("main")).to_contain_text("Đã chuyển: 11 trên 12")
    missing = principal.locator("section.card li")
    expect(missing).to_have_count(1)
    expect(missing).to_contain_text("Thầy Sách 11")
    fits(principal)
    expect(province.page.locator("main")).not_to_contain_text("Thầy Sách 11")
    is_fine(province.page)


def add_school_group(duty: Desk) -> None:
    """The principal's own group, after which those of the classes are made."""
    page = duty.page
    page.locator("header.top-bar nav a[href='/groups/']").click()
    duty.follow("/groups/new/")
    page.fill("[name=name]", SCHOOL)
    page.select_option("[name=kind]", "school")
    page.select_option("[name=place]", label=HAMLET)
    page.fill("[name=member_count]", "400")
    page.locator("main form.panel [data-send]").click()


def bring_in_principal(duty: Desk) -> None:
    """One row can be read; the other comes back as a file."""
    page = duty.page
    page.locator("nav.tabs a[href='/leads/'], .breadcrumb a[href='/groups/']").first.click()
    page.locator("nav.tabs a[href='/leads/']").click()
    duty.follow("/leads/import/")
    is_fine(page)
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows(
        [
            ("Tên đầu mối", "Chức vụ", "Đầu mối đã đồng ý", "Nhóm họ đăng tin"),
            (PRINCIPAL, "Hiệu trưởng", "có", SCHOOL),
            ("Thầy Chưa Hỏi", "Hiệu phó", "", ""),
        ]
    )
    file = {"name": "truong.csv", "mimeType": "text/csv", "buffer": out.getvalue().encode()}
    page.set_input_files("[name=sheet]", files=[file])
    page.click("main form [data-send]")
    duty.sees("Sẵn sàng: 1")
    expect(page.locator("#wrong")).to_contain_text("chưa ghi là họ đã đồng ý")
    is_fine(page)
    with page.expect_download() as waiting:
        page.click("button[value=refused]")
    assert "Thầy Chưa Hỏi" in waiting.value.path().read_text(encoding="utf-8-sig")
    page.click("button[value=import]")
    duty.sees("1 đầu mối mới")


def link_of(duty: Desk) -> str:
    """What the officer gives the principal once."""
    page = duty.page
    page.fill("[name=q]", "duyen sach")
    page.locator("form.filters button").click()
    page.get_by_role("link", name=PRINCIPAL).first.click()
    page.locator("form[action$='/link/show/'] button").click()
    return page.locator("#lead-link").inner_text().strip()


def choose_letters(principal: Page, mailbox: FakeMailServer) -> None:
    """She types her address, at any hour, and agrees from the letter that comes."""
    principal.locator("main a[href$='/way']").click()
    fits(principal)
    principal.check("[name=way][value=email]")
    principal.fill("[name=address]", ADDRESS)
    principal.fill("[name=quiet_from]", "")
    principal.fill("[name=quiet_to]", "")
    principal.locator("main form button.big").click()
    expect(principal.locator("main")).to_contain_text("chưa được đồng ý")
    letter = text_of(mailbox.wait_for(ADDRESS, "/lead-way/"))
    principal.goto(re.search(r"http://\S+/lead-way/[\w-]+", letter).group())
    fits(principal)
    principal.locator("main form button.big").click()
    expect(principal.locator("main")).to_contain_text("Từ nay bạn được báo ở đây")
    principal.locator("main a.button").click()


def add_teacher(principal: Page, number: int) -> str:
    """Two taps and a few words; the link of the teacher's page to send on."""
    if not principal.url.endswith("/people"):
        principal.locator("main a[href$='/people']").click()
    form = principal.locator("details", has=principal.locator("[name=group]"))
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    principal.fill("[name=name]", f"Thầy Sách {number}")
    principal.fill("[name=position]", f"Chủ nhiệm 5A{number}")
    principal.fill("[name=group]", f"Zalo phụ huynh Phúc Ninh 5A{number}")
    principal.check("[name=agreed]")
    form.locator("button.big").click()
    return principal.locator("#person-link").inner_text().strip()
