"""Letters to a partner's people about what they passed on: where a member asked for them."""

from dataclasses import dataclass

from django.utils.translation import get_language

from keng.accounts.models import PartnerMember
from keng.delivery.actions.subscribing import ask_to_subscribe
from keng.delivery.ways_to_receive import BY_LETTER
from keng.network.actions.subscriptions import SubscriptionChoices, SubscriptionRequest
from keng.network.models import Subscription
from keng.network.secret_links import stop_token


@dataclass(frozen=True, slots=True)
class MemberLetters:
    """What one member asked for."""

    is_confirmed: bool
    token: str
    """Of the page on which it is stopped."""


def letters_of(member: PartnerMember) -> MemberLetters | None:
    """None where the member gave no address, or stopped the letters."""
    asked = Subscription.objects.defer("address_sealed").filter(
        member_ref=member.pk, stopped_at__isnull=True
    )
    found = asked.order_by("-asked_at").first()
    return MemberLetters(found.confirmed_at is not None, stop_token(found)) if found else None


def ask_for_letters(email: str, *, by: PartnerMember) -> None:
    """One letter goes to the address; nothing else before it is confirmed there.

    Raises NoMailbox, TooManyLetters.
    """
    language = "en" if get_language() == "en" else "vi"
    choices = SubscriptionChoices((), (), language, member_ref=by.pk)
    ask_to_subscribe(SubscriptionRequest(BY_LETTER, email, choices))
