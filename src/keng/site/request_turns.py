"""Whose turn it is at one of a site's few threads, and who is asked to come again later.

Where more is asked than the threads answer, a line without an end would answer nobody: everyone in
it is answered after they have left. So a reader who has left takes no thread, and one who waited
too long is told so while they still look. What was sent is never put off: it arrived whole, and
waits for its turn in a line of its own. The two lines take turns, so that neither a flood of
readers nor one of forms has all threads.

How long a reader may wait depends on whether the line has been empty lately, as in "Fail at Scale"
(B. Maurer, ACM Queue 13/8, 2015): a link that goes through hundreds of chats brings a rush, which
is over soon; a line that stands does not get shorter by people waiting in it.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from keng.site.bodies import CallerGone

RUSH_SECONDS = 20.0
"""How long a reader waits in a line that was empty a moment ago; they would leave after it."""
STANDING_SECONDS = 4.0
"""How long in a line that has stood for longer than RUSH_SECONDS."""


class TurnedAway(Exception):
    """The reader has waited too long: they are told to come again."""


@dataclass(eq=False)
class _Place:
    """One request in a line; `turn` says whether it may go to a thread, or not any more."""

    turn: asyncio.Future[bool]
    since: float


class Caller:
    """The connection that a request came over: whether somebody is still there."""

    def __init__(self, receive: Callable[[], Awaitable[dict[str, Any]]]) -> None:
        self._receive = receive
        self._departure: asyncio.Task[dict[str, Any]] | None = None

    async def receive(self) -> dict[str, Any]:
        """As ASGI's; once the connection is watched, all that still comes is its end."""
        if self._departure is None:
            return await self._receive()
        return await asyncio.shield(self._departure)

    def departure(self) -> "asyncio.Task[dict[str, Any]]":
        """Ends when they hang up. Only of a request whose body has come."""
        if self._departure is None:
            self._departure = asyncio.create_task(self._hang_up())
        return self._departure

    async def _hang_up(self) -> dict[str, Any]:
        while (message := await self._receive())["type"] != "http.disconnect":
            pass
        return message

    def forget(self) -> None:
        """The request is over."""
        if self._departure is not None:
            self._departure.cancel()


class RequestTurns:
    """Turns at so many threads, for requests of one event loop."""

    def __init__(self, threads: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._free = threads
        self._clock = clock
        self._readers: deque[_Place] = deque()
        self._senders: deque[_Place] = deque()
        self._is_senders_turn = True
        self._readers_wait_since = 0.0

    @asynccontextmanager
    async def turn(self, reader: Caller | None) -> AsyncIterator[None]:
        """For as long as a thread works on one request; of one that sends something, None.

        Raises CallerGone and TurnedAway, of readers only.
        """
        if self._free:
            self._free -= 1
        else:
            await self._wait(reader)
        try:
            yield
        finally:
            self._hand_on()

    async def _wait(self, reader: Caller | None) -> None:
        turn: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        place = _Place(turn, self._clock())
        line = self._senders if reader is None else self._readers
        if reader is not None and not line:
            self._readers_wait_since = place.since
        line.append(place)
        awaited: set[asyncio.Future[Any]] = {turn} if reader is None else {turn, reader.departure()}
        patience = None if reader is None else RUSH_SECONDS
        try:
            await asyncio.wait(awaited, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._leave(place, line)
            raise
        if reader is not None and reader.departure().done():
            self._leave(place, line)
            raise CallerGone
        if not turn.done():
            line.remove(place)
            raise TurnedAway
        if not turn.result():
            raise TurnedAway

    def _leave(self, place: _Place, line: deque[_Place]) -> None:
        """Out of the line; a turn that has just come goes to the next one."""
        if place in line:
            line.remove(place)
        elif place.turn.result():
            self._hand_on()

    def _hand_on(self) -> None:
        place = self._next_place()
        if place is None:
            self._free += 1
        else:
            place.turn.set_result(True)

    def _next_place(self) -> _Place | None:
        self._turn_late_readers_away()
        lines = [self._senders, self._readers]
        if not self._is_senders_turn:
            lines.reverse()
        self._is_senders_turn = not self._is_senders_turn
        return next((line.popleft() for line in lines if line), None)

    def _turn_late_readers_away(self) -> None:
        now = self._clock()
        is_standing = now - self._readers_wait_since > RUSH_SECONDS
        longest = STANDING_SECONDS if is_standing else RUSH_SECONDS
        while self._readers and now - self._readers[0].since > longest:
            self._readers.popleft().turn.set_result(False)
