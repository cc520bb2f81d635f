"""On which day subscribers and leads last wrote, where their channel is open only so long after it.

Kept in memory and written later, many at once, in a statement apart from what was said: no row of a
message and no row of a subscription are written together, so that neither tells of the other. What
an edge that is killed had noted is lost, and then a chat counts as closed that is open: it is tried
all the same (docs/decisions/0049-the-day-of-the-last-word.md).
"""

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg

from keng import channels
from keng.channels.events import CONTENT_KINDS
from keng.delivery.inbound_message import InboundMessage
from keng.kit import times
from keng.kit.task_ending import end_tasks
from keng.network.actions.lead_ways import chat_address
from keng.network.actions.subscriptions import address_hash

if TYPE_CHECKING:
    import datetime as dt

logger = logging.getLogger(__name__)
WRITTEN_EVERY = 600.0
_MOST_NOTED = 20_000
_OPENS_A_CHAT = CONTENT_KINDS | {"follow", "pressed"}
_NOTED = """
WITH noted AS (
  SELECT * FROM unnest(%(channels)s::text[], %(hashes)s::bytea[], %(days)s::date[])
    AS noted (channel, hash, day)
)"""
# Whoever's row is held by another writer is noted with their next word.
_OF_SUBSCRIPTIONS = f"""{_NOTED}, own AS (
  SELECT own.id, noted.day FROM network_subscription own JOIN noted
    ON own.channel = noted.channel AND own.address_hash = noted.hash
  WHERE own.stopped_at IS NULL AND own.wrote_on IS DISTINCT FROM noted.day
  ORDER BY own.id FOR UPDATE OF own SKIP LOCKED
)
UPDATE network_subscription s SET wrote_on = own.day FROM own WHERE s.id = own.id
"""  # noqa: S608 -- our own pieces
# Whose way it is, is not read here.
_OF_LEADS = f"""{_NOTED}
UPDATE network_leadway way SET wrote_on = noted.day FROM noted
WHERE way.channel = noted.channel AND way.address_hash = noted.hash
  AND way.wrote_on IS DISTINCT FROM noted.day
"""  # noqa: S608 -- our own pieces


@dataclass(frozen=True, slots=True)
class _Chat:
    """One person's chat, as a subscription and as a lead would be found by it."""

    channel: str
    subscription_hash: bytes = field(repr=False)
    lead_hash: bytes = field(repr=False)


class DaysWritten:
    """What was noted since it was last written."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._noted: dict[_Chat, dt.date] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_writing())

    async def close(self) -> None:
        """Write what is noted, as far as the database is there."""
        if self._task is not None:
            await end_tasks([self._task])
        await self.write()

    def note(self, message: InboundMessage) -> None:
        """Of a message that was written down: whoever sent it has an open chat."""
        channel, event = message.account.channel, message.event
        if channels.get_channel(channel).can.open_for is None or event.kind not in _OPENS_A_CHAT:
            return
        if event.group or not event.reply_address or len(self._noted) >= _MOST_NOTED:
            return
        chat = _Chat(
            channel,
            address_hash(channel, event.reply_address),
            chat_address(channel, message.account.id, event.reply_address).hash,
        )
        self._noted[chat] = times.local_date(message.received_at)

    async def write(self) -> None:
        """What cannot be written now is noted anew with the next word."""
        noted, self._noted = self._noted, {}
        if not noted:
            return
        values = {
            "channels": [chat.channel for chat in noted],
            "days": list(noted.values()),
        }
        with contextlib.suppress(asyncio.CancelledError):
            try:
                connection = await psycopg.AsyncConnection.connect(
                    self._dsn,
                    autocommit=True,
                    connect_timeout=3,
                    application_name="keng edge days",
                    options="-c lock_timeout=2s",
                )
                async with connection:
                    subscriptions = [chat.subscription_hash for chat in noted]
                    leads = [chat.lead_hash for chat in noted]
                    await connection.execute(_OF_SUBSCRIPTIONS, values | {"hashes": subscriptions})
                    await connection.execute(_OF_LEADS, values | {"hashes": leads})
            except psycopg.Error as error:
                logger.warning("Days were not written (%s).", type(error).__name__)

    async def _keep_writing(self) -> None:
        while True:
            await asyncio.sleep(WRITTEN_EVERY)
            await self.write()
