"""The disk of the database is full: everybody is told to come again, and it goes on by itself."""

import http.client
import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from keng.runtime.postgres import embedded_cluster, running_cluster
from tests.load.storm import Chatters, Visitors, eventually
from tests.stack import Stack
from tests.stack_database import connect_as_owner

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lays a small disk out.")


class SmallDisk:
    """A disk of memory that is made as small as what lies on it, and large again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        disk = os.statvfs(self.folder)
        self._resize(f"{(disk.f_blocks - disk.f_bfree) * disk.f_frsize // 1024 + 16}k")

    def make_room(self) -> None:
        self._resize("2g")

    def lay_out(self) -> bool:
        command = ["mount", "-t", "tmpfs", "-o", "size=2g,mode=0711", "keng-test", str(self.folder)]
        return subprocess.run(command, check=False).returncode == 0

    def _resize(self, size: str) -> None:
        command = ["mount", "-o", f"remount,size={size}", str(self.folder)]
        subprocess.run(command, check=True)


@pytest.fixture
def small_disk() -> Iterator[SmallDisk]:
    folder = Path(tempfile.mkdtemp(prefix="keng-small-disk-"))
    disk = SmallDisk(folder)
    if not disk.lay_out():
        pytest.skip("not root, or no tmpfs can be mounted: a full disk was not tried.")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


@contextmanager
def tables_on(disk: SmallDisk) -> Iterator[Stack]:
    """All tables on the small disk, the log of the database elsewhere."""
    with Stack({"KENG_DRAFTS_NETWORK_LIMIT": "0,1"}, bare=True) as stack:
        stack.stop()
        place = disk.folder / "tables"
        place.mkdir()
        cluster = embedded_cluster(stack.data)
        cluster.account.give(place)
        with running_cluster(cluster), cluster.connect() as superuser:
            superuser.execute(f"CREATE TABLESPACE small LOCATION '{place}'".encode())
            superuser.execute("ALTER DATABASE keng SET TABLESPACE small")
        stack.start()
        yield stack


@contextmanager
def everything_on(disk: SmallDisk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """The whole data folder: what cannot write its log, stops."""
    monkeypatch.setattr(tempfile, "tempdir", str(disk.folder))
    with Stack({"KENG_DRAFTS_NETWORK_LIMIT": "0,1"}, bare=True) as stack:
        monkeypatch.undo()
        yield stack


def health(stack: Stack) -> tuple[int, str]:
    caller = http.client.HTTPConnection("127.0.0.1", stack.ports[2], timeout=5)
    try:
        caller.request("GET", "/health")
        with caller.getresponse() as answer:
            answer.read()
            return answer.status, answer.headers.get("Waits-For", "")
    except OSError:
        return 0, ""
    finally:
        caller.close()


def is_there_once(stack: Stack, texts: list[str]) -> bool:
    with connect_as_owner(stack.data) as database:
        tips = Counter(text for (text,) in database.execute("SELECT text FROM tips_tip"))
    return all(tips[text] == 1 for text in texts)


@needs_root
@pytest.mark.parametrize("where", ["tables", "everything"])
def test_what_comes_in_waits_until_there_is_room(
    small_disk: SmallDisk, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    laid_out = (
        tables_on(small_disk) if where == "tables" else everything_on(small_disk, monkeypatch)
    )
    line, word = ("database-disk", "disk is full") if where == "tables" else ("disk", "Make room")
    with (
        laid_out as stack,
        Chatters(stack, at_once=4) as chatters,
        Visitors(stack, at_once=1) as visitors,
    ):
        chatters.say(20)
        visitors.say(1)
        eventually(lambda: len(chatters.journal.acknowledged) == 20, 60, "nothing is taken")
        eventually(lambda: visitors.is_silent, 60, "nothing is taken")
        small_disk.fill()
        chatters.say(400)
        visitors.say(2)
        eventually(lambda: chatters.journal.answers[503] > 20, 60, "nobody is told to come again")
        eventually(lambda: line in health(stack)[1].split(", "), 30, "its health does not say so")
        said = stack.command("doctor").stdout.splitlines()
        (words,) = (each for each in said if each.split()[1:2] == [line])
        assert words.startswith("WRONG"), words
        assert word in words
        eventually(lambda: visitors.journal.answers[503] > 0, 60, "no page says to come again")
        small_disk.make_room()
        eventually(lambda: chatters.is_silent and visitors.is_silent, 110, "it does not go on")
        answers = chatters.journal.answers + visitors.journal.answers
        # A connection that was cut is 0: PostgreSQL without a log stops, and its callers with it.
        assert set(answers) <= ({200, 503} if where == "tables" else {0, 200, 503}), answers
        for people in (chatters, visitors):
            assert len(people.journal.acknowledged) == people.given
        assert is_there_once(stack, chatters.journal.acknowledged + visitors.journal.acknowledged)
        eventually(lambda: health(stack) == (200, ""), 60, "it is not well again")
        print(f"\n{where}: {dict(answers)}")
