"""What the policies of rows ask (row_policies.py): functions of the owner's, in the database.

Who works where, and who looks, is no matter of the desk's rights. No Django here but where a set of
`accounts/who.py` is named.
"""

from collections.abc import Iterable

from keng.site.desk_writes.functions import WRITE_FUNCTIONS
from keng.site.policy_function import PolicyFunction

# No act, or one by somebody with a receipt: nobody, who works nowhere.
_ACTOR = PolicyFunction(
    "keng_actor",
    "",
    "uuid",
    """
DECLARE
  looks uuid := keng_sight_officer();
BEGIN
  -- Only whoever looks acts: a name that is set by hand is nobody's.
  RETURN CASE WHEN looks::text = current_setting('keng.actor', true) THEN looks END;
END
""",
)
# As accounts/who.py says for rules that reach over the own unit and, from a province, over those
# below it.
_POSTS_HELD = PolicyFunction(
    "keng_posts_held",
    "whose uuid, roles text[]",
    "SETOF uuid",
    """
DECLARE
  today date := (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
BEGIN
  RETURN QUERY
    SELECT held.unit_id FROM accounts_post held
    JOIN accounts_officer holder ON holder.id = held.officer_id
    WHERE holder.id = whose AND holder.is_active AND held.role = ANY (roles)
      AND held.valid_from <= today AND (held.valid_to IS NULL OR held.valid_to >= today);
END
""",
    is_for_desk=False,
)
_UNITS_HELD = PolicyFunction(
    "keng_units_held",
    "whose uuid, roles text[]",
    "uuid[]",
    """
BEGIN
  RETURN ARRAY(
    WITH post AS (SELECT keng_posts_held(whose, roles) AS unit_id)
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
_UNITS_OF_ROLES = PolicyFunction(
    "keng_units_of_roles",
    "roles text[]",
    "uuid[]",
    "BEGIN RETURN keng_units_held(keng_actor(), roles); END",
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


# Sight: who looks, and how far, signed with a key that the owner's functions alone read. Whoever
# sets such a setting by hand has no signature, and one of another transaction is worth nothing: it
# is that of this server process which began at this moment.
_THIS_TRANSACTION = "concat(pg_backend_pid(), ' ', extract(epoch FROM now()))"
# Of what is `said`, with the key `secret`.
_SIGNATURE = "encode(sha256(secret || sha256(secret || convert_to(said, 'UTF8'))), 'hex')"
_SIGNED = PolicyFunction(
    "keng_signed",
    "said text",
    "text",
    f"""
DECLARE
  secret bytea := (SELECT key FROM keng_sight_key);
BEGIN
  RETURN {_SIGNATURE};
END
""",  # noqa: S608 -- text of this code
    is_for_desk=False,
)
_SET_SIGHT = PolicyFunction(
    "keng_set_sight",
    "part text, session text, value text",
    "void",
    f"""
DECLARE
  said text := concat_ws('|', part, {_THIS_TRANSACTION}, session, value);
BEGIN
  PERFORM set_config('keng.sight_' || part, concat_ws('|', keng_signed(said), said), true);
END
""",
    is_for_desk=False,
    is_changing=True,
)
_SIGHT = PolicyFunction(
    "keng_sight",
    "part text",
    "text",
    f"""
DECLARE
  found text := current_setting('keng.sight_' || part, true);
  said text;
  secret bytea;
BEGIN
  IF coalesce(found, '') = '' THEN
    RETURN NULL;
  END IF;
  said := substr(found, 66);
  -- No key, or no such session any more: nothing is believed. By one question, without a call of
  -- keng_signed, since a page asks this ten times.
  secret := (
    SELECT key FROM keng_sight_key
    WHERE EXISTS (SELECT FROM accounts_desksession WHERE session_key = split_part(said, '|', 3))
  );
  IF secret IS NULL
    OR split_part(said, '|', 1) <> part OR split_part(said, '|', 2) <> {_THIS_TRANSACTION}
    OR split_part(found, '|', 1) <> {_SIGNATURE}
  THEN
    RETURN NULL;
  END IF;
  RETURN split_part(said, '|', 4);
END
""",  # noqa: S608 -- text of this code
    is_for_desk=False,
)
# By the secret, too: no statement gives itself the sight of a page that counts.
_BEGIN_COUNTING = PolicyFunction(
    "keng_begin_counting",
    "secret bytea",
    "void",
    """
DECLARE
  session text := encode(sha256(secret), 'hex');
BEGIN
  IF EXISTS (
    SELECT FROM accounts_desksession
    WHERE session_key = session AND officer_id = keng_sight_officer()
  ) THEN
    PERFORM keng_set_sight('counts', session, 'on');
  END IF;
END
""",
    is_changing=True,
)
# Its transaction ends it, too.
_END_SIGHT = PolicyFunction(
    "keng_end_sight",
    "",
    "void",
    """
BEGIN
  PERFORM set_config('keng.sight_' || part, '', true)
  FROM unnest(ARRAY['officer', 'units', 'own', 'named', 'counted', 'counts', 'acts']) part;
END
""",
    is_changing=True,
)
# As Officer.named_unit_ids (accounts/models.py).
_NAMED_UNITS = PolicyFunction(
    "keng_named_units",
    "whose uuid, roles text[]",
    "uuid[]",
    """
DECLARE
  today date := (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
BEGIN
  RETURN ARRAY(
    WITH post AS (SELECT keng_posts_held(whose, roles) AS unit_id),
    named AS (
      SELECT listed.unit_id, listed.officer_id FROM accounts_namedofficer listed
      JOIN accounts_officer holder ON holder.id = listed.officer_id AND holder.is_active
      WHERE listed.ended_at IS NULL AND EXISTS (
        SELECT FROM accounts_post held
        WHERE held.officer_id = listed.officer_id AND held.unit_id = listed.unit_id
          AND held.role = ANY (roles)
          AND held.valid_from <= today AND (held.valid_to IS NULL OR held.valid_to >= today)
      )
    )
    SELECT post.unit_id FROM post
    WHERE whose IN (SELECT officer_id FROM named WHERE named.unit_id = post.unit_id)
      OR post.unit_id NOT IN (SELECT named.unit_id FROM named)
    UNION
    SELECT below.id FROM post
    JOIN places_unit desk ON desk.id = post.unit_id AND desk.kind = 'province'
    JOIN places_unit below ON below.parent_id = desk.id
    WHERE whose IN (SELECT officer_id FROM named WHERE named.unit_id = desk.id)
      OR (desk.id NOT IN (SELECT named.unit_id FROM named)
        AND below.id NOT IN (SELECT named.unit_id FROM named))
  );
END
""",
    is_for_desk=False,
)
_SIGHT_OFFICER = PolicyFunction(
    "keng_sight_officer", "", "uuid", "BEGIN RETURN keng_sight('officer')::uuid; END"
)
# By the tables and not by what was signed: a tip may become one of these at any moment.
_KEPT_FROM = PolicyFunction(
    "keng_tips_kept_from",
    "",
    "uuid[]",
    """
DECLARE
  own uuid[] := coalesce(keng_sight('own'), '{}')::uuid[];
BEGIN
  RETURN ARRAY(
    SELECT tip_id FROM tips_tipconcern WHERE unit_id = ANY (own)
    UNION ALL
    SELECT tip_id FROM tips_recusal
    WHERE officer_id = keng_sight_officer() AND ended_at IS NULL
  );
END
""",
)
_BROKEN_INTO = PolicyFunction(
    "keng_tips_broken_into",
    "",
    "uuid[]",
    """
BEGIN
  RETURN ARRAY(
    SELECT tip_id FROM tips_breakin WHERE officer_id = keng_sight_officer() AND until > now()
  );
END
""",
)
# As `is_restricted` (tips/models/tip.py), less what the officer has opened for an hour.
_NOT_USED = PolicyFunction(
    "keng_tips_not_used",
    "",
    "uuid[]",
    """
BEGIN
  RETURN ARRAY(
    SELECT tip.id FROM tips_restriction kept JOIN tips_tip tip ON tip.id = kept.tip_id
    WHERE kept.lifted_at IS NULL AND tip.state = 'closed' AND tip.waiting_since IS NULL
      AND NOT tip.danger_unheard AND tip.id <> ALL (keng_tips_broken_into())
  );
END
""",
)
_COUNTS_NOW = PolicyFunction(
    "keng_counts_now",
    "",
    "boolean",
    "BEGIN RETURN coalesce(keng_sight('counts') = 'on', false); END",
)
# Empty where the page does not count. One function: each place in a statement that names tips asks
# it anew.
_UNITS_COUNTED_NOW = PolicyFunction(
    "keng_units_counted_now",
    "",
    "uuid[]",
    """
BEGIN
  RETURN CASE WHEN keng_sight('counts') = 'on'
    THEN coalesce(keng_sight('counted'), '{}')::uuid[] ELSE '{}' END;
END
""",
)
# Words are looked for here: behind a policy no index finds them. Of tips that are none of the
# officer's it says nothing. The owner, whom no policy holds, finds them all.
_TIPS_WITH_WORDS = PolicyFunction(
    "keng_tips_with_words",
    "words tsquery",
    "SETOF uuid",
    """
DECLARE
  units uuid[] := keng_sight_counted();
  own uuid[] := keng_sight_units();
  kept uuid[] := keng_tips_kept_from() || keng_tips_not_used();
  named uuid[] := keng_sight_named();
  broken uuid[] := keng_tips_broken_into();
  counts boolean := keng_counts_now();
  is_owner boolean := session_user = current_user AND keng_sight_officer() IS NULL;
BEGIN
  RETURN QUERY SELECT id FROM tips_tip
    WHERE search @@ words AND (is_owner OR responsible_unit_id = ANY (units))
      AND (is_owner OR counts OR (
        responsible_unit_id = ANY (own) AND id <> ALL (kept)
        AND (NOT is_for_named OR responsible_unit_id = ANY (named)
          OR assigned_to_id = keng_sight_officer() OR id = ANY (broken))
      ));
END
""",
)
# A wave is the whole province's: how large it is, is told to desks that read none of its other
# tips. As TipQuerySet.in_waves (tips/models/tip.py).
_WAVE_SIZE = PolicyFunction(
    "keng_wave_size",
    "this_wave uuid",
    "bigint",
    """
BEGIN
  RETURN (
    SELECT count(*) FROM tips_wavetip member JOIN tips_tip tip ON tip.id = member.tip_id
    WHERE member.wave_id = this_wave AND tip.kind <> 'ngoai_pham_vi'
      AND tip.outcome NOT IN ('unfounded', 'not_a_tip', 'withdrawn')
      AND NOT EXISTS (SELECT FROM tips_tipconcern WHERE tip_id = tip.id)
  );
END
""",
)
# An act goes on, in the name of whoever looks, in a request that may begin some.
_ACTS_NOW = PolicyFunction(
    "keng_acts_now",
    "",
    "boolean",
    """
BEGIN
  RETURN keng_actor() IS NOT NULL AND coalesce(keng_sight('acts') = 'on', false)
    AND current_setting('transaction_read_only') = 'off';
END
""",
)

# One objection that is upheld answers every other one to its number, whichever desk has it.
_HEARS_OBJECTION_TO_NUMBER_OF = PolicyFunction(
    "keng_hears_objection_to_number_of",
    "this_listing uuid",
    "boolean",
    """
BEGIN
  RETURN EXISTS (
    SELECT FROM lookup_listing this
    JOIN lookup_listing same ON same.lookup_hash = this.lookup_hash
    JOIN lookup_dispute heard ON heard.listing_id = same.id
    WHERE this.id = this_listing AND heard.unit_id = ANY (keng_hearing_units())
  );
END
""",
)


def policy_functions() -> tuple[PolicyFunction, ...]:
    """All of them, each after those that it calls. Needs the settings."""
    from keng.accounts.sessions import SESSION_IDLE  # noqa: PLC0415 -- loads models
    from keng.accounts.who import HEARING_OBJECTIONS, WORKING, Role  # noqa: PLC0415 -- as above

    return (
        _SIGNED,
        _SET_SIGHT,
        _SIGHT,
        _END_SIGHT,
        _SIGHT_OFFICER,
        _ACTOR,
        _POSTS_HELD,
        _UNITS_HELD,
        _UNITS_OF_ROLES,
        _units_of("keng_working_units", WORKING.roles, is_for_desk=True),
        _units_of("keng_hearing_units", HEARING_OBJECTIONS.roles, is_for_desk=False),
        _units_who(),
        _UNITS_OF_OWN_TREE,
        _IS_OWN_TIP,
        _SHARES_INCIDENT,
        _STANDS_IN,
        _HAS_JUST_DECIDED,
        _HAS_JUST_LEFT,
        _TOOK_PLACE_OF,
        _UPHELD_OBJECTION,
        *WRITE_FUNCTIONS,
        _NAMED_UNITS,
        _begin_sight(
            working=_listed(WORKING.roles), every=_listed(Role), idle=SESSION_IDLE.total_seconds()
        ),
        _BEGIN_COUNTING,
        _units_in_sight("units"),
        _units_in_sight("named"),
        _units_in_sight("counted"),
        _KEPT_FROM,
        _BROKEN_INTO,
        _NOT_USED,
        _COUNTS_NOW,
        _UNITS_COUNTED_NOW,
        _TIPS_WITH_WORDS,
        _WAVE_SIZE,
        _ACTS_NOW,
        _HEARS_OBJECTION_TO_NUMBER_OF,
    )


def _listed(roles: Iterable[str]) -> str:
    return "ARRAY[" + ", ".join(f"'{role}'" for role in sorted(roles)) + "]"


def _units_of(name: str, roles: frozenset[str], *, is_for_desk: bool) -> PolicyFunction:
    body = f"BEGIN RETURN keng_units_of_roles({_listed(roles)}); END"
    return PolicyFunction(name, "", "uuid[]", body, is_for_desk=is_for_desk)


def _units_in_sight(part: str) -> PolicyFunction:
    body = f"BEGIN RETURN coalesce(keng_sight('{part}'), '{{}}')::uuid[]; END"
    return PolicyFunction(f"keng_sight_{part}", "", "uuid[]", body)


def _begin_sight(*, working: str, every: str, idle: float) -> PolicyFunction:
    """Who looks is whoever the session of this secret is of: the desk cannot name anybody else.

    Until the transaction ends. False: no such session is open, and then nobody looks.
    """
    return PolicyFunction(
        "keng_begin_sight",
        "secret bytea, counts boolean, acts boolean",
        "boolean",
        f"""
DECLARE
  whose uuid;
  session text := encode(sha256(secret), 'hex');
BEGIN
  PERFORM keng_end_sight();
  SELECT holder.id INTO whose FROM accounts_desksession held
  JOIN accounts_officer holder ON holder.id = held.officer_id AND holder.is_active
  WHERE held.session_key = session
    AND held.expire_date > now() AND held.seen_at > now() - interval '{idle:.0f} seconds';
  IF whose IS NULL THEN
    RETURN false;
  END IF;
  PERFORM keng_set_sight('officer', session, whose::text);
  PERFORM keng_set_sight('units', session, keng_units_held(whose, {working})::text);
  PERFORM keng_set_sight('own', session, ARRAY(SELECT keng_posts_held(whose, {every}))::text);
  PERFORM keng_set_sight('named', session, keng_named_units(whose, {working})::text);
  IF counts THEN
    PERFORM keng_set_sight('counts', session, 'on');
  END IF;
  IF acts THEN
    PERFORM keng_set_sight('acts', session, 'on');
  END IF;
  PERFORM keng_set_sight('counted', session, keng_units_held(whose, {every})::text);
  RETURN true;
END
""",  # noqa: S608 -- roles and a number of this code
        is_changing=True,
    )


def _units_who() -> PolicyFunction:
    """As `Who.unit_ids` (accounts/who.py), of every set of that table by its name."""
    from keng.accounts import who as table  # noqa: PLC0415 -- loads models

    rules = ",\n      ".join(
        f"('{name}', {_listed(rule.roles)}, {table.Over.OWN in rule.over},"
        f" {table.Over.BELOW in rule.over}, '{rule.at}', {rule.with_full_desk})"
        for name, each in sorted(vars(table).items())
        if isinstance(each, table.Who)
        for rule in each.rules
    )
    return PolicyFunction(
        "keng_units_who",
        "which text",
        "uuid[]",
        f"""
DECLARE
  today date := (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
BEGIN
  RETURN ARRAY(
    WITH rule (who, roles, has_own, has_below, at, with_full_desk) AS (VALUES
      {rules}
    ), held AS (
      SELECT post.unit_id, desk.kind, rule.has_own, rule.has_below
      FROM accounts_post post
      JOIN accounts_officer holder ON holder.id = post.officer_id AND holder.is_active
      JOIN places_unit desk ON desk.id = post.unit_id
      JOIN rule ON rule.who = which AND post.role = ANY (rule.roles)
        AND rule.at IN ('', desk.kind) AND (NOT rule.with_full_desk OR holder.full_desk)
      WHERE holder.id = keng_actor() AND post.valid_from <= today
        AND (post.valid_to IS NULL OR post.valid_to >= today)
    )
    SELECT unit_id FROM held WHERE has_own
    UNION
    SELECT below.id FROM held JOIN places_unit below ON below.parent_id = held.unit_id
    WHERE held.has_below AND held.kind = 'province'
  );
END
""",  # noqa: S608 -- roles and names of this code
    )
