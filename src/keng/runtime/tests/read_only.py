"""A database that only reads, as a standby does, to whoever connects from now on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

import psycopg
from psycopg import sql


@contextmanager
def database_that_only_reads(owner_dsn: str) -> Iterator[None]:
    """While the block lasts. Whoever connected in it goes on reading only, as after a failover."""
    _alter(owner_dsn, "SET default_transaction_read_only = on")
    try:
        yield
    finally:
        _alter(owner_dsn, "RESET default_transaction_read_only")


def _alter(owner_dsn: str, change: LiteralString) -> None:
    writes = "-c default_transaction_read_only=off"
    with psycopg.connect(owner_dsn, autocommit=True, options=writes) as owner:
        name = sql.Identifier(owner.info.dbname)
        owner.execute(sql.SQL("ALTER DATABASE {} {}").format(name, sql.SQL(change)))
