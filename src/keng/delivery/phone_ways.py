"""Which accounts can write to a telephone number besides the chats that they hold."""

from nacl.exceptions import CryptoError

from keng.channels import facts_of
from keng.channels.facts import PhoneWay
from keng.delivery.credentials import given_settings
from keng.delivery.models import ChannelAccount


def phone_way_of(account: ChannelAccount) -> PhoneWay | None:
    """None where its channel has no such way, or the operator did not switch it on."""
    facts = facts_of(account.channel)
    if facts is None or facts.phone_way is None:
        return None
    try:
        settings = given_settings(account)
    except CryptoError:
        return None  # A page of choices goes on without an account whose box does not open.
    return facts.phone_way if facts.phone_way.is_on(settings) else None
