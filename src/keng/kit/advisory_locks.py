"""The names of locks that are no row's, and their numbers: no two purposes have the same one.

PostgreSQL knows such a lock by one large number or by two small ones, which never meet. The large
ones are the owner's, who works alone under them, and no other role may take one
(`keng.runtime.roles`). The small ones are of processes at work: `keng.acts.locks` takes them.
"""

from enum import IntEnum, unique
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg


@unique
class OwnersLock(IntEnum):
    """What the owner of the database does alone, until its connection ends."""

    MAKE_ROLES = 7_301_450_021
    MIGRATE = 7_301_450_022
    REWRITE_FILES = 7_301_450_023


@unique
class TurnLock(IntEnum):
    """What processes do one after the other, each until the end of its transaction.

    In the order in which an act takes several of them.
    """

    CLAIM_NUMBERS = 5_120_012
    CHANNEL_TOKENS = 5_120_014
    WAVES = 5_120_015
    SURVEY_CHATS = 5_120_016
    DISPATCH_ROWS = 5_120_017
    RECOUNT_OPEN_TIPS = 5_120_018
    LEAD_MESSAGES = 5_120_019
    SUBSCRIBER_LIMITS = 5_120_020
    DIGESTS = 5_120_021
    PARTNER_FILMS = 5_120_022
    RETURNED_LETTERS = 5_120_023
    ACCOUNT_ENDS = 5_120_024
    WORKER_KEY = 5_120_025
    NEW_GROUPS = 5_120_026
    STORED_FILES = 5_120_027


def wait_for_owners_lock(connection: "psycopg.Connection[Any]", which: OwnersLock) -> None:
    """Wait until no other connection works under it."""
    connection.execute("SELECT pg_advisory_lock(%s)", [which])


def take_owners_lock(connection: "psycopg.Connection[Any]", which: OwnersLock) -> bool:
    """Whether no other connection works under it; then this one does."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", [which]).fetchone()
    return bool(row and row[0])
