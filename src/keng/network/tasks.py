"""What the worker does for the network: forgetting addresses that nobody confirmed."""

import datetime

from django.db import transaction

from keng.kit import times
from keng.kit.recurring import Task
from keng.network.models import Subscription

# Whoever did not confirm within a week did not want it, or somebody else typed the address.
FORGOTTEN_AFTER = datetime.timedelta(days=7)
_PORTION = 500


def forget_unconfirmed() -> int:
    """Empty the sealed address of wishes that were never confirmed; the counted row stays."""
    with transaction.atomic():
        ids = list(
            Subscription.objects.select_for_update(skip_locked=True)
            .filter(
                confirmed_at__isnull=True,
                stopped_at__isnull=True,
                asked_at__lt=times.now() - FORGOTTEN_AFTER,
            )
            .values_list("id", flat=True)[:_PORTION]
        )
        return Subscription.objects.filter(id__in=ids).update(
            stopped_at=times.now(), address_sealed=b""
        )


TASKS = [Task("forget unconfirmed subscriptions", forget_unconfirmed, datetime.timedelta(hours=1))]
