"""S18: an officer comes, made by two administrators and seen by nobody else, and leaves again."""

import pyotp
from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk
from tests.journeys.eyes import is_fine

USERNAME, PASSWORD = "hien.dao", "mot-mat-khau-cua-rieng-toi"


def look(page: Page, name: str) -> None:
    """On a phone and at a desk nothing stands beside the page, and axe finds no fault."""
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        is_fine(page, f"{name}-{width}")


def asks(desk: Desk, stack) -> str:
    """The administrator fills in the form; the address of the request."""
    page = desk.page
    page.goto(f"{stack.desk}/officers/")
    page.locator("main a[href$='/officers/new/']").click()
    page.fill("[name=name]", "Đào Thu Hiền")
    page.fill("[name=rank]", "Đ.úy")
    page.fill("[name=username]", USERNAME)
    page.select_option("main form.stack [name=unit]", label="Công an phường Nếnh")
    page.select_option("[name=role]", "duty")
    look(page, "ask")
    page.locator("main form.stack button").click()
    expect(page.locator("h1")).to_contain_text("Đào Thu Hiền")
    look(page, "asked")
    return page.url


def half_of(desk: Desk, action: str) -> str:
    """The half that this page shows once, after six digits."""
    page = desk.page
    form = page.locator(f"main form[action$='/{action}/']")
    form.locator("[name=code]").fill(desk.code())
    form.locator("button").click()
    shown = page.locator("#half")
    expect(shown).to_be_visible()
    look(page, f"half-{action}")
    return shown.inner_text()


def sets_up(page: Page, stack, halves: tuple[str, str]) -> None:
    """Both halves, a password, and what the code app shows."""
    page.goto(stack.desk)
    page.locator("main a[href$='/set-up/']").click()
    page.fill("[name=first]", halves[0].lower())
    page.fill("[name=second]", halves[1])
    page.fill("[name=new]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    look(page, "set-up")
    page.locator("main form button").click()
    secret = page.locator("#new-secret").inner_text()
    look(page, "set-up-code")
    page.fill("[name=code]", pyotp.TOTP(secret).now())
    page.locator("main form button").click()
    expect(page.locator("header.top-bar")).to_be_visible()


def closes(desk: Desk, stack) -> None:
    """The officer has left: one administrator is enough."""
    page = desk.page
    page.goto(f"{stack.desk}/officers/?q={USERNAME}")
    page.locator("main tbody a").first.click()
    page.locator("summary", has_text="Đóng tài khoản").click()
    look(page, "close")
    page.locator("main form[action$='/close/'] [name=code]").fill(desk.code())
    page.locator("main form[action$='/close/'] button").click()
    expect(page.locator("main")).to_contain_text("đã đóng")


def test_two_people_make_an_officer_and_only_the_officer_sees_the_secret(people, stack):
    asker = Desk(people.officer(), stack, "admin").sign_in()
    there = asks(asker, stack)
    # Whoever asked is offered nothing to agree with.
    expect(asker.page.locator("main form[action$='/agree/']")).to_have_count(0)
    second = Desk(people.officer(), stack, "thinh").sign_in()
    # Told on the first page; the notice leads to the request.
    notice = second.page.locator(".account-notices")
    expect(notice).to_contain_text("Đào Thu Hiền")
    look(second.page, "notice")
    notice.locator("a").first.click()
    look(second.page, "to-decide")
    agreed = half_of(second, "agree")
    asker.page.goto(there)
    asked = half_of(asker, "half")
    asker.page.goto(f"{stack.desk}/officers/requests/")
    look(asker.page, "list")
    officer = people.officer()
    sets_up(officer, stack, (agreed, asked))
    officer.goto(f"{stack.desk}/tips/")
    expect(officer.locator("header.top-bar")).to_contain_text("Đào Thu Hiền")
    # The commander of the ward learns of it, until they say that they saw it.
    chief = Desk(people.officer(), stack, "hai").sign_in()
    told = chief.page.locator(".account-notices")
    expect(told.first).to_contain_text("Đào Thu Hiền")
    while told.count():
        before = told.count()
        told.first.locator("form button").click()
        expect(told).to_have_count(before - 1)
    closes(asker, stack)
    officer.goto(f"{stack.desk}/tips/")
    expect(officer.locator("[name=username]")).to_be_visible()
