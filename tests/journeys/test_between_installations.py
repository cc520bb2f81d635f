"""Two installations: a tip goes from one to the other, is answered, and ends under its old code."""

import re
import time

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
BY_NETWORK = "Có nhóm chạy xe nẹt pô, ném đá vào nhà dân ở đầu cầu giáp tỉnh bên"
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
    lan, chief = asks_and_agrees(people, stack, WORDS)
    return lan, fetches(chief, tmp_path, 1)


def asks_and_agrees(people, stack, words: str) -> tuple[Desk, Desk]:
    """The two officers of the old desk."""
    lan = Desk(people.officer(), stack, "lan").sign_in()
    lan.open_tip(words)
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
    chief.is_answered()
    return lan, chief


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


def goes_by_network(here: Stack, there: Stack, tmp_path) -> None:
    """As `knows`, where it is not known yet; and where its public site is."""
    listed = there.command("installation", "list").stdout
    read = FINGERPRINT.search(listed)
    assert read
    if read[1] not in here.command("installation", "list").stdout:
        knows(here, there, tmp_path)
    words = ("installation", "address", read[1], there.public)
    # Not a public name: only where the operator says that it is a network of their own.
    assert here.command(*words).returncode == 1
    said = here.command(*words, "--private")
    assert said.returncode == 0, said.stderr


def reads_until(words: str, read) -> None:
    """What the workers of two installations do by themselves takes some seconds."""
    until = time.monotonic() + 60
    while words not in (seen := read()):
        assert time.monotonic() < until, seen
        time.sleep(1)


def test_files_go_by_network_and_a_killed_worker_loses_none(people, stack, other, tmp_path):
    goes_by_network(stack, other, tmp_path)
    goes_by_network(other, stack, tmp_path)
    resident = people.resident()
    code = report(resident, stack, Story(BY_NETWORK))
    lan, _chief = asks_and_agrees(people, stack, BY_NETWORK)
    # The file is committed with the agreement; whoever sends it dies now, and once more.
    for _kill in range(2):
        stack.wait_until_replaced("worker", stack.kill("worker"))
    there = Desk(people.officer(), other, "hai").sign_in()

    def on_the_page() -> str:
        there.page.goto(f"{other.desk}/transfers/take-in/")
        return there.page.inner_text("main")

    reads_until("Đến qua mạng", on_the_page)
    is_fine(there.page, "take-in-by-network")
    buttons = there.page.locator("main form:has([name=arrival]) button")
    # However often it was sent.
    expect(buttons).to_have_count(1)
    buttons.first.click()
    there.sees("Đã nhận.")
    other.wait_until_replaced("worker", other.kill("worker"))
    reads_until("đang ở", lambda: read_status(resident, stack, code))
    lan.page.goto(lan.page.url)
    is_fine(lan.page, "transfer-by-network")
