"""Subscribing: the letters that ask and answer, and stopping at once, whichever the way."""

import uuid
from collections.abc import Callable, Collection

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.acts.act import act
from keng.acts.errors import Refused
from keng.channels.email import Email
from keng.delivery import acts
from keng.delivery.actions.calling_off import call_off_deliveries
from keng.delivery.models import ChannelAccount, Delivery, Dispatch, DispatchText
from keng.delivery.priorities import Priority
from keng.kit import times
from keng.kit.ids import new_id
from keng.kit.sql_names import alphabetically
from keng.network.actions import subscriptions
from keng.network.actions.subscriptions import SubscriptionRequest
from keng.network.models import Subscription
from keng.network.secret_links import confirm_url, stop_url
from keng.vault import seal
from keng.vault.hybrid import SealedKind

_TO_SUBSCRIBERS = (Delivery.RecipientKind.SUBSCRIPTION, Delivery.RecipientKind.ASKER)


class NoMailbox(Refused):
    """This site has no working e-mail account: nobody can subscribe by e-mail."""

    sentence = gettext_lazy("This site has no mailbox at present. You can read the warnings here.")


def mailbox_account() -> ChannelAccount | None:
    """The account that letters go out from."""
    return ChannelAccount.objects.filter(channel=Email.code, is_active=True).order_by("id").first()


@act(acts.ASK_TO_SUBSCRIBE)
def ask_to_subscribe(wish: SubscriptionRequest) -> None:
    """Write the wish down and send one letter, which alone tells whether the address was known.

    Raises NoMailbox, subscriptions.TooManyLetters.
    """
    account = mailbox_account()
    if account is None:
        raise NoMailbox
    subscription, is_due = subscriptions.request_subscription(wish)
    if subscription is None or not is_due:
        return
    with translation.override(subscription.language):
        subject, text = _letter_writer(subscription)(subscription, wish)
    dispatch = Dispatch.objects.create(
        kind=Dispatch.Kind.NOTICE,
        is_urgent=False,
        unit_id=account.unit_id,
        source_kind="subscription",
        source_ref=subscription.pk,
        materialised_at=times.now(),
    )
    delivery, seals = new_id(), seal.SealBatch()
    Delivery.objects.create(
        id=delivery,
        dispatch=dispatch,
        account=account,
        channel=Email.code,
        priority=Priority.LETTER,
        recipient_kind=Delivery.RecipientKind.SUBSCRIPTION,
        recipient_ref=subscription.pk,
        address_sealed=seals.for_sender(wish.address.strip(), kind=SealedKind.ADDRESS),
        text=DispatchText.objects.create(
            dispatch=dispatch, language=subscription.language, subject=subject, text=""
        ),
        # The links in it are for this person alone.
        text_sealed=seals.for_sender(text, kind=SealedKind.TEXT, ref=delivery),
    )


@act(acts.STOP_SUBSCRIPTION)
def stop_subscription(subscription: Subscription) -> None:
    """End it, and take back what is still waiting to be sent there."""
    subscriptions.mark_subscription_stopped(subscription)
    call_off_messages_to([subscription.pk])


def call_off_messages_to(subscription_ids: Collection[uuid.UUID]) -> None:
    """A step of stopping: of warnings, of what they asked about and of what a member is told."""
    call_off_deliveries(
        Delivery.objects.filter(
            recipient_ref__in=subscription_ids, recipient_kind__in=_TO_SUBSCRIBERS
        )
    )


def _letter_writer(
    subscription: Subscription,
) -> Callable[[Subscription, SubscriptionRequest], tuple[str, str]]:
    if subscription.member_ref is not None:
        return _letter_to_member
    return _letter_about_one if subscription.warning_code else _letter


def _letter_to_member(subscription: Subscription, _wish: SubscriptionRequest) -> tuple[str, str]:
    """Asked, by somebody of a partner, to be told what became of what the partner passed on."""
    subject = _("Please confirm: letters about warnings that you passed on")
    text = _(
        "Somebody, perhaps you, asked to be told at this address when a warning that a partner "
        "passed on is corrected or taken back. If it was you, open this page and press the "
        "button: %(link)s"
    ) % {"link": confirm_url(subscription)}
    otherwise = _("If it was not you, do nothing: no letter will come.")
    stop_line = _("To receive nothing more: %(link)s") % {"link": stop_url(subscription)}
    return subject, f"{text}\n\n{otherwise}\n{stop_line}"


def _letter_about_one(subscription: Subscription, wish: SubscriptionRequest) -> tuple[str, str]:
    """Asked to be told when one warning is over."""
    stop_line = _("To receive nothing more: %(link)s") % {"link": stop_url(subscription)}
    if subscription.confirmed_at:
        subject = _("You will be told when it is over")
        text = _(
            "Somebody, perhaps you, asked to be told at this address when this warning is over: "
            "“%(title)s”. That is so already. You need not do anything."
        ) % {"title": wish.title}
        return subject, f"{text}\n\n{stop_line}"
    subject = _("Please confirm: one letter when a warning is over")
    text = _(
        "Somebody, perhaps you, asked to be told at this address when this warning is over: "
        "“%(title)s”. If it was you, open this page and press the button: %(link)s"
    ) % {"title": wish.title, "link": confirm_url(subscription)}
    otherwise = _("If it was not you, do nothing: no letter will come.")
    return subject, f"{text}\n\n{otherwise}\n{stop_line}"


def _letter(subscription: Subscription, _wish: SubscriptionRequest) -> tuple[str, str]:
    places = ", ".join(place.full_name for place in subscription.places.order_by(alphabetically()))
    stop_line = _("To receive nothing more: %(link)s") % {"link": stop_url(subscription)}
    if subscription.confirmed_at:
        subject = _("You already receive warnings")
        text = _(
            "Somebody, perhaps you, asked for warnings at this address. It already receives those "
            "of: %(places)s. You need not do anything."
        ) % {"places": places}
        return subject, f"{text}\n\n{stop_line}"
    subject = _("Please confirm: warnings by e-mail")
    text = _(
        "Somebody, perhaps you, asked for warnings of %(places)s at this address. If it was you, "
        "open this page and press the button: %(link)s"
    ) % {"places": places, "link": confirm_url(subscription)}
    otherwise = _("If it was not you, do nothing: no warning will come.")
    return subject, f"{text}\n\n{otherwise}\n{stop_line}"
