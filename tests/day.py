"""A day in the demo, played by clicks, so that every screen has something to show.

Whoever plays it may look at each screen on the way: `look(page, "report-what")`. Used for the
pictures and for the accessibility tests; the journeys have a script of their own.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from keng.channels.email.fake import FakeMailServer, text_of
from tests.journeys.desk import Desk
from tests.stack import Stack

Look = Callable[[Page, str], None]
NewPage = Callable[[], Page]
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}\b")

IN_VIETNAMESE = (
    "Sáng nay có số lạ 0912 000 563 gọi, tự xưng công an phường, bảo bấm vào "
    "capnhat-cccd.example để cập nhật căn cước. Em chưa bấm."
)
IN_ENGLISH = (
    "A man who said he was from the ward police called from 0912 000 563 and told me to open "
    "capnhat-cccd.example and type in a code. I did not."
)
BY_PHONE = (
    "so 0912000563 goi em xung la cong an phuong, keu vao capnhat-cccd.example. "
    "co phai lua dao k ah"
)
ANSWER = (
    "Cảm ơn bạn. Công an không gọi điện bảo bấm đường dẫn để cập nhật căn cước. "
    "Bạn đừng bấm và đừng gọi lại số đó."
)
TITLE = "Giả công an, đòi cập nhật căn cước"
WARNING = {
    "title": TITLE,
    "what": "Gọi điện, tự xưng công an phường, gửi đường dẫn để cập nhật căn cước.",
    "signs": "Giục làm ngay. Dọa khóa căn cước. Hỏi mã OTP.",
    "act": "Cúp máy. Không bấm đường dẫn. Không đọc mã cho ai.",
    "call": "Trực ban 0204 000 0153. Đang nguy hiểm: 113.",
    "en_title": "False police ask to update your ID",
    "en_what": "They call, say they are the ward police, and send a link to update your ID card.",
    "en_signs": "They press you. They threaten to lock your card. They ask for an OTP.",
    "en_act": "Hang up. Tap nothing. Read out no code.",
    "en_call": "Duty desk 0204 000 0153. In danger: 113.",
}


def unseen(page: Page, name: str) -> None:
    """Play on without looking."""


@dataclass
class Day:
    """What came of it: the receipt, and the addresses of the pages it left behind."""

    stack: Stack
    look: Look = unseen
    code: str = ""
    places: dict[str, str] = field(default_factory=dict)

    def report(self, page: Page, text: str, *, name: str = "") -> str:
        """Every step of the report, mistakes included; the receipt code."""
        page.goto(self.stack.public)
        page.locator("main a[href*='/report']").first.click()
        self.look(page, "report-who-gets")
        page.locator("button[name=desk][value=commune]").click()
        self.look(page, "report-what")
        page.locator("button[name=topic][value=scam]").click()
        page.fill("[name=q]", "tan tien")
        page.locator("main button[name=find]").click()
        self.look(page, "report-where")
        page.fill("[name=q]", "nenh")
        page.locator("main button[name=find]").click()
        page.locator("[name=choice]").first.check()
        _go_on(page)
        _go_on(page)
        expect(page.locator("#problem")).to_be_visible()
        self.look(page, "report-mistake")
        page.goto(page.url)
        page.fill("[name=text]", text)
        page.locator("[name=money_moved]").check()
        self.look(page, "report-describe")
        page.locator("[name=money_moved]").uncheck()
        _go_on(page)
        expect(page.locator("[name=wish]").first).to_be_visible()
        if name:
            page.locator("[name=wish][value=sealed]").check()
            page.fill("[name=name]", name)
        self.look(page, "report-name")
        _go_on(page)
        expect(page.locator("main")).to_contain_text(text[:30])
        self.look(page, "report-check")
        page.locator("main form button.big").click()
        found = CODE.search(page.locator("main").inner_text())
        assert found, page.locator("main").inner_text()
        self.look(page, "receipt")
        return found.group()

    def open_status(self, page: Page, code: str, name: str = "status") -> None:
        """The tip's own page; a wrong code first."""
        page.goto(f"{self.stack.public}/status/")
        self.look(page, "status-enter")
        page.fill("[name=code]", "0000")
        page.locator("main form button").first.click()
        self.look(page, "status-mistake")
        page.fill("[name=code]", code)
        page.locator("main form button").first.click()
        self.look(page, name)

    def say_on_phone(self, page: Page, text: str) -> None:
        """What the simulated resident writes to the official account."""
        page.goto(f"{self.stack.public}/phones/")
        page.fill("#say-resident", text)
        page.locator("#phone-resident form button").click()
        expect(page.locator("#phone-resident")).to_contain_text("/r/", timeout=60_000)

    def weigh(self, desk: Desk) -> None:
        """Accept, look for the same event, join, and answer all at once."""
        page = desk.page
        desk.open_tip("Sáng nay có số lạ 0912 000 563")
        self.places["tip"] = page.url
        desk.press("accept")
        page.goto(self.places["tip"])
        _mark_as_used(page)
        page.locator("form[action$='/sort/'] button[data-key=c]").click()
        for words in ("A man who said he was from the ward", "so 0912000563 goi em"):
            desk.open_tip(words)
            _mark_as_used(page)
            desk.follow("/duplicate/")
            self.look(page, "duplicate")
            page.locator("main form button").first.click()
        desk.open_tip("Sáng nay có số lạ 0912 000 563")
        page.fill("#note-text", "Hỏi nhà mạng về số gọi đến.")
        page.locator("form[action$='/note/'] button").click()
        desk.is_answered()
        page.goto(self.places["tip"])
        self.look(page, "tip")
        desk.follow("/tips/incidents/")
        self.places["incident"] = page.url
        # The machine sets aside what reads differently; the officer has read it.
        for box in page.locator("[name=apart]").all():
            box.uncheck()
        page.fill("#answer-all", ANSWER)
        self.look(page, "incident")
        page.locator("main form[action$='/answer/'] button[data-send]").click()

    def draft_warning(self, desk: Desk) -> None:
        """From the incident: the four parts, whom it is for, and a check of the style."""
        page = desk.page
        page.goto(self.places["incident"])
        desk.follow("/warnings/new/")
        page.locator("details:has([name=en_title])").evaluate("part => { part.open = true }")
        for part, words in WARNING.items():
            page.fill(f"[name={part}]", words)
        page.select_option("[name=category]", "scam_impersonation")
        page.locator("[name=places]").first.check()
        for box in page.locator("[name=kinds]").all():
            box.check()
        page.locator("[name=subscribers]").check()
        page.locator("button[name=do][value=check]").click()
        self.look(page, "compose")

    def hand_in_warning(self, desk: Desk) -> None:
        """Draft it, then leave it to somebody else."""
        self.draft_warning(desk)
        desk.page.locator("button[name=do][value=submit]").click()
        expect(desk.page.locator("main")).to_contain_text(TITLE)

    def approve(self, desk: Desk) -> None:
        """The second person reads it and sends it; then what came of it."""
        page = desk.page
        page.goto(f"{self.stack.desk}/warnings/")
        page.get_by_role("link", name=TITLE).first.click()
        self.look(page, "approve")
        self.places["warning-detail"] = page.url.removesuffix("approve/")
        page.fill("[name=code]", desk.code())
        page.locator("main form button[data-send]").first.click()
        desk.waits_for_rows()
        page.goto(self.places["warning-detail"])
        public = urlsplit(_address(page, "a[href*='/w/']"))
        self.places["warning"] = f"{self.stack.public}{public.path}"
        dispatch = _address(page, "main a[href*='/dispatches/']")
        self.places["dispatch"] = dispatch
        self.places["dispatch-coverage"] = f"{dispatch}coverage/"

    def pass_on(self, page: Page, group: str = "parents") -> None:
        """A lead opens the standing page and confirms."""
        page.goto(f"{self.stack.public}/phones/")
        tasks = page.locator(f"#phone-{group} a.button").get_attribute("href")
        page.goto(f"{self.stack.public}{tasks}")
        expect(page.locator("main")).to_contain_text(TITLE)
        self.look(page, "relay")
        self._try_in_vain(page)
        page.locator("form[action$='/confirm'] button.big").first.click()
        self.look(page, "relay-done")

    def _try_in_vain(self, page: Page) -> None:
        """A number that cannot be, and no reason why not."""
        standing = page.url
        page.locator("details:has([name=reached_count]) summary").first.click()
        page.locator("[name=reached_count]").first.fill("999999999")
        page.locator("form[action$='/confirm'] button.big").first.click()
        self.look(page, "relay-mistake")
        page.goto(standing)
        page.locator("details:has([name=reason]) summary").first.click()
        page.locator("form[action$='/cannot'] button").first.click()
        self.look(page, "relay-cannot-mistake")
        page.goto(standing)

    def subscribe(
        self, page: Page, mailbox: FakeMailServer, address: str = "nguoi-doc@example.org"
    ) -> None:
        """Ask for warnings by chat, then by letter: confirm it, see what one gets, and stop."""
        page.goto(f"{self.stack.public}/subscribe")
        page.locator("main form button").last.click()
        self.look(page, "subscribe-mistake")
        page.fill("[name=q]", "nenh")
        page.locator("main button[name=find]").last.click()
        self.look(page, "subscribe-places")
        page.locator("[name=places]").first.check()
        page.locator("[name=way][value^=chat]").first.check()
        page.locator("main form button").last.click()
        self.look(page, "subscribe-chat")
        page.goto(f"{self.stack.public}/subscribe")
        page.fill("[name=q]", "nenh")
        page.locator("main button[name=find]").last.click()
        page.locator("[name=places]").first.check()
        page.locator("[name=way][value=email]").check()
        page.fill("[name=email]", address)
        page.locator("main form button").last.click()
        self.look(page, "subscribe-sent")
        letter = text_of(mailbox.wait_for(address, "/subscribe/"))
        for part in ("subscribe", "stop"):
            found = re.search(rf"http://\S+/{part}/\S+", letter)
            assert found, letter
            page.goto(found.group())
            self.look(page, part)
            if part == "stop":
                page.locator("a[href*='/subscribe/own/']").click()
                self.look(page, "own-subscription")
                page.go_back()
            page.locator("main form button").last.click()
            self.look(page, f"{part}-done")


def switch(page: Page) -> None:
    """The other language, from the menu that is on every page of the desk."""
    page.locator("details.menu summary").click()
    page.locator("details.menu [name=language]").click()


def speak(page: Page, language: str) -> None:
    """This language on the desk; an account keeps what was chosen last."""
    if page.locator("html").get_attribute("lang") != language:
        switch(page)
    expect(page.locator("html")).to_have_attribute("lang", language)


def _go_on(page: Page) -> None:
    page.locator("main form button:not([name])").last.click()


def _mark_as_used(page: Page) -> None:
    """Every number and link of the open tip was used in the offence."""
    address = page.url
    while (used := page.locator("form[action$='/role/'] button[value=used]")).count():
        used.first.click()
        expect(page.locator("html[aria-busy=true]")).to_have_count(0)
        page.goto(address)


def _address(page: Page, link: str) -> str:
    address = page.locator(link).first.evaluate("link => link.href")
    assert isinstance(address, str)
    return address
