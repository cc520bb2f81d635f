"""The Front's inbox: written to, answered, passed on with a yes, and at once where it is danger."""

from playwright.sync_api import expect

from tests.journeys.desk import Desk
from tests.journeys.partner import looks_right, two_members
from tests.journeys.resident import CODE

NAME = "Mặt trận phường Cầu Đá"
LAMPS = "Đèn trước nhà văn hóa tắt ba tuần nay, bọn trẻ đi học về rất tối."
ANSWER = "Chúng tôi đã ghi nhận. Việc này nên để công an phường biết."
DANGER = "Cứu với, nó cầm dao đánh vợ ngay bây giờ, chị ấy chảy máu nhiều. Tôi tên là Lê Thị Lan"


def opens_inbox(page, stack):
    """A key, and the phrase that is typed from paper."""
    page.goto(f"{stack.public}/partner/")
    page.locator("main a[href$='/partner/inbox/']").click()
    page.locator("form[action$='/inbox/key/'] button").click()
    phrase = page.locator("output.code-box").inner_text()
    looks_right(page)
    page.fill("[name=phrase]", phrase)
    page.locator("main form button").click()
    expect(page.locator("#matters")).to_be_visible()
    return phrase


def writes_to_the_front(page, stack, words):
    """From the partner's public page; the code is on the next one, and in no address."""
    page.goto(f"{stack.public}/partners/")
    page.get_by_role("link", name=NAME).first.click()
    page.locator("main a[href$='/write/']").click()
    expect(page.locator("main .notice.warn").first).to_contain_text("113")
    page.locator("[name=about_them][value=no]").check()
    page.fill("[name=text]", words)
    page.locator("main form button.big").click()
    found = CODE.search(page.locator("main output").inner_text())
    assert found is not None
    assert found[0] not in page.url
    return found[0]


def reads_by_code(page, stack, code):
    page.goto(f"{stack.public}/status/")
    page.fill("[name=code]", code)
    page.locator("main form button").first.click()
    expect(page.locator("h1")).to_contain_text(NAME)


def test_a_matter_is_answered_agreed_to_and_danger_passed_on_at_once(people, stack):
    admin, member, colleague = two_members(people, stack, NAME, "cauda", "front")
    phrase = opens_inbox(member, stack)
    resident = people.resident()
    code = writes_to_the_front(resident, stack, LAMPS)
    # Locked, the inbox tells how many wait and no word of them; a colleague without a key neither.
    member.locator("form[action$='/inbox/lock/'] button").click()
    expect(member.locator("main")).not_to_contain_text("nhà văn hóa")
    colleague.goto(f"{stack.public}/partner/inbox/")
    expect(colleague.locator("main")).not_to_contain_text("nhà văn hóa")
    member.fill("[name=phrase]", phrase)
    member.locator("form[action$='/inbox/unlock/'] button").click()
    member.get_by_role("link", name=LAMPS[:40]).click()
    member.fill("[name=text]", ANSWER)
    member.locator("button[value=consent]").click()
    expect(member.locator("ul.dialogue")).to_contain_text(ANSWER)
    looks_right(member)
    admin.page.goto(f"{stack.desk}/tips/")
    expect(admin.page.locator("body")).not_to_contain_text("nhà văn hóa")

    reads_by_code(resident, stack, code)
    expect(resident.locator("ul.dialogue")).to_contain_text(ANSWER)
    resident.locator("button[name=do][value=yes]").click()
    expect(resident.locator("main .notice.ok")).to_be_visible()
    assert CODE.search(resident.locator("main .code-box").first.inner_text())
    desk = Desk(people.officer(), stack, "quan").sign_in()
    desk.waits_for("nhà văn hóa")

    other = people.resident()
    writes_to_the_front(other, stack, DANGER)
    expect(other.locator("main .notice.warn")).to_contain_text("113")
    desk.open_tip("cầm dao đánh vợ")
    expect(desk.page.locator("main")).not_to_contain_text("Lê Thị Lan")
