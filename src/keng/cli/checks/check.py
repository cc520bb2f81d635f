"""One check: its name, what looks, how long it may take, and what it found."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

import psycopg

from keng.kit.database import DatabaseNotPrepared, Process, dsn, session_name
from keng.kit.refusals import KeyMissing
from keng.runtime.errors import CannotContinue
from keng.runtime.supervisor.ports import Ports

Connection = psycopg.Connection[tuple[Any, ...]]
_CONNECTS_WITHIN = 3
_ASKS_WITHIN = "4s"


class FindingLevel(Enum):
    """How bad it is."""

    OK = "ok"
    ATTENTION = "attention"
    """Somebody should see to it; tips are taken, rung and sent."""
    WRONG = "wrong"
    """Tips are not taken, rung, sent or read, or data are in danger."""
    UNKNOWN = "unknown"
    """Not looked at, because something it needs is wrong."""


@dataclass(frozen=True)
class Finding:
    """What a check found, in words that say what to do."""

    level: FindingLevel
    text: str


@dataclass(frozen=True)
class CheckedPlace:
    """What is looked at: the settings say the rest."""

    ports: Ports


@dataclass(frozen=True)
class Check:
    """A row of `keng doctor`. The name stays: monitors ask for it."""

    name: str
    look: Callable[[CheckedPlace], Finding]
    needs: tuple[str, ...] = ()
    """Checks that stand before it and must not be wrong."""
    within: float = 6.0


def ok(text: str) -> Finding:
    return Finding(FindingLevel.OK, text)


def attention(text: str) -> Finding:
    return Finding(FindingLevel.ATTENTION, text)


def wrong(text: str) -> Finding:
    return Finding(FindingLevel.WRONG, text)


def unknown(text: str) -> Finding:
    return Finding(FindingLevel.UNKNOWN, text)


def perform_check(check: Check, place: CheckedPlace) -> Finding:
    """What it found; one that does not come back, or fails, never stops the others."""
    answers: list[Finding] = []
    # Nobody waits for its end: it may stand in a call that never returns.
    looking = threading.Thread(
        target=lambda: answers.append(_answer(check, place)), name=check.name, daemon=True
    )
    looking.start()
    looking.join(check.within)
    return answers[0] if answers else wrong(f"no answer within {check.within:.0f} s")


def _answer(check: Check, place: CheckedPlace) -> Finding:
    try:
        return check.look(place)
    except (CannotContinue, DatabaseNotPrepared, KeyMissing, OSError) as error:
        return wrong(str(error))
    except psycopg.Error as error:
        return wrong(first_line(error))
    except Exception as error:  # noqa: BLE001 -- a fault of one check is the finding of this one
        return wrong(f"could not be looked at ({type(error).__name__})")


def first_line(error: psycopg.Error) -> str:
    """The driver's words without the lines that repeat them."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


@contextmanager
def reading_connection(process: Process = "owner", **more: str) -> Iterator[Connection]:
    """A connection that reads, and that neither a lock nor a large table keeps for long.

    As another process than the owner in one transaction, which alone has these limits: a pooler may
    give its server connection to a site next.
    """
    with psycopg.connect(
        dsn(process),
        connect_timeout=_CONNECTS_WITHIN,
        application_name=session_name("doctor"),
        autocommit=True,
        **more,  # type: ignore[arg-type]
    ) as connection:
        if process == "owner":
            connection.execute("SET default_transaction_read_only = on")
            connection.execute(f"SET statement_timeout = '{_ASKS_WITHIN}'")
            connection.execute("SET lock_timeout = '1s'")
            yield connection
            return
        with connection.transaction():
            connection.execute("SET TRANSACTION READ ONLY")
            connection.execute(f"SET LOCAL statement_timeout = '{_ASKS_WITHIN}'")
            connection.execute("SET LOCAL lock_timeout = '1s'")
            yield connection


def first_row(connection: Connection, question: str, *values: Any) -> tuple[Any, ...]:
    """The one row that a question always has."""
    row = connection.execute(question.encode(), values or None).fetchone()
    if row is None:
        raise CannotContinue("The database gave no answer.")
    return row


def age_words(age: float) -> str:
    """How long, as one says it."""
    if age < 120:
        return f"{age:.0f} s"
    if age < 7200:
        return f"{age / 60:.0f} minutes"
    return f"{age / 3600:.0f} hours" if age < 172800 else f"{age / 86400:.0f} days"
