"""The rights of each process in the database of the tests, given once and for all of them.

Giving them anew takes some two hundred statements, which every test that works as a process paid.
"""

import contextlib
from collections.abc import Iterator

from django.db import DatabaseError, connection

from keng.runtime.roles import apply_grants
from keng.runtime.row_security import apply_row_policies
from keng.site.grants import GRANTS
from keng.site.policy_functions import policy_functions
from keng.site.row_policies import POLICIES

_databases_with_rights: set[str] = set()


def give_rights() -> None:
    """As `keng migrate` gives them; at the first call in this run, and kept whatever is undone."""
    name = connection.settings_dict["NAME"]
    if name in _databases_with_rights:
        return
    # The test's own connection may be in a transaction that its end, or its module's, takes back.
    with contextlib.closing(connection.copy()) as apart:
        apart.ensure_connection()
        apply_grants(apart.connection, GRANTS)
        apply_row_policies(apart.connection, POLICIES, policy_functions())
    _databases_with_rights.add(name)


@contextlib.contextmanager
def as_process(process: str) -> Iterator[None]:
    """What another process does, with its role and no more rights."""
    give_rights()
    role = _asked_role()
    _set_role(f"keng_{process}")
    try:
        yield
    finally:
        # A transaction that failed ends with its test, and its role with it.
        with contextlib.suppress(DatabaseError):
            _set_role(role)


@contextlib.contextmanager
def as_owner() -> Iterator[None]:
    """What is arranged, or looked at, past every right and policy while a process has its role."""
    role = _asked_role()
    _set_role("NONE")
    try:
        yield
    finally:
        with contextlib.suppress(DatabaseError):
            _set_role(role)


def _asked_role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role')")
        return str(cursor.fetchone()[0])


def _set_role(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
