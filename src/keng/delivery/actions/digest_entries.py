"""What a subscriber's week has no room for: kept for the digest, corrected and dropped there."""

from datetime import timedelta
from typing import Any

from django.db.models import F

from keng.acts.work import work
from keng.delivery.audience import SameRecipients
from keng.delivery.models import Delivery, DigestEntry, Dispatch
from keng.delivery.recipients import NEW_ID_SQL, STILL_WAITS
from keng.kit import times

WORTH_READING = timedelta(days=7)
"""A digest: as long as a provider holds it for a telephone that is off; the next one comes then."""

# Behind a query of an audience (recipients._CHOSEN), in the statement that makes its rows.
KEEP_FOR_DIGEST = f""", for_digest AS (
  INSERT INTO delivery_digestentry (id, subscription_id, dispatch_id)
  SELECT {NEW_ID_SQL}, s.id, %(dispatch)s FROM subscribers s WHERE s.is_digested
)"""  # noqa: S608 -- our own words only; values are bound


def carry_on_waiting_entries(cursor: Any, dispatch: Dispatch, earlier: SameRecipients) -> None:
    """What waits in place of what this dispatch replaces: the correction, and nothing of a recall.

    Whoever gets the correction by itself finds it in no digest as well, and whoever waits for what
    was stopped before has no part in it.
    """
    values = {
        "dispatch": dispatch.pk,
        "dispatches": list(earlier.dispatches),
        "called_off_at": list(earlier.called_off_at),
        "is_recall": dispatch.kind == Dispatch.Kind.RECALL,
    }
    cursor.execute(
        # Our own words only; values are bound.
        "DELETE FROM delivery_digestentry e WHERE e.delivery_ref IS NULL "  # noqa: S608
        f"AND e.dispatch_id = ANY(%(dispatches)s::uuid[]) AND (NOT ({STILL_WAITS}) "
        "OR %(is_recall)s OR EXISTS ("
        "  SELECT FROM delivery_delivery d "
        "  WHERE d.dispatch_id = %(dispatch)s AND d.recipient_ref = e.subscription_id))",
        values,
    )
    cursor.execute(
        "UPDATE delivery_digestentry SET dispatch_id = %(dispatch)s WHERE id IN ("
        "  SELECT DISTINCT ON (subscription_id) id FROM delivery_digestentry"
        "  WHERE delivery_ref IS NULL AND dispatch_id = ANY(%(dispatches)s::uuid[])"
        "  ORDER BY subscription_id, id) "
        # Asked again of what this waited for: a digest has taken it meanwhile.
        "AND delivery_ref IS NULL",
        values,
    )


@work()
def put_back_called_off_entries() -> int:
    """What digests named that were called off before they left waits again; how much that is.

    Whoever recalls, corrects or stops a warning calls off the digests that name it
    (`actions.dispatch`); what else those name goes into another one at once.
    """
    called_off = Delivery.objects.filter(
        # As recipients._EARLIER says it: of any other end somebody may have got it.
        state=Delivery.State.CANCELLED,
        called_off_at=F("settled_at"),
        provider_id="",
    )
    taken = DigestEntry.objects.filter(taken_at__gte=times.now() - WORTH_READING)
    return taken.filter(delivery_ref__in=called_off.values("pk")).update(
        delivery_ref=None, taken_at=None
    )
