"""S8: a warning for schools; a class teacher posts it, says so in one tap; the province sees it."""

import time

from playwright.sync_api import Page, expect

from tests.accessibility.reading import faults
from tests.journeys.desk import Desk

TITLE = "Giả cô giáo nhắn phụ huynh đóng tiền"
PARTS = {
    "what": "Nhắn tin giả cô giáo, bảo phụ huynh chuyển tiền học ngay.",
    "signs": "Tài khoản lạ, tên không phải của trường. Giục chuyển trong giờ.",
    "act": "Không chuyển. Gọi cô giáo theo số bạn đã có.",
    "call": "Trực ban 0204 000 0100 hoặc 113.",
}


def test_a_class_teacher_passes_it_on_and_the_funnel_counts_it(people, stack):
    province = Desk(people.officer(), stack, "mai").sign_in()
    write(Desk(people.officer(), stack, "lan").sign_in())
    approve(Desk(people.officer(), stack, "hai").sign_in())
    before = passed_on(province)
    teacher = people.resident()
    teacher.goto(f"{stack.public}/phones/")
    teacher.locator("#phone-parents a.button").click()
    task = wait_for(teacher, TITLE)
    is_fine(teacher)
    task.locator("form[action$='/confirm'] button").first.click()
    expect(teacher.locator("main")).to_contain_text("Đã ghi")
    is_fine(teacher)
    assert passed_on(province) == before + 1
    # The warning's own page says which groups have it, and which are still waited for.
    province.page.get_by_role("link", name=TITLE).first.click()
    province.sees("Phụ huynh 4A2")
    province.sees("Phụ huynh 5A1")
    # Her group shows what she posted, as parents read it.
    parents = people.resident(script=True)
    parents.goto(f"{stack.public}/phones/")
    expect(parents.locator("#phone-parents")).to_contain_text(TITLE)


def write(duty: Desk) -> None:
    """For the parents' groups of the ward and for nobody else."""
    page = duty.page
    page.locator("header.bar nav a[href='/warnings/']").click()
    duty.follow("/warnings/new/")
    page.fill("[name=title]", TITLE)
    for name, words in PARTS.items():
        page.fill(f"[name={name}]", words)
    page.select_option("[name=category]", "scam_impersonation")
    page.get_by_label("Phường Nếnh").first.check()
    for box in page.locator("[name=kinds]").all():
        box.set_checked(box.get_attribute("value") == "school")
    page.locator("[name=subscribers]").uncheck()
    page.locator("button[name=do][value=submit]").click()
    expect(page.locator("main")).to_contain_text(TITLE)


def approve(commander: Desk) -> None:
    """The second person, with a fresh code."""
    page = commander.page
    page.locator("header.bar nav a[href='/warnings/']").click()
    page.get_by_role("link", name=TITLE).first.click()
    if "/approve/" not in page.url:
        commander.follow("/approve/")
    page.fill("[name=code]", commander.code())
    page.locator("main form button[data-send]").first.click()
    commander.sees(TITLE)


def passed_on(desk: Desk) -> int:
    """How many leads say so, over all warnings of the last 30 days."""
    desk.page.locator("header.bar nav a[href='/groups/']").click()
    desk.page.locator("main a[href='/coverage/']").first.click()
    return int(desk.page.locator("[data-passed-on]").first.get_attribute("data-passed-on") or 0)


def wait_for(page: Page, words: str):
    """The sender is quick, not instant; other journeys may have left her more to pass on."""
    deadline = time.monotonic() + 60
    while not (task := page.locator("article", has_text=words)).count():
        assert time.monotonic() < deadline, page.locator("main").inner_text()
        time.sleep(1)
        page.reload()
    return task


def is_fine(page: Page) -> None:
    """On a cheap phone without script: nothing beyond the edge, nothing to stumble over."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(page) == {}
