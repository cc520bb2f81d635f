"""What only policies of the desk's writes ask: whose tip, account, dispatch a row belongs to.

Each runs as the owner, since a policy of its own would hide what it has to look at.
"""

from keng.site.policy_function import PolicyFunction

# As what `tips_tip` lets be changed (row_policies.py), for what belongs to a tip.
_WRITES_TIP = PolicyFunction(
    "keng_writes_tip",
    "this_tip uuid",
    "boolean",
    """
BEGIN
  RETURN EXISTS (
    SELECT FROM tips_tip tip
    WHERE tip.id = this_tip AND (
      tip.responsible_unit_id = ANY (keng_working_units())
      OR keng_shares_incident(tip.incident_id)
      OR tip.responsible_unit_id = ANY (keng_units_of_own_tree())
        AND (keng_has_just_decided(tip.id) OR keng_has_just_left(tip.incident_id))
    )
  );
END
""",
)
# What an act does last, where it has just passed the tip on: within the tree and no further.
_REACHES_TIP = PolicyFunction(
    "keng_reaches_tip",
    "this_tip uuid",
    "boolean",
    """
BEGIN
  RETURN EXISTS (
    SELECT FROM tips_tip tip
    WHERE tip.id = this_tip AND (
      tip.responsible_unit_id = ANY (keng_units_of_own_tree())
      OR keng_shares_incident(tip.incident_id)
    )
  );
END
""",
)
# A report that an officer takes down comes in by one statement, which does not see its own rows. To
# what is there already such a row is never added: by a receipt the tip would be read.
_IS_NEW_TIP = PolicyFunction(
    "keng_is_new_tip",
    "this_tip uuid",
    "boolean",
    "BEGIN RETURN NOT EXISTS (SELECT FROM tips_tip WHERE id = this_tip); END",
)
_TOOK_DOWN = PolicyFunction(
    "keng_took_down",
    "this_tip uuid",
    "boolean",
    """
BEGIN
  RETURN EXISTS (
    SELECT FROM tips_takendown WHERE tip_id = this_tip AND officer_id = keng_actor()
  );
END
""",
)
# As manageable_officers (accounts/queries.py); of somebody whose posts have just ended, too.
_MANAGES_OFFICER = PolicyFunction(
    "keng_manages_officer",
    "whose uuid",
    "boolean",
    """
DECLARE
  units uuid[] := keng_units_who('ADMINISTERING');
  today date := (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
BEGIN
  RETURN EXISTS (SELECT FROM accounts_post WHERE officer_id = whose AND unit_id = ANY (units))
    AND NOT EXISTS (
      SELECT FROM accounts_post
      WHERE officer_id = whose AND unit_id <> ALL (units) AND valid_from <= today
        AND (valid_to IS NULL OR valid_to >= today)
    );
END
""",
)
# Two people have agreed to it, or the operator has opened it, and nobody has set it up yet.
_IS_SET_UP_NOW = PolicyFunction(
    "keng_is_set_up_now",
    "whose uuid",
    "boolean",
    """
BEGIN
  RETURN EXISTS (
    SELECT FROM accounts_officerrequest WHERE officer_id = whose AND state = 'agreed'
  );
END
""",
)
_WAS_AGREED_TO = PolicyFunction(
    "keng_was_agreed_to",
    "called text, asked_by uuid, agreed_by uuid",
    "boolean",
    """
BEGIN
  RETURN EXISTS (
    SELECT FROM accounts_officerrequest request
    WHERE request.kind = 'new' AND request.state = 'agreed' AND request.username = called
      AND request.asked_by_id IS NOT DISTINCT FROM asked_by
      AND request.decided_by_id IS NOT DISTINCT FROM agreed_by
  );
END
""",
)
_GETS_FIRST_POST = PolicyFunction(
    "keng_gets_first_post",
    "whose uuid, this_unit uuid, this_role text",
    "boolean",
    """
BEGIN
  RETURN EXISTS (
    SELECT FROM accounts_officerrequest request JOIN accounts_officer USING (username)
    WHERE accounts_officer.id = whose AND request.kind = 'new' AND request.state = 'agreed'
      AND request.unit_id = this_unit AND request.role = this_role
  );
END
""",
)
# To many: whoever works at the desk that sends. To officers: their calls follow a tip within the
# tree. To a reporter: as the tip.
_MAY_STOP = PolicyFunction(
    "keng_may_stop",
    "this_dispatch uuid",
    "boolean",
    """
BEGIN
  RETURN EXISTS (
    SELECT FROM delivery_dispatch sent
    WHERE sent.id = this_dispatch AND CASE
      WHEN sent.kind = 'page' THEN sent.unit_id = ANY (keng_units_of_own_tree())
      WHEN sent.kind IN ('reply', 'ack') THEN keng_reaches_tip(sent.source_ref)
      ELSE sent.unit_id = ANY (keng_working_units())
    END
  );
END
""",
)

# A message of Sunday may name warnings of several units: each of them stops it for its own.
_STOPS_DIGEST = PolicyFunction(
    "keng_stops_digest",
    "this_subscription uuid, this_delivery uuid",
    "boolean",
    """
BEGIN
  RETURN EXISTS (
    SELECT FROM delivery_digestentry entry JOIN delivery_dispatch named
      ON named.id = entry.dispatch_id
    WHERE entry.subscription_id = this_subscription AND entry.delivery_ref = this_delivery
      AND named.unit_id = ANY (keng_working_units())
  );
END
""",
)

# The policy of a result asks about its own row before, so its sight may hold no subquery.
_IS_SURVEY_OF_A_DESK = PolicyFunction(
    "keng_is_survey_of_a_desk",
    "this_survey uuid",
    "boolean",
    """
BEGIN
  RETURN EXISTS (SELECT FROM surveys_survey WHERE id = this_survey AND partner_id IS NULL);
END
""",
)

WRITE_FUNCTIONS: tuple[PolicyFunction, ...] = (
    _WRITES_TIP,
    _REACHES_TIP,
    _IS_NEW_TIP,
    _TOOK_DOWN,
    _MANAGES_OFFICER,
    _IS_SET_UP_NOW,
    _WAS_AGREED_TO,
    _GETS_FIRST_POST,
    _MAY_STOP,
    _STOPS_DIGEST,
    _IS_SURVEY_OF_A_DESK,
)
