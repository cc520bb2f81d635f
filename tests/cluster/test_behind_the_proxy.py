"""One of two behind the proxy dies, or the proxy is reloaded: what visitors see of it."""

import http.client
import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self
from urllib.parse import urlencode

import pytest

from tests.cluster.machines import PAGES, Installation, wait_for_more
from tests.cluster.test_each_process_dies import Load, load_on
from tests.load.storm import eventually

STREAM = "/changes/"
OFFICER = "mai"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
# A page hears every five seconds that its stream lives.
HEARS_WITHIN = 20.0


@pytest.fixture
def load(installation: Installation) -> Iterator[Load]:
    with load_on(installation) as running:
        yield running


class Readers:
    """People who open one page after the other, and how each was answered."""

    def __init__(self, port: int, path: str, at_once: int = 2) -> None:
        self._port, self._path = port, path
        self.answers: Counter[int] = Counter()
        self._ends = threading.Event()
        self._threads = [threading.Thread(target=self._read) for _ in range(at_once)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join()

    def _read(self) -> None:
        while not self._ends.wait(0.02):
            caller = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
            status = 0
            with suppress(OSError, http.client.HTTPException):
                caller.request("GET", self._path, headers={"Host": "localhost"})
                answer = caller.getresponse()
                answer.read()
                status = answer.status
            caller.close()
            self.answers[status] += 1


def are_there_once(load: Load) -> bool:
    tips = Counter(text for (text,) in load.installation.ask("SELECT text FROM tips_tip"))
    return all(tips[text] == 1 for text in load.acknowledged)


def test_readers_see_nothing_of_a_site_that_dies_and_no_form_is_taken_twice(
    installation: Installation, load: Load
) -> None:
    one, _two = installation.machines
    ports = installation.proxy_ports
    with (
        Readers(ports["public"], PAGES["public"]) as residents,
        Readers(ports["desk"], PAGES["desk"], at_once=1) as officers,
    ):
        load.go_on()
        for kind in ("public", "desk"):
            load.visitors.say(2)
            # In the middle of a form.
            eventually(lambda: load.visitors.journal.under_way > 0, 20, "nobody fills in a form")
            installation.kill_and_age(one, kind)
            load.go_on()
            one.processes[kind].start_and_wait()
            installation.wait_until_well()
        eventually(lambda: load.visitors.is_silent, 60, "a form is not taken")
    print(f"\npages {dict(residents.answers)}, of the desk {dict(officers.answers)}")
    print(f"forms {dict(load.visitors.journal.answers)}")
    # A page that was being written when its process died cannot be begun anew.
    for readers in (residents, officers):
        assert readers.answers[200] > 50
        assert set(readers.answers) <= {0, 200}, readers.answers
        assert readers.answers[0] <= 2, readers.answers
    # One visitor fills in forms: each kill may hit one of them, which is said, and sent again.
    failed = sum(count for status, count in load.visitors.journal.answers.items() if status != 200)
    assert failed <= 2, load.visitors.journal.answers
    assert len(load.visitors.journal.acknowledged) == load.visitors.given - load.first
    assert are_there_once(load)


def test_nobody_sees_that_the_proxy_reads_its_settings_anew(
    installation: Installation, load: Load
) -> None:
    load.go_on()
    before = load.chatters.journal.answers.copy()
    with Readers(installation.proxy_ports["public"], PAGES["public"]) as residents:
        for _ in range(5):
            load.chatters.say(20)
            assert installation.proxy.process is not None
            os.kill(installation.proxy.process.pid, signal.SIGHUP)
            wait_for_more(load.chatters, 10)
        load.go_on()
    assert set(residents.answers) == {200}, residents.answers
    assert set(load.chatters.journal.answers - before) == {200}
    assert set(load.visitors.journal.answers) == {200}
    assert are_there_once(load)


# -- open pages of the desk


class OfficerAtDesk:
    """Signed in through the proxy, and listens for changes as an open page does."""

    def __init__(self, installation: Installation) -> None:
        self._port = installation.proxy_ports["desk"]
        self._cookies: dict[str, str] = {}
        password, code = installation.sign_in_words(OFFICER)
        path = "/sign-in/"
        for form in ({"username": OFFICER, "password": password}, {"code": code}):
            page, _nowhere = self._open(path)
            token = _TOKEN.search(page)
            assert token, page[:500]
            page, path = self._open(path, {"csrfmiddlewaretoken": token[1], **form})
            assert path, page[:2000]

    def _open(self, path: str, form: dict[str, str] | None = None) -> tuple[str, str]:
        """The page, and where it leads."""
        caller = self._asked("POST" if form else "GET", path, urlencode(form) if form else None)
        try:
            answer = caller.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.partition(";")[0].partition("=")
                self._cookies[name] = value
            return answer.read().decode(), answer.headers.get("Location", "")
        finally:
            caller.close()

    def _asked(self, method: str, path: str, body: str | None) -> http.client.HTTPConnection:
        caller = http.client.HTTPConnection("localhost", self._port, timeout=HEARS_WITHIN)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        caller.request(method, path, body, headers)
        return caller

    @contextmanager
    def listening(self) -> Iterator[http.client.HTTPResponse]:
        caller = self._asked("GET", STREAM, None)
        try:
            answer = caller.getresponse()
            assert answer.status == 200, answer.status
            assert "text/event-stream" in answer.headers["Content-Type"]
            yield answer
        finally:
            caller.close()


def hears(stream: http.client.HTTPResponse) -> bool:
    """Whether it says anything, or has ended."""
    with suppress(OSError, http.client.HTTPException):
        return bool(stream.read1(4096))
    return False


def test_an_open_page_of_a_desk_that_dies_comes_back_to_the_other(
    installation: Installation,
) -> None:
    officer = OfficerAtDesk(installation)
    one, two = installation.machines
    try:
        with officer.listening() as first, officer.listening() as second:
            # In turn: one stream at each desk.
            assert hears(first)
            assert hears(second)
            one.processes["desk"].kill()
            killed = time.monotonic()
            ended = []

            def reads_until_its_end(stream: http.client.HTTPResponse) -> None:
                while hears(stream):
                    if time.monotonic() > killed + 8:
                        return
                ended.append(stream)

            threads = [
                threading.Thread(target=reads_until_its_end, args=(stream,))
                for stream in (first, second)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            # It is told at once, not by a silence.
            assert len(ended) == 1, ended
        # EventSource asks again by itself.
        asked = time.monotonic()
        with officer.listening() as again:
            assert hears(again)
        print(f"\nheard by the other desk {time.monotonic() - asked:.1f} s after it asked again")
        assert two.health("desk") == (200, "")
    finally:
        one.processes["desk"].kill()
        one.processes["desk"].start_and_wait()


def test_nothing_waits_for_one_standby_of_two(installation: Installation, load: Load) -> None:
    database = installation.database
    name = database.standbys[0]
    member = database.members[name]
    load.go_on()
    before = load.chatters.journal.answers + load.visitors.journal.answers
    assert member.pid is not None
    os.kill(member.pid, signal.SIGKILL)
    eventually(lambda: name not in database.in_sync(), 20, "the primary does not miss it")
    try:
        load.go_on()
        doctor = installation.machines[0].doctor()
        assert doctor["standbys"][0] == "ok", doctor["standbys"]
        assert installation.is_well()
    finally:
        eventually(lambda: member.pid is None, 20, "the standby does not die")
        member.start()
    eventually(lambda: name in database.in_sync(), 60, "it does not follow again")
    load.go_on()
    answers = load.chatters.journal.answers + load.visitors.journal.answers - before
    assert set(answers) == {200}, answers
    assert are_there_once(load)
