"""Whether the database came out of a backup, and nobody has seen to what was on its way then.

A cluster bears the moment it was made in its identifier. Tables that are older than the cluster
they lie in were brought there by `pg_restore`; a copy of the whole cluster cannot be told.
"""

import datetime
from pathlib import Path

from keng.kit.database import data_folder
from keng.runtime.errors import CannotContinue
from keng.runtime.known_keys import owner_connection
from keng.runtime.version_of_data import Connection

# The clocks of two machines differ, and the first tables are made right after the cluster.
_CLOCKS_DIFFER = datetime.timedelta(hours=1)
# The first 32 bits are seconds; that of a managed server may be nobody's to read.
_MADE = """
    SELECT to_timestamp(system_identifier >> 32) FROM pg_control_system()
    WHERE has_function_privilege('pg_control_system()', 'EXECUTE')
"""
_FIRST_TABLES = "SELECT min(applied) FROM django_migrations"
_SETTLED = """
    SELECT max(at) FROM audit_entry WHERE chain = 'installation' AND action = 'data.restored'
"""


def require_settled() -> None:
    """Raises CannotContinue where `keng restored` was not run: what went out then would go twice.

    After `keng migrate`, without which there may be no such tables.
    """
    require_whole()
    with owner_connection() as connection:
        if is_unsettled(connection):
            raise CannotContinue(
                "This database came out of a backup, and what was on its way when that was made "
                "would be sent a second time. Nothing was started: run `keng restored --confirm` "
                "first, also after pg_upgrade."
            )


def unfinished_restore() -> Path:
    """A file that is there from the first to the last step of `keng restore`."""
    return data_folder() / "restore.unfinished"


def require_whole() -> None:
    """Raises CannotContinue where a restore was cut short: half of it would run as a whole."""
    if unfinished_restore().exists():
        raise CannotContinue(
            f"A `keng restore` into {data_folder()} did not come to its end. Empty that folder, "
            "and begin again."
        )


def is_unsettled(connection: Connection) -> bool:
    """Whether its tables are older than the cluster, and nobody settled what was on its way."""
    made, first, settled = (
        (connection.execute(question).fetchone() or (None,))[0]
        for question in (_MADE, _FIRST_TABLES, _SETTLED)
    )
    if made is None or first is None or first > made - _CLOCKS_DIFFER:
        return False
    return settled is None or settled < made
