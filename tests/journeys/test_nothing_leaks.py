"""Whatever could name a reporter is nowhere in clear: database files, logs, data folder, output."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys import zalo
from tests.journeys.desk import Desk
from tests.journeys.resident import Story, read_status, report
from tests.stack import Stack

NAME = "Quách Thị Kín Đáo"
PHONE = "0977 000 431"
OWN_NUMBER = "0977000432"
CHAT_ID = "7000000000000431999"
# Words of the report are for the officers to read: they must be found, or the search is blind.
CONTROL = "chiếc xe màu xanh lá mạ biển số lạ"
SECRETS = {
    "name": [NAME],
    "phone": [PHONE, PHONE.replace(" ", ""), "+84977000431", "84977000431"],
    "own number in the text": [OWN_NUMBER, "977000432"],
    "chat id": [CHAT_ID],
}


@pytest.fixture(scope="module")
def quiet_stack() -> Iterator[Stack]:
    """A demo of its own: it is stopped in the middle, so that everything is on disk."""
    with Stack() as running:
        yield running


def test_no_identity_is_in_clear_on_disk_in_logs_or_in_the_output(people, quiet_stack):
    stack = quiet_stack
    story = Story(
        f"Trước cổng trường có {CONTROL}. Sdt của em {OWN_NUMBER}.",
        topic="other",
        name=NAME,
        phone=PHONE,
    )
    code = report(people.resident(), stack, story)
    zalo.write(stack, CHAT_ID, "em o phuong Nenh, hom qua co nguoi la go cua tung phong tro")
    zalo.wait_for(stack, "/r/", user=CHAT_ID)
    desk = Desk(people.officer(), stack, "lan").sign_in()
    desk.open_tip(CONTROL)
    assert OWN_NUMBER not in desk.page.content()
    assert NAME not in desk.page.content()
    assert CONTROL in read_status(people.resident(), stack, code)
    plant(stack)
    assert stack.stop() == 0

    places = {"database": stack.data / "postgres", "logs": stack.data / "logs", "all": stack.data}
    for place, folder in places.items():
        assert found_in(folder, CONTROL), f"the search does not see into {place}"
        for what, spellings in SECRETS.items():
            for spelling in spellings:
                assert not found_in(folder, spelling), f"{what} is in clear in {place}"
    heard = "\n".join(stack.output)
    assert not [s for spellings in SECRETS.values() for s in spellings if s in heard]


def plant(stack: Stack) -> None:
    """Put the control words in clear where the product would put something by mistake."""
    with next((stack.data / "logs").glob("*.log")).open("a") as log:
        log.write(f"{CONTROL}\n")
    (stack.data / "control.txt").write_text(CONTROL)


def found_in(folder: Path, words: str) -> list[Path]:
    """Files below a folder that hold these words in UTF-8."""
    sought = words.encode()
    return [p for p in folder.rglob("*") if p.is_file() and sought in p.read_bytes()]
