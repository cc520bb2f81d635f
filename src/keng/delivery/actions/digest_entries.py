"""What a subscriber's week has no room for: kept for the digest, corrected and dropped there."""

import uuid
from typing import Any

from keng.acts.locks import wait_for_turn
from keng.acts.work import work
from keng.delivery.actions.calling_off import call_off_deliveries
from keng.delivery.audience import audience_of_dispatch
from keng.delivery.models import Delivery, DigestEntry, Dispatch
from keng.delivery.recipients import NEW_ID_SQL
from keng.kit.advisory_locks import TurnLock

# Behind a query of an audience (recipients._CHOSEN), in the statement that makes its rows.
KEEP_FOR_DIGEST = f""", for_digest AS (
  INSERT INTO delivery_digestentry (id, subscription_id, dispatch_id)
  SELECT {NEW_ID_SQL}, s.id, %(dispatch)s FROM subscribers s WHERE s.is_digested
)"""  # noqa: S608 -- our own words only; values are bound
_WAITING = (Delivery.State.QUEUED, Delivery.State.NOT_NOW)


def carry_on_waiting_entries(cursor: Any, dispatch: Dispatch, earlier: list[uuid.UUID]) -> None:
    """What waits in place of what this dispatch replaces: the correction, and nothing of a recall.

    Whoever gets the correction by itself finds it in no digest as well.
    """
    values = {"dispatch": dispatch.pk, "earlier": earlier}
    cursor.execute(
        "DELETE FROM delivery_digestentry e WHERE e.delivery_ref IS NULL "
        "AND e.dispatch_id = ANY(%(earlier)s::uuid[]) AND (%(is_recall)s OR EXISTS ("
        "  SELECT FROM delivery_delivery d "
        "  WHERE d.dispatch_id = %(dispatch)s AND d.recipient_ref = e.subscription_id))",
        values | {"is_recall": dispatch.kind == Dispatch.Kind.RECALL},
    )
    cursor.execute(
        "UPDATE delivery_digestentry SET dispatch_id = %(dispatch)s WHERE id IN ("
        "  SELECT DISTINCT ON (subscription_id) id FROM delivery_digestentry"
        "  WHERE delivery_ref IS NULL AND dispatch_id = ANY(%(earlier)s::uuid[])"
        "  ORDER BY subscription_id, id)",
        values,
    )


@work()
def take_back_digests(dispatch_id: uuid.UUID) -> int:
    """Take back the digests that wait and name what this dispatch replaces; how many there were.

    Before its rows are made. What else they name waits again, and goes into another digest at once;
    what a sender has already taken is got by its reader, who is told.
    """
    found = Dispatch.objects.to_materialise().select_related("audience")
    dispatch = found.filter(pk=dispatch_id).first()
    if dispatch is None or not dispatch.replaces_a_text:
        return 0
    earlier = audience_of_dispatch(dispatch).definition["earlier"]
    named = DigestEntry.objects.filter(dispatch__in=earlier, delivery_ref__isnull=False)
    if not named.exists():
        return 0
    # A digest that is being written now names it, and can be seen only when that is done.
    wait_for_turn(TurnLock.DIGESTS)
    digests = Delivery.objects.filter(pk__in=named.values("delivery_ref"), state__in=_WAITING)
    ids = list(digests.values_list("pk", flat=True))
    call_off_deliveries(digests)
    cancelled = Delivery.objects.filter(pk__in=ids, state=Delivery.State.CANCELLED)
    DigestEntry.objects.filter(delivery_ref__in=cancelled.values("pk")).update(
        delivery_ref=None, taken_at=None
    )
    return len(ids)
