"""S8: a desk plants a relay tree; a head and a class teacher confirm; the province sees levels."""

import datetime
import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.desk import Desk, submit_for_approval
from tests.journeys.figures import number
from tests.journeys.looks import fits, is_fine

HAMLET = "Tổ dân phố Trung Đồng"
HEAD = "Cô Yên Hiệu Trưởng"
# Class teacher, the group of their parents, how many they are.
CLASSES = (("Cô Mận", "Phụ huynh 3B1", "31"), ("Thầy Sung", "Phụ huynh 3B2", "29"))
TITLE = "Giả cô giáo nhắn phụ huynh đóng tiền"
PARTS = {
    "what": "Nhắn tin giả cô giáo, bảo phụ huynh chuyển tiền học ngay.",
    "signs": "Tài khoản lạ, tên không phải của trường. Giục chuyển trong giờ.",
    "act": "Không chuyển. Gọi cô giáo theo số bạn đã có.",
    "call": "Trực ban 0204 000 0100 hoặc 113.",
}


def test_a_warning_goes_from_the_head_to_the_class_teachers_and_is_counted_by_level(people, stack):
    duty = Desk(people.officer(), stack, "lan").sign_in()
    plant(duty)
    write(duty)
    approve(Desk(people.officer(), stack, "hai").sign_in())
    head_link, class_link = (hand_out(duty, name) for name in (HEAD, CLASSES[0][0]))
    assert head_link != class_link
    province = Desk(people.officer(), stack, "mai").sign_in()
    # Level by level: asked, and passed on.
    assert levels(province) == [(1, 0), (2, 0)]

    head = people.resident()
    head.goto(head_link)
    expect(head.locator("main")).to_contain_text("Cô Mận")
    expect(head.locator("main")).to_contain_text("Thầy Sung")
    one_tap(head)
    assert levels(province) == [(1, 1), (2, 0)]

    teacher = people.resident()
    teacher.goto(class_link)
    expect(teacher.locator("main")).to_contain_text("Phụ huynh 3B1")
    expect(teacher.locator("main")).not_to_contain_text("Thầy Sung")
    one_tap(teacher)
    assert levels(province) == [(1, 1), (2, 1)]
    # Whom she waits for is for the head alone to know, not for the province.
    head.reload()
    expect(head.locator("main")).not_to_contain_text("Cô Mận")
    expect(head.locator("main")).to_contain_text("Thầy Sung")
    province.sees("Phường Nếnh")
    expect(province.page.locator("main")).not_to_contain_text("Thầy Sung")
    is_fine(province.page)
    # Somebody who came by the same link later reads the warning, and can press nothing.
    other = people.resident(script=True)
    other.goto(class_link)
    expect(other.locator("main")).to_contain_text("Gọi cô giáo")
    expect(other.locator("form[action$='/undo'], form[action$='/confirm']")).to_have_count(0)
    is_fine(other)


def plant(duty: Desk) -> None:
    """Two groups by hand, a head who answers to the desk, and two teachers who answer to her."""
    page = duty.page
    for _teacher, group, members in CLASSES:
        page.locator("header.top-bar nav a[href='/groups/']").click()
        duty.follow("/groups/new/")
        page.fill("[name=name]", group)
        page.select_option("[name=kind]", "school")
        page.select_option("[name=place]", label=HAMLET)
        page.fill("[name=member_count]", members)
        page.locator("main form.panel [data-send]").click()
    add_lead(duty, HEAD, "Hiệu trưởng tiểu học Nếnh 3", "", "")
    for teacher, group, _members in CLASSES:
        add_lead(duty, teacher, f"Chủ nhiệm, {group}", HEAD, group)
    page.locator("nav.tabs a[href='/leads/'], .breadcrumb a[href='/leads/']").first.click()
    page.fill("[name=q]", "hieu truong")
    page.locator("form.filters button").click()
    tree = page.locator("ul.tree > li", has_text=HEAD)
    expect(tree.locator("li")).to_have_count(len(CLASSES))


def add_lead(duty: Desk, name: str, position: str, above: str, group: str) -> None:
    """Somebody who agreed to pass on."""
    page = duty.page
    page.locator("header.top-bar nav a[href='/groups/']").click()
    page.locator("nav.tabs a[href='/leads/']").click()
    duty.follow("/leads/new/")
    page.fill("[name=name]", name)
    page.fill("[name=position]", position)
    if above:
        page.locator("[name=above]").select_option(
            page.locator("[name=above] option", has_text=above).get_attribute("value")
        )
        page.get_by_label(group).check()
    page.fill("[name=consented_on]", datetime.date(2025, 9, 5).isoformat())
    page.locator("main form.panel [data-send]").click()
    page.locator("form[action$='/link/show/'] button").click()
    expect(page.locator("#lead-link")).to_be_visible()


def write(
    duty: Desk,
    title: str = TITLE,
    hamlet: str = HAMLET,
    groups: int = len(CLASSES),
    *,
    kind: str = "school",
) -> None:
    """For one kind of group of one hamlet, the schools, and for nobody else."""
    page = duty.page
    page.locator("header.top-bar nav a[href='/warnings/']").click()
    duty.follow("/warnings/new/")
    page.fill("[name=title]", title)
    for name, words in PARTS.items():
        page.fill(f"[name={name}]", words)
    page.select_option("[name=category]", "scam_impersonation")
    only(page, "places", page.get_by_label(hamlet))
    only(page, "kinds", page.locator(f"[name=kinds][value={kind}]"))
    page.locator("[name=subscribers]").uncheck()
    expect(page.locator("#audience h2")).to_have_text(f"Gửi tới {groups} nhóm")
    submit_for_approval(page)
    expect(page.locator("h1")).to_contain_text(title)


def only(page: Page, name: str, wanted: Locator) -> None:
    """One box of these alone; each tick counts the audience anew, and renews the boxes."""
    wanted.first.check()
    for box in page.locator(f"[name={name}]").all():
        expect(page.locator(".htmx-request")).to_have_count(0)
        if box.get_attribute("id") != wanted.first.get_attribute("id"):
            box.uncheck()
    expect(page.locator(".htmx-request")).to_have_count(0)
    expect(page.locator(f"[name={name}]:checked")).to_have_count(1)


def approve(commander: Desk, title: str = TITLE) -> None:
    """The second person, with a fresh code."""
    page = commander.page
    page.locator("header.top-bar nav a[href='/warnings/']").click()
    page.get_by_role("link", name=title).first.click()
    if "/approve/" not in page.url:
        commander.follow("/approve/")
    page.fill("[name=code]", commander.code())
    page.locator("main form button[data-send]").first.click()
    commander.sees(title)
    commander.waits_for_rows()


def hand_out(duty: Desk, name: str) -> str:
    """One lead's own link, out of the message for the lead's chat; sent, says the desk."""
    page = duty.page
    page.locator("header.top-bar nav a[href='/groups/']").click()
    page.locator("nav.tabs a[href='/coverage/']").click()
    page.locator("main a[href='/relays/']").click()
    row = page.locator("section.panel", has=page.get_by_role("heading", name=name))
    row.locator("form[action*='/link/'] button").click()
    expect(row.locator("p.copy-text")).to_contain_text("/relay/")
    found = re.search(r"http://\S+/relay/[\w-]+", row.inner_text())
    assert found
    row.locator("form[action$='/done/'] button").click()
    expect(row).to_have_count(0)
    return found.group()


def one_tap(lead: Page, title: str = TITLE) -> None:
    """ "I have passed it on", on a phone without script."""
    fits(lead)
    lead.locator("article", has_text=title).locator("form[action$='/confirm'] button").click()
    expect(lead.locator("main")).to_contain_text("Đã ghi")
    fits(lead)


def levels(province: Desk, title: str = TITLE) -> list[tuple[int, int]]:
    """Of this warning: asked and passed on, first who answers to a desk, then who to a lead."""
    page = province.page
    page.locator("header.top-bar nav a[href='/groups/']").click()
    page.locator("nav.tabs a[href='/coverage/']").click()
    page.get_by_role("link", name=title).first.click()
    rows = page.locator("#levels tbody tr")
    expect(rows).to_have_count(2)
    cells = [row.locator("td.number").all_inner_texts() for row in rows.all()]
    return [(number(asked), number(passed_on)) for asked, passed_on, *_rest in cells]
