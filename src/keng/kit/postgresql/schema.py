"""How tables are changed (Django's schema editor), beside processes that use them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.postgresql import schema
from django.db.models import Index, Model

# Longer than a statement of any process but the owner's may run (keng.kit.database, TIME_LIMITS).
_WAITS_FOR_TRANSACTIONS = "2min"


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """An index that is made or dropped beside writers waits for all who are at work just now.

    Nobody is behind it meanwhile, so it may wait longer than what stops a table may
    (keng.runtime.row_security, WAITS_FOR_A_TABLE).
    """

    # A migration with several of them is begun anew where it was cut short: those that are there
    # stay, since what was not finished of them is dropped first (keng.runtime.migrate).
    sql_create_index_concurrently = (
        schema.DatabaseSchemaEditor.sql_create_index_concurrently.replace(
            "CONCURRENTLY", "CONCURRENTLY IF NOT EXISTS"
        )
    )

    def add_index(self, model: type[Model], index: Index, concurrently: bool = False) -> None:
        with self._waits_long(concurrently):
            super().add_index(model, index, concurrently)

    def remove_index(self, model: type[Model], index: Index, concurrently: bool = False) -> None:
        with self._waits_long(concurrently):
            super().remove_index(model, index, concurrently)

    @contextmanager
    def _waits_long(self, concurrently: bool) -> Iterator[None]:
        if not concurrently:
            yield
            return
        with waits_for_transactions(self.connection):
            yield


@contextmanager
def waits_for_transactions(connection: Any) -> Iterator[None]:
    """For statements that say CONCURRENTLY, outside of any transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        (before,) = cursor.fetchone()
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [_WAITS_FOR_TRANSACTIONS])
        try:
            yield
        finally:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [before])
