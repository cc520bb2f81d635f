"""Landlords of a hamlet: hamlet, houses and landlady come in by sheet; a letter tells her."""

import csv
import datetime
import io
import re
import zoneinfo

import pytest
from playwright.sync_api import Locator, Page, expect

from keng.channels.email.fake import FakeMailServer, text_of
from tests.journeys.desk import Desk
from tests.journeys.looks import fits, is_fine
from tests.journeys.test_s08_relay import approve, one_tap, write

WARD = "Phường Nếnh"
HAMLET = "Thôn Đồi Chè"
GROUP = "Chủ trọ Đồi Chè"
LANDLADY = "Bà Chè Xanh"
ADDRESS = "chu-tro-doi-che@thu.example"
TITLE = "Giả thợ điện vào phòng trọ"
HOUSES = 3

# Whom somebody else wrote down as a lead is asked in no quiet hour.
QUIET_HOURS = {22, 23, 0, 1, 2, 3, 4, 5}
HOUR = datetime.datetime.now(zoneinfo.ZoneInfo("Asia/Ho_Chi_Minh")).hour


@pytest.mark.skipif(
    HOUR in QUIET_HOURS or (HOUR + 1) % 24 in QUIET_HOURS,
    reason="first letters to leads wait for the morning from 22:00 to 6:00 in Vietnam",
)
def test_the_landlords_of_a_hamlet_are_warned_and_its_coverage_says_so(people, stack, mailbox):
    duty = Desk(people.officer(), stack, "lan").sign_in()
    add_group(duty)
    bring_in_hamlet(duty)
    bring_in(
        duty,
        "/establishments/",
        ("Tên cơ sở", "Loại", "Nơi", "Người liên hệ", "Đã đồng ý", "Số phòng", "Nhóm"),
        *(
            (f"Nhà trọ Chè {number}", "nhà trọ", HAMLET, LANDLADY, "có", "8", GROUP)
            for number in range(HOUSES)
        ),
    )
    duty.sees(f"{HOUSES} cơ sở mới")
    bring_in(
        duty,
        "/leads/",
        ("Tên đầu mối", "Chức vụ", "Đầu mối đã đồng ý", "Nhóm", "Email"),
        (LANDLADY, "Chủ nhà trọ", "có", GROUP, ADDRESS),
    )
    duty.sees("1 đầu mối mới")
    landlady = people.resident()
    agree_to_letters(landlady, mailbox)
    write(duty, TITLE, HAMLET, 1, kind="landlords")
    approve(Desk(people.officer(), stack, "hai").sign_in(), TITLE)
    letter = text_of(mailbox.wait_for(ADDRESS, "có một cảnh báo"))
    assert TITLE not in letter
    landlady.goto(re.search(r"http://\S+/relay/[\w-]+", letter).group())
    one_tap(landlady, TITLE)
    # From the landlord to the rooms: she says in how many houses they know.
    landlady.fill("[name=houses]", str(HOUSES))
    landlady.locator("form[action$='/rooms'] button").click()
    fits(landlady)
    row = row_of_hamlet(Desk(people.officer(), stack, "mai").sign_in())
    said = [cell.inner_text().strip() for cell in row.locator("td.number").all()]
    # Houses in all, written down, with a contact, groups, silent, asked, covered, said, seen.
    assert said == ["180", "3", "3", "1", "–", "1", "100%", "1", "–"]


def add_group(duty: Desk) -> None:
    """At first it stands in the ward; the sheet of hamlets says whose it is."""
    page = duty.page
    page.locator("header.top-bar nav a[href='/groups/']").click()
    duty.follow("/groups/new/")
    page.fill("[name=name]", GROUP)
    page.select_option("[name=kind]", "landlords")
    page.select_option("[name=place]", label=WARD)
    page.fill("[name=member_count]", "12")
    page.locator("main form.panel [data-send]").click()


def bring_in_hamlet(duty: Desk) -> None:
    """One row can be read, the other says why not; by its former name it is found."""
    bring_in(
        duty,
        "/hamlets/",
        ("Tên thôn", "Loại", "Tên cũ", "Nhóm", "Số hộ"),
        ("Đồi Chè", "Thôn", "Xóm Chè Cũ", GROUP, "180"),
        ("Không Loại", "", "", "", ""),
        refused="thiếu loại thôn",
    )
    duty.sees("1 thôn mới")
    page = duty.page
    page.fill("[name=q]", "xom che cu")
    page.locator("form.filters button").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text(HAMLET)
    is_fine(page)


def bring_in(duty: Desk, area: str, *rows: tuple[str, ...], refused: str = "") -> None:
    """A sheet, looked at and taken over."""
    page = duty.page
    page.locator("header.top-bar nav a[href='/groups/']").click()
    page.locator(f"nav.tabs a[href='{area}']").click()
    duty.follow(f"{area}import/")
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows(rows)
    file = {"name": "bang.csv", "mimeType": "text/csv", "buffer": out.getvalue().encode()}
    page.set_input_files("[name=sheet]", files=[file])
    page.click("main form [data-send]")
    if refused:
        expect(page.locator("#wrong")).to_contain_text(refused)
    is_fine(page)
    page.click("button[value=import]")


def agree_to_letters(landlady: Page, mailbox: FakeMailServer) -> None:
    """The first letter asks; she agrees, and wants to be told at any hour."""
    letter = text_of(mailbox.wait_for(ADDRESS, "/lead-way/"))
    landlady.goto(re.search(r"http://\S+/lead-way/[\w-]+", letter).group())
    landlady.locator("main form button.big").click()
    expect(landlady.locator("main")).to_contain_text("Từ nay bạn được báo ở đây")
    landlady.locator("main a.button").click()
    landlady.locator("main a[href$='/way']").click()
    landlady.check("[name=way][value=email]")
    landlady.fill("[name=address]", ADDRESS)
    landlady.fill("[name=quiet_from]", "")
    landlady.fill("[name=quiet_to]", "")
    landlady.locator("main form button.big").click()


def row_of_hamlet(province: Desk) -> Locator:
    """What the commune's page says of the hamlet."""
    page = province.page
    page.locator("header.top-bar nav a[href='/groups/']").click()
    page.locator("nav.tabs a[href='/coverage/']").click()
    page.locator("main a[href^='/coverage/places/']", has_text=WARD).last.click()
    is_fine(page)
    return page.locator("tr", has=page.get_by_role("rowheader", name=HAMLET, exact=True))
