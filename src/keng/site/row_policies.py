"""Which rows the desk may read and write: its policies, beside the rights (grants.py).

A right says what a process may do to a table, a policy to which of its rows. Policies hold writes
and the locks that come before them (FOR NO KEY UPDATE), and of tips and what belongs to one
(READ_BY_SIGHT) also reads: by whoever the session of the request is of (keng.accounts.sight).
Of surveys the public process reads no row before it is out, and what was answered to one person
neither it nor the desk reads where it waits to be sent.
In whose name the desk writes the kernel says at the beginning of each act, as the setting
`keng.actor` (keng.acts.work). The owner of the tables is not held by policies, nor are the other
processes, which act in no officer's name.

Policies belong to `keng migrate` as rights do, since they name roles. No Django here: `keng doctor`
reads the list, too.
"""

from collections.abc import Sequence

from keng.site.desk_writes import about_tips, accounts, data_protection, publishing, sending
from keng.site.row_policy import (
    DESK,
    IN_THE_TREE,
    OTHERS,
    PUBLIC,
    RowPolicy,
    desk_writes,
    lets_out,
    one_of_units,
)


def _answers_to_one_are_not_read(table: str, *, is_to_many: str) -> tuple[RowPolicy, ...]:
    """Pages show what goes to many. What was said to a reporter stands with the tip, and is read
    there by who sees it.
    """
    pages = (DESK, PUBLIC)
    others = tuple(role for role in OTHERS if role not in pages)
    return (
        RowPolicy(table, "others_do_all", "ALL", others, using="true", check="true"),
        RowPolicy(table, "pages_read_what_is_to_many", "SELECT", pages, using=is_to_many),
        RowPolicy(table, "public_adds", "INSERT", (PUBLIC,), check="true"),
        RowPolicy(
            table, "desk_adds", "INSERT", (DESK,), check="delivery_is_being_made(dispatch_id)"
        ),
    )


# Each list of units is asked for once in a statement, not once for each row.
_AT_WORK = "= ANY ((SELECT keng_working_units())::uuid[])"
_OWN_TIP = f"responsible_unit_id {_AT_WORK}"
_TIP_IN_THE_TREE = f"responsible_unit_id {IN_THE_TREE}"
_OWN_NOTE = "officer_id = (SELECT keng_actor()) AND keng_is_own_tip(tip_id)"
_OWN_INCIDENT = f"unit_id {_AT_WORK} OR keng_shares_incident(id)"
# As `visible_to` (tips/models/tip.py).
_READABLE = (
    "tip.responsible_unit_id = ANY ((SELECT keng_sight_units())::uuid[])"
    " AND tip.id <> ALL ((SELECT keng_tips_kept_from())::uuid[])"
    " AND tip.id <> ALL ((SELECT keng_tips_not_used())::uuid[])"
    " AND (NOT tip.is_for_named"
    " OR tip.responsible_unit_id = ANY ((SELECT keng_sight_named())::uuid[])"
    " OR tip.assigned_to_id = (SELECT keng_sight_officer())"
    " OR tip.id = ANY ((SELECT keng_tips_broken_into())::uuid[]))"
)
# An act reads what it may write: tips of the own tree, which are passed on, joined and led.
_IN_AN_ACT = (
    f"(SELECT keng_acts_now()) AND (tip.responsible_unit_id {IN_THE_TREE}"
    " OR keng_shares_incident(tip.incident_id))"
)
# A page that counts or lists has every tip of the desks (accounts/sight.py); `listed_for` narrows.
_COUNTED = "tip.responsible_unit_id = ANY ((SELECT keng_units_counted_now())::uuid[])"
# What costs least is asked first: on a page that counts no other list is made then, of which each
# place in a statement that names tips would have its own: so it asks one function, not two.
_IN_SIGHT = f"({_COUNTED}) OR ({_READABLE}) OR ({_IN_AN_ACT})"
_TIP_READ = _IN_SIGHT.replace("tip.", "")


def _of_a_tip(table: str, tip: str = "tip_id") -> str:
    # Which tips are in sight, the policy of tips says: the desk's role reads them here, too. Said
    # once more, each list of units would be made twice for each table that a statement names.
    return f"EXISTS (SELECT FROM tips_tip tip WHERE tip.id = {table}.{tip})"


# Who adds them; what is not here the desk does not add.
_ADDED_TO_A_TIP = {
    # The reporter's words come in with the tip; then there are an officer's own, and fixed
    # sentences.
    "tips_dialoguemessage": "keng_is_new_tip(tip_id) OR keng_writes_tip(tip_id)"
    " AND (officer_id = (SELECT keng_actor()) OR officer_id IS NULL AND author = 'automatic')",
    "tips_attachment": "keng_reaches_tip(tip_id)",
    "tips_sighting": "keng_writes_tip(tip_id)",
    "tips_takendown": "officer_id = (SELECT keng_actor()) AND keng_reaches_tip(tip_id)",
    "vault_sealedidentity": "keng_is_new_tip(tip_ref) OR keng_writes_tip(tip_ref)",
}


def _read_with_the_words(table: str, *, tip: str = "tip_id") -> tuple[RowPolicy, ...]:
    """Rows that say something of one tip: read, changed and deleted by who reads its words.

    A statement without WHERE asks no policy for reading: what it may change is said once more, or
    it moves every row of the country to a tip of its own.
    """
    read, adds = _of_a_tip(table, tip), _ADDED_TO_A_TIP.get(table, "")
    return desk_writes(table, reads=read, adds=adds, changes=read, deletes=read)


# What was imported is read as what is counted: it has no reporter whom a desk could know, and what
# only named officers read came in without words.
_IMPORTED_READ = (
    "unit_id = ANY ((SELECT keng_sight_units())::uuid[])"
    f" OR ((SELECT keng_acts_now()) AND unit_id {IN_THE_TREE})"
    " OR unit_id = ANY ((SELECT keng_units_counted_now())::uuid[])"
)

# Whose rows are of a tip; an architecture test holds the list and says what is not in it.
READ_BY_SIGHT = (
    "tips_tip",
    "tips_dialoguemessage",
    "tips_note",
    "tips_attachment",
    "tips_sighting",
    "tips_suggestion",
    "tips_takendown",
    "vault_sealedidentity",
)

POLICIES: tuple[RowPolicy, ...] = (
    *desk_writes(
        "tips_tip",
        reads=_TIP_READ,
        # What is about the own desk is taken down for the one above.
        adds=f"{_OWN_TIP} OR {_TIP_IN_THE_TREE}",
        # Others than the own ones: an incident joins tips of several desks, which end, lead and are
        # answered together; and what was just passed on is taken back from where it lies now, with
        # those among which it stood.
        changes=f"{_OWN_TIP} OR keng_shares_incident(incident_id) OR {_TIP_IN_THE_TREE}"
        " AND (keng_has_just_decided(id) OR keng_has_just_left(incident_id))",
        # Passed on within the tree: to the province and the desks below it. Joined to nothing but
        # an incident in which they have a part, or had a minute ago.
        becomes=f"({_OWN_TIP} OR {_TIP_IN_THE_TREE} OR keng_shares_incident(incident_id))"
        " AND (incident_id IS NULL OR keng_stands_in(id, incident_id)"
        " OR keng_shares_incident(incident_id) OR keng_has_just_left(incident_id))",
    ),
    *desk_writes(
        "tips_note",
        reads=_of_a_tip("tips_note"),
        adds=_OWN_NOTE,
        changes=_OWN_NOTE,
        becomes=_OWN_NOTE,
    ),
    *desk_writes(
        "tips_incident", adds=f"unit_id {_AT_WORK}", changes=_OWN_INCIDENT, becomes=_OWN_INCIDENT
    ),
    *desk_writes(
        "lookup_listing",
        adds=f"unit_id {_AT_WORK}",
        # Others than the own ones: what one of ours had taken the place of stands again when ours
        # ends; and an objection that is upheld ends whatever stands under its number.
        changes=f"unit_id {_AT_WORK} OR keng_took_place_of(lookup_hash, ended_at)"
        " OR keng_upheld_objection(lookup_hash)",
        # Unit and number of a listing are in no right of the desk's to change.
        becomes=lets_out("lookup_listing", f"unit_id {one_of_units('RELEASING')}"),
    ),
    *_answers_to_one_are_not_read(
        "delivery_dispatchtext",
        # Whoever adds one is told what the database filled in.
        is_to_many="EXISTS (SELECT FROM delivery_dispatch sent"
        " WHERE sent.id = dispatch_id AND sent.kind NOT IN ('reply', 'ack'))"
        " OR delivery_is_being_made(dispatch_id)",
    ),
    *desk_writes("imported_importedtip", reads=_IMPORTED_READ),
    *desk_writes("imported_importedwarning", reads=_IMPORTED_READ),
    *_read_with_the_words("tips_dialoguemessage"),
    *_read_with_the_words("tips_attachment"),
    *_read_with_the_words("tips_sighting"),
    *_read_with_the_words("tips_suggestion"),
    *_read_with_the_words("tips_takendown"),
    *_read_with_the_words("vault_sealedidentity", tip="tip_ref"),
    *about_tips.TIP_POLICIES,
    *accounts.ACCOUNT_POLICIES,
    *sending.SENDING_POLICIES,
    *data_protection.DATA_PROTECTION_POLICIES,
    *publishing.PUBLISHING_POLICIES,
)
# Table and command that the desk's role has and no policy holds, with the reason.
NOT_HELD: dict[tuple[str, str], str] = {
    **accounts.NOT_HELD_OF_ACCOUNTS,
    **publishing.NOT_HELD_OF_LIMITS,
}


def secured_tables(policies: Sequence[RowPolicy] = POLICIES) -> list[str]:
    """The tables whose rows have policies, each once."""
    return list(dict.fromkeys(policy.table for policy in policies))
