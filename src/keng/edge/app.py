"""Where a request goes: POST /hooks/<channel>/<account>, GET /lookup/v1/prefix/…, GET /health."""

import asyncio
import gc
import logging
import os
import time
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from keng import channels
from keng.channels.base import ParsedCall
from keng.channels.events import PATH_HEADER, QUERY_HEADER, STALE
from keng.delivery.actions.inbound import RECEIPT_STATES
from keng.delivery.fetched_messages import is_fetched, parse_fetched
from keng.delivery.inbound_message import InboundMessage, ReceivingAccount, message_of_event
from keng.edge.accounts import AccountBook
from keng.edge.http import (
    CallerGone,
    PushedOut,
    Receive,
    RequestBodies,
    Scope,
    Send,
    TooLarge,
    TooSlow,
    headers_of,
    send_status,
    send_text,
)
from keng.edge.prefixes import PrefixLookup
from keng.edge.writer import BatchWriter, NotWritten, WriterBusy
from keng.kit import alive, metrics, times
from keng.kit.database import dsn
from keng.kit.health import Health
from keng.kit.metrics_server import serve_metrics
from keng.kit.refused_tries import RefusedTry, note_refused_try
from keng.language.indicators import digits

logger = logging.getLogger(__name__)
# A receipt can be quicker than the sender, who has not yet written down what it is a receipt of.
_RECEIPT_AGAIN_AFTER = 5.0
_MOST_RECEIPTS_AGAIN = 5000
# So long callers wait at the door while the first connections are made, and no longer: with the
# database away they must hear "try again".
_OPENS_WITHIN = 3.0


class EdgeApp:
    """The application. Made before the server's loop runs, it connects at the start event."""

    def __init__(self) -> None:
        self._writer: BatchWriter | None = None
        self._book: AccountBook | None = None
        self._prefixes: PrefixLookup | None = None
        self._bodies = RequestBodies()
        self._receipts_again = 0
        self._health = Health("edge")
        self._sign = alive.Heartbeat("edge")
        self._beating: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._serve_lifespan(receive, send)
        elif scope["type"] == "http":
            await self._count_request(scope, receive, send)

    async def _count_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, took, status = time.perf_counter(), 0.0, 0

        async def receive_counted() -> Any:
            nonlocal began
            message = await receive()
            if message["type"] == "http.request":
                # A caller who sends slowly is not a database that answers slowly.
                began = time.perf_counter()
            return message

        async def send_counted(message: Any) -> None:
            nonlocal took, status
            if "status" in message:
                took, status = time.perf_counter() - began, message["status"]
            await send(message)

        await self._route(scope, receive_counted, send_counted)
        # Who hung up got none; health is asked all day.
        if status and scope["path"] != "/health":
            metrics.requests.labels("edge", metrics.status_class(status)).observe(took)

    async def _serve_lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.open()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def open(self) -> None:
        serve_metrics("edge", lambda: metrics.REGISTRY)
        address = dsn("edge")
        # One is best on one disk: its batches are larger, and the next one fills meanwhile.
        self._writer = BatchWriter(address, lanes=int(os.environ.get("KENG_EDGE_LANES", "1")))
        self._book = AccountBook(address)
        self._prefixes = PrefixLookup(address)
        self._writer.start()
        self._book.start()
        self._prefixes.start()
        digits.load_phone_tables()
        with suppress(TimeoutError):
            async with asyncio.timeout(_OPENS_WITHIN):
                while not self._is_well():  # noqa: ASYNC110 -- two parts, asked for a moment
                    await asyncio.sleep(0.02)
        self._beating = asyncio.create_task(self._beat())
        # What was loaded stays: the collector need not walk through it again and again.
        gc.collect()
        gc.freeze()

    async def close(self) -> None:
        """Nothing more is taken; what was taken is written first."""
        if self._beating is not None:
            self._beating.cancel()
            self._sign.end()
        if self._writer is not None:
            await self._writer.close()
        if self._book is not None:
            await self._book.close()
        if self._prefixes is not None:
            await self._prefixes.close()

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["path"].split("/"):
            case ["", "hooks", channel, slug] if channel in channels.channel_codes() and slug:
                if scope["method"] == "GET":
                    await self._serve_challenge(channel, slug, scope, send)
                elif scope["method"] != "POST":
                    await send_status(send, 405, allow="POST")
                else:
                    await self._serve_webhook(channel, slug, scope, receive, send)
            case ["", "hooks", channel, slug, rest] if rest and _takes_receipts(channel):
                # Gateways that sign nothing ask an address of its own for each message.
                if scope["method"] not in ("GET", "POST"):
                    await send_status(send, 405, allow="GET, POST")
                else:
                    await self._serve_webhook(channel, slug, scope, receive, send, rest)
            case ["", "lookup", "v1", "prefix", prefix] if self._prefixes is not None:
                await self._prefixes.serve(prefix, scope, send)
            case ["", "health"]:
                if scope["method"] not in ("GET", "HEAD"):
                    await send_status(send, 405, allow="GET, HEAD")
                else:
                    is_well = self._is_well() and await self._health.is_well()
                    status = 200 if is_well else 503
                    await send_status(send, status, more=self._health.headers(scope))
            case _:
                await send_status(send, 404)

    async def _beat(self) -> None:
        """For as long as messages are taken and written."""
        while True:
            if self._is_well():
                self._sign.beat()
            await asyncio.sleep(alive.BEAT_EVERY / 2)

    def _is_well(self) -> bool:
        return bool(self._writer and self._writer.is_ready and self._book and self._book.is_read)

    async def _serve_webhook(
        self, channel: str, slug: str, scope: Scope, receive: Receive, send: Send, rest: str = ""
    ) -> None:
        """`rest` is what stands in the path behind the account."""
        try:
            raw = await self._bodies.receive_body(scope, receive)
            status = await self._handle_webhook(channel, slug, rest, scope, raw)
        except TooLarge:
            note_refused_try(RefusedTry.BODY, f"channel {channel}")
            metrics.intake_failures.labels(channel, "too large").inc()
            status = 413
        except TooSlow:
            metrics.intake_failures.labels(channel, "too slow").inc()
            status = 408
        except (WriterBusy, PushedOut):
            metrics.intake_failures.labels(channel, "busy").inc()
            status = 503
        except NotWritten:
            metrics.intake_failures.labels(channel, "not written").inc()
            status = 500
        except CallerGone:
            return
        except Exception as error:  # noqa: BLE001 -- the message might quote what came in
            logger.error("A webhook could not be taken (%s).", type(error).__name__)  # noqa: TRY400
            metrics.intake_failures.labels(channel, "failed").inc()
            status = 503
        await send_status(send, status)

    async def _serve_challenge(self, channel: str, slug: str, scope: Scope, send: Send) -> None:
        """A provider asks by GET whether this webhook is ours, where its channel knows of that."""
        answer_to = getattr(channels.get_channel(channel), "challenge", None)
        if answer_to is None:
            await send_status(send, 405, allow="POST")
            return
        if self._book is None or not self._book.is_read:
            await send_status(send, 503)
            return
        account = self._book.get(channel, slug) or await self._book.get_or_refresh(channel, slug)
        query = _query_of(scope)
        answer = answer_to(query, account.credentials) if account is not None else None
        if answer is None:
            await send_status(send, 403)
        else:
            await send_text(send, answer)

    async def _handle_webhook(
        self, channel: str, slug: str, rest: str, scope: Scope, raw: bytes
    ) -> int:
        if self._book is None or self._writer is None or not self._book.is_read:
            raise WriterBusy
        account = self._book.get(channel, slug) or await self._book.get_or_refresh(channel, slug)
        if account is None:
            return 404
        headers = headers_of(scope)
        headers[QUERY_HEADER] = scope["query_string"].decode("latin-1")
        headers[PATH_HEADER] = rest
        if is_fetched(headers):
            parsed = parse_fetched(account, raw, headers, times.now())
        else:
            adapter = channels.get_channel(channel)
            parsed = adapter.parse(raw, headers, account.credentials, times.now())
        if parsed.reason == STALE and not self._book.has_right_clock():
            # Perhaps only our clock says so. Taken off the provider's hands it would be lost.
            raise WriterBusy
        if parsed.verified:
            if parsed.variant:
                self._book.keep_variant(account, parsed.variant)
            await self._write(account, parsed, raw)
        elif parsed.status >= 400:
            note_refused_try(RefusedTry.UNVERIFIED, f"channel {channel}, {parsed.reason}")
            metrics.intake_failures.labels(channel, "unverified").inc()
        return parsed.status

    async def _write(self, account: ReceivingAccount, parsed: ParsedCall, raw: bytes) -> None:
        writer = self._writer
        if writer is None:
            raise WriterBusy
        now, began = times.now(), time.perf_counter()
        messages = [
            message_of_event(account, event, raw=raw, now=now, seals=writer.seals)
            for event in parsed.events
        ]
        # All are queued before the first is awaited, so that they share a batch.
        for written in [writer.submit(message) for message in messages]:
            await written
        took = time.perf_counter() - began
        for message in messages:
            if message.event.kind not in RECEIPT_STATES:
                metrics.intake.labels(account.channel).observe(took)
            if message.event.kind in RECEIPT_STATES and self._receipts_again < _MOST_RECEIPTS_AGAIN:
                self._receipts_again += 1
                # It seals nothing, and what others were sealed with must not wait with it.
                asyncio.get_running_loop().call_later(
                    _RECEIPT_AGAIN_AFTER, self._receipt_again, replace(message, seals=None)
                )

    def _receipt_again(self, message: InboundMessage) -> None:
        self._receipts_again -= 1
        if self._writer is not None:
            try:
                self._writer.submit(message, again=True)
            except WriterBusy:
                logger.info("A receipt was not looked at again.")


def _takes_receipts(channel: str) -> bool:
    return channel in channels.channel_codes() and channels.get_channel(channel).can.takes_receipts


def _query_of(scope: Scope) -> dict[str, str]:
    """The parameters behind the question mark; none where there are more than anybody asks with."""
    try:
        return dict(parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=20))
    except ValueError:
        return {}
