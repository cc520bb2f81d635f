"""Warnings by letter and in the browser: asked for, confirmed, received, and stopped for good."""

import json
import re
from urllib.request import Request, urlopen

from playwright.sync_api import Page, expect

from keng.channels.email.fake import text_of
from tests.journeys import zalo
from tests.journeys.desk import Desk, also_who_had_enough, submit_for_approval
from tests.journeys.looks import fits

READER = "nguoi-dang-ky@example.org"
GROUP = "gmf-nenh-0001"
FIRST = "Giả nhân viên điện lực đòi cắt điện"
SECOND = "Giả nhân viên bưu điện báo có bưu phẩm"
PARTS = {
    "what": "Gọi điện, tự xưng nhân viên, dọa cắt dịch vụ nếu không chuyển tiền.",
    "signs": "Giục làm ngay. Gửi đường dẫn lạ qua tin nhắn.",
    "act": "Cúp máy. Không bấm, không chuyển tiền.",
    "call": "Trực ban 0204 000 0100 hoặc 113.",
}


def test_by_letter_and_in_the_browser_it_comes_and_after_one_tap_nothing_more(
    people, stack, mailbox, push_service
):
    device = push_service.browser()
    asks_by_letter(people.resident(), stack, mailbox)
    allows_in_the_browser(people.resident(script=True), stack, device)
    lan = Desk(people.officer(), stack, "lan").sign_in()
    hai = Desk(people.officer(), stack, "hai").sign_in()
    publish(lan, hai, stack, FIRST)
    letter = mailbox.wait_for(READER, FIRST)
    shown = push_service.wait_for(device, FIRST)
    mail_service_unsubscribes(letter)
    stops_from_the_notification(people.resident(), shown)
    publish(lan, hai, stack, SECOND)
    zalo.wait_for(stack, SECOND, group=GROUP)
    lan.page.reload()
    assert not any(SECOND in one["title"] + one["body"] for one in device.shown)
    assert not mailbox.has(READER, SECOND)


def asks_by_letter(page: Page, stack, mailbox) -> None:
    """Nothing comes before the button behind the letter's link was pressed."""
    choose_place(page, stack)
    page.locator("[name=way][value=email]").check()
    page.fill("[name=email]", READER)
    page.locator("main form button").last.click()
    letter = text_of(mailbox.wait_for(READER, "/subscribe/"))
    page.goto(re.search(r"http://\S+/subscribe/\S+", letter).group())
    page.locator("main form button").last.click()
    expect(page.locator("main")).to_contain_text("Từ giờ bạn nhận cảnh báo")
    fits(page)


def allows_in_the_browser(page: Page, stack, device) -> None:
    """The browser's maker has its push service far away, so another one stands in."""
    page.add_init_script(
        "PushManager.prototype.subscribe = async () => ({toJSON: () => ("
        f"{json.dumps(device.subscription())})}});"
    )
    choose_place(page, stack)
    page.locator("[name=way][value=web_push]").check()
    page.locator("main form button").last.click()
    expect(page).to_have_url(re.compile("/subscribe/own/"))
    fits(page)


def choose_place(page: Page, stack) -> None:
    page.goto(f"{stack.public}/subscribe")
    page.fill("[name=q]", "nenh")
    page.locator("main button[name=find]").last.click()
    page.locator("[name=places]").first.check()


def publish(author: Desk, second: Desk, stack, title: str) -> None:
    """Written by one officer, let out by another, to whoever subscribed as well."""
    page = author.page
    page.goto(f"{stack.desk}/warnings/new/")
    page.fill("[name=title]", title)
    for name, words in PARTS.items():
        page.fill(f"[name={name}]", words)
    page.select_option("[name=category]", "scam_other")
    page.get_by_label("Phường Nếnh").first.check()
    for box in page.locator("[name=kinds]").all():
        box.check()
    page.locator("[name=subscribers]").check()
    also_who_had_enough(page)
    submit_for_approval(page)
    second.page.goto(f"{stack.desk}/warnings/")
    second.page.get_by_role("link", name=title).first.click()
    if "/approve/" not in second.page.url:
        second.follow("/approve/")
    second.page.fill("[name=code]", second.code())
    second.page.locator("main form button[data-send]").first.click()
    second.waits_for_rows()


def mail_service_unsubscribes(letter) -> None:
    """As RFC 8058 has it: no cookie, no page, the address of the header alone.

    A demo has no TLS, without which no service does it: that header is tested beside the letter.
    """
    address = re.search(r"<(http[^>]+)>", letter["List-Unsubscribe"])[1]
    with urlopen(Request(address, b"List-Unsubscribe=One-Click")) as answer:
        assert answer.status == 200


def stops_from_the_notification(page: Page, shown: dict[str, str]) -> None:
    """Its own page, one button."""
    page.goto(shown["stop"])
    page.locator("main form button").click()
    expect(page.locator("main")).to_contain_text("Đã dừng")
    fits(page)
