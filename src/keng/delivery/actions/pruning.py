"""Removing what deliveries and messages leave behind and nobody asks for after a time.

Tables that get rows with every message would grow for ever otherwise (docs/decisions/0063). Each
takes a portion, the oldest first; jobs of the worker.
"""

import datetime

from django.db import connection

from keng.acts.locks import lock_available
from keng.acts.work import work
from keng.delivery.models import DedupeKey, Delivery
from keng.kit import times

# A year, and a month in which its report is written: until then a page counts what may have come
# twice, and a provider's list of messages is compared with ours.
ATTEMPTS_KEPT = datetime.timedelta(days=400)
DEDUPE_KEYS_KEPT = datetime.timedelta(days=400)
# Whoever got a warning is found by their subscription when it is corrected; until then the row has
# the address as it was used. Longer than two versions ever run side by side.
ADDRESSES_KEPT = datetime.timedelta(days=30)
_ARRIVED = (Delivery.State.SENT, Delivery.State.DELIVERED, Delivery.State.READ)
_PORTION = 5_000
# By the order in which they were written, which is that of their time: no index of it is needed.
_PRUNE_ATTEMPTS = """
DELETE FROM delivery_attempt WHERE id IN (
  SELECT id FROM (SELECT id, at FROM delivery_attempt ORDER BY id LIMIT %(portion)s) AS oldest
  WHERE at < %(before)s
)
"""


@work()
def prune_attempts(portion: int = _PORTION) -> int:
    """Remove single tries of deliveries after ATTEMPTS_KEPT; how many. How it ended stays."""
    with connection.cursor() as cursor:
        cursor.execute(_PRUNE_ATTEMPTS, {"portion": portion, "before": times.now() - ATTEMPTS_KEPT})
        return int(cursor.rowcount)


@work()
def prune_dedupe_keys(portion: int = _PORTION) -> int:
    """Remove keys of messages after DEDUPE_KEYS_KEPT; how many. No provider sends one so late."""
    old = DedupeKey.objects.filter(inbound_ref__isnull=True, at__lt=times.now() - DEDUPE_KEYS_KEPT)
    keys = list(
        lock_available(old.order_by("at"), to_delete=True).values_list("pk", flat=True)[:portion]
    )
    return DedupeKey.objects.filter(pk__in=keys).delete()[0] if keys else 0


@work()
def prune_addresses(portion: int = _PORTION) -> int:
    """Empty the sealed address of what arrived at a subscriber, after ADDRESSES_KEPT; how many.

    The subscription has it: a correction takes it from there (delivery.recipients).
    """
    arrived = Delivery.objects.filter(
        recipient_kind=Delivery.RecipientKind.SUBSCRIPTION,
        state__in=_ARRIVED,
        address_sealed__isnull=False,
        settled_at__lt=times.now() - ADDRESSES_KEPT,
    )
    rows = lock_available(arrived.order_by("settled_at")).values_list("pk", flat=True)
    ids = list(rows[:portion])
    return Delivery.objects.filter(pk__in=ids).update(address_sealed=None) if ids else 0
