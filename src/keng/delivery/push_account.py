"""The account that carries Web Push: its key is made once, and only the sender can sign with it."""

import os

from django.conf import settings

from keng.acts.work import work
from keng.channels.web_push import WebPush
from keng.delivery.credentials import credentials_for_receiving, keep_secrets, keep_tokens
from keng.delivery.models import ChannelAccount
from keng.places.models import Unit

PUSH_CHANNEL = WebPush.code


@work()
def make_push_account() -> None:
    """Make the account with its key, unless there is one or no unit to own it yet."""
    unit = Unit.objects.filter(kind=Unit.Kind.PROVINCE).order_by("id").first()
    if unit is None or ChannelAccount.objects.filter(channel=PUSH_CHANNEL).exists():
        return
    account = ChannelAccount(
        channel=PUSH_CHANNEL,
        slug="web-push",
        name="Web Push",
        unit=unit,
        rate_per_minute=WebPush.can.rate_per_minute,
        base_url=os.environ.get("KENG_PUSH_URL", ""),
    )
    give_new_push_key(account)
    account.save()


def give_new_push_key(account: ChannelAccount) -> None:
    """For a new account, or when the old key is lost: browsers then subscribe again.

    The caller saves the row.
    """
    # Making a key needs a library that no process of the sites should load.
    from keng.channels.web_push import vapid  # noqa: PLC0415

    private, public = vapid.new_vapid_key()
    said = {"vapid_public": public, "subject": settings.DESK_URL}
    keep_secrets(account, said | {"push_hosts": os.environ.get("KENG_PUSH_HOSTS", "")})
    keep_tokens(account, {"vapid_private": private})


def push_settings() -> dict[str, str]:
    """What a subscription is made with and checked by; empty when there is no account."""
    account = ChannelAccount.objects.filter(channel=PUSH_CHANNEL, is_active=True).first()
    return dict(credentials_for_receiving(account)) if account else {}
