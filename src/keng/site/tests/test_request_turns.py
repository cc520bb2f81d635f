"""Where more is asked than the threads answer, each answer goes to somebody who still waits."""

import asyncio
import threading

import pytest

from keng.site import request_turns
from keng.site.bodies import BodyLimits, CallerGone
from keng.site.errors import TURNED_AWAY
from keng.site.front import REQUEST_THREADS, Front
from keng.site.request_turns import Caller, RequestTurns, TurnedAway

HEAD = {
    "type": "http",
    "method": "GET",
    "scheme": "http",
    "http_version": "1.1",
    "raw_path": b"/",
    "query_string": b"",
    "server": ("127.0.0.1", 8000),
    "client": ("127.0.0.1", 9),
    "headers": [],
}


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class Connection:
    """A browser that asked, and may hang up; `answer` is what it was sent first."""

    def __init__(self, method="GET"):
        self.scope = HEAD | {"method": method}
        self.left = asyncio.Event()
        self.answer = None
        self.sent_all = asyncio.Event()
        self._messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive(self):
        if self._messages:
            return self._messages.pop()
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.answer = message["status"], dict(message["headers"])


class BusySite:
    """A site all of whose threads work on something until they are let go."""

    def __init__(self):
        self.worked_on = []
        self._begun = threading.Semaphore(0)
        self._held = threading.Event()
        self.front = Front(self.answer, BodyLimits(form_bytes=10_000))
        self.tasks = []

    def answer(self, environ, start_response):
        if TURNED_AWAY not in environ:
            self.worked_on.append(environ["REQUEST_METHOD"])
            self._begun.release()
            self._held.wait(20)
        start_response("503 Busy" if TURNED_AWAY in environ else "200 OK", [])
        return [b""]

    async def ask(self, connection):
        self.tasks.append(
            asyncio.create_task(self.front(connection.scope, connection.receive, connection.send))
        )
        await asyncio.sleep(0)
        return connection

    async def fill_threads(self):
        for _ in range(REQUEST_THREADS):
            await self.ask(Connection())
        for _ in range(REQUEST_THREADS):
            await asyncio.to_thread(self._begun.acquire, timeout=20)
        self.worked_on.clear()

    async def let_go(self):
        self._held.set()
        await asyncio.wait_for(asyncio.gather(*self.tasks), 20)


def test_a_reader_who_left_while_they_waited_takes_no_thread():
    async def live():
        site = BusySite()
        await site.fill_threads()
        gone, stays = await site.ask(Connection()), await site.ask(Connection())
        gone.left.set()
        await asyncio.sleep(0.05)
        await site.let_go()
        assert site.worked_on == ["GET"]
        assert (gone.answer, stays.answer[0]) == (None, 200)

    asyncio.run(live())


def test_what_was_sent_is_worked_on_though_its_sender_has_left():
    async def live():
        site = BusySite()
        await site.fill_threads()
        sender = await site.ask(Connection("POST"))
        sender.left.set()
        await asyncio.sleep(0.05)
        await site.let_go()
        assert site.worked_on == ["POST"]

    asyncio.run(live())


def test_a_reader_who_waits_too_long_is_told_so_while_no_thread_is_free(monkeypatch):
    monkeypatch.setattr(request_turns, "RUSH_SECONDS", 0.05)

    async def live():
        site = BusySite()
        await site.fill_threads()
        reader, sender = await site.ask(Connection()), await site.ask(Connection("POST"))
        await asyncio.wait_for(site.tasks[-2], 20)
        assert (reader.answer[0], sender.answer) == (503, None)
        await site.let_go()
        assert (site.worked_on, sender.answer[0]) == (["POST"], 200)

    asyncio.run(live())


class SiteThatLooks(BusySite):
    def __init__(self):
        super().__init__()
        self.has_sign = []
        self._is_beating = threading.Event()
        # Writing it takes as long as the disk does: it counts when it is begun.
        self.front._sign.beat = self._is_beating.set

    def answer(self, environ, start_response):
        self.has_sign.append(self._is_beating.is_set())
        return super().answer(environ, start_response)


def test_a_process_with_a_long_line_still_gives_its_sign_of_life():
    async def live():
        site = SiteThatLooks()
        await site.fill_threads()
        for _ in range(200):
            await site.ask(Connection("POST"))
        beating = asyncio.create_task(site.front._beat())
        await asyncio.sleep(0.05)
        await site.let_go()
        beating.cancel()
        # Those that were worked on when it was due are before it, and nobody else.
        assert len(site.has_sign) == 200 + REQUEST_THREADS
        assert site.has_sign.count(False) <= 2 * REQUEST_THREADS

    asyncio.run(live())


def _turns_of(requests, *, threads=1):
    """In which order requests that came while all threads were taken had their turns."""
    order = []

    async def live():
        turns = RequestTurns(threads)

        async def work(name, reader):
            async with turns.turn(reader):
                order.append(name)
                await asyncio.sleep(0)

        async with turns.turn(None):
            tasks = [
                asyncio.create_task(work(name, None if name[0] == "s" else Caller(never)))
                for name in requests
            ]
            await asyncio.sleep(0.01)
        await asyncio.wait_for(asyncio.gather(*tasks), 20)

    asyncio.run(live())
    return order


async def never():
    await asyncio.Event().wait()


def test_readers_and_senders_take_turns_each_in_the_order_in_which_they_came():
    assert _turns_of(["r1", "r2", "r3", "s1", "s2"]) == ["s1", "r1", "s2", "r2", "r3"]


def test_a_line_that_has_stood_for_long_is_left_sooner():
    clock = Clock()
    turned_away = []

    async def live():
        turns = RequestTurns(1, clock=clock)

        async def read(number):
            try:
                async with turns.turn(Caller(never)):
                    await asyncio.sleep(0)
            except TurnedAway:
                turned_away.append(number)

        async with turns.turn(None):
            tasks = [asyncio.create_task(read(1))]
            await asyncio.sleep(0.01)
            # In a rush nobody is sent away after so long.
            clock.now += request_turns.STANDING_SECONDS + 1
            turns._turn_late_readers_away()
            clock.now += request_turns.RUSH_SECONDS - request_turns.STANDING_SECONDS - 2
            tasks.append(asyncio.create_task(read(2)))
            await asyncio.sleep(0.01)
            clock.now += 2
            tasks.append(asyncio.create_task(read(3)))
            await asyncio.sleep(0.01)
            clock.now += request_turns.STANDING_SECONDS - 1
        await asyncio.gather(*tasks)

    asyncio.run(live())
    assert turned_away == [1, 2]


def test_a_turn_that_comes_to_one_who_is_just_leaving_goes_on_to_the_next():
    async def live():
        turns = RequestTurns(1)
        left = asyncio.Event()

        async def leaves():
            await left.wait()
            return {"type": "http.disconnect"}

        async def read(receive):
            async with turns.turn(Caller(receive)):
                return True

        async with turns.turn(None):
            goes, is_cancelled = (asyncio.create_task(read(each)) for each in (leaves, never))
            waits = asyncio.create_task(read(never))
            await asyncio.sleep(0.01)
            left.set()
            is_cancelled.cancel()
        assert await asyncio.wait_for(waits, 20)
        with pytest.raises(CallerGone):
            await goes
        # And is free again afterwards.
        assert await asyncio.wait_for(read(never), 20)

    asyncio.run(live())
