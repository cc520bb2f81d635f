"""S20: officers make their keys, and two of them open together what is sealed."""

import contextlib
import re
import time

from playwright.sync_api import Error, Page, Request, Route, expect

from tests.journeys.desk import Desk
from tests.journeys.eyes import is_fine
from tests.journeys.resident import Story, read_status, report
from tests.journeys.test_passkeys import VirtualKey, adds_passkey

# What the browser makes is copied aside before any script of the page runs, so that every request
# can be searched for it.
COPIES_WHAT_IS_MADE = """
  const made = crypto.subtle.generateKey.bind(crypto.subtle);
  crypto.subtle.generateKey = async (...asked) => {
    const pair = await made(...asked);
    const raw = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
    const { d } = await crypto.subtle.exportKey("jwk", pair.privateKey);
    const hex = [...raw].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    (window.madeHere ||= []).push(d, hex, btoa(String.fromCharCode(...raw)));
    return pair;
  };
"""


class Requests:
    """Everything that a browser sends."""

    def __init__(self, page: Page) -> None:
        self.sent: list[str] = []
        self._page = page
        page.route("**/*", self._keep)

    def hold_none_of(self, secrets: list[str]) -> None:
        """None of these went out, nor any way in which somebody would write them.

        Nothing is held up after that: a POST that outlives its page is not answered where it is.
        """
        self._page.unroute("**/*", self._keep)
        assert secrets
        assert self.sent
        whole = "\n".join(self.sent)
        for secret in secrets:
            plain = re.sub(r"[-+/=_]", "", secret)
            assert plain[20:60] not in re.sub(r"[-+/=_]|%2B|%2F|%3D", "", whole)

    def _keep(self, route: Route, request: Request) -> None:
        body = request.post_data_buffer or b""
        self.sent.append(f"{request.url}\n{request.headers}\n{body.decode(errors='replace')}")
        route.continue_()


def holds_key(desk: Desk, stack, *, passkey: bool) -> str:
    """Makes a key; the phrase as it stands on the paper."""
    page = desk.page
    page.add_init_script(COPIES_WHAT_IS_MADE)
    page.goto(f"{stack.desk}/settings/opening-key/")
    is_fine(page, "opening-key-none")
    sent = Requests(page)
    if passkey:
        page.get_by_role("button", name="Tạo bằng khóa truy cập").click()
    else:
        page.locator("form[data-holder=make] [name=code]").fill(desk.code())
        page.get_by_role("button", name="Chỉ dùng cụm số").click()
    expect(page.locator("#phrase-shown")).to_be_visible(timeout=30_000)
    is_fine(page, "opening-phrase")
    phrase = "-".join(page.locator("#phrase-shown li").all_inner_texts())
    assert re.fullmatch(r"(\d{6}-){7}\d{6}", phrase)
    sent.hold_none_of([*page.evaluate("window.madeHere"), phrase])
    page.get_by_role("link", name="Tôi đã có trên giấy").click()
    desk.sees("Bạn có chìa")
    is_fine(page, "opening-key")
    return phrase


def test_a_key_is_made_and_unlocked_in_the_browser_alone(people, stack):
    bao = Desk(people.officer(), stack, "bao").sign_in()
    phrase = holds_key(bao, stack, passkey=False)
    page = bao.page

    # Another phrase is made with the old one; a slip of the pen is found in its group.
    form = page.locator("form[data-holder=phrase]")
    slip = str((int(phrase[0]) + 1) % 10) + phrase[1:]
    form.locator("[data-phrase]").fill(slip)
    form.locator("[name=code]").fill("000000")
    form.locator("[data-unlock-with=phrase]").click()
    expect(form).to_contain_text("Nhóm 1")
    form.locator("[data-phrase]").fill("000011-" * 7 + "000011")
    form.locator("[data-unlock-with=phrase]").click()
    expect(form).to_contain_text("không phải cụm số của chìa hiện nay", timeout=20_000)
    form.locator("[data-phrase]").fill(phrase.replace("-", " "))
    form.locator("[name=code]").fill(bao.code())
    form.locator("[data-unlock-with=phrase]").click()
    expect(page.locator("#phrase-shown")).to_be_visible(timeout=30_000)
    again = "-".join(page.locator("#phrase-shown li").all_inner_texts())
    assert again != phrase

    # A passkey that comes later is let in by the paper.
    page.get_by_role("link", name="Tôi đã có trên giấy").click()
    VirtualKey(page)
    adds_passkey(bao, stack)
    page.goto(f"{stack.desk}/settings/opening-key/")
    sent = Requests(page)
    form = page.locator("form[data-holder=passkey]")
    form.locator("[data-phrase]").fill(again)
    is_fine(page, "opening-key-passkey")
    form.get_by_role("button").click()
    bao.sees(re.compile("Khóa truy cập “.+” mở khóa được chìa"))
    sent.hold_none_of([again])

    # Given up, and gone.
    page.locator("form[action$='/retire/'] [name=code]").fill(bao.code())
    page.get_by_role("button", name="Bỏ chìa của tôi").click()
    bao.sees("Chìa của bạn đã bỏ")
    holds_key(bao, stack, passkey=True)
    page.locator("form[action$='/retire/'] [name=code]").fill(bao.code())
    page.get_by_role("button", name="Bỏ chìa của tôi").click()
    bao.sees("Chìa của bạn đã bỏ")


def test_whoever_leads_sees_which_desk_has_too_few_holders(people, stack):
    mai = Desk(people.officer(), stack, "mai").sign_in()
    mai.page.goto(f"{stack.desk}/key-holders/")
    mai.sees("chưa đủ")
    is_fine(mai.page, "key-holders")


NUMBER = "0912 555 016"
BURNING = "Nhà số bốn đang cháy, có người kẹt ở gác, cứu với"
SCAM = "Người lạ tự xưng bưu điện gọi đòi đóng cước, tôi chưa chuyển đồng nào"


def waits_for_split_keys(desk: Desk, stack) -> None:
    """Looks until the worker has begun keys that two holders open; then reports are sealed so."""
    deadline = time.monotonic() + 90
    page = desk.page
    while True:
        page.goto(f"{stack.desk}/settings/opening-key/")
        if page.locator("[data-keys-are-split]").count():
            return
        assert time.monotonic() < deadline
        time.sleep(1)


def asks(desk: Desk, link: str, why: str, *, wish: str = "") -> str:
    """From the tip's page to the page of the opening; its address.

    `wish`: why what the reporter asks for is overridden.
    """
    page = desk.page
    page.get_by_role("link", name=link).click()
    is_fine(page, "opening-ask")
    page.locator("[name=record]").first.check()
    page.locator("[name=reason][value=danger]").check()
    page.fill("[name=legal_basis]", "Quy định nội bộ, mục 3")
    page.fill("[name=text]", why)
    if wish:
        page.fill("[name=override_reason]", wish)
    page.get_by_role("button", name="Gửi đề nghị").click()
    page.wait_for_url(re.compile(r"/openings/[0-9a-f-]{36}/$"))
    is_fine(page, "opening-asked")
    return page.url


def gives_by_phrase(desk: Desk, phrase: str) -> None:
    page = desk.page
    form = page.locator("form[data-opening]")
    details = form.locator("details")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    form.locator("[data-phrase]").fill(phrase)
    # Paper alone gives nothing: the browser's own key is asked, and touched by itself.
    form.locator("[data-unlock-with=phrase]").click()
    desk.sees("Mảnh chìa của bạn đã đến bộ phận mở")


def gives_by_passkey(desk: Desk) -> None:
    desk.page.locator("form[data-opening] [data-unlock-with=passkey]").click()
    desk.sees("Mảnh chìa của bạn đã đến bộ phận mở")


def two_holders(people, stack) -> tuple[Desk, Desk, str]:
    """A duty officer with a passkey, the commander with a phrase beside one that unlocks nothing;
    keys are split for them.
    """
    lan = Desk(people.officer(), stack, "lan").sign_in()
    VirtualKey(lan.page)
    adds_passkey(lan, stack)
    holds_key(lan, stack, passkey=True)
    chief = Desk(people.officer(), stack, "hai").sign_in()
    VirtualKey(chief.page)
    adds_passkey(chief, stack)
    phrase = holds_key(chief, stack, passkey=False)
    waits_for_split_keys(lan, stack)
    return lan, chief, phrase


def opens_once(lan: Desk, address: str) -> None:
    """Shown, and gone with the page."""
    page = lan.page
    # It goes on by itself.
    page.get_by_role("button", name="Mở ngay").wait_for()
    is_fine(page, "opening-agreed")
    page.get_by_role("button", name="Mở ngay").click()
    lan.sees("Người Gọi Lại")
    lan.sees("Xin chào, bây giờ nói chuyện có tiện không ạ?")
    is_fine(page, "opened")
    page.goto(address)
    lan.sees("Đã mở và hiện một lần")
    # The browser may well say that it keeps no such page.
    with contextlib.suppress(Error):
        page.go_back()
    expect(page.locator("body")).not_to_contain_text("Người Gọi Lại")


def is_refused(lan: Desk, chief: Desk) -> None:
    """Asked once more: the colleague sees no need, and says so."""
    lan.open_tip(SCAM[:30])
    address = asks(lan, "Mở cùng một đồng nghiệp", "Muốn chắc chắn thêm")
    lan.page.locator(".breadcrumb a").click()
    chief.page.goto(address)
    chief.page.locator("form[action$='/refuse/'] textarea").fill("Hỏi trên trang của tin là đủ")
    chief.page.get_by_role("button", name="Từ chối, với lý do này").click()
    # Asked again from the same page, in place: the share can be given there, too.
    asks(lan, "Mở cùng một đồng nghiệp", "Đồng nghiệp hiểu nhầm, xin mở lại")
    expect(lan.page.locator("form[data-opening] [data-unlock-with=passkey]")).to_be_visible()
    lan.page.goto(address)
    lan.sees("Hỏi trên trang của tin là đủ")
    is_fine(lan.page, "opening-refused")


def calls_back(lan: Desk, chief: Desk, phrase: str) -> None:
    """A life is in danger: one screen for each of the two, within a minute."""
    lan.open_tip(BURNING[:30])
    began = time.monotonic()
    address = asks(lan, "Gọi lại: mở số điện thoại", "Hỏi người kẹt ở tầng nào")
    gives_by_passkey(lan)
    chief.page.goto(address)
    gives_by_phrase(chief, phrase)
    # The page of who asked goes on by itself.
    lan.page.get_by_role("button", name="Mở ngay").click()
    lan.sees(NUMBER[-3:])
    assert time.monotonic() - began < 60


def test_two_officers_open_a_contact_once_and_the_reporter_reads_of_it(people, stack):
    lan, chief, phrase = two_holders(people, stack)
    story = Story(SCAM, name="Người Gọi Lại", phone=NUMBER)
    code = report(people.resident(), stack, story)
    lan.open_tip(SCAM[:30])
    address = asks(lan, "Mở cùng một đồng nghiệp", "Hỏi lại số tài khoản kẻ gọi đã đọc")
    gives_by_passkey(lan)
    chief.page.goto(f"{stack.desk}/waiting/")
    chief.follow("/openings/")
    chief.sees("Hỏi lại số tài khoản")
    is_fine(chief.page, "opening-second")
    gives_by_phrase(chief, phrase)
    opens_once(lan, address)
    chief.page.goto(address)
    expect(chief.page.locator("body")).not_to_contain_text("Người Gọi Lại")
    assert "Hai cán bộ đã cùng mở" in read_status(people.resident(), stack, code)
    is_refused(lan, chief)

    report(people.resident(), stack, Story(BURNING, topic="violence", name="Cứu", phone=NUMBER))
    calls_back(lan, chief, phrase)
    mai = Desk(people.officer(), stack, "mai").sign_in()
    mai.sees("để gọi lại")
