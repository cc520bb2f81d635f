"""Two installations: a tip goes from one to the other, is answered, and ends under its old code."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk
from tests.journeys.eyes import is_fine
from tests.journeys.resident import Story, read_status, report
from tests.journeys.test_s20_openings import asks, gives_by_passkey, gives_by_phrase, two_holders
from tests.stack import Stack

WORDS = "Có người rao bán dàn loa trên mạng, nhận tiền rồi chặn số ở tỉnh bên"
MORE = "Hôm nay họ lại đăng bài bằng tên khác"
ANSWER = "Đã nhận tin, bạn giữ lại bài đăng giúp chúng tôi"
WHY = "Người bán ở địa bàn tỉnh bạn"
BY_NETWORK = "Có nhóm chạy xe nẹt pô, ném đá vào nhà dân ở đầu cầu giáp tỉnh bên"
WITH_NAME = "Nhóm bán thuốc giả giao hàng qua cầu, kho ở tỉnh bên, tôi từng mua của họ"
NAME, PHONE = "Ngô Thị Sang Sông", "0912 555 027"
FINGERPRINT = re.compile(r"^this one +((?:\d{4} ){7}\d{4}) ", re.MULTILINE)


@pytest.fixture(scope="module")
def other():
    """The installation of another province, with its own database, keys and people."""
    with Stack(bare=True) as running:
        yield running


@pytest.fixture
def neighbour():
    """One more, whose officers make keys of their own: the desks that others share have none."""
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
    lan, chief = two_at(people, stack)
    ask_and_agree(lan, chief, stack, WORDS)
    return lan, fetches(chief, tmp_path, 1)


def two_at(people, stack) -> tuple[Desk, Desk]:
    """Two officers of the old desk: one asks, the other one agrees."""
    lan = Desk(people.officer(), stack, "lan").sign_in()
    return lan, Desk(people.officer(), stack, "hai").sign_in()


def ask_and_agree(lan: Desk, chief: Desk, stack, words: str) -> None:
    """The tip with these words goes to the only other installation that is known."""
    lan.open_tip(words)
    lan.page.locator("main a[href$='/transfer/']").first.click()
    is_fine(lan.page, "transfer-new")
    lan.page.locator("main [name=other]").select_option(index=1)
    lan.page.fill("main [name=reason]", WHY)
    lan.page.locator("main form button[data-send]").click()
    lan.sees("Chờ cán bộ thứ hai")
    chief.page.goto(f"{stack.desk}/waiting/")
    chief.page.locator("main a[href$='/transfer/']").first.click()
    chief.sees(WHY)
    is_fine(chief.page, "transfer-to-decide")
    chief.page.locator("main form button[name=agreed][value='1']").click()
    chief.is_answered()


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


def waits_for_a_file(officer: Desk, stack: Stack) -> None:
    """The page on which files of others are taken in, once one has come by network."""
    reads_until("Đến qua mạng", lambda: reads(officer, f"{stack.desk}/transfers/take-in/"))


def reads(officer: Desk, address: str) -> str:
    officer.page.goto(address)
    return officer.page.inner_text("main")


def test_files_go_by_network_and_a_killed_worker_loses_none(people, stack, other, tmp_path):
    goes_by_network(stack, other, tmp_path)
    goes_by_network(other, stack, tmp_path)
    resident = people.resident()
    code = report(resident, stack, Story(BY_NETWORK))
    lan, chief = two_at(people, stack)
    ask_and_agree(lan, chief, stack, BY_NETWORK)
    # The file is committed with the agreement; whoever sends it dies now, and once more.
    for _kill in range(2):
        stack.wait_until_replaced("worker", stack.kill("worker"))
    there = Desk(people.officer(), other, "hai").sign_in()
    waits_for_a_file(there, other)
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


def goes_along(lan: Desk, chief: Desk, phrase: str, here: str) -> None:
    """Asked for, agreed to, and sealed to the other desk; neither of the two reads it."""
    reads_until("Cho chuyển kèm", lambda: reads(lan, here))
    is_fine(lan.page, "transfer-can-go-along")
    address = asks(lan, "Cho chuyển kèm", "Nơi nhận cần gặp người báo")
    gives_by_passkey(lan)
    chief.page.goto(address)
    is_fine(chief.page, "going-along-second")
    gives_by_phrase(chief, phrase)
    lan.page.get_by_role("button", name="Niêm phong bằng chìa của nơi nhận").click()
    lan.sees("nơi nhận chưa trả lời")
    is_fine(lan.page, "transfer-went-along")


def test_who_reported_goes_along_and_two_officers_there_open_it(people, neighbour, other, tmp_path):
    goes_by_network(neighbour, other, tmp_path)
    goes_by_network(other, neighbour, tmp_path)
    lan, chief, phrase = two_holders(people, neighbour)
    there, their_chief, their_phrase = two_holders(people, other)
    resident = people.resident()
    code = report(resident, neighbour, Story(WITH_NAME, name=NAME, phone=PHONE))
    ask_and_agree(lan, chief, neighbour, WITH_NAME)
    here = chief.page.url
    waits_for_a_file(there, other)
    there.page.locator("main form:has([name=arrival]) button").first.click()
    there.sees("Đã nhận.")
    transfer_there = there.page.url

    goes_along(lan, chief, phrase, here)
    # It is committed; whoever carries it dies now.
    neighbour.wait_until_replaced("worker", neighbour.kill("worker"))
    reads_until("Danh tính người báo đã đến", lambda: reads(there, transfer_there))
    is_fine(there.page, "transfer-identity-came")
    reads_until("nơi nhận đang giữ", lambda: reads(lan, here))
    assert NAME not in lan.page.content()
    assert "được chuyển kèm, vẫn niêm phong, tới đơn vị đang giữ tin" in read_status(
        resident, neighbour, code
    )

    there.page.goto(transfer_there.replace("/transfer/", "/"))
    address = asks(there, "Mở cùng một đồng nghiệp", "Hẹn gặp lấy lời khai", wish="Cần gặp gấp")
    gives_by_passkey(there)
    their_chief.page.goto(address)
    gives_by_phrase(their_chief, their_phrase)
    there.page.get_by_role("button", name="Mở ngay").click()
    there.sees(NAME)
    there.sees(PHONE[-3:])
