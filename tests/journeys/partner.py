"""How a partner comes to its sign-ins, click by click: the desk invites, its people sign in."""

import pyotp
from playwright.sync_api import expect

from tests.accessibility.reading import faults
from tests.journeys.desk import Desk

PASSWORD = "mot-mat-khau-cua-rieng-toi"


def shown_once(page):
    """Name, password and secret, as they stand on the page of the desk."""
    return tuple(
        page.locator(f"#new-{part}").inner_text() for part in ("name", "password", "secret")
    )


def to_partners(desk, stack):
    """From the officer's menu."""
    desk.page.goto(f"{stack.desk}/settings/")
    desk.page.locator("details.menu summary").click()
    desk.page.locator("details.menu a[href$='/partners/']").click()


def invite(desk, stack, name, username, kind="school"):
    """A new partner with its first member."""
    to_partners(desk, stack)
    desk.page.locator("main a[href$='/partners/new/']").first.click()
    page = desk.page
    page.fill("[name=name]", name)
    page.select_option("[name=kind]", kind)
    page.locator("[name=purposes][value=fire]").check()
    page.fill("[name=member_name]", "Người Thứ Nhất")
    page.fill("[name=username]", username)
    page.fill("[name=code]", desk.code())
    page.locator("main form button").click()
    return shown_once(page)


def vouch(desk, stack, partner):
    """Another officer than who invited agrees to the first person of a partner."""
    to_partners(desk, stack)
    desk.page.get_by_role("link", name=partner).first.click()
    desk.page.locator("main a[href$='/agree/']").click()
    expect(desk.page.locator("main")).to_contain_text(partner)
    desk.page.fill("[name=code]", desk.code())
    desk.page.locator("main form button").click()
    expect(desk.page.locator("main a[href$='/agree/']")).to_have_count(0)


def add_member(desk, stack, partner, username):
    """One more person."""
    to_partners(desk, stack)
    desk.page.get_by_role("link", name=partner).first.click()
    desk.page.fill("[name=member_name]", "Người Thứ Hai")
    desk.page.fill("[name=username]", username)
    desk.page.locator("main form.panel button").last.click()
    return shown_once(desk.page)


def sign_in(page, stack, credentials):
    """From the public list of partners: both factors, then a password of one's own."""
    name, password, secret = credentials
    page.goto(f"{stack.public}/partners/")
    page.locator("main a[href$='/partner/sign-in/']").click()
    page.fill("[name=username]", name)
    page.fill("[name=password]", password)
    page.locator("main form button").first.click()
    page.fill("[name=code]", pyotp.TOTP(secret).now())
    page.locator("main form button").first.click()
    page.fill("[name=present]", password)
    page.fill("[name=new]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.locator("main form button").first.click()
    expect(page.locator("h1")).to_be_visible()


def agree(page, stack):
    """The one whom the desk added is one of ours."""
    page.goto(f"{stack.public}/partner/")
    page.locator("main form[action$='/agree/'] button").click()
    expect(page.locator("main form[action$='/agree/']")).to_have_count(0)


def two_members(people, stack, name, username, kind):
    """A partner that was invited and vouched for, and its two people signed in: phone and PC."""
    admin = Desk(people.officer(), stack, "admin").sign_in()
    first = invite(admin, stack, name, f"{username}.mot", kind)
    vouch(Desk(people.officer(), stack, "mai").sign_in(), stack, name)
    second = add_member(admin, stack, name, f"{username}.hai")
    writer, other = people.resident(script=True), people.officer()
    sign_in(writer, stack, first)
    agree(writer, stack)
    sign_in(other, stack, second)
    return admin, writer, other


def looks_right(page):
    """Without a fault that axe finds, and not wider than the phone."""
    assert not faults(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
