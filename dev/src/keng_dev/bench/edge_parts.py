"""What the edge does for one message, part by part, each with its processor time.

The same functions that the edge calls, in one process and without its server, over calls that
nobody sent before. What is left of the edge's time is HTTP, its loop, and waiting in batches.
"""

import gc
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from keng.kit.database import dsn

_BATCH = 32
"""Of 64 callers about half wait while the other half is written."""


@dataclass(frozen=True, slots=True)
class EdgeParts:
    """Microseconds of the processor for one message."""

    parsing: float
    """The signature and the provider's words."""
    sealing: float
    rows: float
    """Hashes, urgency, place and clocks, and the JSON of the rows."""
    driver: float
    """psycopg, without what the database does."""


class _Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def counting(self) -> Iterator[None]:
        began = time.thread_time()
        try:
            yield
        finally:
            self.seconds += time.thread_time() - began


def measure_edge_parts(slug: str, calls: Sequence[tuple[bytes, dict[str, str]]]) -> EdgeParts:
    """Over these calls, body and headers of each, which are written as the edge writes them."""
    from keng import channels  # noqa: PLC0415 -- needs the settings
    from keng.delivery import inbound_handlers  # noqa: PLC0415
    from keng.delivery.inbound_message import message_of_event, receiving_accounts  # noqa: PLC0415
    from keng.kit import times  # noqa: PLC0415
    from keng.language.indicators import digits  # noqa: PLC0415

    inbound_handlers.refresh_handlers()
    digits.load_phone_tables()
    (account,) = (each for each in receiving_accounts() if each.slug == slug)
    adapter = channels.get_channel(account.channel)
    parsing, sealing, making, driver = clocks = [_Clock() for _ in range(4)]
    # As the edge does when it starts: what was loaded is not walked through again and again.
    gc.collect()
    gc.freeze()
    with psycopg.connect(dsn("edge"), autocommit=True, prepare_threshold=0) as connection:
        for at in range(0, len(calls), _BATCH):
            if at == _BATCH:
                # The first batch loads word lists and has the statement planned, once for all.
                for clock in clocks:
                    clock.seconds = 0.0
            batch = calls[at : at + _BATCH]
            now, seals = times.now(), _timed_seals(sealing)
            with parsing.counting():
                parsed = [
                    adapter.parse(raw, headers, account.credentials, now) for raw, headers in batch
                ]
            with making.counting():
                messages = [
                    message_of_event(account, event, raw=raw, now=now, seals=seals)
                    for (raw, _headers), call in zip(batch, parsed, strict=True)
                    for event in call.events
                ]
                handler = inbound_handlers.handler_of(messages[0])
                prepared = [handler.prepare(message) for message in messages]
                statements = handler.statements(prepared)
            with driver.counting():
                for statement in statements:
                    connection.execute(statement.sql.encode(), statement.values)
    gc.unfreeze()
    each = 1e6 / (len(calls) - _BATCH)
    return EdgeParts(
        parsing.seconds * each,
        sealing.seconds * each,
        (making.seconds - sealing.seconds) * each,
        driver.seconds * each,
    )


def _timed_seals(clock: _Clock) -> Any:
    from keng.delivery.inbound_message import new_seals  # noqa: PLC0415 -- needs the settings

    seals = new_seals()
    for name in ("for_sender", "for_unit", "for_worker"):
        setattr(seals, name, _timed(getattr(seals, name), clock))
    return seals


def _timed(function: Callable[..., bytes], clock: _Clock) -> Callable[..., bytes]:
    def timed(*values: str | bytes | uuid.UUID, **named: Any) -> bytes:
        with clock.counting():
            return function(*values, **named)

    return timed
