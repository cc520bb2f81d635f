"""Making the rows of a dispatch to many: a delivery for each recipient, a task for each lead.

The worker does it, all of one dispatch in one transaction, as soon as the act that approved it has
committed: whoever approves or takes back does not wait for thousands of rows, and no lock is held
that a recall would wait for. Answers to a reporter, calls to officers and letters to who subscribes
make their one row in their own act (`actions.replies`, `duty.page_officers`,
`actions.subscribing`): nothing of them is counted or approved, and a call for help waits for no
second process.
"""

import uuid
from typing import Any

from django.db import connection
from django.db.models import Case, QuerySet, When

from keng.acts.locks import lock, take_turn
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.channels.by_hand import BY_HAND
from keng.delivery import recipients
from keng.delivery.actions import stranded
from keng.delivery.actions.digest_entries import (
    KEEP_FOR_DIGEST,
    carry_on_waiting_entries,
    put_back_called_off_entries,
)
from keng.delivery.audience import (
    Audience,
    SameRecipients,
    audience_of_dispatch,
    count_subscribers,
)
from keng.delivery.models import Dispatch
from keng.delivery.priorities import REPLACES_A_TEXT, priority_to_many
from keng.delivery.recipients import NOT_BEFORE, UNREACHED, WAITS
from keng.kit import times
from keng.kit.advisory_locks import TurnLock
from keng.kit.compiled_queries import CompiledQuery

# So many people more than the approver saw, and so much more of a hundred, and a person decides.
HELD_OVER_PEOPLE = 20
HELD_OVER_PERCENT = 20
_REPLACES_FIRST = Case(When(kind__in=REPLACES_A_TEXT, then=0), default=1)


class _CalledOff(Exception):
    """It was stopped, corrected or taken back while its rows were made: nothing of them stays."""


def materialise_next_dispatch() -> int:
    """Make the rows of what goes first (`priorities`) of all; how many were made or held."""
    failed: Exception | None = None
    for key, kind in _TO_MATERIALISE.fetch_rows():
        try:
            if kind in REPLACES_A_TEXT:
                put_back_called_off_entries()
            if materialise_dispatch(key):
                return 1
        except _CalledOff:
            continue
        except Exception as error:  # noqa: BLE001 -- raised below, when the others had their turn
            failed = failed or error
    if failed is not None:
        raise failed
    return 0


def _to_materialise_query() -> QuerySet[Dispatch, Any]:
    waiting = Dispatch.objects.to_materialise()
    in_turn = waiting.order_by(_REPLACES_FIRST, "-is_urgent", "id")
    return in_turn.values_list("pk", "kind")[:20]


# Asked every second, also while nothing is to be sent.
_TO_MATERIALISE = CompiledQuery(_to_materialise_query)


@work()
def materialise_dispatch(dispatch_id: uuid.UUID) -> int:
    """Make all rows of this dispatch, or hold it; 0 if it is done or another worker is at it."""
    is_ours = take_turn(TurnLock.DISPATCH_ROWS, dispatch_id)
    found = Dispatch.objects.to_materialise().select_related("audience")
    dispatch = found.filter(pk=dispatch_id).first() if is_ours else None
    if dispatch is None or not _has_turn_over_limits(dispatch):
        return 0
    audience = audience_of_dispatch(dispatch).resolved()
    if isinstance(audience, Audience) and _hold_if_over_approval(dispatch, audience):
        return 1
    with connection.cursor() as cursor:
        _insert_deliveries(cursor, dispatch, audience)
        if isinstance(audience, SameRecipients):
            carry_on_waiting_entries(cursor, dispatch, audience)
        count, digest = _digest(cursor, dispatch)
        tasks = _insert_tasks(cursor, dispatch, audience)
        if dispatch.replaces_a_text:
            tasks += stranded.ask_leads_instead(cursor, dispatch.pk)
        left_out = _left_out(cursor, dispatch, audience)
    # What is else checked at the commit, row by row, is checked before the dispatch is locked:
    # whoever calls it off waits for none of it.
    connection.check_constraints()
    _lock_unless_called_off(dispatch)
    dispatch.materialised_at, dispatch.left_out = times.now(), left_out
    dispatch.save(update_fields=["materialised_at", "left_out"])
    record(
        "dispatch.materialised",
        by="worker",
        on=dispatch,
        chain=unit_chain(dispatch.unit_id),
        detail={
            "recipients": count,
            "relay_tasks": tasks,
            "left_out": len(left_out),
            "digest": digest.hex(),
        },
    )
    with connection.cursor() as cursor:
        # Sent to the sender at commit: it need not wait for its next look.
        cursor.execute("SELECT pg_notify('keng_delivery', '')")
    return 1


def _has_turn_over_limits(dispatch: Dispatch) -> bool:
    """Of what counts in a subscriber's week one is made after the other, so that each is counted.

    Another worker is at one otherwise, and this comes next. What is urgent waits for none of them,
    and so does what goes to groups alone.
    """
    counts = dispatch.audience.definition.get("subscribers", False)
    if dispatch.is_urgent or not counts:
        return True
    return take_turn(TurnLock.SUBSCRIBER_LIMITS)


def is_over_approval(people: int, approved: int) -> bool:
    """Whether so many people are so many more than were approved that a person decides."""
    more = people - approved
    return more > HELD_OVER_PEOPLE and 100 * more > HELD_OVER_PERCENT * approved


def _hold_if_over_approval(dispatch: Dispatch, audience: Audience) -> bool:
    """Hold the dispatch if many more people would get it than were approved; whether it was.

    Of groups none comes that was not approved. What goes to whoever got something before goes out
    as it is: nobody is to be left with a wrong text.
    """
    if dispatch.approval_id is None:
        return False
    approved = _people_approved(dispatch)
    people = count_subscribers(audience)
    if not is_over_approval(people, approved):
        return False
    _lock_unless_called_off(dispatch)
    dispatch.held_at, dispatch.held_people = times.now(), people
    dispatch.save(update_fields=["held_at", "held_people"])
    record(
        "dispatch.held",
        by="worker",
        on=dispatch,
        chain=unit_chain(dispatch.unit_id),
        detail={"approved": approved, "people": people},
    )
    return True


def _people_approved(dispatch: Dispatch) -> int:
    if dispatch.let_go_people is not None:
        return dispatch.let_go_people
    seen = Dispatch.objects.filter(pk=dispatch.pk).values_list("approval__people", flat=True)
    return seen.get() or 0


def _lock_unless_called_off(dispatch: Dispatch) -> None:
    """Hold the dispatch until the end. Raises _CalledOff."""
    held = lock(Dispatch.objects.filter(pk=dispatch.pk, cancelled_at__isnull=True))
    if not held.values_list("pk", flat=True):
        raise _CalledOff


def _left_out(
    cursor: Any, dispatch: Dispatch, audience: Audience | SameRecipients
) -> list[uuid.UUID]:
    """The approved groups that got no row."""
    if isinstance(audience, SameRecipients):
        return []
    cursor.execute(
        "SELECT unnest(%s::uuid[]) EXCEPT SELECT recipient_ref FROM delivery_delivery "
        "WHERE dispatch_id = %s AND recipient_kind = 'group'",
        [[key for key, _channel, _address in audience.groups or ()], dispatch.pk],
    )
    return [key for (key,) in cursor.fetchall()]


def _insert_deliveries(
    cursor: Any, dispatch: Dispatch, audience: Audience | SameRecipients
) -> None:
    query = audience.query()
    # The first one is for everybody without a text of their own.
    texts = list(dispatch.texts.order_by("id").values_list("language", "pk"))
    text_of = (
        "CASE r.language "
        + " ".join(f"WHEN %(language{n})s THEN %(text{n})s::uuid" for n in range(len(texts)))
        + " ELSE %(text0)s::uuid END"
    )
    values = dict(query.values)
    for n, (language, text) in enumerate(texts):
        values |= {f"language{n}": language, f"text{n}": text}
    values |= {
        "dispatch": dispatch.pk,
        "unit": dispatch.unit_id,
        "urgent": dispatch.is_urgent,
        "expires_at": dispatch.expires_at,
        "priority": priority_to_many(dispatch.kind, is_urgent=dispatch.is_urgent),
        "deletes_posts": isinstance(audience, SameRecipients) and audience.deletes_posts,
    }
    # In one statement, so that everybody is either written to or in a digest.
    digest = KEEP_FOR_DIGEST if isinstance(audience, Audience) else ""
    if dispatch.kind == Dispatch.Kind.RECALL:
        digest = ""
    cursor.execute(
        # Our own words only; values are bound.
        f"{query.sql}{digest} INSERT INTO delivery_delivery (id, dispatch_id, account_id, channel, "  # noqa: S608
        "recipient_kind, recipient_ref, text_id, address, address_sealed, priority, is_urgent, "
        "state, code, settled_at, not_before, expires_at, earlier_ref, deletes_post, unit_ref) "
        f"SELECT {recipients.ID_BY_TURN_SQL}, %(dispatch)s, r.account_id, r.channel, "
        f"r.recipient_kind, r.recipient_ref, {text_of}, r.address, r.address_sealed, "
        "%(priority)s, %(urgent)s, "
        # Nobody can reach it: that is an outcome too, on record from the first moment.
        f"CASE WHEN {UNREACHED} THEN 'rejected' WHEN {WAITS} THEN 'not_now' ELSE 'queued' END, "
        f"CASE WHEN {UNREACHED} THEN 'no_account' WHEN {WAITS} THEN 'quiet_hours' ELSE '' END, "
        f"CASE WHEN {UNREACHED} THEN now() END, {NOT_BEFORE}, %(expires_at)s, "
        "r.earlier_ref, %(deletes_posts)s AND r.earlier_ref IS NOT NULL, %(unit)s "
        "FROM (SELECT * FROM recipients ORDER BY turn) AS r",
        values,
    )


# One line a recipient, in the order of their ids: whoever is added, taken away or reached elsewhere
# changes it.
_DIGEST_SQL = (
    "sha256(convert_to(coalesce(string_agg("
    "recipient_ref::text || ' ' || channel || ' ' || address, E'\\n' ORDER BY recipient_ref"
    "), ''), 'UTF8'))"
)


def _digest(cursor: Any, dispatch: Dispatch) -> tuple[int, bytes]:
    cursor.execute(
        # Our own words only; values are bound.
        f"SELECT count(*), {_DIGEST_SQL} FROM delivery_delivery WHERE dispatch_id = %s",  # noqa: S608
        [dispatch.pk],
    )
    count, digest = cursor.fetchone()
    return count, bytes(digest)


_TASKS_FROM_GROUPS = """
  SELECT lg.lead_id, d.recipient_ref AS group_id
  FROM delivery_delivery d
  JOIN network_lead_groups lg ON lg.group_id = d.recipient_ref
  JOIN network_lead l ON l.id = lg.lead_id
  WHERE d.dispatch_id = %(dispatch)s AND d.channel = %(hand)s AND l.stopped_at IS NULL"""

# Who was asked to pass on is asked to correct, also those who left the group since.
_TASKS_FROM_EARLIER = """
  SELECT DISTINCT t.lead_id, t.group_id
  FROM delivery_relaytask t
  JOIN network_lead l ON l.id = t.lead_id
  JOIN delivery_delivery d ON d.dispatch_id = %(dispatch)s AND d.recipient_ref = t.group_id
  WHERE t.dispatch_id = ANY(%(dispatches)s::uuid[]) AND l.stopped_at IS NULL"""


def _insert_tasks(cursor: Any, dispatch: Dispatch, audience: Audience | SameRecipients) -> int:
    """One task for each lead and group by hand, and one for whoever stands above such a lead."""
    values: dict[str, Any] = {"dispatch": dispatch.pk, "hand": BY_HAND}
    asked = _TASKS_FROM_GROUPS
    if isinstance(audience, SameRecipients):
        asked = _TASKS_FROM_EARLIER
        values["dispatches"] = list(audience.dispatches)
    cursor.execute(
        # Our own words only; values are bound.
        f"WITH RECURSIVE asked AS ({asked}), upward(lead_id) AS ("  # noqa: S608
        "  SELECT l.above_id FROM asked a JOIN network_lead l ON l.id = a.lead_id"
        "  WHERE l.above_id IS NOT NULL"
        "  UNION"
        "  SELECT l.above_id FROM upward u JOIN network_lead l ON l.id = u.lead_id"
        "  WHERE l.above_id IS NOT NULL"
        ") INSERT INTO delivery_relaytask (id, dispatch_id, lead_id, group_id) "
        f"SELECT {recipients.NEW_ID_SQL}, %(dispatch)s, lead_id, group_id FROM asked "
        "UNION ALL "
        f"SELECT {recipients.NEW_ID_SQL}, %(dispatch)s, u.lead_id, NULL::uuid FROM upward u "
        "JOIN network_lead l ON l.id = u.lead_id "
        "WHERE l.stopped_at IS NULL AND u.lead_id NOT IN (SELECT lead_id FROM asked)",
        values,
    )
    count: int = cursor.rowcount
    return count
