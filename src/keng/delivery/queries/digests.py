"""What waits for weekly digests: of one subscriber, and of one dispatch."""

import datetime
from dataclasses import dataclass

from django.db.models import Q

from keng.delivery.models import Delivery, DigestEntry, Dispatch, DispatchText
from keng.network.models import Subscription


@dataclass(frozen=True, slots=True)
class WaitingForDigest:
    """One warning, as it was sent to the others."""

    title: str
    since: datetime.datetime


def waiting_for_digest(subscription: Subscription) -> list[WaitingForDigest]:
    """In the language of the subscriber, what came first first."""
    entries = DigestEntry.objects.waiting().still_sent().filter(subscription=subscription)
    since = dict(entries.order_by("added_at", "id").values_list("dispatch", "added_at"))
    titles: dict[object, str] = {}
    # The first text is for everybody without one in their own language.
    for text in DispatchText.objects.filter(dispatch__in=since).order_by("id"):
        if text.dispatch_id not in titles or text.language == subscription.language:
            titles[text.dispatch_id] = text.subject
    return [WaitingForDigest(titles.get(key, ""), at) for key, at in since.items()]


def count_unsent_in_digests(dispatch: Dispatch) -> int:
    """To how many subscribers it would still go in a digest, were it not stopped."""
    unsent = Delivery.objects.filter(state__in=[Delivery.State.QUEUED, Delivery.State.NOT_NOW])
    waits = Q(delivery_ref__isnull=True) | Q(delivery_ref__in=unsent.values("pk"))
    return DigestEntry.objects.filter(waits, dispatch=dispatch).count()


def count_sent_in_digests(dispatch: Dispatch) -> int:
    """How many subscribers got it in a digest."""
    state = Delivery.State
    sent = Delivery.objects.filter(state__in=[state.SENT, state.DELIVERED, state.READ])
    return DigestEntry.objects.filter(dispatch=dispatch, delivery_ref__in=sent.values("pk")).count()
