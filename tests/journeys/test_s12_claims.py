"""S12: claim checks. A resident asks, one officer checks, another publishes, everybody reads it."""

import json
import os
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.accessibility.reading import faults
from tests.journeys.desk import Desk

HEARD = (
    "Chị Nguyễn Thị Hoa @hoa_ban_hang bảo thứ bảy này đóng hết cây xăng, đi đổ ngay,"
    " xem facebook.com/hoa.ban.hang/posts/99"
)
AGAIN = "thu bay nay dong het cay xang that khong moi nguoi"
QUESTION = "Thứ bảy này các cây xăng có đóng cửa không?"
ANSWER = "Không. Cả tám cây xăng trong tỉnh bán bình thường."
PRIVATE = "Cô hàng xóm bỏ chồng theo người khác, có đúng không?"
CHECK = {
    "question": QUESTION,
    "answer": ANSWER,
    "unknown": "Tin bắt đầu từ đâu.",
    "advice": "Không cần đi đổ ngay trong đêm.",
    "e1-source": "Quản lý thị trường (bản thử)",
    "e1-finding": "Không cây xăng nào xin ngừng bán.",
    "e1-dated": "2026-11-20",
    "e1-link": "https://thitruong.example/xang",
    "e1-excerpt": "Không có cửa hàng nào xin ngừng.",
}
SHOTS = os.environ.get("KENG_SHOTS_TO", "")


def shot(page: Page, name: str) -> None:
    """A picture for whoever wants to look at the screens."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


@pytest.fixture
def refused(people):
    """A phone with script, and what its browser refused or complained about."""
    page = people.resident(script=True)
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return page, said


def fits(page: Page) -> bool:
    """Nothing has to be moved sideways."""
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def ask(page: Page, stack, words: str) -> str:
    """From the home page to the page of whoever asked; the link to keep."""
    page.goto(stack.public)
    page.locator("main a[href$='/claims']").first.click()
    page.fill("[name=words]", words)
    page.locator("main form button").first.click()
    shot(page, "ask-check")
    page.locator("main button[name=do][value=send]").last.click()
    expect(page.locator("h1")).to_have_text("Đã nhận câu hỏi của bạn")
    assert urlsplit(page.url).path == "/claims/asked"
    return page.locator("main .copy-text").inner_text()


def to_claims(desk: Desk) -> Page:
    desk.page.locator("header.top-bar nav a[href='/claims/']").click()
    return desk.page


def test_a_rumour_is_asked_checked_published_and_read(people, stack, refused):
    resident = people.resident()
    address = ask(resident, stack, HEARD)
    for told in ("Hoa", "hoa_ban_hang", "hoa.ban.hang"):
        expect(resident.locator("main")).not_to_contain_text(told)
    shot(resident, "asked")

    author = Desk(people.officer(), stack, "mai").sign_in()
    page = to_claims(author)
    shot(page, "desk-list")
    page.locator("main a", has_text="đóng hết cây xăng").first.click()
    shot(page, "desk-claim")
    page.locator("main a[href$='/write/']").first.click()
    for name, words in CHECK.items():
        page.fill(f"[name={name}]", words)
    page.locator("[name=verdict][value=false]").check()
    page.select_option("[name=topic]", "papers")
    expect(page.locator("[data-preview=answer]")).to_have_text(ANSWER)
    shot(page, "desk-write")
    assert faults(page) == {}
    page.locator("button[name=do][value=submit]").click()
    author.sees("chờ người thứ hai")

    second = Desk(people.officer(), stack, "quan").sign_in()
    page = to_claims(second)
    page.locator("main a", has_text=QUESTION).first.click()
    second.sees("Không có cửa hàng nào xin ngừng.")
    shot(page, "desk-publish")
    assert faults(page) == {}
    page.fill("[name=code]", second.code())
    page.locator("form.decision-panel button").click()
    second.sees("Ai cũng đọc được")

    resident.goto(address)
    expect(resident.locator("main")).to_contain_text(ANSWER)
    resident.locator("main a.button", has_text="Xem bằng chứng").click()
    expect(resident.locator("h1")).to_have_text(QUESTION)
    expect(resident.locator("main")).to_contain_text("Không cây xăng nào xin ngừng bán.")
    reads_it_all(refused, stack, resident.url)


def reads_it_all(refused, stack, address: str) -> None:
    """Another resident, with script: asks the same, is answered at once; the machines read it."""
    page, said = refused
    page.goto(stack.public)
    expect(page.locator("main")).to_contain_text(QUESTION)
    shot(page, "home")
    page.locator("main a[href$='/claims']").first.click()
    shot(page, "list")
    assert faults(page) == {}
    assert fits(page)
    page.fill("[name=words]", AGAIN)
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text(ANSWER)
    shot(page, "known")
    assert faults(page) == {}
    page.locator("main a", has_text=QUESTION).click()
    assert page.url == address
    expect(page.locator("main")).to_contain_text("Không có cửa hàng nào xin ngừng.")
    page.locator("main details summary").first.click()
    shot(page, "check")
    assert faults(page) == {}
    assert fits(page)
    data = json.loads(page.locator("script[type='application/ld+json']").text_content())
    assert (data["@type"], data["url"], data["reviewBody"]) == ("ClaimReview", address, ANSWER)
    feed_at = page.locator("link[type='application/atom+xml']").get_attribute("href")
    feed = page.request.get(urljoin(address, feed_at))
    titles = [each.text for each in ET.fromstring(feed.body()).findall(".//{*}title")]
    assert QUESTION in titles
    assert said == []


def test_somebodys_private_life_gets_a_polite_answer_and_its_words_are_gone(people, stack):
    resident = people.resident()
    address = ask(resident, stack, PRIVATE)
    desk = Desk(people.officer(), stack, "mai").sign_in()
    page = to_claims(desk)
    page.locator("main a", has_text="Cô hàng xóm").first.click()
    page.locator("[name=why][value=private]").check()
    page.locator("form[action$='/outside/'] button").click()
    expect(page.locator("main")).not_to_contain_text("hàng xóm")
    assert re.search(r"Đời tư của một người\s+1\b", page.locator("main").inner_text())
    resident.goto(address)
    shot(resident, "outside")
    expect(resident.locator("main")).to_contain_text("Cảm ơn bạn đã hỏi")
    expect(resident.locator("main")).not_to_contain_text("hàng xóm")
    assert fits(resident)
