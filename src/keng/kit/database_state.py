"""Of a database that answers: whether there is room on its disk, and whether its clock is ours."""

import time
from typing import Any

import psycopg

# What sorts more than it may keep in memory writes it where the tables lie: the only question about
# room that a role may ask which is no superuser's, on a standby too, and nothing of it stays.
_SORTS_ON_DISK = """
SELECT count(*) FROM (
  SELECT repeat(md5(number::text), 4) FROM generate_series(1, 4000) AS number ORDER BY 1 OFFSET 1
) AS sorted
"""
CLOCK_ATTENTION_SECONDS = 5.0
CLOCK_WRONG_SECONDS = 60.0


def database_has_room(connection: psycopg.Connection[Any]) -> bool:
    """Whether half a megabyte can be written there. Begins or uses a transaction of the caller's.

    Where `temp_tablespaces` is set it asks about those instead.
    """
    try:
        with connection.transaction():
            connection.execute("SET LOCAL work_mem = '64kB'")
            connection.execute(_SORTS_ON_DISK)
    except psycopg.errors.DiskFull:
        return False
    except psycopg.errors.ConfigurationLimitExceeded:
        # A server's `temp_file_limit` may be smaller still: that is no disk which is full.
        return True
    return True


def seconds_ahead(connection: psycopg.Connection[Any]) -> float:
    """By how much the clock of this machine is ahead of the database's; less than 0: behind.

    What the way there and back took is shared out between both.
    """
    asked = time.time()
    began = time.monotonic()
    row = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
    took = time.monotonic() - began
    return asked + took / 2 - float(row[0] if row else asked)
