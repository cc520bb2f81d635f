"""Rows about who signs in and who works where: who of the desk writes which.

Signing in and setting up are in nobody's name: while nobody looks such rows are written as the
rights of the desk say. Whoever looks writes their own, and those that they administer.
"""

from keng.site.row_policy import BY_ONESELF, RowPolicy, desk_writes, is_one_of, one_of_units

# Signing in, and setting up with both halves of a code.
_NOBODY_LOOKS = "(SELECT keng_sight_officer()) IS NULL"
_LOOKS = "= (SELECT keng_sight_officer())"
_IS_ADMINISTRATOR = is_one_of("ADMINISTERING")
_VOUCHES = f"unit_id {one_of_units('VOUCHING')}"

_OFFICERS = (
    *desk_writes(
        "accounts_officer",
        adds="keng_was_agreed_to(username, set_up_asked_by_id, set_up_agreed_by_id)",
        # Whoever closes an account locks all who could administer or audit in its place.
        changes=f"{_NOBODY_LOOKS} OR id {_LOOKS} OR {_IS_ADMINISTRATOR} OR keng_is_set_up_now(id)",
        becomes=f"{_NOBODY_LOOKS} OR id {_LOOKS} OR keng_manages_officer(id)"
        " OR keng_is_set_up_now(id)",
    ),
    *desk_writes(
        "accounts_officerpasskey",
        adds=f"holder_id {BY_ONESELF}",
        changes=f"{_NOBODY_LOOKS} OR holder_id {_LOOKS}",
        deletes=f"holder_id {BY_ONESELF} OR keng_is_set_up_now(holder_id)",
    ),
    *desk_writes(
        "accounts_officerrequest",
        adds=f"asked_by_id {BY_ONESELF} AND unit_id {one_of_units('ADMINISTERING')}",
        # With a closed account lapses what it asked for or agreed to at other desks; and where an
        # old request stands in the way of a new one, that old one.
        changes=f"{_VOUCHES} OR {_IS_ADMINISTRATOR}"
        " OR (SELECT keng_actor()) IS NULL AND state = 'agreed'",
        becomes=f"{_VOUCHES} OR {_IS_ADMINISTRATOR} AND state = 'lapsed'"
        " OR (SELECT keng_actor()) IS NULL AND state IN ('agreed', 'done', 'lapsed')",
    ),
    *desk_writes(
        "accounts_notice",
        # What it says that somebody did, they do just now.
        adds=f"by_id {BY_ONESELF} OR by_id IS NULL AND act IN ('passkey', 'copied')"
        " OR by_id = about_id AND act = 'done' AND (SELECT keng_actor()) IS NULL",
        changes=f"officer_id {BY_ONESELF}",
    ),
)
_POSTS = (
    *desk_writes(
        "accounts_post",
        adds=f"{_VOUCHES} OR keng_gets_first_post(officer_id, unit_id, role)",
        # With an account end posts that have not begun, too, wherever they are.
        changes=f"unit_id {one_of_units('ADMINISTERING')} OR keng_manages_officer(officer_id)",
    ),
    *desk_writes(
        "accounts_shift",
        adds=f"set_by_id {BY_ONESELF} AND unit_id {one_of_units('LEADING')}",
        changes=f"unit_id {one_of_units('LEADING')} OR keng_manages_officer(officer_id)",
    ),
    *desk_writes(
        "accounts_namedofficer",
        adds=f"named_by_id {BY_ONESELF} AND unit_id {one_of_units('NAMING')}",
        changes=f"unit_id {one_of_units('NAMING')}",
        becomes=f"ended_by_id {BY_ONESELF} AND unit_id {one_of_units('NAMING')}",
    ),
)
_LOOKS_AFTER_PARTNER = (
    "EXISTS (SELECT FROM accounts_partner body WHERE body.id = accounts_partnermember.partner_id"
    f" AND body.invited_by_unit_id {one_of_units('INVITING')})"
)
_PARTNERS = (
    *desk_writes(
        "accounts_partner",
        adds=f"invited_by_unit_id {one_of_units('INVITING')}",
        changes=f"invited_by_unit_id {one_of_units('INVITING')}",
    ),
    *desk_writes(
        "accounts_partnermember",
        adds=f"made_by_id {BY_ONESELF} AND {_LOOKS_AFTER_PARTNER}",
        changes=_LOOKS_AFTER_PARTNER,
    ),
)
# A session is written before its officer looks, and after. While somebody looks, only their own.
_SESSIONS = desk_writes(
    "accounts_desksession",
    adds=f"{_NOBODY_LOOKS} OR officer_id {_LOOKS}",
    changes=f"{_NOBODY_LOOKS} OR officer_id {_LOOKS}",
    deletes=f"{_NOBODY_LOOKS} OR officer_id {_LOOKS} OR keng_manages_officer(officer_id)"
    " OR keng_is_set_up_now(officer_id)",
)

ACCOUNT_POLICIES: tuple[RowPolicy, ...] = (*_OFFICERS, *_POSTS, *_PARTNERS, *_SESSIONS)
# Table and command that the desk's role has and no policy holds, with the reason.
NOT_HELD_OF_ACCOUNTS: dict[tuple[str, str], str] = {
    (
        "accounts_spentchallenge",
        "INSERT",
    ): "a passkey's answer is used up before anybody is signed in; the row names nobody",
}
