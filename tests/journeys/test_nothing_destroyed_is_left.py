"""What a resident took back, and what was out of scope, is in no file of the data folder."""

import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from keng.language.fold import fold
from keng.runtime.postgres import embedded_cluster
from keng.runtime.rewriting.record import last_rewrite
from keng.runtime.roles import DATABASE_NAME
from tests.journeys import zalo
from tests.journeys.desk import Desk
from tests.journeys.resident import CODE, Story, read_status, report
from tests.stack import Stack

# One word each, as an index would hold it.
WORDS = "RútLạiKhôngKhỏi"
SPOT = "NgõHẻmBíMật"
ADDED = "LờiNhắnThêmVào"
CHATTED = "KểQuaZaloRồiThôi"
OPINION = "ÝKiếnBịXóa"
DESTROYED = (WORDS, SPOT, ADDED, CHATTED, OPINION)
STAYS = "MộtTinVẫnCònĐó"
CHAT_ID = "7000000000000431888"
# The answer to what is declined may be taken back for twenty seconds; the worker does the rest.
WITHIN = 90


@pytest.fixture(scope="module")
def quiet_stack() -> Iterator[Stack]:
    """A demo of its own: its files are searched, and written anew."""
    with Stack(bare=True) as running:
        yield running


def test_what_was_destroyed_is_in_no_file_after_the_files_were_written_anew(people, quiet_stack):
    stack = quiet_stack
    take_back_a_report(people.resident(), stack)
    take_back_a_chat(people.resident(), stack)
    decline_an_opinion(people, stack)
    report(people.resident(), stack, Story(f"Ở chợ có {STAYS} mỗi tối.", topic="other"))
    wait_until_no_row_holds_any(stack)

    # The rows are empty, the files are not: that is what this is about.
    cluster = stack.data / "postgres" / "cluster"
    for words in DESTROYED:
        assert found_in(cluster / "pg_wal", words), f"{words} is not even in the log"
    # As the server does it by itself every five minutes: what is in memory goes to the files.
    with embedded_cluster(stack.data).connect() as connection:
        connection.execute("CHECKPOINT")
    assert found_in(cluster / "base", WORDS)
    assert found_in(cluster / "base", fold(WORDS))
    assert found_in(cluster / "base", OPINION)

    done = stack.command("rewrite")
    assert done.returncode == 0, done.stderr
    assert last_rewrite(stack.data).fault is None
    for words in DESTROYED:
        assert found_in(stack.data, words) == []
    # The search is not blind, and what was not destroyed is there.
    assert found_in(cluster / "base", STAYS)
    desk = Desk(people.officer(), stack, "lan").sign_in()
    desk.open_tip(STAYS)


def take_back_a_report(page, stack):
    code = report(
        page,
        stack,
        Story(f"Tôi thấy {WORDS} ở đó.", topic="other"),
        at_each_page=lambda each: fill_if_there(each, "spot", f"sau {SPOT}"),
    )
    read_status(page, stack, code)
    page.fill("#write textarea", f"Nói thêm: {ADDED} nữa.")
    page.locator("#write p button").last.click()
    expect(page.locator(".dialogue")).to_contain_text(ADDED)
    take_back(page)


def take_back_a_chat(page, stack):
    zalo.write(stack, CHAT_ID, f"o phuong Nenh toi thay {CHATTED} tung phong tro")
    answer = zalo.wait_for(stack, "/r/", user=CHAT_ID)
    address = next(word for word in answer.split() if "/r/" in word)
    page.goto(stack.public + address[address.index("/r/") :].rstrip(".,"))
    page.locator("main form button").first.click()
    code = CODE.search(page.locator("main").inner_text()).group()
    read_status(page, stack, code)
    take_back(page)


def take_back(page):
    page.locator("details summary", has_text="rút tin").click()
    page.locator("button[value=withdraw]").click()
    page.locator("button[value=take-back]").click()
    expect(page.locator("h1")).to_have_text("Bạn đã rút tin này")


def decline_an_opinion(people, stack):
    report(people.resident(), stack, Story(f"Tôi nghĩ {OPINION} hay.", topic="other"))
    desk = Desk(people.officer(), stack, "lan").sign_in()
    desk.open_tip(OPINION)
    page = desk.page
    page.keyboard.press("4")
    page.wait_for_url("**/decline/**")
    page.locator("a[href*='kind=out_of_scope']").click()
    page.wait_for_url("**kind=out_of_scope**")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: "decline" not in url)


def fill_if_there(page, name, words):
    field = page.locator(f"[name={name}]")
    if field.count() and field.first.is_visible():
        field.first.fill(words)


def wait_until_no_row_holds_any(stack):
    """No table shows any of the words, in whichever column."""
    deadline = time.monotonic() + WITHIN
    with embedded_cluster(stack.data).connect(DATABASE_NAME) as connection:
        tables = [
            row[0]
            for row in connection.execute("SELECT relid::regclass::text FROM pg_stat_user_tables")
        ]
        while left := [name for name in tables if holds_any(connection, name)]:
            assert time.monotonic() < deadline, f"still in {left}"
            time.sleep(1)


def holds_any(connection, table):
    spellings = [f"%{each}%" for words in DESTROYED for each in spelled(words)]
    question = f"SELECT EXISTS (SELECT 1 FROM {table} AS t WHERE t::text ILIKE ANY(%s))"
    return connection.execute(question, [spellings]).fetchone()[0]


def found_in(folder: Path, words: str) -> list[Path]:
    """Files below a folder that hold these words, with accents or as they are folded."""
    sought = [each.encode() for each in spelled(words)]
    found = []
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            # Letters without accents in either case; the others as they are listed.
            if any(each in content or each in content.lower() for each in sought):
                found.append(file)
    return found


def spelled(words: str) -> set[str]:
    composed = {words, words.lower(), words.upper(), fold(words)}
    return composed | {unicodedata.normalize("NFD", each) for each in composed}
