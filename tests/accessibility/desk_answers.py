"""Pages of the desk that no link leads to: what answers a form, a mistake or a second officer."""

import io
from collections.abc import Callable

from openpyxl import Workbook
from playwright.sync_api import Page, expect

Look = Callable[[Page, str], None]
Sheet = tuple[tuple[object, ...], ...]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = ("Tên nhóm", "Loại", "Địa bàn", "Số thành viên", "SĐT thành viên")
WRONG: Sheet = (
    ("Tổ dân phố Thử 3", "Người dân", "Phường Nếnh", 212, "0912 000 417"),
    ("Khu trọ Thử 4", "Câu lạc bộ", "Phường Nếnh", 88, ""),
    ("Khu trọ Thử 5", "Chủ trọ", "Phường Nênhh", "nhiều", ""),
)
RIGHT: Sheet = (("Tổ dân phố Thử 3", "Người dân", "Phường Nếnh", 212, ""),)
IN_THE_GROUP = (
    "[20:14, 3/5] Nghiêm Thị Hỏi Han: Mọi người ơi có số 0912000452 gọi đến xưng công an phường "
    "Nếnh, bảo cài app dinhdanh-moi.example để kích hoạt định danh"
)
# Where an empty form is refused: who may open it, and what is pressed.
EMPTY_FORMS = {
    "warnings/new/": "button[value=submit]",
    "warnings/patterns/new/": "form.panel button",
    "groups/new/": "form.panel [data-send]",
    "groups/import/": "[data-send]",
    "leads/new/": "form.panel [data-send]",
    "tips/take-down/": "form.taking-down [data-send]",
    "tips/take-down/chat/": "form.taking-down [data-send]",
    "pagers/": "form.panel:has([name=email]) button",
    "settings/": "form:has([name=present]) button",
}
OF_THE_COMMANDER = {
    "answers/write/": "form.panel [data-send]",
    "rota/": "form.panel:has(select) button",
}
OF_THE_ADMINISTRATOR = {"officers/new/": "form.stack button"}


def refused(page: Page, desk: str, forms: dict[str, str], look: Look) -> None:
    """Each of these forms sent without anything filled in; times may be there already."""
    for path, button in forms.items():
        page.goto(f"{desk}/{path}")
        for each in page.locator("main input:is([type=date], [type=time])").all():
            each.fill("")
        page.locator(f"main {button}").last.click()
        expect(page.locator("#problem")).to_be_focused()
        look(page, f"{path} empty")


def decisions_on_a_tip(page: Page, look: Look) -> None:
    """Every page that a decision about the open tip goes through."""
    tip = page.url
    page.goto(f"{tip}duplicate/")
    look(page, "duplicate")
    page.goto(f"{tip}route/")
    page.locator("main [data-send]").click()
    look(page, "route empty")
    page.goto(f"{tip}decline/")
    look(page, "decline, nothing chosen")
    kinds = page.locator("main ul.choice-links a")
    for address in kinds.evaluate_all("all => all.map(each => each.href)"):
        page.goto(address)
        look(page, f"decline {address.partition('kind=')[2].partition('&')[0]}")
    page.fill("#id_reply", "")
    page.locator("main [data-send]").click()
    look(page, "decline empty")
    for form, name in {
        "form.reply": "reply empty",
        "form[action$='/note/']": "note empty",
    }.items():
        page.goto(tip)
        page.locator(f"main {form} button:not(.compact)").last.click()
        look(page, name)
    page.goto(f"{tip}close/")
    look(page, "end")
    page.locator("form[data-ending] [data-send]").click()
    look(page, "end without an outcome")
    page.goto(f"{tip}reopen/")
    look(page, "reopen")
    page.goto(f"{tip}separate/")
    look(page, "separate")


def two_at_one_tip(page: Page, tip: str, look: Look) -> None:
    """What was typed while the tip changed, and what was typed about a tip that is gone."""
    other = page.context.new_page()
    page.goto(tip)
    other.goto(tip)
    other.locator("main form[action$='/rate/'] button").first.click()
    page.fill("#reply-text", "Bạn thấy họ ở đâu?")
    page.locator("main form.reply button[data-send]").first.click()
    expect(page.locator("#kept-text")).to_have_value("Bạn thấy họ ở đâu?")
    look(page, "conflict")
    page.goto(tip)
    page.fill("#reply-text", "Bạn thấy họ ở đâu?")
    nowhere = "/tips/00000000-0000-4000-8000-000000000000/reply/"
    page.locator("main form.reply").first.evaluate("(form, to) => { form.action = to }", nowhere)
    page.locator("main form.reply button[data-send]").first.click()
    expect(page.locator("#kept-text")).to_be_visible()
    look(page, "tip-gone")
    other.close()


def searches(page: Page, desk: str, look: Look) -> None:
    """Nothing found, and a name, for which a reason is asked."""
    for words, name in {"khong co gi ca": "search-none", "Nguyễn Văn Thử": "search-why"}.items():
        page.goto(f"{desk}/tips/search/")
        page.fill("[name=q]", words)
        page.locator("form[role=search] button.button").first.click()
        look(page, name)
    page.locator("button[name=why]").click()
    look(page, "search-why-empty")
    page.goto(f"{desk}/no/such/page")
    look(page, "no-such-page")


def taken_down(page: Page, desk: str, look: Look) -> None:
    """A printed receipt, and a link to paste back into a chat."""
    page.goto(f"{desk}/tips/take-down/")
    page.locator("[name=manner]").last.check()
    page.fill("[name=text]", "Đêm qua hai người lạ cắt khóa dãy trọ cạnh chợ, dắt đi một xe máy")
    page.locator("[name=refusal]").select_option(index=1)
    page.locator("main form.taking-down [data-send]").click()
    expect(page.locator("output")).to_be_visible()
    look(page, "receipt")
    page.goto(f"{desk}/tips/take-down/chat/")
    page.fill("[name=text]", IN_THE_GROUP)
    page.locator("main form.taking-down [data-send]").click()
    expect(page.locator("[name=category]")).to_be_visible()
    page.locator("main form.taking-down details summary").first.click()
    look(page, "chat-covered")
    page.locator("main form.taking-down [data-send]").click()
    expect(page.locator("main")).to_contain_text("/r/")
    look(page, "chat-link")


def sheets(page: Page, desk: str, look: Look) -> None:
    """Rows that cannot be read, and rows that can."""
    for name, rows in {"sheet-wrong": WRONG, "sheet-right": RIGHT}.items():
        book, content = Workbook(), io.BytesIO()
        for row in (HEAD, *rows):
            book.worksheets[0].append(row)
        book.save(content)
        page.goto(f"{desk}/groups/import/")
        sheet = {"name": f"{name}.xlsx", "mimeType": XLSX, "buffer": content.getvalue()}
        page.set_input_files("[name=sheet]", files=[sheet])
        page.locator("main form [data-send]").click()
        expect(page.locator(".panel table").first).to_be_visible()
        look(page, name)


def dialogs(page: Page, desk: str, look: Look) -> None:
    """What opens above a page: commands, keys, the officer's menu."""
    page.goto(f"{desk}/tips/")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette [role=option]").first).to_be_visible()
    look(page, "palette")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog dl").first).to_be_visible()
    look(page, "keys")
    page.keyboard.press("Escape")
    page.locator("details.menu summary").click()
    look(page, "menu")


def a_new_officer(page: Page, desk: str, look: Look, name: str) -> None:
    """Asked for; what waits for the second person, and the list of it."""
    page.goto(f"{desk}/officers/new/")
    form = page.locator("main form")
    for box in form.locator("input[type=text], input:not([type])").all():
        box.fill(name)
    for choice in form.locator("select").all():
        choice.select_option(index=1)
    form.locator("button").last.click()
    expect(page.locator("main form[action$='/withdraw/']")).to_be_visible()
    look(page, "officer-request")
    page.goto(f"{desk}/officers/requests/")
    look(page, "officer-requests")


def signing_in(page: Page, desk: str, look: Look, password: str) -> None:
    """The two steps, each with a mistake."""
    page.goto(f"{desk}/set-up/")
    page.locator("main form button").first.click()
    look(page, "set-up empty")
    page.goto(desk)
    page.locator("main form button").first.click()
    look(page, "sign-in empty")
    page.fill("[name=username]", "lan")
    page.fill("[name=password]", password)
    page.locator("main form button").first.click()
    look(page, "sign-in-code")
    page.fill("[name=code]", "12")
    page.locator("main form button").first.click()
    look(page, "sign-in-code wrong")
