"""A PostgreSQL that only reads: a standby, or one that was told to, such as before it is replaced.

After a failover a process may still be connected to one. It answers every question and takes
nothing, so it is no database to go on with.
"""

from typing import Any

import psycopg

# Whether it is a standby, and whether this session reads only, by the server's wish or its own.
_READS_ONLY = "SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only') = 'on'"
# What the session began with. Some read only by their own wish.
_BEGAN_SO = "SELECT reset_val = 'on' FROM pg_settings WHERE name = 'default_transaction_read_only'"
# The server says these by itself when it takes a connection.
_TOLD_AT_CONNECTING = (b"in_hot_standby", b"default_transaction_read_only")


def server_only_reads(connection: psycopg.Connection[Any]) -> bool:
    """Ask the server of this connection; what the session itself chose does not count."""
    is_standby, reads_only = connection.execute(_READS_ONLY).fetchone() or (False, False)
    if is_standby or not reads_only:
        return bool(is_standby)
    (began_so,) = connection.execute(_BEGAN_SO).fetchone() or (False,)
    return bool(began_so)


def told_that_it_only_reads(connection: psycopg.AsyncConnection[Any]) -> bool:
    """The same of a new connection, without a question that might not be answered."""
    return any(connection.pgconn.parameter_status(name) == b"on" for name in _TOLD_AT_CONNECTING)
