"""Two installations: a tip goes from one to the other, is answered, and ends under its old code."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk
from tests.journeys.eyes import is_fine
from tests.journeys.resident import Story, read_status, report
from tests.stack import Stack

WORDS = "Có người rao bán dàn loa trên mạng, nhận tiền rồi chặn số ở tỉnh bên"
MORE = "Hôm nay họ lại đăng bài bằng tên khác"
ANSWER = "Đã nhận tin, bạn giữ lại bài đăng giúp chúng tôi"
WHY = "Người bán ở địa bàn tỉnh bạn"
FINGERPRINT = re.compile(r"^this one +((?:\d{4} ){7}\d{4}) ", re.MULTILINE)


@pytest.fixture(scope="module")
def other():
    """The installation of another province, with its own database, keys and people."""
    with Stack(bare=True) as running:
        yield running


def knows(here: Stack, there: Stack, tmp_path) -> None:
    """What its operator types, with the fingerprint that the other one read by telephone."""
    card = tmp_path / "card.json"
    card.write_text(there.command("installation", "card").stdout)
    wrong = here.command("installation", "add", str(card), "--fingerprint", "0000 1111")
    assert wrong.returncode == 1
    read = FINGERPRINT.search(there.command("installation", "list").stdout)
    assert read
    added = here.command("installation", "add", str(card), "--fingerprint", read[1])
    assert added.returncode == 0, added.stderr


def fetches(officer: Desk, folder, number: int) -> str:
    """A file of the transfer, as the browser saves it."""
    page = officer.page
    with page.expect_download() as fetched:
        page.locator("main a[href*='/transfers/files/']").nth(number - 1).click()
    # Both sides may have the same number for the tip.
    name = str(folder / f"{len(list(folder.iterdir()))}-{fetched.value.suggested_filename}")
    fetched.value.save_as(name)
    return name


def takes_in(officer: Desk, stack: Stack, file: str) -> None:
    page = officer.page
    page.goto(f"{stack.desk}/transfers/take-in/")
    page.locator("main input[type=file]").set_input_files(file)
    page.locator("main form button.button").click()
    officer.is_answered()


def writes_next(officer: Desk) -> None:
    officer.page.locator("main form[action$='/transfer/write/'] button").click()
    officer.is_answered()


def hands_over(people, stack, tmp_path) -> tuple[Desk, str]:
    """Asked for by one officer and agreed to by another, who fetches the file."""
    lan = Desk(people.officer(), stack, "lan").sign_in()
    lan.open_tip(WORDS)
    lan.page.locator("main a[href$='/transfer/']").first.click()
    is_fine(lan.page, "transfer-new")
    lan.page.locator("main [name=other]").select_option(index=1)
    lan.page.fill("main [name=reason]", WHY)
    lan.page.locator("main form button[data-send]").click()
    lan.sees("Chờ cán bộ thứ hai")
    chief = Desk(people.officer(), stack, "hai").sign_in()
    chief.page.goto(f"{stack.desk}/waiting/")
    chief.page.locator("main a[href$='/transfer/']").first.click()
    chief.sees(WHY)
    is_fine(chief.page, "transfer-to-decide")
    chief.page.locator("main form button[name=agreed][value='1']").click()
    return lan, fetches(chief, tmp_path, 1)


def answers(officer: Desk, stack: Stack, address: str) -> None:
    """By the form that they know; an answer is held twenty seconds, to be taken back."""
    page = officer.page
    page.goto(address.replace("/transfer/", "/"))
    officer.sees(MORE)
    page.fill("main form[action$='/reply/'] [name=text]", ANSWER)
    page.locator("main form[action$='/reply/'] button.button").first.click()
    officer.is_answered()
    page.wait_for_timeout(21_000)
    page.goto(address)


def test_a_tip_goes_to_another_installation_and_its_code_stays(people, stack, other, tmp_path):
    knows(stack, other, tmp_path)
    knows(other, stack, tmp_path)
    resident = people.resident()
    code = report(resident, stack, Story(WORDS))
    lan, sent = hands_over(people, stack, tmp_path)
    here = lan.page.url
    assert "đang được chuyển" in read_status(resident, stack, code)

    there = Desk(people.officer(), other, "lan").sign_in()
    there.page.goto(f"{other.desk}/transfers/take-in/")
    is_fine(there.page, "take-in")
    takes_in(there, other, sent)
    there.sees("Đã nhận.")
    address = there.page.url
    writes_next(there)
    confirmed = fetches(there, tmp_path, 1)
    # Carried twice by mistake.
    takes_in(there, other, sent)
    there.sees("đã nhận trước đây")
    takes_in(lan, stack, confirmed)
    lan.sees("Đã nhận.")
    assert "đang ở" in read_status(resident, stack, code)

    resident.fill("[name=text]", MORE)
    resident.locator("main form:has([name=text]) button.button").first.click()
    lan.page.goto(here)
    writes_next(lan)
    takes_in(there, other, fetches(lan, tmp_path, 2))
    there.sees("Đã nhận.")
    answers(there, other, address)
    writes_next(there)
    takes_in(lan, stack, fetches(there, tmp_path, 2))
    lan.sees("Đã nhận.")
    resident.wait_for_timeout(21_000)
    assert ANSWER in read_status(resident, stack, code)
    # Made for somebody else.
    takes_in(lan, stack, sent)
    expect(lan.page.locator("main")).to_contain_text("không gửi cho hệ thống này")
