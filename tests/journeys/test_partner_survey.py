"""The Front asks its own groups: two of its people, residents by a link, figures for it alone."""

import datetime
import os
from pathlib import Path

from playwright.sync_api import expect

from tests.accessibility.reading import faults
from tests.journeys.desk import Desk
from tests.journeys.partner import two_members

NAME = "Mặt trận phường Bờ Sông"
TITLE = "Bình cứu hỏa trong dãy trọ"
ASKED = "Dãy trọ của bạn có bình cứu hỏa dùng được không?"
HEADLINE = "Hầu hết người trả lời chưa có bình cứu hỏa"
DEED = "Vận động chủ trọ mua bình trước 20/12."
NONE, HAS = "1", "0"
SHOTS = os.environ.get("KENG_SHOTS_TO", "")


def clean(page, name):
    """No fault that axe finds, nothing to be moved sideways; a picture if one is wanted."""
    before = page.viewport_size
    for width in (390, 1280) if SHOTS else ():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size(before)
    assert faults(page) == {}, name
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def in_days(count):
    return (datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=count)).isoformat()


def writes(page, stack):
    """The words, one question in choices, handed in; on a phone."""
    page.goto(f"{stack.public}/partner/")
    page.locator("main a[href$='/partner/surveys/']").click()
    clean(page, "partner-surveys")
    page.locator("main a[href$='/surveys/new/']").click()
    page.fill("[name=title]", TITLE)
    page.locator("main form button").click()
    expect(page.locator("#problem")).to_be_visible()
    expect(page.locator("[name=title]")).to_have_value(TITLE)
    page.fill("[name=why]", "Để biết dãy trọ nào cần vận động trước.")
    page.select_option("[name=purpose]", "fire")
    page.fill("[name=closes_on]", in_days(7))
    page.fill("[name=results_on]", in_days(14))
    page.locator("main form button").click()
    page.locator("main a[href$='/question/']").click()
    expect(page.locator("[name=kind] option[value=text]")).to_have_count(0)
    page.fill("[name=text]", ASKED)
    page.fill("[name=options]", "Có\nKhông")
    clean(page, "partner-question")
    page.locator("main form button").click()
    clean(page, "partner-edit")
    page.locator("button[value=submit]").click()
    expect(page.locator("main")).to_contain_text("Đã nộp")
    expect(page.locator("button[value=publish]")).to_have_count(0)
    return page.url


def decides(page, address, *, reads):
    """The second person, at a PC."""
    page.goto(address)
    for words in reads:
        expect(page.locator("main")).to_contain_text(words)
    if page.locator("[name=serves]").count():
        page.locator("button[value=publish]").click()
        expect(page.locator("#problem")).to_be_visible()
        page.locator("[name=serves]").check()
    clean(page, "partner-second")
    page.locator("button[value=publish]").click()
    expect(page.locator("button[value=publish]")).to_have_count(0)


def answers(page, address, choice):
    """One question, by the link alone; without script."""
    page.goto(address)
    expect(page.locator("main")).to_contain_text(NAME)
    page.locator("main form button").first.click()
    page.locator(f"[name=answer][value='{choice}']").check()
    page.locator("main form button.big").click()
    page.locator("main form button.big").click()
    expect(page.locator("h1")).to_contain_text("Câu trả lời đã được tính")


def closes_and_reads(page, address):
    """The worker counts within some seconds; what few said is not told to the partner either."""
    page.goto(address)
    page.locator("form[action$='/close/'] button").click()
    result = page.locator("main a[href$='/result/']")
    for _ in range(60):
        if result.count():
            break
        page.wait_for_timeout(1000)
        page.goto(address)
    expect(page.locator("main")).to_contain_text("6 câu trả lời")
    expect(page.locator("main")).to_contain_text("Ẩn, quá ít người trả lời")
    clean(page, "partner-figures")
    result.click()
    page.fill("[name=headline]", HEADLINE)
    page.fill("[name=deeds]", DEED)
    clean(page, "partner-result")
    page.locator("main form button").click()
    expect(page.locator("main")).to_contain_text("Đã nộp")


def test_the_fronts_survey_from_its_making_to_its_figures(people, stack):
    _admin, writer, other = two_members(people, stack, NAME, "mttq", "front")
    address = writes(writer, stack)
    decides(other, address, reads=[ASKED, "Không"])
    writer.goto(address)
    clean(writer, "partner-open")
    link = writer.locator("#words").inner_text().splitlines()[-1].strip()
    for _ in range(2):
        resident = people.resident()
        for choice in (NONE, NONE, NONE):
            answers(resident, link, choice)
    closes_and_reads(writer, address)
    reader = people.resident()
    reader.goto(link)
    expect(reader.locator("main")).not_to_contain_text(HEADLINE)
    # The police have no page of it, and learn what everybody learns.
    desk = Desk(people.officer(), stack, "quan").sign_in()
    desk.page.goto(f"{stack.desk}/surveys/")
    expect(desk.page.locator("h1")).to_be_visible()
    expect(desk.page.locator("body")).not_to_contain_text(TITLE)
    gone = desk.page.goto(address.replace(f"{stack.public}/partner", stack.desk))
    assert gone is not None
    assert gone.status == 404
    decides(other, address, reads=[HEADLINE, DEED])
    reader.goto(link)
    expect(reader.locator("h1")).to_have_text(HEADLINE)
    for words in (DEED, NAME, "6 câu trả lời"):
        expect(reader.locator("main")).to_contain_text(words)
