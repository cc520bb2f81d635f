"""One delivery's way over the wire: build, talk, and what came of it."""

import asyncio
import contextlib
import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import Error as OrmError
from psycopg_pool import AsyncConnectionPool

from keng.channels.base import (
    Address,
    Outcome,
    OutgoingMessage,
    RecordWritten,
    Reply,
    Request,
    TableRecord,
    begin_steps,
    continue_steps,
    outcome_of_transport_failure,
)
from keng.delivery.sender import accounts, orm_threads, tokens
from keng.delivery.sender.accounts import SendingAccount
from keng.delivery.sender.http import ConnectionBroken, HttpClient, UnsendableRequest
from keng.delivery.sender.rows import LeasedDelivery
from keng.delivery.sender.smtp import SmtpClient, SmtpServer
from keng.delivery.sender.texts import LoadedText
from keng.kit import times
from keng.kit.ids import new_id
from keng.lookup import chat_answers
from keng.vault import opening

if TYPE_CHECKING:
    import uuid
    from collections.abc import Generator

logger = logging.getLogger(__name__)
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
# Who gets what many get; to a reporter, a pager and the emergency room it is said alone.
_MANY = ("group", "subscription")
# The provider is not to blame, so its account goes on with everything else.
_NOT_ANSWERED = Outcome("retry", after_seconds=5, reason="look-up not answered")
_UNSENDABLE = Outcome("config", reason="the account's address cannot be asked", code="unsendable")


class Transports:
    """Everything an attempt may talk through."""

    def __init__(self, http: HttpClient, pool: AsyncConnectionPool[Any]) -> None:
        self.http = http
        self._pool = pool
        self._smtp_clients: dict[uuid.UUID, SmtpClient] = {}
        self._renewing: dict[uuid.UUID, asyncio.Lock] = {}
        self._uploading: dict[tuple[uuid.UUID, str], asyncio.Lock] = {}

    async def send(
        self, row: LeasedDelivery, text: LoadedText, account: SendingAccount, stop_url: str
    ) -> tuple[Outcome, int | None]:
        """The outcome, which says everything, and the last HTTP status. Raises nothing of ours."""
        try:
            message = _message(row, text, await _text_of(row, text), stop_url)
            address = _address(row)
        except OrmError:
            return _NOT_ANSWERED, None
        # A row that cannot be built must not stop the others.
        except Exception as error:  # noqa: BLE001
            return _unbuildable(row, error), None
        outcome, status = await self._with_live_tokens(row, text, account, message, address)
        if outcome.kind == "moved":
            await orm_threads.in_orm_thread(
                accounts.move_address, row.recipient_kind, row.recipient_ref, outcome.new_address
            )
            moved = Address(outcome.new_address, address.kind)
            outcome, status = await self._with_live_tokens(row, text, account, message, moved)
        return outcome, status

    async def _with_live_tokens(
        self,
        row: LeasedDelivery,
        text: LoadedText,
        account: SendingAccount,
        message: OutgoingMessage,
        address: Address,
    ) -> tuple[Outcome, int | None]:
        used = account.tokens_version
        outcome, status = await self._talk(row, text, account, message, address)
        if outcome.kind != "refresh_auth":
            return outcome, status
        refused = await self._renew(account, used)
        if refused is not None:
            return refused, status
        outcome, status = await self._talk(row, text, account, message, address)
        if outcome.kind == "refresh_auth":
            outcome = Outcome("config", code=outcome.code, reason="refused after new tokens")
        return outcome, status

    async def _talk(
        self,
        row: LeasedDelivery,
        text: LoadedText,
        account: SendingAccount,
        message: OutgoingMessage,
        address: Address,
    ) -> tuple[Outcome, int | None]:
        if message.image is None or account.channel.transport != "http":
            return await self._run_steps(row, text, account, message, address)
        # One of them puts the picture into the provider's store; the others use what it got.
        async with self._first_to_upload(account, text.image_path):
            message = _with_handle(message, account, text)
            if not message.image_ref:
                return await self._run_steps(row, text, account, message, address)
        return await self._run_steps(row, text, account, message, address)

    @contextlib.asynccontextmanager
    async def _first_to_upload(self, account: SendingAccount, path: str) -> Any:
        if account.state.images.get(path):
            yield
            return
        async with self._uploading.setdefault((account.id, path), asyncio.Lock()):
            yield

    async def _run_steps(
        self,
        row: LeasedDelivery,
        text: LoadedText,
        account: SendingAccount,
        message: OutgoingMessage,
        address: Address,
    ) -> tuple[Outcome, int | None]:
        steps: Generator[Any, Any, Outcome] = account.channel.steps(
            message, address, account.credentials, times.now()
        )
        status = None
        try:
            wire = begin_steps(steps)
        except Exception as error:  # noqa: BLE001 -- nothing has gone out; the others go on
            return _unbuildable(row, error), None
        while not isinstance(wire, Outcome):
            try:
                answer = await self._carry(wire, row, text, account)
            except (ConnectionBroken, psycopg.Error) as broken:
                steps.close()
                written = getattr(broken, "written", True)
                delivers = getattr(wire, "delivers", True)
                return outcome_of_transport_failure(written, delivers=delivers), status
            except UnsendableRequest:
                steps.close()
                return _UNSENDABLE, status
            if isinstance(answer, Reply):
                status = answer.status
            wire = continue_steps(steps, answer)
        if wire.learned and (reference := wire.learned.get("image_ref")):
            account.state.images[text.image_path] = reference
        return wire, status

    async def _carry(
        self, wire: object, row: LeasedDelivery, text: LoadedText, account: SendingAccount
    ) -> object:
        if isinstance(wire, Request):
            return await self.http.carry(wire)
        if isinstance(wire, TableRecord):
            return await self._write(wire, row, text, account)
        return await self._smtp_client(account).carry(wire)  # type: ignore[arg-type]

    async def _write(
        self, wire: TableRecord, row: LeasedDelivery, text: LoadedText, account: SendingAccount
    ) -> RecordWritten:
        values = {
            "id": new_id(),
            "account": account.id,
            "address": wire.address.value,
            "delivery": row.id,
            "text": wire.text,
            "has_image": wire.image is not None,
            "image_path": text.image_path if wire.image is not None else "",
        }
        async with self._pool.connection() as connection:
            found = await (await connection.execute(_SANDBOX, values)).fetchone()
        return RecordWritten(str(found[0] if found else row.id))

    def _smtp_client(self, account: SendingAccount) -> SmtpClient:
        server = SmtpServer(
            account.base_url,
            account.credentials.get("user", ""),
            account.credentials.get("password", ""),
        )
        client = self._smtp_clients.get(account.id)
        if client is None or client.server != server:
            client = self._smtp_clients[account.id] = SmtpClient(server)
        return client

    async def _renew(self, account: SendingAccount, used: bytes) -> Outcome | None:
        """None when there are other tokens than the ones that were refused."""
        async with self._renewing.setdefault(account.id, asyncio.Lock()):
            if account.tokens_version != used:
                return None
            try:
                refused = await orm_threads.in_token_thread(
                    tokens.refresh_tokens, account, used, self.carry_from_thread()
                )
                if refused is None:
                    await self._read_again(account)
            except OrmError:
                # The refused token delivered nothing; the database will be back.
                return Outcome("retry", after_seconds=5, reason="database away", reached=False)
            return refused

    async def _read_again(self, account: SendingAccount) -> None:
        fresh = (await orm_threads.in_orm_thread(accounts.read_accounts, [account.id]))[account.id]
        account.credentials = fresh.credentials
        account.tokens_version = fresh.tokens_version
        account.tokens_expire_at = fresh.tokens_expire_at

    def carry_from_thread(self) -> tokens.CarryRequest:
        """The HTTP client for a thread of the ORM."""
        loop = asyncio.get_running_loop()
        return lambda request: asyncio.run_coroutine_threadsafe(
            self.http.carry(request), loop
        ).result()

    async def renew_ahead(self, account: SendingAccount) -> Outcome | None:
        """Renew tokens that run out soon. A refusal counts only once the present ones are dead."""
        refused = await self._renew(account, account.tokens_version)
        if refused is None or refused.kind != "config":
            return None
        alive = await orm_threads.in_token_thread(
            tokens.access_token_works, account, self.carry_from_thread()
        )
        return None if alive else refused

    async def close(self) -> None:
        """Close every socket."""
        await self.http.close()
        for client in self._smtp_clients.values():
            await asyncio.to_thread(client.close)


def _unbuildable(row: LeasedDelivery, error: Exception) -> Outcome:
    logger.warning("delivery %s cannot be built: %s", row.id, type(error).__name__)
    return Outcome("reject", reason="cannot be built", code=type(error).__name__)


async def _text_of(row: LeasedDelivery, text: LoadedText) -> str:
    """What it says; who looked something up reads what is known of it at this moment."""
    if row.text_sealed is None:
        return text.text
    words = opening.open_as_sender(row.text_sealed).decode()
    return (
        await orm_threads.in_answering_thread(chat_answers.message_for_asker, words)
        if row.recipient_kind == "asker"
        else words
    )


def _message(row: LeasedDelivery, text: LoadedText, words: str, stop_url: str) -> OutgoingMessage:
    return OutgoingMessage(
        text=words,
        image=text.image,
        image_mime=text.image_mime,
        kind="group" if row.recipient_kind == "group" else "consultation",
        is_bulk=row.recipient_kind in _MANY,
        subject=text.subject,
        reference=str(row.id),
        unsubscribe_url=stop_url,
    )


def _with_handle(
    message: OutgoingMessage, account: SendingAccount, text: LoadedText
) -> OutgoingMessage:
    return replace(message, image_ref=account.state.images.get(text.image_path, ""))


def _address(row: LeasedDelivery) -> Address:
    if row.address_sealed is not None:
        return Address(opening.open_as_sender(row.address_sealed).decode())
    return Address(row.address, "group" if row.recipient_kind == "group" else "person")


def milliseconds_since(start: float) -> int:
    """Whole milliseconds since a reading of time.monotonic."""
    return int((time.monotonic() - start) * 1000)
