"""The connection of Django's code; it is found by this name (ENGINE in keng.kit.database)."""

import select
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from keng.kit.database import REPLICA_ALIAS
from keng.kit.postgresql.commit_limit import limited_commit
from keng.kit.postgresql.schema import DatabaseSchemaEditor
from keng.kit.read_only_servers import server_only_reads
from keng.kit.standby_confirmation import CancelledWaits


@dataclass(frozen=True, slots=True)
class FirstStatement:
    """What every transaction of a connection begins with. Its values are bound by the server."""

    sql: str
    values: Sequence[object]


class DatabaseWrapper(base.DatabaseWrapper):
    """Persistent connections are asked before each request, and after each error, if they serve.

    While it has a first statement, no statement stands outside of a transaction that began with
    that: what is asked outside of `atomic` shares transactions that only read. So all that the
    first statement sets for its transaction is there, whichever server connection a pooler gives.
    """

    SchemaEditorClass = DatabaseSchemaEditor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._first_statement: FirstStatement | None = None
        self._first_answer: object = None
        # Figures that a replica counts are of one moment; a pooler would drop it as an option.
        self._begin_reading = (
            "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
            if self.alias == REPLICA_ALIAS
            else "BEGIN READ ONLY"
        )
        self._cancelled_waits = CancelledWaits()
        self.execute_wrappers.append(self._execute_in_time)

    def begin_transactions_with(self, first: FirstStatement | None) -> None:
        """From the next transaction on; None: with nothing, and each statement by itself again."""
        self._first_statement = first

    @property
    def first_statement(self) -> FirstStatement | None:
        """What each transaction begins with by now."""
        return self._first_statement

    def first_statement_holds(self) -> bool:
        """Begin, where none has begun, and say whether the first statement answered true."""
        self.begin_if_due()
        return self._first_answer is True

    def reads_by_itself(self) -> bool:
        """Whether what is asked outside of `atomic` is in a transaction, which only reads."""
        return self._first_statement is not None

    def is_within_transaction(self) -> bool:
        """Whether one has begun, in which something can be asked."""
        raw: psycopg.Connection[Any] | None = self.connection
        return raw is not None and raw.info.transaction_status == TransactionStatus.INTRANS

    def begin_if_due(self) -> None:
        """Have the first statement asked, where none of its transaction was."""
        first = self._first_statement
        if first is None:
            return
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            raw: psycopg.Connection[Any] = self.connection
            if raw.autocommit and raw.info.transaction_status == TransactionStatus.INERROR:
                # As outside of a transaction: what failed is no matter of the next statement.
                raw.rollback()
            if raw.info.transaction_status != TransactionStatus.IDLE:
                return
            if raw.autocommit:
                raw.execute(self._begin_reading)
            with psycopg.Cursor(raw) as cursor:
                cursor.execute(first.sql.encode(), first.values)
                row = cursor.fetchone()
                self._first_answer = row[0] if row else None

    def _cursor(self, name: str | None = None) -> Any:
        self.begin_if_due()
        # The stubs know nothing that begins with an underscore.
        return super()._cursor(name)  # type: ignore[misc]

    def _set_autocommit(self, autocommit: bool) -> None:
        if not autocommit:
            self.end_reading()
            # Lost meanwhile, it is made anew: of what was only read nothing is missing.
            self.ensure_connection()
        super()._set_autocommit(autocommit)  # type: ignore[misc]

    def end_reading(self) -> None:
        """Of what was asked outside of `atomic`, if that is in a transaction.

        Nothing was written in it, and what is lost with its connection was read already.
        """
        raw: psycopg.Connection[Any] | None = self.connection
        if raw is None or not raw.autocommit:
            return
        if raw.closed:
            self.close()
            return
        is_failed = raw.info.transaction_status == TransactionStatus.INERROR
        try:
            with self.wrap_database_errors:
                raw.rollback() if is_failed else raw.commit()
        except DatabaseError:
            self.close()

    def is_usable(self) -> bool:
        """Also not where the server only reads: another one may have taken its place."""
        if self.connection is None:
            return False
        if self.alias == REPLICA_ALIAS:
            return not self.connection.closed
        try:
            return not server_only_reads(self.connection)
        except psycopg.Error:
            return False

    def may_have_ended(self) -> bool:
        """Whether the server said something that nobody asked for, as it does when it ends.

        It is not asked for that: what has come is seen on the socket.
        """
        raw: psycopg.Connection[Any] | None = self.connection
        if raw is None:
            return False
        if raw.closed:
            return True
        waiting = select.poll()
        waiting.register(raw.fileno(), select.POLLIN)
        return bool(waiting.poll(0))

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Where none is made, the error has the code that means so; the driver gives it none."""
        try:
            made = super().get_new_connection(conn_params)
        except psycopg.OperationalError as error:
            raise psycopg.errors.SqlclientUnableToEstablishSqlconnection(str(error)) from error
        self._cancelled_waits.attach(made)
        return made

    def _commit(self) -> None:
        """Raises TransactionResolutionUnknown for what is committed, perhaps on the primary alone.

        The server calls that done, since a wait for a standby that was cancelled is no error there.
        And of a server that was lost before it answered nobody knows.
        """
        with self._commit_in_time():
            try:
                super()._commit()  # type: ignore[misc]
            except DatabaseError as error:
                if self.connection is None or not self.connection.closed:
                    raise
                with self.wrap_database_errors:
                    raise psycopg.errors.TransactionResolutionUnknown from error

    def _execute_in_time(self, execute: Callable[..., Any], *call: Any) -> Any:
        """A statement outside of any transaction is its own commit."""
        if not self.get_autocommit():
            return execute(*call)
        with self._commit_in_time():
            return execute(*call)

    @contextmanager
    def _commit_in_time(self) -> Iterator[None]:
        self._cancelled_waits.begin()
        with limited_commit(self.connection):
            yield
        if self._cancelled_waits.happened:
            with self.wrap_database_errors:
                raise psycopg.errors.TransactionResolutionUnknown


def database_of_this_thread() -> DatabaseWrapper:
    """What `django.db.connection` stands for, with what is our own in it."""
    return cast("DatabaseWrapper", connections[DEFAULT_DB_ALIAS])
