"""Streams of changes to open pages of the desk (server-sent events), held by the event loop alone.

Neither a thread nor a connection to the database belongs to a browser: one connection of the
process hears of all changes, and one question every other second says of all streams whether their
sessions are still what they were. What it cannot hear or ask it does not pretend to: the streams
end, and pages ask by themselves as they do without one (changes.js).
"""

import asyncio
import logging
import random
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from django.db import connection

from keng.kit.changes import CHANGES_CHANNEL, StreamGrant, kind_of_topic, topics_of_payload
from keng.kit.database import listening_dsn, session_name
from keng.kit.task_ending import end_tasks

log = logging.getLogger(__name__)
# So often a page hears that its stream lives. It asks by itself after two and a half of these.
ALIVE_EVERY = 5.0
CHECKED_EVERY = 2.0
# Whoever looks for changes says every three seconds that it does (inbox/announcing.py).
SILENT_AFTER = 10.0
# A page hears that its stream lives only while somebody has just said so: what it hears last is
# what its own patience begins with.
HEARD_WITHIN = 4.0
# So long nobody may be asked about sessions before none of them counts as known.
UNCHECKED_AFTER = 10.0
# The server works on 1,024 requests at once: pages have the others.
MOST_STREAMS = 800
# One is enough for a browser; a page that was left a moment ago may still hold another.
MOST_OF_SESSION = 4
# Whoever does not read for so long is dropped.
SENT_WITHIN = 10.0
# Then the browser opens the next one, and everything is asked anew.
LASTS_SECONDS = 900.0
# In milliseconds: browsers that lost a process do not all come back in one moment.
_COMES_BACK_AFTER = (1_000, 8_000)
_PAUSE_AFTER_ERROR = 1.0
_ALIVE = "alive"
_Send = Callable[[dict[str, Any]], Awaitable[None]]


class _Stream:
    """One browser that listens."""

    def __init__(self, grant: StreamGrant) -> None:
        self.grant = grant
        self.has_ended = False
        # Kinds, each once however often it is said before it is sent.
        self._unsent: set[str] = set()
        self._is_awaited = asyncio.Event()

    def enqueue(self, kind: str) -> None:
        self._unsent.add(kind)
        self._is_awaited.set()

    def end(self) -> None:
        self.has_ended = True
        self._is_awaited.set()

    async def next_events(self) -> bytes:
        """What is to be sent, once there is something; empty when the stream is to end."""
        await self._is_awaited.wait()
        self._is_awaited.clear()
        if self.has_ended:
            return b""
        kinds, self._unsent = self._unsent, set()
        return b"".join(f"event: {kind}\ndata:\n\n".encode() for kind in sorted(kinds))


class ChangeStreams:
    """All streams of one process."""

    def __init__(
        self,
        *,
        listens_at: Callable[[], str] = lambda: listening_dsn("desk"),
        lasts_seconds: float = LASTS_SECONDS,
    ) -> None:
        self._listens_at = listens_at
        self._lasts_seconds = lasts_seconds
        self._streams: set[_Stream] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="streams")
        self._tasks: list[asyncio.Task[None]] = []
        self._heard_at = 0.0
        self._checked_at = time.monotonic()
        self._watches_for_stop = self._is_stopping = False

    @property
    def count(self) -> int:
        """How many are open."""
        return len(self._streams)

    @property
    def is_listening(self) -> bool:
        """Whether somebody tells this process of changes: without, a stream would promise them."""
        return self._has_heard_within(SILENT_AFTER)

    def _has_heard_within(self, seconds: float) -> bool:
        return time.monotonic() - self._heard_at < seconds

    def start(self) -> None:
        """Begin to listen."""
        self._checked_at = time.monotonic()
        loops = (self._keep_listening(), self._keep_checking(), self._keep_alive())
        self._tasks = [asyncio.create_task(each) for each in loops]

    async def close(self) -> None:
        """End all of them and listen no more."""
        self._end(self._streams)
        await end_tasks(self._tasks)
        if self._has_checked():
            await asyncio.get_running_loop().run_in_executor(self._thread, _hang_up)
        # A question that nobody answers holds up no end.
        self._thread.shutdown(wait=False)

    def may_open(self) -> bool:
        """Whether one more may be open, and would be told of anything."""
        return self.is_listening and not self._is_stopping and len(self._streams) < MOST_STREAMS

    async def serve(
        self, grant: StreamGrant, headers: list[tuple[bytes, bytes]], receive: Any, send: _Send
    ) -> None:
        """Keep one open until it ends; `headers` are those of the view that granted it."""
        self._watch_for_stop()
        stream = _Stream(grant)
        self._make_room(grant.session)
        self._streams.add(stream)
        waits = asyncio.create_task(_end_when_left(stream, receive))
        timer = asyncio.get_running_loop().call_later(self._lasts_seconds, stream.end)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            # Between the view's answer and now something may have changed: all is looked at once.
            for kind in {kind_of_topic(topic) for topic in grant.topics} | {_ALIVE}:
                stream.enqueue(kind)
            await _send_piece(send, f"retry: {random.randint(*_COMES_BACK_AFTER)}\n\n".encode())  # noqa: S311 -- no secret
            while events := await stream.next_events():
                await _send_piece(send, events)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            # It does not read: what it would have been told, its page asks for.
            return
        finally:
            timer.cancel()
            waits.cancel()
            self._streams.discard(stream)

    def _watch_for_stop(self) -> None:
        """End all as soon as the process is asked to stop.

        The server calls that a shutdown only after the last answer has ended, and kills the process
        when one does not. It handles the signal in its loop, beside what is called here; where
        nobody handles it, it ends everything by itself.
        """
        if self._watches_for_stop or threading.current_thread() is not threading.main_thread():
            return
        self._watches_for_stop = True
        loop, former = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)
        if not callable(former):
            return

        def stop(number: int, frame: Any) -> None:
            loop.call_soon_threadsafe(self._stop)
            former(number, frame)

        signal.signal(signal.SIGTERM, stop)

    def _stop(self) -> None:
        self._is_stopping = True
        self._end(self._streams)

    def _make_room(self, session: str) -> None:
        own = [each for each in self._streams if each.grant.session == session]
        if len(own) >= MOST_OF_SESSION:
            self._end(own)

    def tell(self, topics: Collection[str]) -> None:
        """Say to each stream which kinds of what it may hear of have changed."""
        for stream in self._streams:
            for topic in stream.grant.topics.intersection(topics):
                stream.enqueue(kind_of_topic(topic))

    def _end(self, streams: Iterable[_Stream]) -> None:
        for stream in list(streams):
            stream.end()

    async def _keep_listening(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception as error:  # noqa: BLE001 -- whatever it was, it must be told again
                log.warning("Not told of changes (%s).", type(error).__name__)
            await asyncio.sleep(_PAUSE_AFTER_ERROR)

    async def _listen(self) -> None:
        connected = await psycopg.AsyncConnection.connect(
            self._listens_at(),
            autocommit=True,
            connect_timeout=3,
            application_name=session_name("desk changes"),
        )
        async with connected:
            await connected.execute(f"LISTEN {CHANGES_CHANNEL}")
            # What was notified while nobody listened here is looked for by every page.
            self.tell({topic for stream in self._streams for topic in stream.grant.topics})
            while True:
                async for notice in connected.notifies(timeout=SILENT_AFTER):
                    self._heard_at = time.monotonic()
                    self.tell(topics_of_payload(notice.payload))
                # Silence, or a connection that is dead and does not say so: this asks.
                async with asyncio.timeout(SILENT_AFTER):
                    await connected.execute("SELECT 1")

    async def _keep_checking(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(CHECKED_EVERY)
            streams = list(self._streams)
            keys = {each.grant.session for each in streams}
            try:
                marks = await loop.run_in_executor(self._thread, _marks_of, keys) if keys else {}
            except Exception as error:  # noqa: BLE001 -- asked again in a moment
                log.warning("Sessions of streams cannot be read (%s).", type(error).__name__)
                continue
            self._checked_at = time.monotonic()
            self._end(each for each in streams if marks.get(each.grant.session) != each.grant.mark)

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(ALIVE_EVERY)
            # Also where the question about sessions is under way, and is never answered.
            if not self.is_listening or not self._has_checked():
                self._end(self._streams)
            elif self._has_heard_within(HEARD_WITHIN):
                for stream in self._streams:
                    stream.enqueue(_ALIVE)

    def _has_checked(self) -> bool:
        return time.monotonic() - self._checked_at <= UNCHECKED_AFTER


def _marks_of(keys: Collection[str]) -> dict[str, str]:
    from keng.accounts.session_marks import session_marks  # noqa: PLC0415 -- needs loaded apps

    connection.close_if_unusable_or_obsolete()
    return session_marks(keys)


def _hang_up() -> None:
    connection.close()


async def _send_piece(send: _Send, piece: bytes) -> None:
    async with asyncio.timeout(SENT_WITHIN):
        await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _end_when_left(stream: _Stream, receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()
