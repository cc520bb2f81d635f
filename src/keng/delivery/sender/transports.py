"""What carries a delivery: HTTP, SMTP, or a row of the table of the simulated phones."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from psycopg_pool import AsyncConnectionPool

from keng.channels.base import (
    Address,
    Mail,
    MailReply,
    OutgoingMessage,
    RecordWritten,
    Reply,
    Request,
    TableRecord,
)
from keng.delivery.sender.accounts import SendingAccount
from keng.delivery.sender.http import HttpClient
from keng.delivery.sender.rows import LeasedDelivery
from keng.delivery.sender.smtp import SmtpClient, smtp_server
from keng.delivery.sender.texts import LoadedText
from keng.kit.ids import new_id

if TYPE_CHECKING:
    import uuid

# The id that is in the table, whether this attempt wrote it or an earlier one.
_SANDBOX = """
WITH made AS (
  INSERT INTO delivery_sandboxmessage
    (id, account_id, address, delivery_ref, text, has_image, image_path)
  VALUES (%(id)s, %(account)s, %(address)s, %(delivery)s, %(text)s, %(has_image)s, %(image_path)s)
  ON CONFLICT (delivery_ref) DO NOTHING RETURNING id
)
SELECT id FROM made
UNION ALL SELECT id FROM delivery_sandboxmessage WHERE delivery_ref = %(delivery)s LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class PreparedDelivery:
    """One leased row with all that it takes to send it."""

    row: LeasedDelivery
    account: SendingAccount
    text: LoadedText
    message: OutgoingMessage
    address: Address


class Wire(Protocol):
    """What reaches providers: sockets, or a simulation of them."""

    async def carry(
        self, wire: Request | Mail | TableRecord, delivery: PreparedDelivery
    ) -> Reply | MailReply | RecordWritten:
        """What came back. Raises ConnectionBroken, UnsendableRequest, psycopg.Error."""

    async def ask(self, request: Request) -> Reply:
        """One request that no delivery makes. Raises ConnectionBroken, UnsendableRequest."""

    def carry_from_thread(self, request: Request) -> Reply:
        """The same as ask, for a thread beside the loop."""

    async def close(self) -> None: ...


class Transports:
    """Every socket of the sender's, as a Wire. Made inside of its loop."""

    def __init__(self, http: HttpClient, pool: AsyncConnectionPool[Any]) -> None:
        self._http = http
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._smtp_clients: dict[uuid.UUID, SmtpClient] = {}

    async def carry(
        self, wire: Request | Mail | TableRecord, delivery: PreparedDelivery
    ) -> Reply | MailReply | RecordWritten:
        if isinstance(wire, Request):
            return await self._http.carry(wire)
        if isinstance(wire, Mail):
            return await self._smtp_client(delivery.account).carry(wire)
        return await self._write_record(wire, delivery)

    async def ask(self, request: Request) -> Reply:
        return await self._http.carry(request)

    def carry_from_thread(self, request: Request) -> Reply:
        return asyncio.run_coroutine_threadsafe(self._http.carry(request), self._loop).result()

    async def close(self) -> None:
        """Close every socket."""
        await self._http.close()
        for client in self._smtp_clients.values():
            await asyncio.to_thread(client.close)

    async def _write_record(self, wire: TableRecord, delivery: PreparedDelivery) -> RecordWritten:
        values = {
            "id": new_id(),
            "account": delivery.account.id,
            "address": wire.address.value,
            "delivery": delivery.row.id,
            "text": wire.text,
            "has_image": wire.image is not None,
            "image_path": delivery.text.image_path if wire.image is not None else "",
        }
        async with self._pool.connection() as connection:
            found = await (await connection.execute(_SANDBOX, values)).fetchone()
        return RecordWritten(str(found[0] if found else delivery.row.id))

    def _smtp_client(self, account: SendingAccount) -> SmtpClient:
        server = smtp_server(account.base_url, account.credentials)
        client = self._smtp_clients.get(account.id)
        if client is None or client.server != server:
            client = self._smtp_clients[account.id] = SmtpClient(server)
        return client
