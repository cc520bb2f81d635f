"""Streams of changes: told what they may hear of, ended with their session, dropped when unread."""

import asyncio
import http.client
import threading
import time
from contextlib import asynccontextmanager, contextmanager

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from keng.accounts.models import DeskSession
from keng.accounts.session_marks import session_marks
from keng.conftest import sign_in
from keng.kit import times
from keng.kit.changes import CHANGES_CHANNEL, NOTHING_NEW, STREAM_GRANT, ChangeKind, StreamGrant
from keng.kit.database import LISTENING_SETTING
from keng.kit.ids import new_id
from keng.site import change_streams
from keng.site.change_streams import ChangeStreams
from keng.site.front import REQUEST_THREADS, Front
from tests.running import running as running_process

pytestmark = pytest.mark.django_db(transaction=True)
HERE, THERE = ChangeKind.ALARM.topic_of(new_id()), ChangeKind.ALARM.topic_of(new_id())
# Far more than any of this takes, on a machine under load.
LONGEST = 20.0


def database_dsn():
    known = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    return make_conninfo("", **{name: known[name] for name in names if known.get(name)})


class Listener:
    """A browser: what it was sent, and how it goes."""

    def __init__(self, reads=True):
        self.text, self.has_ended, self._left, self._came = (
            "",
            False,
            asyncio.Event(),
            asyncio.Event(),
        )
        self.status = None
        self._reads = reads

    async def receive(self):
        await self._left.wait()
        return {"type": "http.disconnect"}

    def leave(self):
        self._left.set()

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        if not self._reads:
            await asyncio.Event().wait()
        self.text += message["body"].decode()
        self.has_ended = not message.get("more_body")
        self._came.set()

    def forget(self):
        self.text = ""

    async def hears(self, words):
        async with asyncio.timeout(LONGEST):
            while words not in self.text:
                self._came.clear()
                await self._came.wait()


@asynccontextmanager
async def running(**how):
    streams = ChangeStreams(listens_at=database_dsn, **how)
    streams.start()
    try:
        await notify_until(lambda: streams.is_listening, NOTHING_NEW)
        yield streams
    finally:
        await streams.close()


async def notify_until(is_so, payload):
    async with asyncio.timeout(LONGEST):
        while not is_so():
            # As the lookout does: it says again and again that it is there.
            await notify(payload)
            await asyncio.sleep(0.05)


async def notify(payload):
    other = await psycopg.AsyncConnection.connect(database_dsn(), autocommit=True)
    async with other:
        await other.execute("SELECT pg_notify(%s, %s)", [CHANGES_CHANNEL, payload])


def opened(streams, listener, grant):
    return asyncio.create_task(streams.serve(grant, [], listener.receive, listener.send))


def grant_of(session="s", mark="m", topics=frozenset({HERE})):
    return StreamGrant(session, mark, topics)


@pytest.fixture
def unchecked(monkeypatch):
    """Sessions are not asked about meanwhile."""
    monkeypatch.setattr(change_streams, "CHECKED_EVERY", 1000.0)
    monkeypatch.setattr(change_streams, "UNCHECKED_AFTER", 1000.0)


def test_a_stream_is_told_of_its_own_topics_in_kinds_and_of_no_others(unchecked):
    async def go():
        async with running() as streams:
            own, other = Listener(), Listener()
            tasks = [
                opened(streams, own, grant_of("a")),
                opened(streams, other, grant_of("b", topics=frozenset({THERE}))),
            ]
            await own.hears("event: alarm")
            await other.hears("event: alarm")
            own.forget(), other.forget()
            await notify(HERE)
            await own.hears("event: alarm\ndata:\n\n")
            assert "alarm" not in other.text
            assert HERE.partition(":")[2] not in own.text
            own.leave(), other.leave()
            await asyncio.wait_for(asyncio.gather(*tasks), LONGEST)
            assert streams.count == 0

    asyncio.run(go())


def test_two_processes_on_one_database_both_hear(unchecked):
    async def go():
        async with running() as one, running() as two:
            listeners = [Listener(), Listener()]
            tasks = [opened(one, listeners[0], grant_of()), opened(two, listeners[1], grant_of())]
            for each in listeners:
                await each.hears("event: alarm")
                each.forget()
            await notify(HERE)
            for each in listeners:
                await each.hears("event: alarm")
                each.leave()
            await asyncio.wait_for(asyncio.gather(*tasks), LONGEST)

    asyncio.run(go())


@pytest.mark.parametrize("ending", ["signed out", "locked", "another password"])
def test_a_stream_ends_within_seconds_of_its_session(desk_client, officer, monkeypatch, ending):
    monkeypatch.setattr(change_streams, "CHECKED_EVERY", 0.05)
    sign_in(desk_client, officer)
    (key,) = DeskSession.objects.values_list("pk", flat=True)
    mark = session_marks([key])[key]

    def end():
        if ending == "signed out":
            DeskSession.objects.all().delete()
        elif ending == "locked":
            DeskSession.objects.update(locked_at=times.now())
        else:
            type(officer).objects.update(password="another")
        connection.close()

    async def go():
        async with running() as streams:
            listener = Listener()
            task = opened(streams, listener, grant_of(key, mark))
            await listener.hears("event: alarm")
            await asyncio.sleep(0.5)
            assert not task.done()
            await asyncio.to_thread(end)
            await asyncio.wait_for(task, LONGEST)
            assert listener.has_ended

    asyncio.run(go())


def test_whoever_does_not_read_is_dropped(unchecked, monkeypatch):
    monkeypatch.setattr(change_streams, "SENT_WITHIN", 0.05)

    async def go():
        async with running() as streams:
            await asyncio.wait_for(opened(streams, Listener(reads=False), grant_of()), LONGEST)
            assert streams.count == 0

    asyncio.run(go())


def test_a_stream_ends_after_its_time_and_one_session_has_few(unchecked):
    async def go():
        async with running(lasts_seconds=0.1) as streams:
            await asyncio.wait_for(opened(streams, Listener(), grant_of()), LONGEST)
        async with running() as streams:
            first = [Listener() for _ in range(change_streams.MOST_OF_SESSION)]
            tasks = [opened(streams, each, grant_of()) for each in first]
            for each in first:
                await each.hears("event: alarm")
            last = Listener()
            kept = opened(streams, last, grant_of())
            await asyncio.wait_for(asyncio.gather(*tasks), LONGEST)
            await last.hears("event: alarm")
            assert streams.count == 1
            last.leave()
            await asyncio.wait_for(kept, LONGEST)

    asyncio.run(go())


def test_when_nobody_tells_of_changes_streams_end_and_none_is_opened(unchecked, monkeypatch):
    monkeypatch.setattr(change_streams, "ALIVE_EVERY", 0.05)

    async def go():
        async with running() as streams:
            listener = Listener()
            task = opened(streams, listener, grant_of())
            await listener.hears("event: alive")
            assert streams.may_open()
            monkeypatch.setattr(change_streams, "SILENT_AFTER", 0.0)
            await asyncio.wait_for(task, LONGEST)
            assert not streams.may_open()

    asyncio.run(go())


def test_no_page_hears_that_its_stream_lives_when_nobody_has_just_said_so(unchecked, monkeypatch):
    monkeypatch.setattr(change_streams, "ALIVE_EVERY", 0.05)
    monkeypatch.setattr(change_streams, "HEARD_WITHIN", 0.0)

    async def go():
        async with running() as streams:
            listener = Listener()
            task = opened(streams, listener, grant_of())
            await listener.hears("event: alive")
            listener.forget()
            await asyncio.sleep(0.5)
            assert "alive" not in listener.text
            assert not task.done()
            listener.leave()
            await asyncio.wait_for(task, LONGEST)

    asyncio.run(go())


def test_streams_end_where_the_question_about_their_sessions_is_never_answered(monkeypatch):
    monkeypatch.setattr(change_streams, "CHECKED_EVERY", 0.05)
    monkeypatch.setattr(change_streams, "ALIVE_EVERY", 0.05)
    monkeypatch.setattr(change_streams, "UNCHECKED_AFTER", 0.2)
    is_over = threading.Event()
    monkeypatch.setattr(change_streams, "_marks_of", lambda _keys: is_over.wait(LONGEST))

    async def go():
        async with running() as streams:
            await asyncio.wait_for(opened(streams, Listener(), grant_of()), LONGEST)

    try:
        asyncio.run(asyncio.wait_for(go(), LONGEST))
    finally:
        is_over.set()


def test_a_desk_with_open_streams_stops_when_it_is_asked_to(desk_client, officer):
    """Open answers are waited for, and after fifteen seconds it ends all the same."""
    sign_in(desk_client, officer)
    cookie = f"{settings.SESSION_COOKIE_NAME}={desk_client.session.session_key}"
    with running_process("desk", **{LISTENING_SETTING: database_dsn()}) as desk:
        until = time.monotonic() + 2 * LONGEST
        while True:
            assert time.monotonic() < until, desk.output()
            asyncio.run(notify(NOTHING_NEW))
            time.sleep(0.1)
            with stream_of(desk, cookie) as stream:
                if stream is None:
                    continue
                assert stream.readline().startswith(b"retry")
                began = time.monotonic()
                assert desk.stop() == 0
                # Far from the fifteen seconds after which it would have been killed.
                assert time.monotonic() - began < 10, desk.output()
                return


@contextmanager
def stream_of(desk, cookie):
    """The open stream; None while the desk does not answer, or nobody has told it of anything."""
    caller = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=LONGEST)
    try:
        caller.request("GET", "/changes/", headers={"Cookie": cookie, "Host": "localhost"})
        with caller.getresponse() as answer:
            yield answer if answer.status == 200 else None
    except ConnectionError:
        yield None
    finally:
        caller.close()


def test_a_lost_connection_is_made_anew_and_streams_look_at_everything(unchecked):
    async def go():
        async with running() as streams:
            listener = Listener()
            task = opened(streams, listener, grant_of())
            await listener.hears("event: alarm")
            listener.forget()
            other = await psycopg.AsyncConnection.connect(database_dsn(), autocommit=True)
            async with other:
                await other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name LIKE 'keng % desk changes'"
                    " AND datname = current_database()"
                )
            await listener.hears("event: alarm")
            listener.forget()
            await notify(HERE)
            await listener.hears("event: alarm")
            listener.leave()
            await asyncio.wait_for(task, LONGEST)

    asyncio.run(go())


def scope_of(path):
    return {
        "type": "http",
        "method": "GET",
        "raw_path": path,
        "query_string": b"",
        "http_version": "1.1",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 4000),
        "scheme": "http",
        "headers": [],
    }


def granting(environ, start_response):
    environ[STREAM_GRANT] = grant_of(str(new_id()))
    headers = [("Content-Type", "text/event-stream"), ("Content-Length", "0")]
    start_response("200 OK", headers)
    return [b""]


def test_the_front_keeps_a_granted_answer_open_and_no_thread_with_it(unchecked):
    async def go():
        async with running() as streams:
            front = Front(granting, streams=streams)
            listeners = [Listener() for _ in range(3 * REQUEST_THREADS)]
            tasks = [
                asyncio.create_task(front(scope_of(b"/changes/"), each.receive, each.send))
                for each in listeners
            ]
            for each in listeners:
                await each.hears("event: alarm")
                assert each.status == 200
            for each in listeners:
                each.leave()
            await asyncio.wait_for(asyncio.gather(*tasks), LONGEST)

    asyncio.run(go())


def test_the_front_refuses_a_stream_that_would_promise_what_nobody_tells():
    async def go():
        listener = Listener()
        await Front(granting, streams=ChangeStreams())(
            scope_of(b"/changes/"), listener.receive, listener.send
        )
        assert listener.status == 503

    asyncio.run(go())
