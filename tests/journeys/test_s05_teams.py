"""S5: a desk sets up a team; its lead confirms and hands in on a phone; the province sees both."""

import re
from datetime import datetime, timedelta, timezone

from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk
from tests.journeys.eyes import shot
from tests.journeys.looks import fits, is_fine, reads_well
from tests.journeys.resident import CODE

TEAM, LEAD, ROLE = "Tổ tự quản xóm Lò Gạch", "Bác Tường xóm Lò", "Người trực đầu xóm"
ASK = "Tối nay đi một vòng bờ mương xóm Lò, xem đèn đường có sáng không"
SEEN = "Ba đêm nay có xe tải lạ đổ thùng hóa chất xuống bờ mương sau lò gạch"


def test_a_team_confirms_and_hands_in_and_the_province_sees_it(people, stack):
    desk = Desk(people.officer(), stack, "son").sign_in()
    make_team(desk)
    link = make_lead(desk)
    open_team(desk)
    put_on_the_rota(desk)
    # A name is refused before it is kept, and what was typed is still there.
    ask(desk, "Để ý nhà ông Mạc Văn Thử")
    desk.sees("không bao giờ nhận người")
    expect(desk.page.locator("[name=words]")).to_have_value("Để ý nhà ông Mạc Văn Thử")
    ask(desk, ASK)
    desk.sees("0 trên 1 đầu mối đã trả lời")
    shot(desk.page, "s05-desk")
    lead = people.resident()
    lead.goto(link)
    fits(lead)
    shot(lead, "s05-kit")
    reads_well(people, link)
    expect(lead.locator("main")).to_contain_text(ROLE)
    lead.locator(f".card:has-text('{ASK}') button[value=seen]").click()
    expect(lead.locator("main")).to_contain_text("Bạn đã trả lời: Đã thấy")
    fits(lead)
    shot(lead, "s05-answered")
    code = hand_in(lead)
    assert code not in link
    lead.goto(link)
    # The receipt is the lead's own: nothing of the tip is on the page of the team.
    expect(lead.locator("main")).not_to_contain_text(SEEN)
    # Another role, another page: how many answered, and where the report came from.
    province = Desk(people.officer(), stack, "mai").sign_in()
    province.page.locator("header.top-bar nav a[href='/groups/']").click()
    province.page.fill("[name=q]", "xom lo gach")
    province.page.click("form.filters button")
    province.page.get_by_role("link", name=TEAM).click()
    province.sees("1 trên 1 đầu mối đã trả lời")
    province.sees("Đã thấy: 1")
    shot(province.page, "s05-group")
    find_tip(province)
    province.sees("tổ nào và ai trong tổ thì không ghi lại")
    province.sees(SEEN)
    # Everybody reads that a team keeps a rota, and nothing else of it.
    passer_by = people.resident()
    see_place(passer_by, stack)
    fits(passer_by)
    shot(passer_by, "s05-place")
    read_in_english(people.resident(script=True, language="en"), link)


def make_team(desk: Desk) -> None:
    page = desk.page
    page.locator("header.top-bar nav a[href='/groups/']").click()
    desk.follow("/groups/new/")
    page.fill("[name=name]", TEAM)
    page.select_option("[name=kind]", "team")
    page.fill("[name=member_count]", "9")
    page.locator("main form [data-send]").click()
    desk.sees(f"Đã lưu: {TEAM}")


def make_lead(desk: Desk) -> str:
    """With consent, in this group; the link that the officer hands over."""
    page = desk.page
    desk.follow("/leads/")
    desk.follow("/leads/new/")
    page.fill("[name=name]", LEAD)
    page.fill("[name=position]", "Tổ trưởng tổ tự quản")
    page.get_by_label(TEAM).check()
    page.locator("main form [data-send]").click()
    desk.sees(f"Đã lưu: {LEAD}")
    page.locator("form[action$='/link/show/'] button").click()
    page.locator("#lead-link").wait_for()
    found = re.search(r"http://localhost:\d+/relay/[\w-]+", page.content())
    assert found
    return found.group()


def open_team(desk: Desk) -> None:
    page = desk.page
    page.locator("header.top-bar nav a[href='/groups/']").click()
    page.fill("[name=q]", "xom lo gach")
    page.click("form.filters button")
    page.get_by_role("link", name=TEAM).click()
    desk.follow("/team/")


def put_on_the_rota(desk: Desk) -> None:
    """Today and tomorrow, so that the hour of this test does not matter; then handed over."""
    page = desk.page
    form = page.locator("#shift")
    for number in range(2):
        form.locator("[name=when]").select_option("day")
        form.locator("[name=day]").fill(day(number))
        form.locator("[name=begins]").fill("00:00")
        form.locator("[name=ends]").fill("00:00")
        form.locator("[name=holder]").select_option(label=f"{LEAD} (Tổ trưởng tổ tự quản)")
        form.locator("button").click()
        desk.sees("Đã ghi vào lịch trực")
    rows = page.locator("table.table tbody tr")
    for number in range(2):
        rows.nth(number).get_by_role("link").click()
        form.locator("[name=role]").fill(ROLE)
        form.locator("button").click()
        desk.sees("Ca cũ đã kết thúc")
    expect(rows).to_have_count(2)
    expect(page.locator("table.table tbody")).not_to_contain_text(LEAD)


def day(later: int) -> str:
    """A day from now, as Vietnam counts them."""
    vietnam = timezone(timedelta(hours=7))
    return (datetime.now(vietnam) + timedelta(days=later)).date().isoformat()


def ask(desk: Desk, words: str) -> None:
    form = desk.page.locator("#ask")
    form.locator("[name=words]").fill(words)
    form.locator("[name=until_day]").fill(day(1))
    form.locator("button").click()


def hand_in(page: Page) -> str:
    """The ordinary report, with the place of the team chosen already; its own receipt."""
    page.locator("main form[action$='/report'] button").click()
    expect(page.locator("[name=as_team]")).to_be_checked()
    fits(page)
    shot(page, "s05-who-gets")
    page.locator("button[name=desk][value=commune]").click()
    page.locator("button[name=topic][value=other]").click()
    expect(page.locator("[name=choice]").first).to_be_checked()
    page.locator("main form button:not([name])").last.click()
    page.fill("[name=text]", SEEN)
    page.locator("main form button:not([name])").last.click()
    page.locator("main form button:not([name])").last.click()
    expect(page.locator("main")).to_contain_text("Tổ tự quản")
    shot(page, "s05-check")
    page.locator("main form button.big").last.click()
    found = CODE.search(page.locator("main").inner_text())
    assert found, page.locator("main").inner_text()
    return found.group()


def find_tip(desk: Desk) -> None:
    """As the province finds anything among many: by words, and by the way it came."""
    desk.open_tip("xe tải lạ đổ thùng hóa chất")


def see_place(page: Page, stack) -> None:
    page.goto(f"{stack.public}/places/07777/")
    expect(page.locator("main")).to_contain_text(re.compile(r"Ở đây có \d+ tổ tự quản"))
    for words in (TEAM, LEAD, ROLE):
        expect(page.locator("main")).not_to_contain_text(words)


def read_in_english(page: Page, link: str) -> None:
    """The page of the team on a phone with script, so that axe can read it."""
    page.goto(link)
    page.locator("button[name=language][value=en]").click()
    is_fine(page)
    shot(page, "s05-kit-en")
