"""Pictures of what keeps a desk and a report to those whose they are: passkey, lock, list, code."""

from playwright.sync_api import Page, expect

from tests.day import switch
from tests.journeys.desk import Desk
from tests.journeys.resident import Story, report
from tests.journeys.test_passkeys import VirtualKey
from tests.pictures import LANGUAGES, Session

OF_A_CHILD = "Thầy dạy kèm ở dãy nhà mái đỏ hay sờ vào người cháu bé 9 tuổi"
FOR_NAMED = "Dành cho người được chỉ định"
NOISE = "Quán đầu ngõ mở loa kéo tới một giờ sáng, cả dãy không ngủ được"
KEY_NAME = "Khóa xanh"
# So much of each says what it is about.
SHORT_PHONE = {"width": 390, "height": 620}


def guard(session: Session) -> None:
    """On a phone's width: what the guides show in both languages, the rest in Vietnamese alone."""
    duty, commander = session.desk_of("lan"), session.desk_of("hai")
    for desk in (duty, commander):
        desk.page.set_viewport_size(SHORT_PHONE)
    _named(session, duty.page, commander.page)
    _passkeys(session, duty)
    _locked(session, commander.page)
    resident = session.person(390, "vi")
    resident.set_viewport_size(SHORT_PHONE)
    _new_code(session, resident)


def _named(session: Session, duty: Page, commander: Page) -> None:
    """The commander is named; the officer on duty is not, and reads whom to call."""
    named = f"{session.stack.desk}/named/"
    commander.goto(named)
    option = commander.locator("[name=who] option", has_text="Hải").first
    commander.select_option("[name=who]", option.get_attribute("value"))
    commander.locator("main form.panel button").click()
    commander.goto(named)
    session.album.take(commander, "named", whole=False)
    report(session.person(390, "vi"), session.stack, Story(OF_A_CHILD, topic="child"))
    Desk(duty, session.stack, "lan").waits_for(FOR_NAMED)
    row = duty.locator("a[data-row]", has_text=FOR_NAMED).first
    address = f"{session.stack.desk}{row.get_attribute('href')}"
    for _ in LANGUAGES:
        duty.goto(address)
        session.album.take(duty, "named-tip", whole=False)
        duty.goto(f"{session.stack.desk}/settings/")
        switch(duty)


def _passkeys(session: Session, desk: Desk) -> None:
    page, address = desk.page, f"{session.stack.desk}/settings/passkeys/"
    VirtualKey(page)
    page.goto(address)
    page.fill("main form[action$='/new/'] [name=name]", KEY_NAME)
    page.check("[name=machine][value=shared]")
    page.fill("main form[action$='/new/'] [name=code]", desk.code())
    page.click("main form[action$='/new/'] button")
    page.get_by_role("button", name="Tạo khóa truy cập").click()
    expect(page.locator("main li", has_text=KEY_NAME)).to_be_visible()
    page.goto(address)
    session.album.take(page, "passkeys", whole=False)


def _locked(session: Session, page: Page) -> None:
    """Once in each language: a locked session has no page on which to switch it."""
    for language in LANGUAGES:
        page.goto(f"{session.stack.desk}/settings/")
        if page.locator("html").get_attribute("lang") != language:
            switch(page)
        lock = page.locator("form[action$='/screen/lock/']").first
        lock.evaluate("form => HTMLFormElement.prototype.submit.call(form)")
        expect(page.locator("[name=pin]").first).to_be_visible()
        session.album.take(page, "locked", whole=False)
        page.fill("main [name=pin]", session.desk_of("hai").code())
        page.locator("main form button").first.click()
        expect(page.locator("header.top-bar")).to_be_visible()


def _new_code(session: Session, page: Page) -> None:
    """What a new code means, and the page that shows it."""
    code = report(page, session.stack, Story(NOISE, topic="other"))
    page.goto(f"{session.stack.public}/status/")
    page.fill("[name=code]", code)
    page.locator("main form button:not([name])").first.click()
    page.locator("button[name=wish][value=new-code]").evaluate("button => button.click()")
    expect(page.locator("button[value=replace-code]")).to_be_visible()
    page.click("button[value=replace-code]")
    expect(page.locator("main output")).to_be_visible()
    session.album.take(page, "new-code", whole=False)
