"""Which rows the desk may write: its policies in the database, beside the rights (grants.py).

A right says what a process may do to a table, a policy to which of its rows. Policies hold writes
and the locks that come before them (FOR NO KEY UPDATE); whoever may read a table reads all of it.
Only of surveys the public process reads no row before it is out, and what was answered to one
person neither it nor the desk reads where it waits to be sent.
In whose name the desk writes the kernel says at the beginning of each act, as the setting
`keng.actor` (keng.acts.work). The owner of the tables is not held by policies, nor are the other
processes, which act in no officer's name.

Policies belong to `keng migrate` as rights do, since they name roles. No Django here: `keng doctor`
reads the list, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

DESK = "keng_desk"
_PUBLIC = "keng_public"
_OTHERS = (_PUBLIC, "keng_edge", "keng_worker", "keng_sender")


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


def _policies(table: str, *, adds: str, changes: str, becomes: str) -> tuple[RowPolicy, ...]:
    """No policy lets the desk delete: what is to go from these tables goes by the worker."""
    return (
        RowPolicy(table, "others_do_all", "ALL", _OTHERS, using="true", check="true"),
        RowPolicy(table, "desk_reads_all", "SELECT", (DESK,), using="true"),
        RowPolicy(table, "desk_adds", "INSERT", (DESK,), check=adds),
        RowPolicy(table, "desk_changes", "UPDATE", (DESK,), using=changes, check=becomes),
    )


def _read_once_out(table: str, *, is_out: str) -> tuple[RowPolicy, ...]:
    """The public process reads what everybody may; the others as their rights say."""
    others = tuple(role for role in (DESK, *_OTHERS) if role != _PUBLIC)
    return (
        RowPolicy(table, "others_do_all", "ALL", others, using="true", check="true"),
        RowPolicy(table, "public_reads_what_is_out", "SELECT", (_PUBLIC,), using=is_out),
    )


def _answers_to_one_are_not_read(table: str, *, is_to_many: str) -> tuple[RowPolicy, ...]:
    """Pages show what goes to many. What was said to a reporter stands with the tip, and is read
    there by who sees it.
    """
    pages = (DESK, _PUBLIC)
    others = tuple(role for role in _OTHERS if role not in pages)
    return (
        RowPolicy(table, "others_do_all", "ALL", others, using="true", check="true"),
        RowPolicy(table, "pages_read_what_is_to_many", "SELECT", pages, using=is_to_many),
        RowPolicy(table, "pages_add", "INSERT", pages, check="true"),
    )


# Each list of units is asked for once in a statement, not once for each row.
_AT_WORK = "= ANY ((SELECT keng_working_units())::uuid[])"
_IN_THE_TREE = "= ANY ((SELECT keng_units_of_own_tree())::uuid[])"
_OWN_TIP = f"responsible_unit_id {_AT_WORK}"
_TIP_IN_THE_TREE = f"responsible_unit_id {_IN_THE_TREE}"
_OWN_NOTE = "officer_id = (SELECT keng_actor()) AND keng_is_own_tip(tip_id)"
_OWN_INCIDENT = f"unit_id {_AT_WORK} OR keng_shares_incident(id)"

POLICIES: tuple[RowPolicy, ...] = (
    *_policies(
        "tips_tip",
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
    *_policies("tips_note", adds=_OWN_NOTE, changes=_OWN_NOTE, becomes=_OWN_NOTE),
    *_policies(
        "tips_incident", adds=f"unit_id {_AT_WORK}", changes=_OWN_INCIDENT, becomes=_OWN_INCIDENT
    ),
    *_policies(
        "lookup_listing",
        adds=f"unit_id {_AT_WORK}",
        # Others than the own ones: what one of ours had taken the place of stands again when ours
        # ends; and an objection that is upheld ends whatever stands under its number.
        changes=f"unit_id {_AT_WORK} OR keng_took_place_of(lookup_hash, ended_at)"
        " OR keng_upheld_objection(lookup_hash)",
        # Unit and number of a listing are in no right of the desk's to change.
        becomes="true",
    ),
    *_answers_to_one_are_not_read(
        "delivery_dispatchtext",
        # Whoever adds one is told what the database filled in.
        is_to_many="EXISTS (SELECT FROM delivery_dispatch sent"
        " WHERE sent.id = dispatch_id AND sent.kind NOT IN ('reply', 'ack'))"
        " OR delivery_is_being_made(dispatch_id)",
    ),
    *_read_once_out("surveys_survey", is_out="state IN ('open', 'closed', 'published')"),
    *_read_once_out("surveys_surveyresult", is_out="released_at IS NOT NULL AND ended_at IS NULL"),
)


@dataclass(frozen=True, slots=True)
class PolicyFunction:
    """What policies ask, as the owner: who works where is no matter of the desk's rights."""

    name: str
    takes: str
    returns: str
    body: str
    is_for_desk: bool = True
    """Whether a policy calls it, which needs the desk's right; others call those alone."""

    @property
    def definition(self) -> str:
        """A statement that may be repeated."""
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}({self.takes}) RETURNS {self.returns}"
            " LANGUAGE plpgsql STABLE SECURITY DEFINER"
            f" SET search_path = pg_catalog, public, pg_temp AS $${self.body}$$"
        )


# No act, or one by somebody with a receipt: nobody, who works nowhere.
_ACTOR = PolicyFunction(
    "keng_actor",
    "",
    "uuid",
    """
BEGIN
  RETURN nullif(current_setting('keng.actor', true), '')::uuid;
END
""",
)
# As accounts/who.py says for rules that reach over the own unit and, from a province, over those
# below it.
_UNITS_OF_ROLES = PolicyFunction(
    "keng_units_of_roles",
    "roles text[]",
    "uuid[]",
    """
DECLARE
  today date := (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
BEGIN
  RETURN ARRAY(
    WITH post AS (
      SELECT held.unit_id FROM accounts_post held
      JOIN accounts_officer holder ON holder.id = held.officer_id
      WHERE holder.id = keng_actor() AND holder.is_active AND held.role = ANY (roles)
        AND held.valid_from <= today AND (held.valid_to IS NULL OR held.valid_to >= today)
    )
    SELECT unit_id FROM post
    UNION
    SELECT below.id FROM post
    JOIN places_unit desk ON desk.id = post.unit_id AND desk.kind = 'province'
    JOIN places_unit below ON below.parent_id = desk.id
  );
END
""",
    is_for_desk=False,
)
_UNITS_OF_OWN_TREE = PolicyFunction(
    "keng_units_of_own_tree",
    "",
    "uuid[]",
    """
DECLARE
  roots uuid[] := ARRAY(
    SELECT DISTINCT coalesce(parent_id, id) FROM places_unit WHERE id = ANY (keng_working_units())
  );
BEGIN
  RETURN roots || ARRAY(SELECT id FROM places_unit WHERE parent_id = ANY (roots));
END
""",
)
_IS_OWN_TIP = PolicyFunction(
    "keng_is_own_tip",
    "this_tip uuid",
    "boolean",
    """
BEGIN
  RETURN EXISTS (
    SELECT FROM tips_tip
    WHERE id = this_tip AND responsible_unit_id = ANY (keng_working_units())
  );
END
""",
)
_SHARES_INCIDENT = PolicyFunction(
    "keng_shares_incident",
    "this_incident uuid",
    "boolean",
    """
DECLARE
  units uuid[];
BEGIN
  IF this_incident IS NULL THEN
    RETURN false;
  END IF;
  units := keng_working_units();
  RETURN EXISTS (SELECT FROM tips_incident WHERE id = this_incident AND unit_id = ANY (units))
    OR EXISTS (
      SELECT FROM tips_tip WHERE incident_id = this_incident AND responsible_unit_id = ANY (units)
    );
END
""",
)
# Before the statement that asks: then it is not joined to anything by it.
_STANDS_IN = PolicyFunction(
    "keng_stands_in",
    "this_tip uuid, this_incident uuid",
    "boolean",
    """
BEGIN
  RETURN EXISTS (SELECT FROM tips_tip WHERE id = this_tip AND incident_id = this_incident);
END
""",
)
# The acts themselves give a minute at most; here a clock may differ.
_HAS_JUST_DECIDED = PolicyFunction(
    "keng_has_just_decided",
    "this_tip uuid",
    "boolean",
    """
BEGIN
  RETURN EXISTS (
    SELECT FROM tips_decision
    WHERE tip_id = this_tip AND by_id = keng_actor() AND at > now() - interval '10 minutes'
  );
END
""",
)
# The incident in which a tip stood before: it may have led the others there, and leads them again.
# By kind and moment, since what an officer has decided grows for ever.
_HAS_JUST_LEFT = PolicyFunction(
    "keng_has_just_left",
    "this_incident uuid",
    "boolean",
    """
BEGIN
  RETURN this_incident IS NOT NULL AND EXISTS (
    SELECT FROM tips_decision
    WHERE kind IN ('declined', 'duplicate', 'routed', 'sorted')
      AND at > now() - interval '10 minutes' AND by_id = keng_actor()
      AND coalesce(detail ->> 'left_incident', detail -> 'before' ->> 'incident_id')
        = this_incident::text
  );
END
""",
)
_TOOK_PLACE_OF = PolicyFunction(
    "keng_took_place_of",
    "this_hash bytea, ended timestamptz",
    "boolean",
    """
BEGIN
  RETURN EXISTS (
    SELECT FROM lookup_listing
    WHERE lookup_hash = this_hash AND released_at = ended AND unit_id = ANY (keng_working_units())
  );
END
""",
)
_UPHELD_OBJECTION = PolicyFunction(
    "keng_upheld_objection",
    "this_hash bytea",
    "boolean",
    """
BEGIN
  RETURN EXISTS (
    SELECT FROM lookup_dispute dispute JOIN lookup_listing listing ON listing.id = listing_id
    WHERE listing.lookup_hash = this_hash AND dispute.decided_by_id = keng_actor()
      AND dispute.outcome <> 'rejected' AND dispute.unit_id = ANY (keng_hearing_units())
  );
END
""",
)


def policy_functions() -> tuple[PolicyFunction, ...]:
    """All of them, each after those that it calls. Needs the settings."""
    from keng.accounts.who import HEARING_OBJECTIONS, WORKING  # noqa: PLC0415 -- loads models

    return (
        _ACTOR,
        _UNITS_OF_ROLES,
        _units_of("keng_working_units", WORKING.roles, is_for_desk=True),
        _units_of("keng_hearing_units", HEARING_OBJECTIONS.roles, is_for_desk=False),
        _UNITS_OF_OWN_TREE,
        _IS_OWN_TIP,
        _SHARES_INCIDENT,
        _STANDS_IN,
        _HAS_JUST_DECIDED,
        _HAS_JUST_LEFT,
        _TOOK_PLACE_OF,
        _UPHELD_OBJECTION,
    )


def _units_of(name: str, roles: frozenset[str], *, is_for_desk: bool) -> PolicyFunction:
    listed = ", ".join(f"'{role}'" for role in sorted(roles))
    body = f"BEGIN RETURN keng_units_of_roles(ARRAY[{listed}]); END"
    return PolicyFunction(name, "", "uuid[]", body, is_for_desk=is_for_desk)


def secured_tables(policies: Sequence[RowPolicy] = POLICIES) -> list[str]:
    """The tables whose rows have policies, each once."""
    return list(dict.fromkeys(policy.table for policy in policies))
