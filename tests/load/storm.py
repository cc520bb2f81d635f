"""Traffic that keeps a journal, and kills in the middle of it; loopback only, its own pids only."""

import http.client
import json
import queue
import random
import threading
import time
import urllib.request
import uuid
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

import psycopg

from keng.channels.zalo_oa.fake import events
from keng.channels.zalo_oa.fake.state import FakeSettings
from keng.kit.ids import new_id
from tests.load.web import Browser, Unanswered
from tests.stack import Stack

HOOK = "/hooks/zalo_oa/bac-ninh"
PROCESSES = ("edge", "public", "worker", "worker-alarm", "sender", "postgres")
LATENCY = 0.5
PATIENCE = 120.0


@dataclass(frozen=True)
class Span:
    """One request as its client saw it: from the connection to the answer, or to the end."""

    began: float
    ended: float


@dataclass
class Journal:
    """What the client itself knows: what is under way, and what was acknowledged."""

    acknowledged: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    spans: list[Span] = field(default_factory=list)
    under_way: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> float:
        with self.lock:
            self.under_way += 1
        return time.time()

    def end(self, began: float, status: int) -> None:
        with self.lock:
            self.under_way -= 1
            self.answers[status] += 1
            self.spans.append(Span(began, time.time()))

    def had_one_at(self, moment: float) -> bool:
        with self.lock:
            return any(span.began < moment < span.ended for span in self.spans)


class Residents(ABC):
    """People who send each message again until it is acknowledged. `write` says one thing."""

    def __init__(self, at_once: int) -> None:
        self.journal = Journal()
        self.given = 0
        self._has_failed = False
        self._numbers: queue.Queue[str | None] = queue.Queue()
        self._threads = [threading.Thread(target=self._work) for _ in range(at_once)]

    @abstractmethod
    def write(self, text: str) -> None:
        """Once: raises Unanswered, or returns when it was acknowledged."""

    def say(self, count: int, *, each: int = 1) -> None:
        """So many more messages, `each` of them by so many deliveries at once."""
        for number in range(self.given, self.given + count):
            for _copy in range(each):
                self._numbers.put(self.words(number))
        self.given += count

    def words(self, number: int) -> str:
        """A text that nobody else says."""
        return f"Có người lạ gõ cửa, {type(self).__name__} thứ {number:06d} trong ngày"

    @property
    def is_silent(self) -> bool:
        return self._numbers.empty() and self.journal.under_way == 0

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        # A test that has failed waits for nobody: what they still have to say may be hours.
        self._has_failed = kind is not None
        for _thread in self._threads:
            self._numbers.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (text := self._numbers.get()) is not None:
            if self._is_heard(text):
                with self.journal.lock:
                    self.journal.acknowledged.append(text)

    def _is_heard(self, text: str) -> bool:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and not self._has_failed:
            try:
                self.write(text)
            except Unanswered:
                time.sleep(0.05)
            else:
                return True
        return False


class Chatters(Residents):
    """They write to the official account, one person each: signed webhooks to the edge."""

    def __init__(self, stack: Stack, at_once: int) -> None:
        super().__init__(at_once)
        self._port = stack.ports[2]
        given = json.loads((stack.data / "secrets" / "zalo-fake.json").read_text())
        for of_the_demo in ("groups", "phone", "assets"):
            given.pop(of_the_demo, None)
        self._own = FakeSettings(**given)

    def write(self, text: str) -> None:
        number = text.split()[-3]
        spec = {"kind": "text", "user": f"71{number}", "text": text, "msg_id": f"m{number}"}
        now = int(time.time() * 1000)
        event = events.build_event(spec, self._own, now_ms=now, msg_id=f"m{number}")
        if self._post(*events.signed_event(event, self._own)) != 200:
            raise Unanswered

    def _post(self, raw: bytes, headers: dict[str, str]) -> int:
        caller = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        with suppress(OSError):
            caller.connect()
        if caller.sock is None:
            return 0
        began, status = self.journal.begin(), 0
        try:
            caller.request("POST", HOOK, raw, headers)
            status = caller.getresponse().status
        except (OSError, http.client.HTTPException):
            pass
        finally:
            self.journal.end(began, status)
            caller.close()
        return status


class Visitors(Residents):
    """They fill in the form of the public site; a sent form is sent again as it was."""

    def __init__(self, stack: Stack, at_once: int) -> None:
        super().__init__(at_once)
        self._site = stack.public
        self._browsers: dict[str, Browser] = {}

    def write(self, text: str) -> None:
        browser = self._browsers.setdefault(text, Browser(self._site, self.journal))
        browser.report(text)


class Sink:
    """The fake official account's own journal: which group got how many messages, and when."""

    def __init__(self, stack: Stack) -> None:
        self._base = stack.zalo
        self._ask("settings", {"rate_limit": 0, "latency": LATENCY})

    def know(self, groups: list[str]) -> None:
        self._ask("groups", [{"id": group} for group in groups])

    def entries(self, since: int = 0) -> list[dict[str, Any]]:
        """Accepted messages to groups."""
        address = f"{self._base}/_fake/journal?since={since}"
        with urllib.request.urlopen(address, timeout=60) as told:
            return [e for e in json.load(told) if e["error"] == 0 and e["recipient"]]

    def received(self) -> Counter[str]:
        """How often each group of the storm got something."""
        got = Counter(e["recipient"] for e in self.entries())
        return Counter({group: n for group, n in got.items() if group.startswith("storm-")})

    def has_one_under_way(self) -> bool:
        """A message was accepted whose answer is still held back."""
        since = max(0, self._requests() - 200)
        return self.had_one_at(time.time() + 0.05, since)

    def had_one_at(self, moment: float, since: int = 0) -> bool:
        return any(e["at"] < moment < e["at"] + LATENCY for e in self.entries(since))

    def _requests(self) -> int:
        with urllib.request.urlopen(f"{self._base}/_fake/state", timeout=20) as told:
            return int(json.load(told)["requests"])

    def _ask(self, name: str, body: object) -> None:
        url, headers = f"{self._base}/_fake/{name}", {"content-type": "application/json"}
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=20):
            pass


class Post:
    """Deliveries to groups of the fake, one batch urgent and the next not."""

    def __init__(self, sink: Sink, ask: Callable[[], Any]) -> None:
        self._sink = sink
        self._connected = ask
        self.given = 0
        self.urgent: set[str] = set()

    def send(self, count: int, *, urgent: bool = False) -> None:
        """So many more; the database may be away for a moment."""
        groups = [f"storm-{n:05d}" for n in range(self.given, self.given + count)]
        self._sink.know(groups)
        dispatch, end = new_id(), time.monotonic() + 60
        while True:
            try:
                with self._connected() as database, database.transaction():
                    queue_bulk(database, dispatch, groups, urgent=urgent)
            except psycopg.Error:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
            else:
                break
        self.given += count
        self.urgent |= set(groups if urgent else ())


def queue_bulk(
    database: psycopg.Connection[Any], dispatch: uuid.UUID, groups: list[str], *, urgent: bool
) -> None:
    """Once, also when only the answer to an earlier commit was lost.

    Nobody's priority is higher here, so that kills meet both kinds.
    """
    if database.execute("SELECT FROM delivery_dispatch WHERE id = %s", (dispatch,)).fetchone():
        return
    text = new_id()
    (account, unit) = database.execute(
        "SELECT id, unit_id FROM delivery_channelaccount WHERE slug = 'bac-ninh'"
    ).fetchone()  # type: ignore[misc]
    database.execute(
        "INSERT INTO delivery_dispatch "
        "(id, kind, is_urgent, unit_id, materialised_at, source_kind) "
        "VALUES (%s, 'notice', %s, %s, now(), 'storm')",
        (dispatch, urgent, unit),
    )
    database.execute(
        "INSERT INTO delivery_dispatchtext (id, dispatch_id, language, text) "
        "VALUES (%s, %s, 'vi', 'Thử tải')",
        (text, dispatch),
    )
    with database.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO delivery_delivery (id, dispatch_id, account_id, channel, recipient_kind, "
            "recipient_ref, text_id, address, is_urgent) "
            "VALUES (%s, %s, %s, 'zalo_oa', 'group', %s, %s, %s, %s)",
            [(new_id(), dispatch, account, new_id(), text, group, urgent) for group in groups],
        )
    database.execute("NOTIFY keng_delivery")


class Killer:
    """kill -9, one process after the other in an order that the seed decides."""

    def __init__(self, stack: Stack, kills: int, seed: int) -> None:
        self._stack = stack
        self.plan = [PROCESSES[n % len(PROCESSES)] for n in range(kills)]
        random.Random(seed).shuffle(self.plan)
        self.done: list[tuple[str, float]] = []

    def kill(self, name: str) -> float:
        """Kill one process and wait until another stands in its place; when it was hit."""
        moment = time.time()
        before = self._stack.kill(name)
        self.done.append((name, moment))
        self._stack.wait_until_replaced(name, before, within=60)
        return moment

    def count(self, name: str = "") -> int:
        return sum(not name or which == name for which, _moment in self.done)


def eventually(condition: Callable[[], bool], within: float, what: str) -> None:
    """Wait until something is true, whoever is away meanwhile."""
    until = time.monotonic() + within
    while True:
        with suppress(psycopg.Error, OSError):
            if condition():
                return
        assert time.monotonic() < until, what
        time.sleep(0.002)
