"""One full turn: three residents, one incident, one warning, every phone, and an answer to each."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from keng.channels.email.fake import text_of
from tests.journeys import zalo
from tests.journeys.desk import Desk, also_who_had_enough, submit_for_approval
from tests.journeys.resident import CODE, Story, read_status, report

SUBSCRIBER = "doc-gia@example.org"
ZALO_USER = "7000000000000000417"
IN_VIETNAMESE = Story(
    "Sáng nay có số lạ 0912 000 417 gọi, tự xưng công an phường, bảo bấm kichhoat-dinhdanh.example"
)
IN_ENGLISH = Story(
    "A man said he was ward police, called from 0912 000 417 and told me to open "
    "kichhoat-dinhdanh.example at once",
    place="Nenh, Bac Ninh",
)
BY_ZALO = (
    "em o phuong Nenh, co so 0912000417 goi den xung la cong an phuong, keu vao "
    "kichhoat-dinhdanh.example nhap ma"
)
ANSWER = "Cảm ơn bạn. Công an không gọi điện bảo bấm đường dẫn. Bạn đừng bấm và đừng gọi lại."
TITLE = "Giả công an gọi kích hoạt định danh"
PARTS = {
    "what": "Gọi điện, tự xưng công an phường, bảo bấm đường dẫn để kích hoạt định danh.",
    "signs": "Giục làm ngay. Gửi đường dẫn qua tin nhắn.",
    "act": "Cúp máy. Không bấm. Không đọc mã cho ai.",
    "call": "Trực ban 0204 000 0100 hoặc 113.",
}
OUTCOME = "Đã báo nhà mạng khóa số gọi và chặn trang giả."


@pytest.fixture
def subscriber(people, stack, mailbox):
    """Somebody asked for warnings by e-mail and confirmed the letter."""
    page = people.resident()
    page.goto(f"{stack.public}/subscribe")
    page.fill("[name=q]", "nenh")
    page.locator("main button[name=find]").last.click()
    page.locator("[name=places]").first.check()
    page.locator("[name=way][value=email]").check()
    page.fill("[name=email]", SUBSCRIBER)
    page.locator("main form button").last.click()
    letter = text_of(mailbox.wait_for(SUBSCRIBER, "/subscribe/"))
    page.goto(re.search(r"http://\S+/subscribe/\S+", letter).group())
    page.locator("main form button").last.click()
    return SUBSCRIBER


@pytest.mark.usefixtures("subscriber")
def test_three_reports_of_one_scam_become_a_warning_on_every_phone(people, stack, mailbox):
    code, english_code, zalo_code = hear(people, stack)
    ward = Desk(people.officer(), stack, "lan").sign_in()
    incident = weigh(ward, people, stack)
    ward.page.goto(incident)
    ward.follow("/warnings/new/")
    write_warning(ward.page)
    approve(people, stack)
    carry(ward, people, stack, mailbox)
    # Account: each reporter has the answer, and the outcome by receipt.
    wait_for_status(people.resident(), stack, code, ANSWER)
    wait_for_status(people.resident(language="en"), stack, english_code, ANSWER)
    zalo.wait_for(stack, "Bạn có trả lời mới", user=ZALO_USER)
    wait_for_status(people.resident(), stack, zalo_code, ANSWER)
    end_incident(ward, incident)
    wait_for_status(people.resident(), stack, code, OUTCOME)


def hear(people, stack) -> tuple[str, str, str]:
    """Web in Vietnamese, web in English, a signed message through Zalo; the receipt codes."""
    code = report(people.resident(), stack, IN_VIETNAMESE)
    english_code = report(people.resident(language="en"), stack, IN_ENGLISH)
    zalo.write(stack, ZALO_USER, BY_ZALO)
    acknowledged = zalo.wait_for(stack, "/r/", user=ZALO_USER)
    assert code not in acknowledged
    assert not re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", acknowledged)
    return code, english_code, open_once(people.resident(), acknowledged)


def open_once(page: Page, message: str) -> str:
    """The link in a chat shows the code to whoever presses the button first, and only then."""
    link = re.search(r"http://\S+/r/\S+", message).group()
    page.goto(link)
    page.locator("main form button").first.click()
    found = CODE.search(page.locator("main").inner_text())
    assert found, page.locator("main").inner_text()
    page.goto(link)
    page.locator("main form button").first.click()
    assert not CODE.search(page.locator("main").inner_text())
    return found.group()


def weigh(ward: Desk, people, stack) -> str:
    """The province passes its tip to the ward; the ward joins all three and answers once."""
    province = Desk(people.officer(), stack, "quan").sign_in()
    province.open_tip("em o phuong Nenh")
    province.follow("/route/")
    choose_unit(province.page, "Công an phường Nếnh")
    province.page.fill("[name=reason]", "Việc xảy ra ở phường Nếnh")
    province.page.locator("main form button[data-send]").click()
    ward.open_tip("Sáng nay có số lạ")
    ward.press("accept")
    join(ward, "A man said he was ward police")
    join(ward, "em o phuong Nenh")
    incident = incident_of(ward, stack)
    ward.page.fill("#answer-all", ANSWER)
    ward.page.locator("main form[action$='/answer/'] button[data-send]").click()
    ward.is_answered()
    return incident


def choose_unit(page: Page, name: str) -> None:
    """Whether the units stand in a list to open or as round buttons."""
    if page.locator("[name=to][type=radio]").count():
        page.get_by_label(name).check()
    else:
        page.select_option("[name=to]", label=name)


def carry(ward: Desk, people, stack, mailbox) -> None:
    """The simulated group, Zalo's group, the mailbox, a lead's page; the lead's word counts."""
    phones = people.resident(script=True)
    eventually(phones, f"{stack.public}/phones/", "#phone-group", TITLE)
    zalo.wait_for(stack, TITLE, group="gmf-nenh-0001")
    assert "Cúp máy" in text_of(mailbox.wait_for(SUBSCRIBER, TITLE))
    tasks = phones.locator("#phone-parents a.button").get_attribute("href")
    before = coverage(ward, stack)
    lead = people.resident()
    lead.goto(f"{stack.public}{tasks}")
    expect(lead.locator("main")).to_contain_text(TITLE)
    # Other journeys may have left her more to pass on.
    task = lead.locator("article", has_text=TITLE)
    task.locator("form[action$='/confirm'] button").click()
    expect(lead.locator("main")).to_contain_text("Đã ghi")
    assert coverage(ward, stack) == before + 1


def join(ward: Desk, words: str) -> None:
    """Mark a tip as telling of the same event as another."""
    ward.open_tip(words)
    ward.follow("/duplicate/")
    ward.page.locator("main form button").first.click()


def incident_of(ward: Desk, stack) -> str:
    """Open the incident of the tips that were just joined."""
    ward.is_answered()
    ward.page.goto(f"{stack.desk}/tips/incidents/")
    ward.page.locator("main tbody th a").first.click()
    ward.sees("kichhoat-dinhdanh")
    return ward.page.url


def write_warning(page: Page) -> None:
    """The four parts, the ward's groups, and submit."""
    page.fill("[name=title]", TITLE)
    for name, words in PARTS.items():
        page.fill(f"[name={name}]", words)
    page.get_by_label("Phường Nếnh").first.check()
    for box in page.locator("[name=kinds]").all():
        box.check()
    page.locator("[name=subscribers]").check()
    also_who_had_enough(page)
    submit_for_approval(page)
    expect(page.locator("main")).to_contain_text(TITLE)


def approve(people, stack) -> None:
    """The commander reads it and sends it with a fresh code."""
    commander = Desk(people.officer(), stack, "hai").sign_in()
    commander.page.goto(f"{stack.desk}/warnings/")
    commander.page.get_by_role("link", name=TITLE).first.click()
    # The list leads straight to the page of approval when it waits for this officer.
    if "/approve/" not in commander.page.url:
        commander.follow("/approve/")
    commander.page.fill("[name=code]", commander.code())
    commander.page.locator("main form button[data-send]").first.click()
    commander.sees(TITLE)
    commander.waits_for_rows()


def coverage(ward: Desk, stack) -> int:
    """How many say that they passed it on, as the coverage page counts them."""
    ward.page.goto(f"{stack.desk}/coverage/")
    found = ward.page.locator("[data-passed-on]").first
    return int(found.get_attribute("data-passed-on"))


def end_incident(ward: Desk, incident: str) -> None:
    """Record what came of it and tell the reporters."""
    page = ward.page
    page.goto(incident)
    page.select_option("[name=outcome]", "warned")
    page.locator("form[action$='/outcome/'] button").click()
    page.fill("#close-all", OUTCOME)
    page.locator("form[action$='/close/'] button").click()


def wait_for_status(page: Page, stack, code: str, words: str) -> None:
    """Answers wait a moment so that an officer can take them back."""
    deadline = time.monotonic() + 120
    while words not in (text := read_status(page, stack, code)):
        assert time.monotonic() < deadline, text
        time.sleep(3)


def eventually(page: Page, address: str, part: str, words: str) -> None:
    """A page that others change in the meantime says so in the end."""
    page.goto(address)
    expect(page.locator(part)).to_contain_text(words, timeout=60_000)
