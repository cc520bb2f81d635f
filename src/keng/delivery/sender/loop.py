"""The loop: send side by side, and record what came of it in the round trip that leases more."""

import asyncio
import contextlib
import heapq
import itertools
import logging
import os
import time
import uuid
from collections import deque
from collections.abc import Callable
from typing import Self

import psycopg

from keng.channels.base import Outcome
from keng.delivery.models import Delivery
from keng.delivery.sender.account_groups import LOOK_AT_GROUPS_EVERY, GroupRequestRunner
from keng.delivery.sender.accounts import SendingAccount
from keng.delivery.sender.consequences import Consequences
from keng.delivery.sender.housekeeping import Housekeeping
from keng.delivery.sender.http import HttpClient
from keng.delivery.sender.judgement import judge_outcome
from keng.delivery.sender.leased_rows import LeasedRows
from keng.delivery.sender.ledger import DATABASE_AWAY, SenderLedger
from keng.delivery.sender.missed_messages import MissedMessages
from keng.delivery.sender.one_delivery import DeliverySending, SendResult
from keng.delivery.sender.packages import PackageQuestions
from keng.delivery.sender.postgres_ledger import PostgresLedger
from keng.delivery.sender.rows import LEASED_AHEAD, SENT_AT_ONCE, DeliveryChange, LeasedDelivery
from keng.delivery.sender.texts import NoText, TextCache
from keng.delivery.sender.tokens import TokenRenewals
from keng.delivery.sender.transports import Transports, Wire
from keng.kit import alive, metrics, times
from keng.kit.busy import is_full_error
from keng.kit.logs import DATABASE_AWAY as SAID_AS_AWAY
from keng.kit.task_ending import end_tasks

logger = logging.getLogger(__name__)
# What is done waits so long for company before it is recorded.
_BATCH_SECONDS = 0.004
_FINISH_WITHIN = 15.0
_EXTEND_EVERY = 8.0
# How often it is asked whose turn it is (missed_messages.LOOK_EVERY).
_LOOK_FOR_MISSED_EVERY = 10.0
# For an account that is new here; of others it is asked seldom (packages.ASK_EVERY).
_ASK_FOR_PACKAGES_EVERY = 2.0
# These wake somebody: whether they are still wanted is asked once more when their turn has come.
_CALLS = (Delivery.RecipientKind.PAGER, Delivery.RecipientKind.ROOM)
DATABASE_REFUSED = (psycopg.DataError, psycopg.IntegrityError)
# Only a test that must see the fault caught sets this, and only where faults are allowed at all.
_FAULT = os.environ.get("KENG_TEST_FAULT", "") if os.environ.get("KENG_DEBUG_FAULTS") == "1" else ""


class Sender:
    """One sender process. Any number may run; each row is leased to one of them at a time."""

    def __init__(
        self,
        ledger: SenderLedger,
        open_wire: Callable[[], Wire],
        concurrency: int = SENT_AT_ONCE,
        sign: alive.Heartbeat | None = None,
        *,
        ahead: int = LEASED_AHEAD,
    ) -> None:
        """With `sign` others see that it leases. `ahead`: so many are leased beyond those sent."""
        self._ahead = ahead
        self._ledger = ledger
        self._open_wire = open_wire
        self._concurrency = concurrency
        self._waiting: list[tuple[int, int, LeasedDelivery]] = []
        self._order = itertools.count()
        self._idle: deque[asyncio.Future[None]] = deque()
        self._changes: list[DeliveryChange] = []
        self._unsent: list[uuid.UUID] = []
        self._sending: set[uuid.UUID] = set()
        self._work = asyncio.Event()
        self._batch_ready = asyncio.Event()
        self._stopping = False
        self._sign = sign

    @classmethod
    def on_postgres(
        cls, database: str, concurrency: int = SENT_AT_ONCE, sign: alive.Heartbeat | None = None
    ) -> Self:
        """With rows in PostgreSQL, and sockets to providers."""
        ledger = PostgresLedger(database, uuid.uuid4())
        return cls(
            ledger, lambda: Transports(HttpClient(concurrency), ledger.pool), concurrency, sign
        )

    def stop(self) -> None:
        """Lease nothing more; what is being sent is finished and recorded, the rest given back."""
        self._stopping = True
        self._work.set()

    async def run(self) -> None:
        """Until stop() is called."""
        async with contextlib.AsyncExitStack() as opened:
            await self._ledger.open()
            opened.push_async_callback(self._ledger.close)
            self._wire = self._open_wire()
            opened.push_async_callback(self._wire.close)
            await self._run_jobs()
        if self._sign is not None:
            self._sign.end()

    async def _run_jobs(self) -> None:
        renewals = TokenRenewals(self._ledger, self._wire.carry_from_thread)
        self._deliveries = DeliverySending(self._ledger, self._wire, renewals)
        self._texts = TextCache(self._ledger)
        self._consequences = Consequences(self._ledger, renewals, self._work.set)
        self._housekeeping = Housekeeping(self._ledger, self._consequences, self._work.set)
        self._leased = LeasedRows(
            self._concurrency, self._housekeeping, self._offer, ahead=self._ahead
        )
        jobs = [self._round_trips(), *(self._send_waiting() for _ in range(self._concurrency))]
        self._missed = MissedMessages(self._ledger, self._wire, renewals)
        self._packages = PackageQuestions(self._ledger, self._wire, renewals)
        self._groups = GroupRequestRunner(self._ledger, self._wire, renewals)
        jobs += [
            *self._housekeeping.jobs(),
            self._housekeeping.repeat(self._look_for_missed, every=_LOOK_FOR_MISSED_EVERY),
            self._housekeeping.repeat(self._ask_for_packages, every=_ASK_FOR_PACKAGES_EVERY),
            self._housekeeping.repeat(self._look_at_groups, every=LOOK_AT_GROUPS_EVERY),
            self._housekeeping.repeat(self._extend, every=_EXTEND_EVERY),
        ]
        tasks = [asyncio.create_task(job) for job in jobs]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._end(tasks)

    async def _end(self, tasks: "list[asyncio.Task[None]]") -> None:
        """A task that ended by itself has failed: then the process ends too, and starts anew."""
        ended = await end_tasks(tasks)
        await self._consequences.finish()
        for error in ended:
            if isinstance(error, Exception):
                raise error

    # -- leasing and recording

    async def _round_trips(self) -> None:
        finish_by = 0.0
        while True:
            if self._stopping:
                finish_by = finish_by or time.monotonic() + _FINISH_WITHIN
                self._return_unbegun()
                if not len(self._leased) or time.monotonic() > finish_by:
                    return
            try:
                moved = await self._round_trip()
            except DATABASE_AWAY as error:
                logger.warning("the database is away: %s", type(error).__name__, extra=SAID_AS_AWAY)
                kind = "full" if is_full_error(error) else "away"
                metrics.database_errors.labels("sender", kind).inc()
                await asyncio.sleep(0.2)
                continue
            if self._sign is not None and self._housekeeping.is_in_touch():
                self._sign.beat()
            if not moved:
                await self._wait_for_work()
            await self._wait_for_batch()

    async def _round_trip(self) -> bool:
        """One round trip; whether anything moved."""
        await self._give_back()
        changes, rest = _without_repetition(self._changes)
        counts = (
            {} if self._stopping else self._leased.lease_counts([change.id for change in changes])
        )
        if not (changes or counts):
            return False
        self._changes, wakes = rest, self._housekeeping.wakes
        try:
            rows = await self._record_and_lease(changes, counts)
        except DATABASE_REFUSED:
            # The database is there and will not have one of them: the others must not wait for it.
            await self._record_one_by_one(changes)
            return True
        except DATABASE_AWAY:
            # The outcomes are all there is: keep them until they are on record.
            self._changes = changes + self._changes
            raise
        self._leased.remove(change.id for change in changes)
        if self._housekeeping.wakes == wakes:
            self._leased.look_again(counts, rows)
        return bool(changes or rows)

    async def _record_one_by_one(self, changes: list[DeliveryChange]) -> None:
        """What cannot be recorded ends like a crash: its lease runs out, and the rule for that."""
        for place, change in enumerate(changes):
            try:
                await self._ledger.record_and_lease([change], {})
            except DATABASE_REFUSED as error:
                logger.warning("delivery %s not recorded: %s", change.id, type(error).__name__)
            except DATABASE_AWAY:
                self._changes = changes[place:] + self._changes
                raise
            self._leased.remove([change.id])

    async def _record_and_lease(
        self, changes: list[DeliveryChange], counts: dict[uuid.UUID, int]
    ) -> list[LeasedDelivery]:
        if _FAULT == "send_before_lease":
            return await self._lease_unsafely(changes, counts)
        turns = self._leased.turns(counts)
        rows = await self._ledger.record_and_lease(changes, counts, turns)
        if turns:
            self._leased.note_turns(rows)
        self._leased.add(rows)
        return rows

    async def _lease_unsafely(
        self, changes: list[DeliveryChange], counts: dict[uuid.UUID, int]
    ) -> list[LeasedDelivery]:
        """The deliberate fault: rows are sent while the transaction that leases them is open."""
        if changes:
            await self._ledger.record_and_lease(changes, {})
        async with self._ledger.lease_uncommitted(counts) as rows:
            self._leased.add(rows)
            await asyncio.sleep(0.5 if rows else 0)
        return rows

    async def _give_back(self) -> None:
        unsent, self._unsent = self._unsent, []
        if not unsent:
            return
        try:
            await self._ledger.give_back(unsent)
        except DATABASE_AWAY:
            self._unsent = unsent + self._unsent
            raise
        self._leased.remove(unsent)

    def _return_unbegun(self) -> None:
        """Stopping: what nobody has begun to send goes to others."""
        self._waiting.clear()
        begun = self._sending | {change.id for change in self._changes}
        self._unsent = [row_id for row_id in self._leased if row_id not in begun]

    async def _wait_for_work(self) -> None:
        """Until something is done, or may be due."""
        wait = 0.05 if self._stopping else self._leased.seconds_to_next_look()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._work.wait(), wait)
        self._work.clear()

    async def _wait_for_batch(self) -> None:
        """Until there are some, or a moment: a turn costs much the same for few rows and many."""
        self._batch_ready.clear()
        if len(self._changes) < self._ahead and not self._stopping:
            enough = asyncio.get_running_loop().call_later(_BATCH_SECONDS, self._batch_ready.set)
            await self._batch_ready.wait()
            enough.cancel()

    async def _extend(self) -> None:
        if held := list(self._leased):
            await self._ledger.extend(held)

    async def _ask_for_packages(self) -> None:
        await self._packages.ask(list(self._housekeeping.accounts))

    async def _look_at_groups(self) -> None:
        await self._groups.look(list(self._housekeeping.accounts))

    async def _look_for_missed(self) -> None:
        await self._missed.look(list(self._housekeeping.accounts))

    # -- sending

    def _offer(self, row: LeasedDelivery) -> None:
        """Its moment has come: to whoever is free."""
        if self._stopping:
            return
        heapq.heappush(self._waiting, (row.priority, next(self._order), row))
        if self._idle and not (free := self._idle.popleft()).done():
            free.set_result(None)

    def _next_waiting(self) -> LeasedDelivery:
        *_rank, row = heapq.heappop(self._waiting)
        return row

    async def _send_waiting(self) -> None:
        while True:
            if not self._waiting:
                free = asyncio.get_running_loop().create_future()
                self._idle.append(free)
                await free
                continue
            row = self._next_waiting()
            self._sending.add(row.id)
            try:
                await self._send(row)
            except DATABASE_AWAY as error:
                logger.warning("not sent, given back: %s", type(error).__name__, extra=SAID_AS_AWAY)
                self._unsent.append(row.id)
                await asyncio.sleep(0.2)
            finally:
                self._sending.discard(row.id)
            self._work.set()
            if len(self._changes) >= self._ahead:
                self._batch_ready.set()

    async def _send(self, row: LeasedDelivery) -> None:
        account = self._leased.account_of(row)
        if account is None:
            return
        if account.state.paused_until > asyncio.get_running_loop().time():
            self._unsent.append(row.id)
            return
        if row.recipient_kind in _CALLS and await self._is_called_off(row):
            self._unsent.append(row.id)
            return
        start = time.monotonic()
        outcome, status = await self._send_its_text(row, account)
        took = time.monotonic() - start
        metrics.provider_outcomes.labels(account.channel.code, outcome.kind).inc()
        metrics.provider_answers.labels(account.channel.code).observe(took)
        change = judge_outcome(
            row,
            outcome,
            now=times.now(),
            idempotent=account.channel.can.idempotent,
            closed_codes=account.channel.can.closed_codes,
            milliseconds=int(took * 1000),
            http_status=status,
        )
        self._changes.append(change)
        self._consequences.begin_for(row, account, outcome)

    async def _is_called_off(self, row: LeasedDelivery) -> bool:
        """Whether it was taken back since it was leased: a rate can hold it for a minute."""
        return await self._ledger.is_called_off(row.id)

    async def _send_its_text(self, row: LeasedDelivery, account: SendingAccount) -> SendResult:
        try:
            text = self._texts.cached(row.text_id)
            if text is None:
                text = await self._texts.read(row.text_id)
            return await self._deliveries.send(row, account, text)
        except NoText:
            return SendResult(Outcome("reject", reason="the text is gone", code="no_text"))
        except DATABASE_AWAY:
            raise
        except Exception as error:  # noqa: BLE001 -- one row must not end the sending of all others
            logger.warning("delivery %s failed inside: %s", row.id, type(error).__name__)
            return SendResult(Outcome("unknown", reason="failed inside", code=type(error).__name__))


def _without_repetition(
    changes: list[DeliveryChange],
) -> tuple[list[DeliveryChange], list[DeliveryChange]]:
    """A row that was swept, leased again and settled twice is recorded in two turns, in order."""
    seen: set[uuid.UUID] = set()
    for place, change in enumerate(changes):
        if change.id in seen:
            return changes[:place], changes[place:]
        seen.add(change.id)
    return changes, []
