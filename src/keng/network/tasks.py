"""What the worker does for the network: forgetting what nobody confirmed, and what is long over."""

import datetime

from django.db.models import Q

from keng.acts.locks import lock_available
from keng.acts.work import work
from keng.kit import times
from keng.kit.worker_tasks import WorkerTask
from keng.network.actions.subscriptions import CHAT_WISH_KEPT, REMAINS_KEPT
from keng.network.models import LeadWay, Subscription, SubscriptionWish, TeamAsk, TeamShift

# Whoever did not confirm within a week did not want it, or somebody else typed the address.
FORGOTTEN_AFTER = datetime.timedelta(days=7)
# A month to look up who was on duty; a season to see how far requests came.
SHIFTS_KEPT = datetime.timedelta(days=30)
ASKS_KEPT = datetime.timedelta(days=90)
_PORTION = 500


@work()
def forget_unconfirmed() -> int:
    """Empty the sealed address of what was never confirmed; the counted row stays."""
    unconfirmed = Subscription.objects.filter(
        confirmed_at__isnull=True,
        stopped_at__isnull=True,
        asked_at__lt=times.now() - FORGOTTEN_AFTER,
    )
    ids = list(lock_available(unconfirmed).values_list("id", flat=True)[:_PORTION])
    return Subscription.objects.filter(id__in=ids).update(
        stopped_at=times.now(), address_sealed=b""
    )


@work()
def forget_unconfirmed_ways() -> int:
    """Empty the address of a lead at which nobody agreed; an officer tells them, as before."""
    unconfirmed = LeadWay.objects.without_address().filter(
        confirmed_at__isnull=True, entered_at__lt=times.now() - FORGOTTEN_AFTER
    )
    ids = list(lock_available(unconfirmed).values_list("pk", flat=True)[:_PORTION])
    return LeadWay.objects.filter(pk__in=ids).update(
        channel="", address_sealed=b"", address_hash=None, entered_at=None, first_message_at=None
    )


@work()
def forget_wishes() -> int:
    """Remove what nobody asked for from a chat."""
    old = SubscriptionWish.objects.filter(made_at__lt=times.now() - CHAT_WISH_KEPT)
    gone, _by_kind = old.delete()
    return gone


@work()
def forget_told() -> int:
    """Remove what is left of whoever was told that a warning is over, or stopped before."""
    over = Subscription.objects.filter(stopped_at__lt=times.now() - REMAINS_KEPT)
    ids = list(over.exclude(warning_code="").values_list("id", flat=True)[:_PORTION])
    gone, _by_kind = Subscription.objects.filter(id__in=ids).delete()
    return gone


@work()
def forget_rotas() -> int:
    """Remove shifts that ended, and requests with their answers, when their time is over."""
    now = times.now()
    last_day = times.local_date(now - SHIFTS_KEPT)
    over = Q(ended_at__lt=now - SHIFTS_KEPT) | Q(day__lt=last_day)
    shifts = TeamShift.objects.filter(over).values_list("id", flat=True)[:_PORTION]
    gone, _by_kind = TeamShift.objects.filter(id__in=list(shifts)).delete()
    asks = TeamAsk.objects.filter(until__lt=now - ASKS_KEPT).values_list("id", flat=True)
    more, _by_kind = TeamAsk.objects.filter(id__in=list(asks[:_PORTION])).delete()
    return gone + more


TASKS = [
    WorkerTask("forget unconfirmed subscriptions", forget_unconfirmed, datetime.timedelta(hours=1)),
    WorkerTask("forget ways of leads", forget_unconfirmed_ways, every=datetime.timedelta(hours=1)),
    WorkerTask("forget wishes of subscribers", forget_wishes, datetime.timedelta(hours=1)),
    WorkerTask("forget who was told", forget_told, every=datetime.timedelta(hours=6)),
    WorkerTask("forget rotas of teams", forget_rotas, datetime.timedelta(hours=6)),
]
