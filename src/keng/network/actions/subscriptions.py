"""Subscriptions: asked for by the person, confirmed from their own mailbox, stopped in one tap."""

import datetime
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError
from django.db.models import QuerySet

from keng.acts.act import act
from keng.acts.locks import lock
from keng.acts.work import savepoint
from keng.kit import times
from keng.kit.secrets import keyed_hash
from keng.network import acts
from keng.network.actions.mailboxes import Mailboxes
from keng.network.models import Subscription
from keng.places.models import Place
from keng.vault import seal
from keng.vault.hybrid import SealedKind

# A second request within this time sends no second letter: the page must not flood a mailbox.
ASK_AGAIN_AFTER = datetime.timedelta(minutes=10)
recent_mailboxes = Mailboxes(seconds=ASK_AGAIN_AFTER.total_seconds())


class TooManyLetters(Exception):
    """So many letters were asked for within an hour that no more go out."""


@dataclass(frozen=True, slots=True)
class SubscriptionRequest:
    """What a person asks for. Repr hides the address."""

    channel: str
    address: str
    place_ids: tuple[uuid.UUID, ...]
    kinds: tuple[str, ...]
    language: str

    def __repr__(self) -> str:
        return f"SubscriptionRequest({self.channel})"


def address_hash(channel: str, address: str) -> bytes:
    """What finds an address again. Letter case of a mailbox is nobody's second subscription."""
    return keyed_hash("subscription", channel, address.strip().casefold())


def request_subscription(wanted: SubscriptionRequest) -> tuple[Subscription | None, bool]:
    """Write it down; True when a letter should go out now.

    A confirmed subscription stays as it is, and its letter says how to stop it: whoever types
    somebody else's address changes nothing for them. Nothing is written for a mailbox that another
    spelling of its address has just asked for (then there is no subscription).
    Raises TooManyLetters.
    """
    now = times.now()
    hour = now - datetime.timedelta(hours=1)
    # Each letter leaves its time on its subscription.
    if _without_address().filter(asked_at__gt=hour).count() >= settings.SUBSCRIBE_HOURLY:
        raise TooManyLetters
    if not recent_mailboxes.hold(wanted.address):
        return None, False
    hashed = address_hash(wanted.channel, wanted.address)
    known = _without_address().filter(
        channel=wanted.channel, address_hash=hashed, stopped_at__isnull=True
    )
    found = lock(known).first()
    if found and found.asked_at > now - ASK_AGAIN_AFTER:
        return found, False
    if found and found.confirmed_at:
        found.asked_at = now
        found.save(update_fields=["asked_at"])
        return found, True
    subscription = found or Subscription(channel=wanted.channel, address_hash=hashed)
    subscription.address_sealed = seal.seal_for_sender(
        wanted.address.strip(), kind=SealedKind.ADDRESS
    )
    subscription.kinds, subscription.language = list(wanted.kinds), wanted.language
    subscription.asked_at = now
    try:
        with savepoint():
            subscription.save(
                update_fields=["address_sealed", "kinds", "language", "asked_at"] if found else None
            )
    except IntegrityError:
        # Two requests at the same moment: the other one has written it and sends the letter.
        return _without_address().get(
            channel=wanted.channel, address_hash=hashed, stopped_at__isnull=True
        ), False
    subscription.places.set(Place.objects.filter(id__in=wanted.place_ids, valid_to__isnull=True))
    return subscription, True


@act(acts.CONFIRM_SUBSCRIPTION)
def confirm_subscription(subscription: Subscription) -> Subscription:
    """The person opened the letter and pressed the button."""
    locked = lock(_without_address()).get(pk=subscription.pk)
    if locked.confirmed_at is None and locked.stopped_at is None:
        locked.confirmed_at = times.now()
        locked.save(update_fields=["confirmed_at"])
    return locked


def mark_subscription_stopped(subscription: Subscription) -> None:
    """A step of stopping it: no further message begins, and the sealed address is emptied at once.

    What is queued is called off beside it (delivery.actions.subscribing).
    """
    locked = lock(_without_address()).get(pk=subscription.pk)
    if locked.stopped_at is None:
        locked.stopped_at = times.now()
        locked.address_sealed = b""
        locked.save(update_fields=["stopped_at", "address_sealed"])


def _without_address() -> QuerySet[Subscription]:
    """The sealed address is written here and never read: the public site may not (site.grants)."""
    return Subscription.objects.defer("address_sealed")
