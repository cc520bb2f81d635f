"""A partner is invited and publishes with a second person; one of good standing gets the kit."""

import re

from playwright.sync_api import expect

from tests.accessibility.reading import faults
from tests.journeys.desk import Desk
from tests.journeys.partner import (
    add_member,
    agree,
    invite,
    looks_right,
    shown_once,
    sign_in,
    to_partners,
    vouch,
)

TITLE = "Năm phút kiểm bình cứu hỏa ở dãy trọ"
TEXT = "Nhìn kim đồng hồ ở vạch xanh, chốt còn nguyên, vòi không nứt."


def write(page, stack):
    """An article, a mistake first; handed in."""
    page.goto(f"{stack.public}/partner/")
    page.locator("main a[href$='/articles/new/']").click()
    page.locator("button[value=submit]").click()
    expect(page.locator("#problem")).to_be_visible()
    page.fill("[name=title]", TITLE)
    page.fill("[name=text]", TEXT)
    page.locator("button[value=submit]").click()
    expect(page.locator("main")).to_contain_text("Đã nộp")


def test_a_partner_publishes_under_its_own_name_with_a_second_person(people, stack):
    admin = Desk(people.officer(), stack, "admin").sign_in()
    name = "Trường tiểu học Bờ Sông"
    first = invite(admin, stack, name, "truong.mot")
    vouch(Desk(people.officer(), stack, "mai").sign_in(), stack, name)
    second = add_member(admin, stack, name, "truong.hai")
    writer, other, reader = people.resident(), people.resident(), people.resident(script=True)
    sign_in(writer, stack, first)
    agree(writer, stack)
    write(writer, stack)
    expect(writer.locator("button[value=publish]")).to_have_count(0)
    expect(writer.locator("body")).not_to_contain_text(stack.desk)
    reader.goto(f"{stack.public}/partners/")
    expect(reader.locator("main")).not_to_contain_text(TITLE)
    sign_in(other, stack, second)
    other.get_by_role("link", name=TITLE).click()
    other.locator("button[value=publish]").click()
    expect(other.locator("main a[href*='/partners/articles/']")).to_be_visible()
    reader.goto(f"{stack.public}/partners/")
    reader.get_by_role("link", name=TITLE).first.click()
    expect(reader.locator("main")).to_contain_text(TEXT)
    expect(reader.locator("main")).to_contain_text(name)
    assert not faults(reader)
    assert reader.evaluate("document.documentElement.scrollWidth") <= 390
    # The desk sees who signs in, and no word of what is written.
    to_partners(admin, stack)
    expect(admin.page.locator("main")).not_to_contain_text(TITLE)


LESSON = {
    "vi_title": "Bình cứu hỏa ở dãy trọ: xem trong năm phút",
    "vi_card_1": "Ba chỗ phải nhìn",
    "vi_lines_1": "Kim đồng hồ ở vạch xanh\nChốt còn nguyên\nVòi không nứt",
    "vi_question_1": "Kim ở vạch đỏ thì sao?",
    "vi_a_1": "Vẫn dùng được",
    "vi_b_1": "Báo chủ trọ nạp lại",
    "vi_why_1": "Vạch đỏ là bình đã hết áp.",
}
RUMOUR = {
    "quote": "Nghe nói mỗi phòng trọ phải nộp 500 nghìn tiền bình cứu hỏa",
    "question": "Mỗi phòng trọ có phải nộp 500 nghìn tiền bình cứu hỏa không?",
    "answer": "Không. Không ai thu khoản này theo phòng.",
    "unknown": "Tin bắt đầu từ đâu.",
    "e1-source": "Trường tiểu học Bến Đò",
    "e1-finding": "Không có khoản thu nào như vậy.",
    "e1-dated": "2026-11-20",
    "e1-excerpt": "Trường không thu và không nhận thu hộ khoản nào.",
}


def fill(page, said):
    """Box by box."""
    for name, words in said.items():
        page.fill(f"[name='{name}']", words)


def write_lesson(page, stack):
    """A collection first, a gap that is named, then the whole lesson, handed in."""
    page.goto(f"{stack.public}/partner/")
    page.locator("main a[href$='/partner/lessons/new/']").click()
    page.fill("[name=title]", "An toàn ở dãy trọ")
    page.fill("[name=about]", "Những việc nhỏ cứu được người.")
    page.locator("[name=purpose][value=fire]").check()
    page.locator("main form button").click()
    page.fill("[name=vi_title]", LESSON["vi_title"])
    page.locator("button[value=submit]").click()
    expect(page.locator("#problem")).to_be_visible()
    fill(page, LESSON)
    page.select_option("[name=right_1]", "b")
    page.locator("button[value=submit]").click()
    expect(page.locator("main")).to_contain_text("Đã nộp")
    expect(page.locator("button[value=publish]")).to_have_count(0)


def write_check(page, stack):
    """A rumour with one source, handed in."""
    page.goto(f"{stack.public}/partner/")
    page.locator("main a[href$='/partner/checks/new/']").click()
    page.select_option("[name=topic]", "fire")
    page.locator("[name=verdict][value=false]").check()
    fill(page, RUMOUR)
    page.locator("button[value=submit]").click()
    expect(page.locator("main")).to_contain_text("Đã nộp")


def publish(page, stack, title):
    """By the other person, who reads it first."""
    page.goto(f"{stack.public}/partner/")
    page.get_by_role("link", name=title).click()
    page.locator("button[value=publish]").click()
    expect(page.locator("#public")).to_be_visible()
    looks_right(page)


def take_back_and_write_anew(page, stack):
    """The check stays withdrawn; its words are in the boxes of another one."""
    page.goto(f"{stack.public}/partner/")
    page.get_by_role("link", name=RUMOUR["question"]).click()
    page.locator("main a[href$='/withdraw/']").click()
    page.locator("[name=reason][value=changed]").check()
    page.locator("main form button").first.click()
    looks_right(page)
    page.locator("main form[action$='/again/'] button").click()
    expect(page.locator("[name=question]")).to_have_value(RUMOUR["question"])
    expect(page.locator("[name=note]")).to_have_count(0)


def test_a_partner_teaches_and_checks_and_a_resident_reads_it_under_its_name(people, stack):
    admin = Desk(people.officer(), stack, "admin").sign_in()
    name = "Trường tiểu học Bến Đò"
    first = invite(admin, stack, name, "ben.do.mot")
    vouch(Desk(people.officer(), stack, "mai").sign_in(), stack, name)
    second = add_member(admin, stack, name, "ben.do.hai")
    writer, other = people.resident(script=True), people.resident(script=True)
    sign_in(writer, stack, first)
    agree(writer, stack)
    write_lesson(writer, stack)
    looks_right(writer)
    write_check(writer, stack)
    looks_right(writer)
    reader = people.resident()
    reader.goto(f"{stack.public}/lessons")
    expect(reader.locator("main")).not_to_contain_text(LESSON["vi_title"])
    sign_in(other, stack, second)
    publish(other, stack, LESSON["vi_title"])
    publish(other, stack, RUMOUR["question"])
    reader.goto(f"{stack.public}/lessons")
    reader.get_by_role("link", name=LESSON["vi_title"]).first.click()
    expect(reader.locator("main header")).to_contain_text(name)
    expect(reader.locator("main")).to_contain_text("Chốt còn nguyên")
    reader.get_by_label("Báo chủ trọ nạp lại").check()
    reader.locator("main form button").click()
    expect(reader.locator("main")).to_contain_text("Vạch đỏ là bình đã hết áp.")
    reader.goto(f"{stack.public}/claims")
    reader.get_by_role("link", name=RUMOUR["question"]).first.click()
    expect(reader.locator("dl.publication-facts")).to_contain_text(name)
    take_back_and_write_anew(writer, stack)
    # Nothing of either stands on the desk that runs the province's own.
    admin.page.goto(f"{stack.desk}/lessons/")
    expect(admin.page.locator("main")).not_to_contain_text(LESSON["vi_title"])


def test_a_person_of_good_standing_asks_and_gets_the_kit(people, stack):
    person = people.resident()
    person.goto(stack.public)
    person.fill("[name=q]", "nenh")
    person.locator("main form:has([name=q]) button").click()
    person.get_by_role("link", name="Phường Nếnh", exact=False).first.click()
    person.locator("main a[href$='/join/']").click()
    person.fill("[name=name]", "Bà Cả Thử Nghiệm")
    person.fill("[name=about]", "Trưởng ban chợ, bán ở chợ hai mươi năm")
    person.locator("[name=agrees]").check()
    person.locator("main form button.big").click()
    expect(person.locator("main")).to_contain_text("Không ai gọi cho bạn")
    coordinator = Desk(people.officer(), stack, "mai").sign_in()
    to_partners(coordinator, stack)
    coordinator.page.get_by_role("link", name="Bà Cả Thử Nghiệm").click()
    coordinator.page.fill("[name=username]", "ba.ca")
    coordinator.page.fill("[name=code]", coordinator.code())
    coordinator.page.locator("main form button").first.click()
    credentials = shown_once(coordinator.page)
    vouch(Desk(people.officer(), stack, "admin").sign_in(), stack, "Bà Cả Thử Nghiệm")
    sign_in(person, stack, credentials)
    person.locator("main a[href$='/partner/kit/']").click()
    expect(person.locator("h1")).to_contain_text("Bộ chia sẻ")
    reader = people.resident()
    reader.goto(f"{stack.public}/partners/")
    expect(reader.locator("main")).to_contain_text(re.compile("Bà Cả Thử Nghiệm"))


def test_the_pages_of_a_partner_are_readable_by_everybody(people, stack):
    admin = Desk(people.officer(), stack, "mai").sign_in()
    page = people.resident(script=True)
    page.goto(f"{stack.public}/partner/sign-in/")
    assert not faults(page)
    name = "Trường mầm non Hoa Gạo"
    credentials = invite(admin, stack, name, "hoa.gao")
    vouch(Desk(people.officer(), stack, "admin").sign_in(), stack, name)
    sign_in(page, stack, credentials)
    for address in ("", "articles/new/", "lessons/new/", "checks/new/", "kit/"):
        page.goto(f"{stack.public}/partner/{address}")
        assert not faults(page), address
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
