"""A recall reaches the lead who posted the wrong warning, and the partner who passed it on."""

from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk, also_who_had_enough, submit_for_approval
from tests.journeys.eyes import is_fine, shot
from tests.journeys.looks import fits, reads_well
from tests.journeys.test_s11_partners import invite, sign_in, vouch

PARTNER = "Trường trung học Cầu Đá"
TITLE = "Giả nhân viên nước sạch thu tiền tận nhà"
PARTS = {
    "what": "Đến từng nhà, xưng nhân viên nước sạch, đòi thu tiền mặt ngay.",
    "signs": "Không có thẻ, không có hóa đơn. Giục nộp trong buổi sáng.",
    "act": "Không đưa tiền. Hỏi công ty nước theo số trên hóa đơn.",
    "call": "Trực ban 0204 000 0100 hoặc 113.",
}


def test_a_recall_reaches_who_posted_it_and_the_partner_who_passed_it_on(people, stack):
    partner = a_partner(people, stack)
    write(Desk(people.officer(), stack, "lan").sign_in().page, stack)
    commander = Desk(people.officer(), stack, "hai").sign_in()
    approve(commander)
    lead = people.resident()
    passes_on_by_hand(lead, stack)
    passes_on_as_partner(partner, stack)
    take_back(commander)
    reads_that_it_was_taken_back(lead, "THU HỒI")
    sets_it_right(partner, stack)
    everybody_reads_it(people, stack)


def a_partner(people, stack) -> Page:
    """Invited by one officer, vouched for by another, signed in on a phone."""
    admin = Desk(people.officer(), stack, "admin").sign_in()
    credentials = invite(admin, stack, PARTNER, "cau.da")
    vouch(Desk(people.officer(), stack, "mai").sign_in(), stack, PARTNER)
    partner = people.resident(script=True)
    sign_in(partner, stack, credentials)
    return partner


def write(page: Page, stack) -> None:
    """A warning for the whole ward, handed in."""
    page.goto(f"{stack.desk}/warnings/new/")
    page.fill("[name=title]", TITLE)
    for name, words in PARTS.items():
        page.fill(f"[name={name}]", words)
    page.select_option("[name=category]", "scam_other")
    also_who_had_enough(page)
    submit_for_approval(page)


def approve(commander: Desk) -> None:
    """The second person lets it out."""
    page = commander.page
    page.locator("header.top-bar nav a[href='/warnings/']").click()
    page.get_by_role("link", name=TITLE).first.click()
    if "/approve/" not in page.url:
        commander.follow("/approve/")
    page.fill("[name=code]", commander.code())
    page.locator("main form button[data-send]").first.click()
    commander.waits_for_rows()


def passes_on_by_hand(lead: Page, stack) -> None:
    """From the simulated phone to the own page, and one tap."""
    lead.goto(f"{stack.public}/phones/")
    lead.locator("#phone-parents a.button").click()
    reads_that_it_was_taken_back(lead, TITLE)
    section = lead.locator("main section, main article", has_text=TITLE).first
    section.locator("form[action$='/confirm'] button").first.click()


def passes_on_as_partner(partner: Page, stack) -> None:
    """The kit has it; three groups."""
    partner.goto(f"{stack.public}/partner/kit/")
    section = partner.locator("section.card", has_text=TITLE).first
    section.locator("[name=groups]").fill("3")
    section.locator("form button").last.click()
    expect(partner.locator("main")).to_contain_text("Bạn đã ghi: 3 nhóm.")


def take_back(commander: Desk) -> None:
    """For a fixed reason: at once, by one person."""
    page = commander.page
    page.locator("header.top-bar nav a[href='/warnings/']").click()
    page.get_by_role("link", name=TITLE).first.click()
    commander.follow("/recall/")
    commander.sees("Đối tác đã chuyển tiếp đọc thấy trên trang riêng")
    is_fine(page, "recall")
    page.locator("[name=reason][value=wrong_facts]").check()
    page.fill("[name=code]", commander.code())
    page.locator("main form button").first.click()
    commander.waits_for_rows()


def reads_that_it_was_taken_back(page: Page, words: str) -> None:
    """The rows are made a moment after the act; the page is looked at again until they are."""
    for _look in range(60):
        if words in page.locator("main").inner_text():
            return
        page.wait_for_timeout(1000)
        page.reload()
    raise AssertionError(page.locator("main").inner_text())


def sets_it_right(partner: Page, stack) -> None:
    """It stands first on the partner's own page, with the text to post, until they say so."""
    partner.goto(f"{stack.public}/partner/")
    changed = partner.locator("section.card", has_text="Đã thu hồi: một cảnh báo bạn đã chuyển")
    expect(changed).to_contain_text(f"THU HỒI: {TITLE}")
    is_fine(partner, "partner-taken-back")
    changed.locator("form button").click()
    expect(partner.locator("main")).not_to_contain_text("một cảnh báo bạn đã chuyển tiếp")
    shot(partner, "partner-kit-after")


def everybody_reads_it(people, stack) -> None:
    """The public page says so, on a phone without script."""
    reader = people.resident()
    reader.goto(f"{stack.public}/warnings")
    reader.get_by_role("link", name=TITLE).first.click()
    expect(reader.locator("main")).to_contain_text("Cảnh báo này đã được thu hồi")
    expect(reader.locator("head link[type='application/cap+xml']")).to_have_count(1)
    fits(reader)
    shot(reader, "warning-taken-back")
    reads_well(people, reader.url)
