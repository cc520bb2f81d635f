"""Subscriptions: asked for by the person, confirmed by whoever has the address, stopped in one tap.

A mailbox confirms by the link in its letter, a chat by the code that is sent from it, a browser by
being the one that asks.
"""

import datetime
import uuid
from dataclasses import dataclass, field

from django.conf import settings
from django.db import IntegrityError
from django.db.models import QuerySet

from keng.acts.act import act
from keng.acts.locks import lock
from keng.acts.work import savepoint
from keng.kit import times
from keng.kit.codes import random_code
from keng.kit.secrets import keyed_hash
from keng.network import acts
from keng.network.actions.mailboxes import Mailboxes
from keng.network.models import Subscription, SubscriptionWish
from keng.places.models import Place
from keng.vault import seal
from keng.vault.hybrid import SealedKind

# Thirty to the sixth; whoever guesses one of somebody else's wishes gets public warnings by it.
CHAT_CODE_LENGTH = 6
# As long as the page with the code is of use.
CHAT_WISH_KEPT = datetime.timedelta(days=1)
# Backups of the usual two weeks are gone by then: a restore must know what was told already.
REMAINS_KEPT = datetime.timedelta(days=60)
_CHOICES = ["kinds", "language", "minimum_severity", "quiet_from", "quiet_to", "week_limit"]
# A second request within this time sends no second letter: the page must not flood a mailbox.
ASK_AGAIN_AFTER = datetime.timedelta(minutes=10)
recent_mailboxes = Mailboxes(seconds=ASK_AGAIN_AFTER.total_seconds())


class TooManyLetters(Exception):
    """So many letters were asked for within an hour that no more go out."""


@dataclass(frozen=True, slots=True)
class SubscriptionChoices:
    """Of what a person wants to hear, and when."""

    place_ids: tuple[uuid.UUID, ...]
    kinds: tuple[str, ...]
    """What it concerns (GroupKind); empty: everything."""
    language: str
    minimum_severity: int = 1
    quiet_from: datetime.time | None = None
    quiet_to: datetime.time | None = None
    """Between these two hours nothing comes but what is urgent; none or both."""
    week_limit: int | None = None
    """So many warnings that are not urgent in seven days; 0: all, None: as the operator set it."""
    warning_code: str = ""
    """Only to be told when this warning is over: then nothing else is chosen."""
    member_ref: uuid.UUID | None = None
    """Only to be told, as somebody of a partner, what became of what the partner passed on."""


@dataclass(frozen=True, slots=True)
class SubscriptionRequest:
    """What a person asks for, and where to send it."""

    channel: str
    address: str = field(repr=False)
    choices: SubscriptionChoices
    title: str = ""
    """What the one warning is called that it is about."""

    def known(self) -> QuerySet[Subscription]:
        """The live subscription of this address for the same."""
        return _without_address().filter(
            channel=self.channel,
            address_hash=address_hash(self.channel, self.address),
            warning_code=self.choices.warning_code,
            member_ref=self.choices.member_ref,
            stopped_at__isnull=True,
        )

    def unsaved(self) -> Subscription:
        """A new one, of which nothing is chosen yet."""
        return Subscription(
            channel=self.channel,
            address_hash=address_hash(self.channel, self.address),
            warning_code=self.choices.warning_code,
            member_ref=self.choices.member_ref,
        )


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
    found = lock(wanted.known()).first()
    if found and found.asked_at > now - ASK_AGAIN_AFTER:
        return found, False
    if found and found.confirmed_at:
        found.asked_at = now
        found.save(update_fields=["asked_at"])
        return found, True
    subscription = found or wanted.unsaved()
    subscription.address_sealed = _sealed_address(wanted.address.strip())
    _put_choices(subscription, wanted.choices)
    subscription.asked_at = now
    try:
        with savepoint():
            subscription.save(
                update_fields=["address_sealed", *_CHOICES, "asked_at"] if found else None
            )
    except IntegrityError:
        # Two requests at the same moment: the other one has written it and sends the letter.
        return wanted.known().get(), False
    _put_places(subscription, wanted.choices)
    return subscription, True


@act(acts.SUBSCRIBE_BROWSER)
def subscribe_browser(wanted: SubscriptionRequest) -> Subscription:
    """The browser that asks is the one that gets them, so nothing is left to confirm.

    One that subscribed before has from now on what was chosen last.
    """
    found = lock(wanted.known()).first()
    subscription = found or wanted.unsaved()
    if not found:
        subscription.asked_at = subscription.confirmed_at = times.now()
    subscription.address_sealed = _sealed_address(wanted.address)
    _put_choices(subscription, wanted.choices)
    subscription.save(update_fields=["address_sealed", *_CHOICES] if found else None)
    _put_places(subscription, wanted.choices)
    return subscription


@act(acts.WISH_BY_CHAT)
def keep_chat_wish(account_ref: uuid.UUID, choices: SubscriptionChoices) -> str:
    """Keep what was chosen until it is asked for from a chat; gives the code to send there."""
    code = random_code(CHAT_CODE_LENGTH)
    SubscriptionWish.objects.create(
        account_ref=account_ref,
        code_hash=chat_code_hash(code),
        place_ids=list(choices.place_ids),
        kinds=list(choices.kinds),
        language=choices.language,
        minimum_severity=choices.minimum_severity,
        quiet_from=choices.quiet_from,
        quiet_to=choices.quiet_to,
        week_limit=choices.week_limit,
        warning_code=choices.warning_code,
    )
    return code


def chat_code_hash(code: str) -> bytes:
    """What a wish is found by."""
    return keyed_hash("subscription wish", code)


@act(acts.CHANGE_SUBSCRIPTION)
def change_subscription(subscription: Subscription, choices: SubscriptionChoices) -> bool:
    """Whoever has its link chooses anew; False when it was stopped meanwhile.

    One that gets no warnings of places has nothing to choose.
    """
    locked = lock(_without_address()).get(pk=subscription.pk)
    if locked.stopped_at or not locked.is_of_places:
        return False
    _put_choices(locked, choices)
    locked.save(update_fields=_CHOICES)
    _put_places(locked, choices)
    return True


def _put_choices(subscription: Subscription, choices: SubscriptionChoices) -> None:
    subscription.kinds, subscription.language = list(choices.kinds), choices.language
    subscription.minimum_severity = choices.minimum_severity
    subscription.quiet_from, subscription.quiet_to = choices.quiet_from, choices.quiet_to
    subscription.week_limit = choices.week_limit


def _put_places(subscription: Subscription, choices: SubscriptionChoices) -> None:
    subscription.places.set(Place.objects.filter(id__in=choices.place_ids, valid_to__isnull=True))


def _sealed_address(address: str) -> bytes:
    return seal.seal_for_sender(address, kind=SealedKind.ADDRESS)


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
