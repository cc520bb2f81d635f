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
    Message,
    Outcome,
    Reply,
    Request,
    Row,
    Written,
    begin,
    outcome_of_transport_failure,
    proceed,
)
from keng.delivery.sender import accounts, orm, tokens
from keng.delivery.sender.accounts import Account
from keng.delivery.sender.http import Broken, Http, Unsendable
from keng.delivery.sender.post import Mailbox, Post
from keng.delivery.sender.rows import Leased
from keng.delivery.sender.texts import Text
from keng.kit import times
from keng.kit.ids import new_id
from keng.lookup import chat
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


class Wire:
    """Everything an attempt may talk through."""

    def __init__(self, http: Http, pool: AsyncConnectionPool[Any]) -> None:
        self.http = http
        self._pool = pool
        self._posts: dict[uuid.UUID, Post] = {}
        self._renewing: dict[uuid.UUID, asyncio.Lock] = {}
        self._uploading: dict[tuple[uuid.UUID, str], asyncio.Lock] = {}

    async def send(
        self, row: Leased, text: Text, account: Account, stop_url: str
    ) -> tuple[Outcome, int | None]:
        """The outcome, which says everything, and the last HTTP status. Raises nothing of ours."""
        try:
            message = _message(row, text, await _words(row, text), stop_url)
            address = _address(row)
        except OrmError:
            return _NOT_ANSWERED, None
        # A row that cannot be built must not stop the others.
        except Exception as error:  # noqa: BLE001
            return _not_built(row, error), None
        outcome, status = await self._with_live_tokens(row, text, account, message, address)
        if outcome.kind == "moved":
            await orm.in_thread(
                accounts.move_address, row.recipient_kind, row.recipient_ref, outcome.new_address
            )
            moved = Address(outcome.new_address, address.kind)
            outcome, status = await self._with_live_tokens(row, text, account, message, moved)
        return outcome, status

    async def _with_live_tokens(
        self, row: Leased, text: Text, account: Account, message: Message, address: Address
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
        self, row: Leased, text: Text, account: Account, message: Message, address: Address
    ) -> tuple[Outcome, int | None]:
        if message.image is None or account.channel.transport != "http":
            return await self._run(row, text, account, message, address)
        # One of them puts the picture into the provider's store; the others use what it got.
        async with self._first_to_upload(account, text.image_path):
            message = _with_handle(message, account, text)
            if not message.image_ref:
                return await self._run(row, text, account, message, address)
        return await self._run(row, text, account, message, address)

    @contextlib.asynccontextmanager
    async def _first_to_upload(self, account: Account, path: str) -> Any:
        if account.standing.images.get(path):
            yield
            return
        async with self._uploading.setdefault((account.id, path), asyncio.Lock()):
            yield

    async def _run(
        self, row: Leased, text: Text, account: Account, message: Message, address: Address
    ) -> tuple[Outcome, int | None]:
        steps: Generator[Any, Any, Outcome] = account.channel.steps(
            message, address, account.credentials, times.now()
        )
        status = None
        try:
            wire = begin(steps)
        except Exception as error:  # noqa: BLE001 -- nothing has gone out; the others go on
            return _not_built(row, error), None
        while not isinstance(wire, Outcome):
            try:
                answer = await self._carry(wire, row, text, account)
            except (Broken, psycopg.Error) as broken:
                steps.close()
                written = getattr(broken, "written", True)
                delivers = getattr(wire, "delivers", True)
                return outcome_of_transport_failure(written, delivers=delivers), status
            except Unsendable:
                steps.close()
                return _UNSENDABLE, status
            if isinstance(answer, Reply):
                status = answer.status
            wire = proceed(steps, answer)
        if wire.learned and (reference := wire.learned.get("image_ref")):
            account.standing.images[text.image_path] = reference
        return wire, status

    async def _carry(self, wire: object, row: Leased, text: Text, account: Account) -> object:
        if isinstance(wire, Request):
            return await self.http.carry(wire)
        if isinstance(wire, Row):
            return await self._write(wire, row, text, account)
        return await self._post(account).carry(wire)  # type: ignore[arg-type]

    async def _write(self, wire: Row, row: Leased, text: Text, account: Account) -> Written:
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
        return Written(str(found[0] if found else row.id))

    def _post(self, account: Account) -> Post:
        mailbox = Mailbox(
            account.base_url,
            account.credentials.get("user", ""),
            account.credentials.get("password", ""),
        )
        post = self._posts.get(account.id)
        if post is None or post.mailbox != mailbox:
            post = self._posts[account.id] = Post(mailbox)
        return post

    async def _renew(self, account: Account, used: bytes) -> Outcome | None:
        """None when there are other tokens than the ones that were refused."""
        async with self._renewing.setdefault(account.id, asyncio.Lock()):
            if account.tokens_version != used:
                return None
            try:
                refused = await orm.in_slow_thread(
                    tokens.refresh, account, used, self.from_thread()
                )
                if refused is None:
                    await self._read_again(account)
            except OrmError:
                # The refused token delivered nothing; the database will be back.
                return Outcome("retry", after_seconds=5, reason="database away", reached=False)
            return refused

    async def _read_again(self, account: Account) -> None:
        fresh = (await orm.in_thread(accounts.read, [account.id]))[account.id]
        account.credentials = fresh.credentials
        account.tokens_version = fresh.tokens_version
        account.tokens_expire_at = fresh.tokens_expire_at

    def from_thread(self) -> tokens.Carry:
        """The HTTP client for a thread of the ORM."""
        loop = asyncio.get_running_loop()
        return lambda request: asyncio.run_coroutine_threadsafe(
            self.http.carry(request), loop
        ).result()

    async def renew_ahead(self, account: Account) -> Outcome | None:
        """Renew tokens that run out soon. A refusal counts only once the present ones are dead."""
        refused = await self._renew(account, account.tokens_version)
        if refused is None or refused.kind != "config":
            return None
        alive = await orm.in_slow_thread(tokens.still_works, account, self.from_thread())
        return None if alive else refused

    async def close(self) -> None:
        """Close every socket."""
        await self.http.close()
        for post in self._posts.values():
            await asyncio.to_thread(post.close)


def _not_built(row: Leased, error: Exception) -> Outcome:
    logger.warning("delivery %s cannot be built: %s", row.id, type(error).__name__)
    return Outcome("reject", reason="cannot be built", code=type(error).__name__)


async def _words(row: Leased, text: Text) -> str:
    """What it says; who looked something up reads what is known of it at this moment."""
    if row.text_sealed is None:
        return text.text
    words = opening.open_as_sender(row.text_sealed).decode()
    return (
        await orm.in_answering_thread(chat.words, words) if row.recipient_kind == "asker" else words
    )


def _message(row: Leased, text: Text, words: str, stop_url: str) -> Message:
    return Message(
        text=words,
        image=text.image,
        image_mime=text.image_mime,
        kind="group" if row.recipient_kind == "group" else "consultation",
        is_bulk=row.recipient_kind in _MANY,
        subject=text.subject,
        reference=str(row.id),
        unsubscribe_url=stop_url,
    )


def _with_handle(message: Message, account: Account, text: Text) -> Message:
    return replace(message, image_ref=account.standing.images.get(text.image_path, ""))


def _address(row: Leased) -> Address:
    if row.address_sealed is not None:
        return Address(opening.open_as_sender(row.address_sealed).decode())
    return Address(row.address, "group" if row.recipient_kind == "group" else "person")


def milliseconds_since(start: float) -> int:
    """Whole milliseconds since a reading of time.monotonic."""
    return int((time.monotonic() - start) * 1000)
