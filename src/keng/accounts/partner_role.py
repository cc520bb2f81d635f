"""The database role that alone reads the inboxes of partners, and their surveys.

The public site's own role has no right on these rows, nor has the desk's: for what a page of a
partner does there it takes the role `keng_partner`, and gives it back (docs/decisions/0044).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from keng.acts.work import savepoint
from keng.kit.database import PARTNER_ROLE


@contextmanager
def in_partner_role() -> Iterator[None]:
    """Work as `keng_partner`, in the caller's transaction if any; then as before.

    What fails takes the role back with its savepoint.
    """
    with savepoint():
        before = _take_role()
        yield
        _set_role(before)


def _take_role() -> str:
    """The role of before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role')")
        (before,) = cursor.fetchone()
    _set_role(PARTNER_ROLE)
    return str(before)


def _set_role(name: str) -> None:
    """Until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [name])
