"""Group commit: what arrives while one batch is being written becomes the next batch.

A caller is answered when its own rows are committed, never before. Messages of one person go to one
lane, so they stay in order; each lane has a connection of its own.
"""

import asyncio
import contextlib
import itertools
import logging
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from keng.delivery.inbound_handlers import InboundHandler, SqlStatement, handler_of
from keng.delivery.inbound_message import InboundMessage, new_seals
from keng.kit import metrics
from keng.kit.database import session_name
from keng.kit.logs import DATABASE_AWAY
from keng.kit.read_only_servers import told_that_it_only_reads
from keng.kit.standby_confirmation import CONFIRM_EARLIER_COMMITS, CancelledWaits

logger = logging.getLogger(__name__)
_ERRORS = {kind: metrics.database_errors.labels("edge", kind) for kind in ("busy", "away", "full")}
MOST_IN_A_BATCH = 128
MOST_WAITING = 2048
MOST_REMEMBERED = 20_000
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0
# A batch that has not come back by then never will: the connection is given up. The database's own
# limits (keng.kit.database) strike long before, unless it stands still altogether.
_ANSWERS_WITHIN = 10.0
# When somebody holds a row of a batch, each message tries by itself, so briefly that the others
# hardly wait; and after so long whoever is left comes again.
_ALONE_WAITS = "50ms"
_ALONE_WITHIN = 3.0
# A crash test switches this on to see itself fail: answering before the rows are there.
_ACK_BEFORE_COMMIT = (
    os.environ.get("KENG_DEBUG_FAULTS") == "1"
    and os.environ.get("KENG_TEST_FAULT") == "ack_before_commit"
)


class WriterBusy(Exception):
    """Too much is waiting, or the database is away: the caller shall come again."""


class CommitInDoubt(Exception):
    """It is committed, and perhaps on the primary alone: whoever sent it comes again."""


class NotWritten(Exception):
    """The database refuses this one message, also by itself."""


@dataclass(slots=True)
class _Item:
    handler: InboundHandler
    prepared: Any = field(repr=False)
    done: asyncio.Future[None]
    key: bytes = field(repr=False)


class BatchWriter:
    """All lanes together, and how much may wait."""

    def __init__(self, dsn: str, *, lanes: int = 1) -> None:
        self.seals = new_seals()
        """For what is submitted now, until a batch of any lane leaves (docs/decisions/0028)."""
        self._lanes = [
            WriterLane(number, dsn, on_taken=self._renew, on_written=self._remember)
            for number in range(lanes)
        ]
        # Keys whose rows are known to be committed: a repetition costs neither sealing nor a query.
        self._written: dict[bytes, None] = {}
        self._closing = False

    def start(self) -> None:
        for lane in self._lanes:
            lane.start()

    @property
    def is_ready(self) -> bool:
        return not self._closing and all(lane.is_connected for lane in self._lanes)

    def submit(self, message: InboundMessage, *, again: bool = False) -> asyncio.Future[None]:
        """Prepare and queue a message; the future is done when its rows are committed.

        With `again` also when it was written before. Raises WriterBusy; the future fails with that
        or NotWritten.
        """
        if message.key in self._written and not again:
            known: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            known.set_result(None)
            return known
        mark = (message.conversation_hash or message.key)[0]
        lane = self._lanes[mark % len(self._lanes)]
        if self._closing or not lane.is_connected or sum(map(len, self._lanes)) >= MOST_WAITING:
            raise WriterBusy
        handler = handler_of(message)
        done = asyncio.get_running_loop().create_future()
        item = _Item(handler, handler.prepare(message), done, message.key)
        lane.put(item)
        return item.done

    def _renew(self) -> None:
        self.seals = new_seals()

    def _remember(self, batch: Sequence[_Item]) -> None:
        self._written.update(dict.fromkeys(item.key for item in batch))
        while len(self._written) > MOST_REMEMBERED:
            del self._written[next(iter(self._written))]

    async def close(self) -> None:
        """Write what was accepted, then let go of the connections."""
        self._closing = True
        for lane in self._lanes:
            await lane.close()


class WriterLane:
    """One connection and the messages waiting for it."""

    def __init__(
        self,
        number: int,
        dsn: str,
        *,
        on_taken: Callable[[], None],
        on_written: Callable[[Sequence[_Item]], None],
    ) -> None:
        self._number, self._dsn = number, dsn
        self._on_taken, self._on_written = on_taken, on_written
        self._waiting: deque[_Item] = deque()
        self._arrived = asyncio.Event()
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._cancelled_waits = CancelledWaits()
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        # Taken from those who wait, and not answered yet.
        self._in_hand: Sequence[_Item] = ()
        self._given_up: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_running())

    def put(self, item: _Item) -> None:
        self._waiting.append(item)
        self._arrived.set()

    async def close(self) -> None:
        self._closing = True
        self._arrived.set()
        if self._task is not None:
            await self._task

    async def _keep_running(self) -> None:
        """A fault of ours ends no lane: whoever waited comes again, and it begins anew."""
        while True:
            try:
                await self._run()
            except Exception as error:  # noqa: BLE001 -- the message might quote what came in
                logger.error(  # noqa: TRY400 -- likewise
                    "Lane %s failed (%s) and begins anew.", self._number, _error_place(error)
                )
            else:
                return
            self._fail_all(self._in_hand)
            self._in_hand = ()
            await self._disconnect()
            await asyncio.sleep(_FIRST_PAUSE)

    async def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not (self._closing and not self._waiting):
            if self._connection is None:
                if not await self._connect():
                    self._fail_all(())
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, _LONGEST_PAUSE)
                    continue
                pause = _FIRST_PAUSE
                # Asked to end meanwhile, nothing more may arrive to wake it.
                continue
            if not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            count = min(len(self._waiting), MOST_IN_A_BATCH)
            self._in_hand = [self._waiting.popleft() for _ in range(count)]
            self._on_taken()
            await self._write(self._in_hand)
            self._in_hand = ()
        await self._disconnect()

    async def _connect(self) -> bool:
        try:
            connection = await psycopg.AsyncConnection.connect(
                self._dsn,
                autocommit=True,
                prepare_threshold=0,
                connect_timeout=3,
                application_name=session_name(f"edge lane {self._number}"),
            )
        except psycopg.Error as error:
            logger.warning(
                "The database cannot be reached (%s).", type(error).__name__, extra=DATABASE_AWAY
            )
            _ERRORS["away"].inc()
            return False
        if told_that_it_only_reads(connection):
            logger.warning("The database only reads: nothing is taken.", extra=DATABASE_AWAY)
            _ERRORS["away"].inc()
            with contextlib.suppress(psycopg.Error):
                await connection.close()
            return False
        self._cancelled_waits.attach(connection)
        self._connection = connection
        return True

    async def _write(self, batch: Sequence[_Item]) -> None:
        if _ACK_BEFORE_COMMIT:
            _settle(batch)
            await asyncio.sleep(0.05)
        try:
            await self._execute_in_time(batch)
        except TimeoutError:
            logger.warning("The database did not answer about a batch of %s.", len(batch))
            _ERRORS["away"].inc()
            self._fail_all(batch)
        except CommitInDoubt:
            logger.warning("A batch of %s is committed, and no standby has said so.", len(batch))
            _ERRORS["busy"].inc()
            self._fail_all(batch)
        except psycopg.Error as error:
            await self._recover_batch(batch, error)
        except Exception:
            # A handler's own fault: nothing was written, and all the others must still be.
            logger.exception("A batch of %s could not be made.", len(batch))
            await self._write_one_by_one(batch)
        else:
            self._on_written(batch)
            _settle(batch)

    async def _recover_batch(self, batch: Sequence[_Item], error: psycopg.Error) -> None:
        """Nothing of the batch is there. Without a connection all come again; else one by one.

        One to a server that only reads is none: another one may have taken its place.
        """
        logger.warning("A batch of %s was not written (%s).", len(batch), type(error).__name__)
        only_reads = isinstance(error, psycopg.errors.ReadOnlySqlTransaction)
        if only_reads or self._connection is None or self._connection.closed:
            await self._disconnect()
            self._fail(batch, WriterBusy())
        elif isinstance(error, psycopg.errors.DiskFull):
            # One by one some would find a last place, and each would cost the disk another try.
            _ERRORS["full"].inc()
            self._fail_all(batch)
        elif len(batch) == 1 and isinstance(error, psycopg.OperationalError):
            _ERRORS["busy"].inc()
            self._fail(batch, WriterBusy())
        else:
            await self._write_one_by_one(batch)

    async def _write_one_by_one(self, batch: Sequence[_Item]) -> None:
        """Only the message that is at fault is refused, and only whoever is held up comes again."""
        if len(batch) == 1:
            self._fail(batch, NotWritten())
            return
        until = time.monotonic() + _ALONE_WITHIN
        await self._set_lock_timeout(f"SET lock_timeout = '{_ALONE_WAITS}'")
        for item in batch:
            if self.is_connected and time.monotonic() < until:
                await self._write([item])
            else:
                self._fail([item], WriterBusy())
        await self._set_lock_timeout("RESET lock_timeout")

    async def _set_lock_timeout(self, statement: LiteralString) -> None:
        if self._connection is None:
            return
        try:
            await self._connection.execute(statement)
        except psycopg.Error:
            await self._disconnect()

    async def _execute_in_time(self, batch: Sequence[_Item]) -> None:
        """As `_execute`; raises TimeoutError, and gives the connection up, if nothing comes back.

        It is not waited for any further: a server that stands still does not answer a request to
        cancel either. Should the rows be committed after all, a repetition finds their keys.
        """
        task = asyncio.create_task(self._execute(batch))
        try:
            await asyncio.wait({task}, timeout=_ANSWERS_WITHIN)
        finally:
            if not task.done():
                connection, self._connection = self._connection, None
                given_up = asyncio.create_task(_cancel_and_close(task, connection))
                self._given_up.add(given_up)
                given_up.add_done_callback(self._given_up.discard)
        if not task.done():
            raise TimeoutError
        await task

    async def _execute(self, batch: Sequence[_Item]) -> None:
        """Committed, and confirmed by a standby where the operator wants that."""
        connection = self._connection
        if connection is None:
            raise psycopg.OperationalError
        parts = self._statements(batch)
        self._cancelled_waits.begin()
        if len(parts) == 1 and len(parts[0][1]) == 1:
            is_all_new = await _execute_part(connection, *parts[0])
        else:
            async with connection.transaction():
                is_all_new = all([await _execute_part(connection, *part) for part in parts])
        if not is_all_new:
            # What was there before may be on the primary alone, and nothing waited for it.
            await connection.execute(CONFIRM_EARLIER_COMMITS)
        if self._cancelled_waits.happened:
            raise CommitInDoubt

    def _statements(self, batch: Sequence[_Item]) -> list[tuple[int, list[SqlStatement]]]:
        """Those of each handler for so many messages, in the order in which the messages came."""
        parts = []
        for handler, items in itertools.groupby(batch, key=lambda item: item.handler):
            prepared = [item.prepared for item in items]
            parts.append((len(prepared), handler.statements(prepared)))
        return parts

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error):
                await connection.close()

    def _fail_all(self, batch: Sequence[_Item]) -> None:
        """Also whoever waits behind it: for them it would take as long once more."""
        self._fail([*batch, *self._waiting], WriterBusy())
        self._waiting.clear()

    @staticmethod
    def _fail(batch: Sequence[_Item], error: Exception) -> None:
        for item in batch:
            if not item.done.done():
                item.done.set_exception(error)
                # A caller that hung up asks no more.
                item.done.exception()


async def _execute_part(
    connection: psycopg.AsyncConnection[Any], count: int, statements: Sequence[SqlStatement]
) -> bool:
    """Whether each of so many messages was certainly new: one statement tells a row of each."""
    rows = [
        (await connection.execute(statement.sql, statement.values)).rowcount
        for statement in statements
    ]
    return rows == [count]


async def _cancel_and_close(
    task: asyncio.Task[None], connection: psycopg.AsyncConnection[Any] | None
) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    if connection is not None:
        with contextlib.suppress(psycopg.Error):
            await connection.close()


def _error_place(error: BaseException) -> str:
    """Its type and where it was raised; not its message, which might quote what came in."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{where}"


def _settle(batch: Sequence[_Item]) -> None:
    for item in batch:
        if not item.done.done():
            item.done.set_result(None)
