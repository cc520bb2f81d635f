"""The rights of each process in the database of the tests, given once and for all of them.

Giving them anew takes some two hundred statements, which every test that works as a process paid.
"""

import contextlib

from django.db import connection

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
