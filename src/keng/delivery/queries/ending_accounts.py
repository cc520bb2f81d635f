"""Accounts whose tokens or package end soon, or have ended."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Now, TruncDate

from keng import channels
from keng.delivery.account_ends import (
    LONGEST_BEFORE,
    AccountEnd,
    ends_of_account,
    tokens_last,
)
from keng.delivery.models import ChannelAccount
from keng.kit import times


def ending_accounts() -> QuerySet[ChannelAccount]:
    """Those in use of which an end is near (`AccountEnd.is_near`) or past."""
    ends = Q(package_ends_on__lt=TruncDate(Now() + LONGEST_BEFORE))
    for code, lasts in _lasting_tokens().items():
        ends |= Q(channel=code, tokens_renewed_at__lte=Now() - (lasts - LONGEST_BEFORE))
    return ChannelAccount.objects.filter(ends, is_active=True)


def near_ends(account: ChannelAccount) -> list[AccountEnd]:
    """The ends of this account that are near or past, the first one first."""
    now = times.now()
    return [end for end in all_ends(account) if end.is_near(now)]


def all_ends(account: ChannelAccount) -> list[AccountEnd]:
    """Every end of it that is known."""
    return ends_of_account(account.channel, account.tokens_renewed_at, account.package_ends_on)


def _lasting_tokens() -> dict[str, timedelta]:
    """How long tokens last, by channel."""
    codes = channels.codes_where(lambda one: one.facts.renewal is not None)
    return {code: lasts for code in codes if (lasts := tokens_last(code)) is not None}
