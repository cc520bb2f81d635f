"""One policy of rows, and the sets that most tables have (row_policies.py, desk_writes).

No Django here: `keng doctor` reads the list, too.
"""

from dataclasses import dataclass

DESK = "keng_desk"
PUBLIC = "keng_public"
# Taken by the public site for what a page of a partner does (keng.accounts.partner_role).
PARTNER = "keng_partner"
OTHERS = (PUBLIC, "keng_edge", "keng_worker", "keng_sender", "keng_opener")


@dataclass(frozen=True, slots=True)
class RowPolicy:
    """One policy, as CREATE POLICY has it."""

    table: str
    name: str
    command: str
    roles: tuple[str, ...]
    using: str = ""
    """Of the row as it stands: which rows there are for this command."""
    check: str = ""
    """Of the row as it will stand; any other is refused loudly."""


def desk_writes(
    table: str,
    *,
    adds: str = "",
    changes: str = "",
    becomes: str = "",
    deletes: str = "",
    reads: str = "true",
    others: tuple[str, ...] = OTHERS,
) -> tuple[RowPolicy, ...]:
    """Which rows the desk adds, changes and deletes; what is not given it does not do at all.

    `changes` is asked of a row as it stands, also where it is only locked; `becomes` of the row as
    it will stand, and is `changes` where it is not given. Other processes do as their rights say;
    one that is not among `others` has a policy of its own.
    """
    policies = [
        RowPolicy(table, "others_do_all", "ALL", others, using="true", check="true"),
        RowPolicy(table, "desk_reads", "SELECT", (DESK,), using=reads),
    ]
    if adds:
        policies.append(RowPolicy(table, "desk_adds", "INSERT", (DESK,), check=adds))
    if changes:
        policies.append(
            RowPolicy(
                table, "desk_changes", "UPDATE", (DESK,), using=changes, check=becomes or changes
            )
        )
    if deletes:
        policies.append(RowPolicy(table, "desk_deletes", "DELETE", (DESK,), using=deletes))
    return tuple(policies)


IS_SOMEBODY = "(SELECT keng_actor()) IS NOT NULL"
BY_ONESELF = "= (SELECT keng_actor())"
# Behind the column of a unit: the province where whoever acts works, and the desks below it.
IN_THE_TREE = "= ANY ((SELECT keng_units_of_own_tree())::uuid[])"


def one_of_units(who: str) -> str:
    """One of the units for which whoever acts is one of a set of `accounts/who.py`, by its name.

    Behind a column: `unit_id {one_of_units("RELEASING")}`. Asked once in a statement.
    """
    return f"= ANY ((SELECT keng_units_who('{who}'))::uuid[])"


def is_one_of(who: str) -> str:
    """Whether whoever acts is one of the set anywhere; for rows that are no unit's."""
    return f"cardinality((SELECT keng_units_who('{who}'))::uuid[]) > 0"


NOT_OUT = "released_at IS NULL"


def lets_out(table: str, *may: str) -> str:
    """Of a text (keng.releases): it is not out, or was before, or whoever acts lets it out now, in
    their own name, and is one who may.
    """
    before = (
        f"EXISTS (SELECT FROM {table} before WHERE before.id = {table}.id"  # noqa: S608 -- our names
        f" AND before.released_at = {table}.released_at"
        f" AND before.released_by_id IS NOT DISTINCT FROM {table}.released_by_id)"
    )
    oneself = f"released_by_id {BY_ONESELF} AND ({' OR '.join(may)})"
    return f"({NOT_OUT} OR {before} OR {oneself})"
