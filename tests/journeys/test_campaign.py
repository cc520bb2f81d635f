"""The Youth Union's campaign: two communes, a lesson and a pledge, and coverage by commune."""

import datetime

from playwright.sync_api import Page, expect

from keng.kit import times
from tests.journeys.desk import Desk
from tests.journeys.looks import fits, is_fine
from tests.journeys.test_s11_partners import add_member, agree, shown_once, sign_in, vouch
from tests.journeys.test_s11_partners import to_partners as open_partners

NAME = "Tỉnh đoàn Thử Nghiệm"
TITLE = "Tháng không bấm liên kết lạ"
PLEDGE = "Tôi gọi lại số cũ trước khi chuyển tiền."
HERE = "Phường Nếnh"


def test_the_youth_union_makes_a_campaign_and_sees_what_came_of_it(people, stack):
    admin = Desk(people.officer(), stack, "admin").sign_in()
    first = invite_youth_union(admin, stack)
    vouch(Desk(people.officer(), stack, "mai").sign_in(), stack, NAME)
    second = add_member(admin, stack, NAME, "tinh.doan.hai")
    writer, other = people.resident(), people.resident(script=True)
    sign_in(writer, stack, first)
    agree(writer, stack)
    elsewhere = write_campaign(writer, stack)
    sign_in(other, stack, second)
    narrow_communes(other, stack)
    publish(other)
    take_part(people.resident(script=True), stack)
    see_coverage(writer, stack, elsewhere)


def invite_youth_union(desk: Desk, stack):
    """For the whole province, about fraud."""
    open_partners(desk, stack)
    page = desk.page
    page.locator("main a[href$='/partners/new/']").first.click()
    page.fill("[name=name]", NAME)
    page.select_option("[name=kind]", "youth_union")
    page.locator("[name=purposes][value=fraud]").check()
    page.fill("[name=member_name]", "Người Thứ Nhất")
    page.fill("[name=username]", "tinh.doan.mot")
    page.fill("[name=code]", desk.code())
    page.locator("main form button").click()
    return shown_once(page)


def write_campaign(page: Page, stack) -> str:
    """A mistake first, which loses nothing; handed in. Returns the name of the second commune."""
    today = times.local_date(times.now())
    page.goto(f"{stack.public}/partner/")
    page.locator("main a[href$='/campaigns/new/']").click()
    page.fill("[name=title]", TITLE)
    page.get_by_label(HERE, exact=True).check()
    page.locator("button[value=submit]").click()
    expect(page.locator("#problem")).to_be_visible()
    expect(page.get_by_label(HERE, exact=True)).to_be_checked()
    fits(page)
    names = page.locator("label[for^='id_places_']").all_inner_texts()
    elsewhere = next(name.strip() for name in names if name.strip() != HERE)
    page.get_by_label(elsewhere, exact=True).check()
    page.select_option("[name=category]", "scam_bank")
    page.fill("[name=about]", "Hỏi người nhà trước khi bấm.")
    page.fill("[name=pledge]", PLEDGE)
    page.fill("[name=starts_on]", today.isoformat())
    page.fill("[name=ends_on]", (today + datetime.timedelta(days=20)).isoformat())
    page.locator("[name=lessons]").first.check()
    page.locator("button[value=submit]").click()
    expect(page.locator("main")).to_contain_text("Đã nộp")
    expect(page.locator("button[value=publish]")).to_have_count(0)
    return elsewhere


def narrow_communes(page: Page, stack) -> None:
    """By keys alone: a few letters without accents; what is ticked stays in sight."""
    page.goto(f"{stack.public}/partner/campaigns/new/")
    box, rows = page.locator("#filter-communes"), page.locator("#communes .choice:visible")
    every = rows.count()
    rows.last.locator("input").check()
    box.press_sequentially("phuong nenh")
    expect(rows).to_have_count(2)
    expect(page.locator("#communes-shown")).to_contain_text("1")
    is_fine(page)
    box.press("Enter")
    page.keyboard.press("Space")
    expect(page.get_by_label(HERE, exact=True)).to_be_checked()
    box.fill("")
    expect(rows).to_have_count(every)
    page.goto(f"{stack.public}/partner/")


def publish(page: Page) -> None:
    """By the other person, who reads the pledge first."""
    page.get_by_role("link", name=TITLE).click()
    expect(page.locator("main")).to_contain_text(PLEDGE)
    page.locator("button[value=publish]").click()
    expect(page.locator("#public")).to_be_visible()
    fits(page)


def take_part(page: Page, stack) -> None:
    """A resident finds it among the partners, and says where they live and what they did."""
    page.goto(f"{stack.public}/partners/")
    page.get_by_role("link", name=TITLE).click()
    is_fine(page)
    page.locator("[name=pledges]").check()
    page.locator("[name=lessons]").first.check()
    page.get_by_label(HERE, exact=True).check()
    page.locator("#take-part ~ form button").click()
    expect(page.locator("main")).to_contain_text("Cảm ơn bạn đã tham gia")


def see_coverage(page: Page, stack, elsewhere: str) -> None:
    """No number of residents while it runs; where it was not passed on; groups, by hand."""
    page.goto(f"{stack.public}/partner/")
    page.get_by_role("link", name=TITLE).click()
    page.locator("main a[href$='/coverage/']").click()
    here = page.locator("tr", has_text=HERE)
    expect(page.locator("main")).to_contain_text("khi đợt vận động đã kết thúc")
    expect(page.locator("thead th")).to_have_count(2)
    expect(page.locator("main .notice.warn")).to_contain_text(elsewhere)
    page.select_option("[name=place]", label=HERE)
    page.fill("[name=groups]", "3")
    page.locator("#passed-on ~ form button").click()
    expect(here.locator("td").last).to_have_text("3")
    fits(page)
