"""S14: every figure leads to exactly what it counted, for the ward and for the province."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk
from tests.journeys.resident import Story, report

WORDS = "Trộm xe máy ở dãy trọ số 4, mất lúc gần sáng"
REPLY = "Cảm ơn bạn, tổ tuần tra đã nhận."


def test_a_report_moves_the_figures_and_each_leads_to_its_list(people, stack):
    commander = Desk(people.officer(), stack, "hai").sign_in()
    before = figures(commander)
    report(people.resident(), stack, Story(WORDS, topic="theft"))
    duty = Desk(people.officer(), stack, "lan").sign_in()
    duty.open_tip(WORDS)
    tip = urlsplit(duty.page.url).path
    after = figures(commander)
    assert after["received"] == before["received"] + 1
    assert after["waiting"] == before["waiting"] + 1
    assert leads_to(commander.page, "answer", "waiting") == after["waiting"]
    opens(commander.page, tip)
    # The desk answers: the same tip leaves one list and stands in another, at the province too.
    duty.press("accept")
    duty.page.fill("form[action$='/reply/'] [name=text]", REPLY)
    duty.page.locator("form[action$='/reply/'] button[data-send]").first.click()
    coordinator = Desk(people.officer(), stack, "mai").sign_in()
    province = figures(coordinator)
    assert leads_to(coordinator.page, "answer", "given") == province["answered"]
    opens(coordinator.page, tip)
    now = figures(commander)
    assert (now["answered"], now["waiting"]) == (after["answered"] + 1, after["waiting"] - 1)
    agrees(commander.page)
    # A neighbour's duty officer has no such page, and nothing of this tip.
    neighbour = Desk(people.officer(), stack, "son").sign_in()
    expect(neighbour.page.locator("header.top-bar nav a[href='/figures/']")).to_have_count(0)
    expect(neighbour.page.locator("main")).not_to_contain_text(WORDS[:24])


def figures(desk: Desk) -> dict[str, int]:
    """The first numbers of the page, by clicks from the menu."""
    desk.page.locator("header.top-bar nav a[href='/figures/']").click()
    shown = desk.page.locator(".stats .stat b")
    expect(shown.first).to_be_visible()
    numbers = [_number(text) for text in shown.all_inner_texts()]
    return dict(zip(("received", "answered", "waiting"), numbers, strict=False))


def leads_to(page: Page, by: str, value: str) -> int:
    """How many its list says there are."""
    page.locator(f"main .stats a[href*='by={by}'][href*='value={value}']").click()
    return _number(page.locator("h1").inner_text())


def opens(page: Page, tip: str) -> None:
    """The report is on the first page of the list, among those of its five minutes in any order."""
    page.locator(f"main tbody th a[href^='{tip}']").click()
    expect(page.locator("main")).to_contain_text(WORDS)


def agrees(page: Page) -> None:
    """Carried over and received are the classes together."""
    said = page.locator(".notice.ok").inner_text()
    carried, received, owed = (_number(n) for n in re.findall(r"\d[\d.]*", said)[:3])
    assert carried + received == owed


def _number(text: str) -> int:
    found = re.search(r"\d[\d.]*", text)
    return int(found.group().replace(".", "")) if found else 0
