"""What an auditor may narrow the record to: the acts and the officers that occur in it.

From one value to the next along an index, chain by chain: a record of millions of entries has some
dozen acts, and to read all of it for them took as long as it is.
"""

from collections.abc import Callable

from django.db import connection
from django.db.models import QuerySet

from keng.accounts.models import Officer
from keng.audit.models import Entry
from keng.kit.sql_names import by_given_name

_NEXT = """
WITH RECURSIVE step AS (
  SELECT name AS chain, (
    SELECT min({column}) FROM audit_entry e WHERE e.chain = name{only}) AS found
  FROM unnest(%(chains)s::text[]) AS name
  UNION ALL
  SELECT step.chain, (
    SELECT min({column}) FROM audit_entry e
    WHERE e.chain = step.chain AND e.{column} > step.found{only})
  FROM step WHERE step.found IS NOT NULL
)
SELECT DISTINCT found FROM step WHERE found IS NOT NULL
"""
_ACTIONS = _NEXT.format(column="action", only="")
_OFFICERS = _NEXT.format(column="actor_id", only=" AND e.actor_kind = 'officer'")


def actions_in_entries(chains: list[str], known: QuerySet[Entry], *, hides: bool) -> list[str]:
    """The acts in the entries of these chains; those of `known` alone where that hides some."""
    found = _values(_ACTIONS, chains)
    return _shown(found, lambda action: known.filter(action=action), hides=hides)


def officers_in_entries(chains: list[str], known: QuerySet[Entry], *, hides: bool) -> list[Officer]:
    """The officers who did something in these chains; likewise."""
    found = _values(_OFFICERS, chains)
    ids = _shown(found, lambda pk: known.filter(actor_kind="officer", actor_id=pk), hides=hides)
    return list(Officer.objects.filter(pk__in=ids).order_by(*by_given_name()))


def _values(statement: str, chains: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"chains": chains})
        return [value for (value,) in cursor.fetchall()]


def _shown(
    found: list[str], entries_with: Callable[[str], QuerySet[Entry]], *, hides: bool
) -> list[str]:
    """Where something is hidden, what occurs in nothing else is hidden as well."""
    return [value for value in found if entries_with(value).exists()] if hides else found
