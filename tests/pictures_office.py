"""Pictures of what a day with one scam does not come by: the office around it, and the night."""

import datetime
import io
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from openpyxl import Workbook
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Page, expect

from keng.channels.email.fake import FakeMailServer, text_of
from keng.kit import times
from tests.day import switch
from tests.journeys.resident import Story, report
from tests.pictures import DESKTOP, LANGUAGES, PHONE, Session

TOLD = {
    "text": "Đêm qua hai người lạ cắt khóa dãy trọ cạnh chợ, dắt đi một xe máy. Bác ấy thấy từ cửa "
    "sổ, họ đi về phía cầu.",
    "when": "Khoảng 2 giờ sáng nay",
    "spot": "Dãy trọ số 4, ngõ cạnh chợ",
    "people": "Hai nam, áo mưa xanh, đi một xe không biển số",
    "name": "Quách Thị Kể Lại",
    "phone": "0977 000 451",
}
IN_THE_GROUP = (
    "[20:14, 3/5] Nghiêm Thị Hỏi Han: Mọi người ơi có số 0912000452 gọi đến xưng công an phường "
    "Nếnh, bảo cài app dinhdanh-moi.example để kích hoạt định danh"
)
DANGER = "Bây giờ có người cầm dao đang đe dọa em ở cổng xanh lam, cứu em với"
ADDRESS = "lan@congan.example"
ROOM = "phong-truc@khan-cap.example"
PATTERN = {
    "title": "Số lạ giả công an phường",
    "what": "Có người gọi từ số [số], tự xưng công an phường.",
    "signs": "Dọa khóa căn cước ngay trong ngày.",
    "act": "Cúp máy. Không chuyển tiền.",
    "call": "Trực ban 0204 000 0153. Đang nguy hiểm: 113.",
}
SHEET = (
    ("Tên nhóm", "Loại", "Địa bàn", "Số thành viên", "SĐT thành viên"),
    ("Tổ dân phố My Điền", "Người dân", "Phường Nếnh", 212, "0912 000 417"),
    ("Khu trọ Ninh Khánh", "Câu lạc bộ", "Phường Nếnh", 88, ""),
    ("Khu trọ chợ Nếnh", "Chủ trọ", "Phường Nênhh", 64, ""),
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The bands of the screenshot in which a name stands.
NAMES_AT = (2, 5, 7)
TARGETS = {"residents": "2", "landlords": "1", "school": "1"}
LINK = re.compile(r"https?://\S+")


class Office:
    """The officers of the ward and the province, each at their own desk."""

    def __init__(self, session: Session, mailbox: FakeMailServer) -> None:
        self.session, self.mailbox = session, mailbox
        self.desk = session.stack.desk
        self.tip = ""

    def go_round(self) -> None:
        """Everything, in an order in which each has something to show."""
        self.take_reports_down()
        self.keep_watch()
        self.be_called()
        self.approve_beforehand()
        self.read_and_write()

    def take_reports_down(self) -> None:
        """At the counter, and from a chat on a phone."""
        page = self.session.desk_of("lan").page
        self._each(page, "take-down", lambda: self._told(page))
        self._each(page, "taken", lambda: (self._told(page), self._send(page, "output")))
        page.set_viewport_size(PHONE)
        self._each(page, "from-chat", lambda: self._pasted(page))
        self._each(
            page, "from-chat-kept", lambda: (self._pasted(page), self._send(page, "#answer"))
        )
        self._each(page, "from-screenshot", lambda: self._screenshot(page))
        page.set_viewport_size(DESKTOP)

    def keep_watch(self) -> None:
        """A shift, a pager, and the test of it."""
        leader, duty = self.session.desk_of("hai").page, self.session.desk_of("lan").page
        self._put_on(leader, "Lan", days=0)
        self._put_on(leader, "Bảo", days=1)
        duty.goto(f"{self.desk}/pagers/")
        duty.fill("[name=email]", ADDRESS)
        duty.fill("[name=code]", self.session.desk_of("lan").code())
        duty.locator("main form.panel button").last.click()
        duty.locator("form[action='/pagers/test/'] button").click()
        call = LINK.search(text_of(self.mailbox.wait_for(ADDRESS, "lần thử")))
        assert call
        duty.goto(self.desk + urlsplit(call.group()).path)
        duty.locator("main form button").click()
        self._each(leader, "rota", lambda: leader.goto(f"{self.desk}/rota/"))
        duty.set_viewport_size(PHONE)
        self._each(duty, "pager", lambda: duty.goto(f"{self.desk}/pagers/"))
        duty.set_viewport_size(DESKTOP)

    def be_called(self) -> None:
        """Somebody is in danger now; nobody has taken it yet."""
        resident = self.session.person(390, "vi")
        report(resident, self.session.stack, Story(DANGER, topic="violence"))
        desk = self.session.desk_of("lan")
        page = desk.page
        self.mailbox.wait_for(ADDRESS, "KHẨN")
        desk.open_tip(DANGER)
        self.tip = page.url
        page.emulate_media(color_scheme="dark")
        self._each(page, "critical", lambda: page.goto(self.tip))
        page.set_viewport_size(PHONE)

        def groups() -> None:
            page.goto(f"{self.desk}/groups/")
            expect(page.locator("#alarm [data-alarm]")).to_be_visible()

        self._each(page, "alarm-night", groups, whole=False)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(DESKTOP)
        page.goto(self.tip)
        desk.press("accept")

    def approve_beforehand(self) -> None:
        """A pattern: written by one, approved by another, filled and sent by a third."""
        author, second, third = (self.session.desk_of(name).page for name in ("lan", "hai", "bao"))
        self._each(author, "pattern-new", lambda: self._written(author))
        self._written(author)
        author.locator("main form.panel button:not([name])").last.click()
        address = author.url
        self._each(second, "pattern-approve", lambda: second.goto(address))
        second.goto(address)
        second.fill("[name=code]", self.session.desk_of("hai").code())
        second.locator("form.decision-panel button[data-send]").click()
        third.set_viewport_size(PHONE)

        def filled() -> None:
            third.goto(f"{address}send/")
            third.fill("[name=number]", "0912 000 452")
            third.locator("button[name=do][value=show]").click()

        self._each(third, "pattern-send", filled)
        self._each(second, "patterns", lambda: second.goto(f"{self.desk}/warnings/patterns/"))

    def read_and_write(self) -> None:
        """Ready answers, commands, keys, and a sheet of groups with two wrong rows."""
        commander, duty = self.session.desk_of("hai").page, self.session.desk_of("lan").page
        self._each(commander, "answers", lambda: commander.goto(f"{self.desk}/answers/"))

        def pressed(keys: str, dialog: str) -> Callable[[], None]:
            def press() -> None:
                duty.goto(self.tip)
                duty.keyboard.press(keys)
                expect(duty.locator(dialog)).to_be_visible()

            return press

        self._each(duty, "palette", pressed("Control+k", "#palette"), whole=False)

        def asked() -> None:
            pressed("Control+k", "#palette")()
            duty.keyboard.type("nenh")
            expect(duty.locator("#palette [id^=found-]").first).to_be_visible()

        self._each(duty, "palette-found", asked, whole=False)
        self._each(duty, "keys", pressed("?", "#keys-dialog dl >> nth=0"), whole=False)

        def chosen() -> None:
            duty.goto(f"{self.desk}/groups/import/")
            duty.set_input_files("[name=sheet]", files=[_sheet()])
            duty.click("main form [data-send]")
            expect(duty.locator("#wrong")).to_be_visible()

        self._each(duty, "groups-import", chosen)

    def _each(
        self, page: Page, name: str, prepare: Callable[[], object], *, whole: bool = True
    ) -> None:
        """In both languages; what is typed does not outlive the switch, so it is typed again."""
        for _ in LANGUAGES:
            prepare()
            self.session.album.take(page, name, whole=whole)
            page.goto(f"{self.desk}/settings/")
            switch(page)

    def _told(self, page: Page) -> None:
        page.goto(f"{self.desk}/tips/take-down/")
        page.locator("[name=manner][value=counter]").check()
        for field, words in TOLD.items():
            page.fill(f"[name={field}]", words)

    def _pasted(self, page: Page) -> None:
        page.goto(f"{self.desk}/tips/take-down/chat/")
        page.fill("[name=text]", IN_THE_GROUP)
        self._send(page, "form[data-steady]")

    def _screenshot(self, page: Page) -> None:
        page.goto(f"{self.desk}/tips/take-down/chat/")
        page.set_input_files("[name=picture]", files=[_chat()])
        # Choosing it is enough, with script.
        expect(page.locator(".cover-picture")).to_be_visible()
        for band in NAMES_AT:
            for part in (1, 2):
                page.locator(".cover-picture .cover-row").nth(band).locator("label").nth(
                    part
                ).click()

    def _send(self, page: Page, then: str) -> None:
        if page.locator("main [data-send]:visible").count():
            page.locator("main [data-send]").first.click()
        expect(page.locator(f"main {then}").first).to_be_visible()

    def _put_on(self, page: Page, name: str, *, days: int) -> None:
        page.goto(f"{self.desk}/rota/")
        now = times.now().astimezone(times.VIETNAM)
        begins = now + datetime.timedelta(days=days, hours=-1)
        option = page.locator("[name=who] option", has_text=name).get_attribute("value")
        page.locator("[name=who]").select_option(option)
        page.fill("[name=day]", begins.date().isoformat())
        page.fill("[name=begins]", begins.strftime("%H:00"))
        page.fill("[name=ends]", (begins + datetime.timedelta(hours=9)).strftime("%H:00"))
        page.locator("main form.panel button:not([name])").last.click()

    def _written(self, page: Page) -> None:
        page.goto(f"{self.desk}/warnings/patterns/new/")
        for field, words in PATTERN.items():
            page.fill(f"[name={field}]", words)
        until = times.local_date(times.now()) + datetime.timedelta(days=60)
        page.fill("[name=expires_on]", until.isoformat())
        page.select_option("[name=category]", "scam_impersonation")
        for box in page.locator("[name=kinds]").all():
            box.check()


def province(session: Session) -> None:
    """A desk with three years behind it: many tips, a year of warnings, every commune."""
    desk = session.stack.desk
    duty, mai = session.desk_of("quan").page, session.desk_of("mai").page
    busy = session.with_a_tip(duty, "Ninh Khánh")
    session.both(duty, busy, "inbox-busy")
    session.at_night(duty, busy, "inbox-night")
    session.both(duty, f"{desk}/tips/search/?q=vneid", "search")
    session.both(mai, f"{desk}/figures/", "figures")
    session.both(mai, f"{desk}/coverage/", "coverage")
    session.at_night(mai, f"{desk}/coverage/", "coverage-night")
    mai.goto(f"{desk}/groups/targets/")
    for kind, wanted in TARGETS.items():
        mai.fill(f"[name={kind}]", wanted)
    mai.click("main form [data-send]")
    session.both(mai, f"{desk}/groups/targets/", "groups-targets")
    session.both(mai, f"{desk}/groups/missing/", "groups-missing")


def _sheet() -> FilePayload:
    """What an officer has on their own PC."""
    book = Workbook()
    for row in SHEET:
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    return {"name": "nhom-thang-11.xlsx", "mimeType": XLSX, "buffer": out.getvalue()}


def _chat() -> FilePayload:
    """A screenshot of a chat that never was."""
    picture = Image.new("RGB", (720, 1280), "#e5eaf0")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 720, 120), fill="#3a7bd5")
    draw.text((120, 44), "Ngo 7 - hang xom", fill="white", font_size=34)
    said = (
        ("Hoi Han", ("Moi nguoi oi co so la goi", "0912000452, xung cong an", "phuong Nenh")),
        ("Nhac Nho", ("dung bam nhe",)),
        ("Hoi Han", ("no bao cai app", "dinhdanh-moi.example")),
    )
    top = 180
    for who, lines in said:
        draw.ellipse((20, top, 84, top + 64), fill="#9aa7b5")
        high = 84 + 44 * len(lines)
        draw.rounded_rectangle((104, top, 640, top + high), 24, fill="white")
        draw.text((130, top + 14), who, fill="#667", font_size=24)
        for n, line in enumerate(lines):
            draw.text((130, top + 66 + 44 * n), line, fill="#111", font_size=32)
        top += high + 40
    out = io.BytesIO()
    picture.save(out, "PNG")
    return {"name": "chat.png", "mimeType": "image/png", "buffer": out.getvalue()}
