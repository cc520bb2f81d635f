"""What waits for the weekly digest of one subscriber."""

import datetime
from dataclasses import dataclass

from keng.delivery.models import DigestEntry, DispatchText
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
