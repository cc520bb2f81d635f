"""Which subscriptions can be written to now."""

from django.db.models import Q, QuerySet

from keng.delivery.models import ChannelAccount
from keng.network.models import Subscription


def reachable_subscriptions() -> QuerySet[Subscription]:
    """Confirmed ones that an account carries now; the others wait."""
    accounts = ChannelAccount.objects.filter(is_active=True)
    return Subscription.objects.filter(
        Q(account_ref__in=accounts.values("pk"))
        | Q(account_ref__isnull=True, channel__in=accounts.values("channel")),
        confirmed_at__isnull=False,
        stopped_at__isnull=True,
    )
