"""A province brings 6,800 earlier tips in: the dry run, a second person, the figures, marked."""

import time

from playwright.sync_api import expect

from tests.journeys.desk import Desk
from tests.journeys.eyes import is_fine

ROWS, OF_VALUE = 6800, 4000
WORDS = "Tôi tên Nguyễn Văn Kiểm, thấy người lạ ở đầu xóm"
HEAD = "Ngày nhận;Loại;Nội dung;Kênh;Kết quả;Ngày có kết quả;Có giá trị;Số"
# Cutting words takes most of it: 500 rows at a time, on a machine with two cores under load.
TAKEN_IN_WITHIN = 240


def record_since_2023() -> bytes:
    """As an office keeps it: each fifth with its words, the first 4,000 of value, two lines odd."""
    lines = [HEAD]
    for n in range(ROWS):
        day = f"{1 + n % 28:02}/{1 + n % 12:02}/{2023 + n % 2}"
        words = WORDS if n % 5 == 0 else ""
        value = "Có" if n < OF_VALUE else "Không"
        lines.append(f"{day};Trộm cắp tài sản;{words};Zalo;Đã làm rõ;31/12/2024;{value};{n}")
    lines += ["hôm kia;;;;;;;x", "01/03/2024;Chuyện lạ;;;;;;y"]
    return "\n".join(lines).encode("utf-8-sig")


def hands_in(officer: Desk, stack) -> str:
    """Through the menu to the dry run; its address."""
    page = officer.page
    page.goto(f"{stack.desk}/imports/")
    page.locator("main a[href$='/imports/new/']").click()
    is_fine(page, "import-new")
    page.set_input_files(
        "main [name=sheet]",
        {"name": "tin-2023-2024.csv", "mimeType": "text/csv", "buffer": record_since_2023()},
    )
    page.locator("main form button[data-send]").click()
    officer.sees("2 dòng không nhập được")
    officer.sees("Kẻng không có loại tin tên này")
    expect(page.locator("main [name=agreed]")).to_have_count(0)
    is_fine(page, "import-dry-run")
    return page.url


def agrees(officer: Desk, stack) -> None:
    """From what waits to the same dry run."""
    officer.page.goto(f"{stack.desk}/waiting/")
    officer.page.locator("main a[href*='/imports/']").first.click()
    officer.sees("6.800")
    officer.page.locator("main form button[name=agreed][value='1']").click()
    officer.sees("Đã đồng ý")


def waits_until_in(officer: Desk, address: str) -> float:
    """Looks at the progress until all of it is in; after how many seconds."""
    began = time.monotonic()
    while not officer.page.get_by_text("Đã nhập 6.800 dòng").count():
        assert time.monotonic() - began < TAKEN_IN_WITHIN
        officer.page.wait_for_timeout(500)
        officer.page.goto(address)
    return time.monotonic() - began


def test_6800_rows_come_in_by_two_people_and_stand_in_the_figures_as_imported(people, stack):
    first = Desk(people.officer(), stack, "mai").sign_in()
    began = time.monotonic()
    address = hands_in(first, stack)
    print(f"dry run with its pages: {time.monotonic() - began:.1f} s")
    agrees(Desk(people.officer(), stack, "hoa").sign_in(), stack)
    print(f"taken in: {waits_until_in(first, address):.1f} s")
    is_fine(first.page, "import-done")
    first.page.goto(f"{stack.desk}/figures/?period=all")
    panel = first.page.locator("section.panel", has_text="số liệu nhập").first
    for words in ("6.800", "4.000", "Số liệu khớp"):
        expect(panel).to_contain_text(words)
    is_fine(first.page, "import-figures")
    panel.locator("a[href$='/imported/tips/']").click()
    first.sees("tên […]")
    expect(first.page.locator("body")).not_to_contain_text("Nguyễn Văn Kiểm")
    is_fine(first.page, "import-records")
