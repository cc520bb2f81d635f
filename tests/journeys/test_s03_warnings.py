"""S3: three simulated phones and a browser tell of one new trick; a wave, one click, a warning."""

import re
import time

from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk, also_who_had_enough, submit_for_approval
from tests.journeys.looks import fits, is_fine, reads_well
from tests.journeys.resident import Story, report

NUMBER, SHOWN = "0510 135 791", "0510 135 791"
BY_PHONE = f"co so {NUMBER} goi den bao toi no tien dien, doi cat dien trong ngay"
BY_GROUP = f"Mọi người cẩn thận: số {NUMBER} gọi xưng điện lực, bắt chuyển khoản ngay"
BY_WEB = Story(f"Mẹ tôi bị số {NUMBER} gọi xưng điện lực, giục nộp tiền kẻo cắt điện tối nay")
TITLE = "Giả điện lực đòi tiền, dọa cắt điện"
PARTS = {
    "what": "Gọi điện, tự xưng điện lực, bảo bạn nợ tiền và dọa cắt điện trong ngày.",
    "act": "Cúp máy. Không chuyển tiền. Gọi số in trên hóa đơn để hỏi lại.",
    "call": "Trực ban 0204 000 0100 hoặc 113.",
}


def test_three_reports_are_a_wave_and_one_click_begins_the_warning(people, stack):
    told_on_a_phone(people.resident(), stack, "resident", BY_PHONE)
    told_on_a_phone(people.resident(), stack, "group", BY_GROUP)
    report(people.resident(), stack, BY_WEB)
    ward = Desk(people.officer(), stack, "lan").sign_in()
    wave = find_wave(ward, stack)
    expect(wave).to_contain_text("3 tin giống nhau")
    is_fine(ward.page)
    wave.locator("a[href*='/warnings/new/']").click()
    write(ward.page)
    commander = Desk(people.officer(), stack, "hai").sign_in()
    approve(commander)
    # The desk that wrote is asked no more, and the tips are all still there.
    ward.page.locator("header.top-bar nav a").first.click()
    expect(ward.page.locator("section.wave-bar", has_text=SHOWN)).to_have_count(0)
    expect(ward.page.locator("a[data-row]", has_text=NUMBER)).to_have_count(3)
    lead = people.resident()
    lead.goto(f"{stack.public}/phones/")
    lead.locator("#phone-parents a.button").click()
    wait_for(lead, TITLE)
    fits(lead)
    reads_well(people, lead.url)
    read_by_anybody(people, stack)


def test_a_held_button_stays_under_the_hand(people, stack):
    """Leaving the box of the reason counts anew; a button pressed meanwhile must not move."""
    page = Desk(people.officer(), stack, "lan").sign_in().page
    page.goto(f"{stack.desk}/warnings/new/")
    page.fill("[name=title]", TITLE)
    # As when a group had enough, which here depends on the journeys before.
    page.evaluate(
        "document.querySelector('.audience > .stack').insertAdjacentHTML('beforeend',"
        "'<textarea id=reason name=over_limit_reason></textarea>')"
    )
    page.fill("#reason", "Thủ đoạn mới")
    counted = []
    page.on("request", lambda asked: counted.append(asked.url) if "/audience/" in asked.url else 0)
    page.locator("button[name=do][value=check]").hover()
    page.mouse.down()
    page.wait_for_timeout(500)
    assert counted == []
    page.mouse.move(5, 5)
    page.mouse.up()
    # Let go elsewhere, it was no click: now the audience is counted.
    expect(page.locator("#reason")).to_have_count(0)
    assert len(counted) == 1


def read_by_anybody(people, stack) -> None:
    """From the home page to the warning, on a phone without script; with it, axe reads along."""
    reader = people.resident()
    reader.goto(stack.public)
    reader.locator("main nav.main-actions a[href$='/warnings']").click()
    fits(reader)
    reads_well(people, reader.url)
    reader.get_by_role("link", name=TITLE).first.click()
    expect(reader.locator("main")).to_contain_text(PARTS["what"])
    fits(reader)
    reads_well(people, reader.url)


def told_on_a_phone(page: Page, stack, phone: str, words: str) -> None:
    """Typed and sent on a simulated phone, as its holder would."""
    page.goto(f"{stack.public}/phones/")
    box = page.locator(f"#phone-{phone} form")
    box.locator("[name=text]").fill(words)
    box.locator("button").last.click()
    expect(page.locator(f"#phone-{phone}")).to_contain_text(words[:30])


def find_wave(ward: Desk, stack):
    """The line over the list, which the worker's next look brings; others may stand before it."""
    page, deadline = ward.page, time.monotonic() + 90
    while True:
        page.goto(f"{stack.desk}/tips/")
        line = page.locator("section.wave-bar", has_text=SHOWN)
        if line.count():
            return line
        others = page.locator("section.wave-bar a[href$='/tips/waves/']")
        if others.count():
            others.click()
            row = page.locator("main tbody tr", has_text=SHOWN)
            if row.count():
                row.locator("a").first.click()
                return page.locator("main")
        assert time.monotonic() < deadline, page.locator("body").inner_text()
        time.sleep(1)


def write(page: Page) -> None:
    """What the wave could not know; the number and the places stand there already."""
    expect(page.locator("[name=signs]")).to_have_value(re.compile(re.escape(SHOWN)))
    expect(page.get_by_label("Phường Nếnh").first).to_be_checked()
    page.fill("[name=title]", TITLE)
    for name, words in PARTS.items():
        page.fill(f"[name={name}]", words)
    also_who_had_enough(page)
    is_fine(page)
    submit_for_approval(page)
    expect(page.locator("main")).to_contain_text(TITLE)


def approve(commander: Desk) -> None:
    """A second officer reads it and sends it with a fresh code."""
    page = commander.page
    page.locator("header.top-bar nav a[href='/warnings/']").click()
    page.get_by_role("link", name=TITLE).first.click()
    if "/approve/" not in page.url:
        commander.follow("/approve/")
    is_fine(page)
    page.fill("[name=code]", commander.code())
    page.locator("main form button[data-send]").first.click()
    commander.sees(TITLE)
    commander.waits_for_rows()


def wait_for(page: Page, words: str) -> None:
    """The relay page of a lead is there a moment after the approval."""
    deadline = time.monotonic() + 60
    while words not in page.locator("main").inner_text():
        assert time.monotonic() < deadline, page.locator("main").inner_text()
        time.sleep(1)
        page.reload()
