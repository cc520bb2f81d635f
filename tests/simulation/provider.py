"""The other end of the wire: what a provider takes in, refuses, and answers too late or never."""

import json
import uuid
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import psycopg

from keng.channels.base import RecordWritten, Reply, Request, TableRecord
from keng.delivery.sender.http_connection import ConnectionBroken
from keng.delivery.sender.transports import PreparedDelivery

if TYPE_CHECKING:
    from tests.simulation.world import World

TOKENS_LAST = 25 * 3600.0


class Provider:
    """Takes what is sent in the way of Zalo, and of the table of the simulated phones."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.accepted: dict[uuid.UUID, list[float]] = defaultdict(list)
        """By delivery: when it was taken in."""
        self.sent_at_by_account: dict[uuid.UUID, list[float]] = defaultdict(list)
        """By account: when a message left, or would have with a token that lives."""
        self._refused: dict[uuid.UUID, float] = {}
        self._shown: set[str] = set()
        self._pairs: dict[uuid.UUID, dict[str, str]] = {}
        self._owners: dict[str, uuid.UUID] = {}
        self._spent_by: dict[str, object] = {}
        self._made = 0
        self.lost_pairs: set[uuid.UUID] = set()
        """Accounts whose newest pair nobody has: whoever asked was killed, or never heard."""

    # -- tokens

    def connect(self, account_id: uuid.UUID) -> dict[str, str]:
        """A new pair, as a person gets it at the provider's console."""
        self._made += 1
        pair = {
            "access_token": f"access-{self._made}",
            "refresh_token": f"refresh-{self._made}",
        }
        self._pairs[account_id] = pair
        self._owners[pair["refresh_token"]] = account_id
        self.lost_pairs.discard(account_id)
        return dict(pair)

    def end_access(self, account_id: uuid.UUID) -> None:
        """The access token is dead before its time."""
        self._pairs[account_id]["access_token"] += "-ended"

    async def renew(self, request: Request) -> Reply:
        """A refresh token works once."""
        world = self._world
        token = parse_qs(request.body.decode())["refresh_token"][0]
        account_id = self._owners[token]
        with world.under_way("wire: renewal"):
            await world.travel()
            if world.happens(world.faults.wire):
                raise ConnectionBroken(written=False)
            if token != self._pairs[account_id]["refresh_token"]:
                world.note_spent_twice(account_id, self._spent_by[token])
                return _json({"error": -14020, "message": "invalid refresh token"})
            self._spent_by[token] = world.current()
            pair = self.connect(account_id)
            self.lost_pairs.add(account_id)
            await world.travel()
            if world.happens(world.faults.wire):
                raise ConnectionBroken(written=True)
        return _json(pair | {"expires_in": str(int(TOKENS_LAST))})

    async def check(self, request: Request) -> Reply:
        """Whether an access token still opens the account."""
        world = self._world
        with world.under_way("wire: check"):
            await world.travel()
            if world.happens(world.faults.wire):
                raise ConnectionBroken(written=False)
            token = request.headers["access_token"]
            is_alive = any(pair["access_token"] == token for pair in self._pairs.values())
            await world.travel()
        return _json({"error": 0, "data": {"oa_id": "1"}} if is_alive else {"error": -216})

    def note_pair_stored(self, account_id: uuid.UUID, refresh_token: str) -> None:
        """This pair is on record."""
        if self._pairs[account_id]["refresh_token"] == refresh_token:
            self.lost_pairs.discard(account_id)

    # -- messages

    async def answer_message(
        self, wire: Request | TableRecord, delivery: PreparedDelivery
    ) -> Reply | RecordWritten:
        if isinstance(wire, TableRecord):
            return await self._take_record(wire, delivery)
        world, row = self._world, delivery.row
        left_at = world.loop.time()
        world.note_begun(row)
        with world.under_way("wire: message"):
            await world.travel(slow=world.happens(world.faults.slow))
            if world.happens(world.faults.wire):
                raise ConnectionBroken(written=False)
            if world.happens(world.faults.wire):
                raise ConnectionBroken(written=True)
            if wire.headers["access_token"] != self._pairs[row.account_id]["access_token"]:
                self._refused[row.id] = left_at
                return _json({"error": -216, "message": "Access token is invalid"})
            self.sent_at_by_account[row.account_id].append(self._refused.pop(row.id, left_at))
            if world.happens(world.faults.wire):
                return Reply(429, {"retry-after": "2"}, b"")
            if world.happens(world.faults.wire):
                return _json({"error": -200, "message": "failed"})
            self._accept(row.id)
            await world.travel()
            if world.happens(world.faults.wire):
                raise ConnectionBroken(written=True)
        return _json({"error": 0, "message": "Success", "data": {"message_id": str(row.id)}})

    async def _take_record(self, wire: TableRecord, delivery: PreparedDelivery) -> RecordWritten:
        world, row = self._world, delivery.row
        world.note_begun(row)

        def write(_now: float) -> RecordWritten:
            if wire.reference not in self._shown:
                self._shown.add(wire.reference)
                self._accept(row.id)
            return RecordWritten(wire.reference)

        return await world.ask("wire: record", write)

    def _accept(self, row_id: uuid.UUID) -> None:
        self.accepted[row_id].append(self._world.loop.time())
        self._world.note_accepted(row_id)


class SimulatedWire:
    """What one sender has in place of sockets. See keng.delivery.sender.transports.Wire."""

    def __init__(self, provider: Provider, world: "World") -> None:
        self._provider = provider
        self._world = world

    async def carry(self, wire, delivery: PreparedDelivery):
        return await self._provider.answer_message(wire, delivery)

    async def ask(self, request: Request) -> Reply:
        raise AssertionError(f"This provider keeps no chats: {request.url}")

    def carry_from_thread(self, request: Request) -> Reply:
        is_renewal = request.url.endswith("/oa/access_token")
        answer = self._provider.renew if is_renewal else self._provider.check
        return self._world.loop.wait_from_thread(answer(request))

    async def close(self) -> None:
        """Nothing to close."""


def lost() -> psycopg.OperationalError:
    return psycopg.OperationalError("the connection is lost")


def _json(body: dict) -> Reply:
    return Reply(200, {"content-type": "application/json"}, json.dumps(body).encode())
