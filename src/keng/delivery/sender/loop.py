"""The loop: send side by side, and record what came of it in the round trip that leases more."""

import asyncio
import contextlib
import logging
import os
import time
import uuid
from collections import deque
from typing import Any

import psycopg
from django.db import Error as OrmError
from psycopg_pool import AsyncConnectionPool

from keng.channels.base import Outcome
from keng.delivery.sender import orm
from keng.delivery.sender.accounts import Account
from keng.delivery.sender.attempt import Wire, milliseconds_since
from keng.delivery.sender.consequences import Consequences
from keng.delivery.sender.http import Http
from keng.delivery.sender.judgement import judge
from keng.delivery.sender.ledger import Ledger
from keng.delivery.sender.rounds import Rounds
from keng.delivery.sender.rows import AHEAD, CONCURRENCY, Change, Leased
from keng.delivery.sender.shelf import Shelf
from keng.delivery.sender.texts import NoText, Texts
from keng.kit import alive, times
from keng.kit.task_ending import end_tasks
from keng.network.links import stop_url
from keng.network.models import Subscription

logger = logging.getLogger(__name__)
# What is done waits so long for company before it is recorded.
_GATHER = 0.004
_FINISH_WITHIN = 15.0
_EXTEND_EVERY = 8.0
AWAY = (psycopg.Error, OrmError, OSError)
REFUSED = (psycopg.DataError, psycopg.IntegrityError)
# Only a test that must see the fault caught sets this, and only where faults are allowed at all.
_FAULT = os.environ.get("KENG_TEST_FAULT", "") if os.environ.get("KENG_DEBUG_FAULTS") == "1" else ""


class Sender:
    """One sender process. Any number may run; each row is leased to one of them at a time."""

    def __init__(
        self, database: str, concurrency: int = CONCURRENCY, sign: alive.Heartbeat | None = None
    ) -> None:
        """With `sign` others see that it leases."""
        self._database = database
        self._concurrency = concurrency
        self._ledger = Ledger(database, uuid.uuid4())
        self._waiting: deque[Leased] = deque()
        self._idle: deque[asyncio.Future[None]] = deque()
        self._changes: list[Change] = []
        self._unsent: list[uuid.UUID] = []
        self._sending: set[uuid.UUID] = set()
        self._work = asyncio.Event()
        self._company = asyncio.Event()
        self._stopping = False
        self._sign = sign

    def stop(self) -> None:
        """Lease nothing more; what is being sent is finished and recorded, the rest given back."""
        self._stopping = True
        self._work.set()

    async def run(self) -> None:
        """Until stop() is called."""
        pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
            self._database,
            min_size=1,
            max_size=4,
            open=False,
            timeout=10,
            reconnect_timeout=10,
            kwargs={"autocommit": True, "application_name": "keng sender"},
        )
        await pool.open()
        self._wire = Wire(Http(self._concurrency), pool)
        self._texts = Texts(pool)
        self._consequences = Consequences(self._wire, pool, self._work.set)
        self._rounds = Rounds(self._database, pool, self._consequences, self._work.set)
        self._shelf = Shelf(self._concurrency, self._rounds, self._offer)
        jobs = [self._turn_forever(), *(self._send_forever() for _ in range(self._concurrency))]
        jobs += [*self._rounds.jobs(), self._rounds.forever(self._extend, every=_EXTEND_EVERY)]
        tasks = [asyncio.create_task(job) for job in jobs]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._end(tasks)
            await pool.close()

    async def _end(self, tasks: "list[asyncio.Task[None]]") -> None:
        """A task that ended by itself has failed: then the process ends too, and starts anew."""
        ended = await end_tasks(tasks)
        await self._consequences.finish()
        await self._wire.close()
        await orm.close()
        await self._ledger.close()
        for error in ended:
            if isinstance(error, Exception):
                raise error
        if self._sign is not None:
            self._sign.end()

    # -- leasing and recording

    async def _turn_forever(self) -> None:
        finish_by = 0.0
        while True:
            if self._stopping:
                finish_by = finish_by or time.monotonic() + _FINISH_WITHIN
                self._put_back()
                if not len(self._shelf) or time.monotonic() > finish_by:
                    return
            try:
                moved = await self._turn()
            except AWAY as error:
                logger.warning("the database is away: %s", type(error).__name__)
                await asyncio.sleep(0.2)
                continue
            if self._sign is not None and self._rounds.is_in_touch():
                self._sign.beat()
            if not moved:
                await self._rest()
            await self._gather()

    async def _turn(self) -> bool:
        """One round trip; whether anything moved."""
        await self._give_back()
        changes, rest = _without_repetition(self._changes)
        wishes = {} if self._stopping else self._shelf.wishes([change.id for change in changes])
        if not (changes or wishes):
            return False
        self._changes, wakes = rest, self._rounds.wakes
        try:
            rows = await self._recorded_and_leased(changes, wishes)
        except REFUSED:
            # The database is there and will not have one of them: the others must not wait for it.
            await self._record_one_by_one(changes)
            return True
        except AWAY:
            # The outcomes are all there is: keep them until they are on record.
            self._changes = changes + self._changes
            raise
        self._shelf.let_go(change.id for change in changes)
        if self._rounds.wakes == wakes:
            self._shelf.look_again(wishes, rows)
        return bool(changes or rows)

    async def _record_one_by_one(self, changes: list[Change]) -> None:
        """What cannot be recorded ends like a crash: its lease runs out, and the rule for that."""
        for place, change in enumerate(changes):
            try:
                await self._ledger.turn([change], {})
            except REFUSED as error:
                logger.warning("delivery %s not recorded: %s", change.id, type(error).__name__)
            except AWAY:
                self._changes = changes[place:] + self._changes
                raise
            self._shelf.let_go([change.id])

    async def _recorded_and_leased(
        self, changes: list[Change], wishes: dict[uuid.UUID, int]
    ) -> list[Leased]:
        if _FAULT == "send_before_lease":
            return await self._leased_unsafely(changes, wishes)
        rows = await self._ledger.turn(changes, wishes)
        self._shelf.take(rows)
        return rows

    async def _leased_unsafely(
        self, changes: list[Change], wishes: dict[uuid.UUID, int]
    ) -> list[Leased]:
        """The deliberate fault: rows are sent while the transaction that leases them is open."""
        if changes:
            await self._ledger.turn(changes, {})
        async with self._ledger.uncommitted(wishes) as rows:
            self._shelf.take(rows)
            await asyncio.sleep(0.5 if rows else 0)
        return rows

    async def _give_back(self) -> None:
        unsent, self._unsent = self._unsent, []
        if not unsent:
            return
        try:
            await self._ledger.give_back(unsent)
        except AWAY:
            self._unsent = unsent + self._unsent
            raise
        self._shelf.let_go(unsent)

    def _put_back(self) -> None:
        """Stopping: what nobody has begun to send goes to others."""
        self._waiting.clear()
        begun = self._sending | {change.id for change in self._changes}
        self._unsent = [row_id for row_id in self._shelf if row_id not in begun]

    async def _rest(self) -> None:
        """Until something is done, or may be due."""
        wait = 0.05 if self._stopping else self._shelf.next_look()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._work.wait(), wait)
        self._work.clear()

    async def _gather(self) -> None:
        """Until there are some, or a moment: a turn costs much the same for few rows and many."""
        self._company.clear()
        if len(self._changes) < AHEAD and not self._stopping:
            enough = asyncio.get_running_loop().call_later(_GATHER, self._company.set)
            await self._company.wait()
            enough.cancel()

    async def _extend(self) -> None:
        if held := list(self._shelf):
            await self._ledger.extend(held)

    # -- sending

    def _offer(self, row: Leased) -> None:
        """Its moment has come: to whoever is free."""
        if self._stopping:
            return
        if row.is_urgent:
            self._waiting.appendleft(row)
        else:
            self._waiting.append(row)
        if self._idle and not (free := self._idle.popleft()).done():
            free.set_result(None)

    async def _send_forever(self) -> None:
        while True:
            if not self._waiting:
                free = asyncio.get_running_loop().create_future()
                self._idle.append(free)
                await free
                continue
            row = self._waiting.popleft()
            self._sending.add(row.id)
            try:
                await self._send(row)
            except AWAY as error:
                logger.warning("not sent, given back: %s", type(error).__name__)
                self._unsent.append(row.id)
                await asyncio.sleep(0.2)
            finally:
                self._sending.discard(row.id)
            self._work.set()
            if len(self._changes) >= AHEAD:
                self._company.set()

    async def _send(self, row: Leased) -> None:
        account = self._shelf.account(row)
        if account.standing.paused_until > asyncio.get_running_loop().time():
            self._unsent.append(row.id)
            return
        start = time.monotonic()
        outcome, status = await self._outcome(row, account)
        self._changes.append(
            judge(
                row,
                outcome,
                now=times.now(),
                idempotent=account.channel.can.idempotent,
                milliseconds=milliseconds_since(start),
                http_status=status,
            )
        )
        self._consequences.of(row, account, outcome)

    async def _outcome(self, row: Leased, account: Account) -> tuple[Outcome, int | None]:
        text = self._texts.known(row.text_id)
        if text is None:
            try:
                text = await self._texts.read(row.text_id)
            except NoText:
                return Outcome("reject", reason="the text is gone", code="no_text"), None
        try:
            return await self._wire.send(row, text, account, _way_out(row))
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 -- one row must not end the sending of all others
            logger.warning("delivery %s failed inside: %s", row.id, type(error).__name__)
            return Outcome("unknown", reason="failed inside", code=type(error).__name__), None


def _way_out(row: Leased) -> str:
    """The link by which a subscriber stops; nobody else has one."""
    if row.recipient_kind != "subscription":
        return ""
    return stop_url(Subscription(pk=row.recipient_ref, link_secret=row.link_secret or b""))


def _without_repetition(changes: list[Change]) -> tuple[list[Change], list[Change]]:
    """A row that was swept, leased again and settled twice is recorded in two turns, in order."""
    seen: set[uuid.UUID] = set()
    for place, change in enumerate(changes):
        if change.id in seen:
            return changes[:place], changes[place:]
        seen.add(change.id)
    return changes, []
