"""A passkey from its making to its loss, and a desk that somebody leaves and comes back to."""

from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk
from tests.journeys.looks import is_fine

PIN = "739154"
NAME = "Khóa xanh"
TYPED = "Đã gọi lại cho người báo tin, chưa xong câu này"


class VirtualKey:
    """A security key of the browser's own, plugged in and touched by itself."""

    def __init__(self, page: Page) -> None:
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.send("WebAuthn.enable")
        self._id = self._add()

    def lose(self) -> None:
        """Another key is in its place: what the first one held is gone."""
        self._devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self._id})
        self._id = self._add()

    def credentials(self) -> list[dict[str, object]]:
        held = self._devtools.send("WebAuthn.getCredentials", {"authenticatorId": self._id})
        return list(held["credentials"])

    def give(self, credential: dict[str, object]) -> None:
        """A copy of what a key held, as a thief would make it."""
        self._devtools.send(
            "WebAuthn.addCredential", {"authenticatorId": self._id, "credential": credential}
        )

    def _add(self) -> str:
        options = {
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": "usb",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "hasPrf": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        added = self._devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return str(added["authenticatorId"])


def adds_passkey(desk: Desk, stack) -> None:
    page = desk.page
    page.goto(f"{stack.desk}/settings/passkeys/")
    page.fill("main form[action$='/new/'] [name=name]", NAME)
    page.check("[name=machine][value=shared]")
    page.fill("main form[action$='/new/'] [name=code]", desk.code())
    is_fine(page)
    page.click("main form[action$='/new/'] button")
    make = page.get_by_role("button", name="Tạo khóa truy cập")
    expect(make).to_be_visible()
    is_fine(page)
    make.click()
    expect(page.locator("main li", has_text=NAME)).to_contain_text("trên khóa cắm")


def signs_out(page: Page, stack) -> None:
    page.goto(f"{stack.desk}/settings/")
    page.locator("header details.menu summary").click()
    page.locator("form[action$='/sign-out/'] button").first.click()
    expect(page.locator("[name=username]")).to_be_visible()


def test_a_passkey_signs_in_confirms_and_is_refused_once_it_was_copied(people, stack):
    desk = Desk(people.officer(), stack, "quan")
    page = desk.page
    key = VirtualKey(page)
    desk.sign_in()
    adds_passkey(desk, stack)

    # By itself, without a name: it leads on to the page that was asked for.
    signs_out(page, stack)
    page.goto(f"{stack.desk}/settings/sessions/")
    is_fine(page)
    first_count = key.credentials()[0]
    page.get_by_role("button", name="Đăng nhập bằng khóa truy cập").click()
    expect(page.locator("h1")).to_contain_text("Phiên đăng nhập")

    # In place of the digits, wherever they are asked for.
    page.goto(f"{stack.desk}/settings/screen-lock/")
    page.fill("[name=pin]", PIN)
    page.fill("[name=again]", PIN)
    is_fine(page)
    page.get_by_role("button", name="Xác nhận bằng khóa truy cập").click()
    expect(page.locator("body")).to_contain_text("Đã đặt mã PIN của bạn")

    # A copy that was made before counts less than the key itself, so neither opens any more.
    signs_out(page, stack)
    key.lose()
    key.give(first_count)
    page.get_by_role("button", name="Đăng nhập bằng khóa truy cập").click()
    expect(page.locator("main")).to_contain_text("Khóa truy cập này không đăng nhập được ở đây")
    desk.sign_in()
    page.goto(f"{stack.desk}/settings/passkeys/")
    expect(page.locator("main li", has_text=NAME)).to_contain_text("Đã ngừng")
    page.locator("main li", has_text=NAME).locator("summary").click()
    page.get_by_role("button", name="Xóa khóa truy cập này").click()
    expect(page.locator("main")).to_contain_text("Bạn chưa có khóa truy cập nào")


def covered(page: Page):
    cover = page.locator("dialog#screen-cover")
    expect(cover).to_be_visible()
    return cover


def test_a_desk_that_was_left_is_covered_and_what_was_typed_stays(people, stack):
    desk = Desk(people.officer(), stack, "quan")
    page = desk.page
    VirtualKey(page)
    desk.sign_in()
    adds_passkey(desk, stack)
    page.goto(f"{stack.desk}/settings/screen-lock/")
    page.fill("[name=pin]", PIN)
    page.fill("[name=again]", PIN)
    page.fill("main [name=code]", desk.code())
    page.get_by_role("button", name="Đặt mã PIN").click()

    page.goto(f"{stack.desk}/settings/passkeys/")
    box = page.locator("main form[action$='/new/'] [name=name]")
    box.fill(TYPED[:40])
    page.locator("header details.menu summary").click()
    page.get_by_role("button", name="Khóa màn hình").click()
    cover = covered(page)
    expect(page.locator("main#main")).to_be_hidden()
    expect(page.locator("header.top-bar")).to_be_hidden()
    assert page.title() == "Đã khóa – Kẻng"
    is_fine(page)
    # Esc closes any other dialog.
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    covered(page)

    # The desk itself answers nothing, whatever this page shows.
    other = page.context.new_page()
    other.goto(f"{stack.desk}/settings/sessions/")
    expect(other.locator("h1")).to_contain_text("Đã khóa")
    is_fine(other)
    expect(other.locator("header.top-bar")).to_have_count(0)
    other.close()

    cover.locator("[name=pin]").fill("111222")
    cover.get_by_role("button", name="Mở khóa", exact=True).click()
    expect(cover).to_contain_text("Chưa mở khóa được")
    cover.locator("[name=pin]").fill(PIN)
    cover.get_by_role("button", name="Mở khóa", exact=True).click()
    expect(cover).to_be_hidden()
    expect(box).to_have_value(TYPED[:40])

    # Every tab of the desk is covered with the first, and opens with it.
    other = page.context.new_page()
    other.goto(f"{stack.desk}/settings/sessions/")
    page.bring_to_front()
    page.locator("header details.menu summary").click()
    page.get_by_role("button", name="Khóa màn hình").click()
    covered(other)
    covered(page).get_by_role("button", name="Mở khóa bằng khóa truy cập").click()
    expect(cover).to_be_hidden()
    expect(box).to_have_value(TYPED[:40])
    expect(other.locator("dialog#screen-cover")).to_be_hidden()


def test_nobody_there_for_ten_minutes_covers_the_page_by_itself(people, stack):
    desk = Desk(people.officer(), stack, "quan").sign_in()
    page = desk.page
    page.clock.install()
    page.goto(f"{stack.desk}/settings/")
    page.clock.run_for("09:30")
    expect(page.locator("dialog#screen-cover")).to_be_hidden()
    page.mouse.click(5, 5)
    page.clock.run_for("09:30")
    expect(page.locator("dialog#screen-cover")).to_be_hidden()
    page.clock.run_for("00:40")
    cover = covered(page)
    cover.get_by_role("button", name="Đổi người").click()
    expect(page.locator("[name=username]")).to_be_visible()
