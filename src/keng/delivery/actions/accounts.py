"""Accounts at providers, as an operator makes and mends them."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from keng.audit.actions import record
from keng.delivery.credentials import keep_secrets, keep_tokens
from keng.delivery.models import ChannelAccount


class SlugTaken(ValueError):
    """Another account is called so."""


@transaction.atomic
def add_account(
    account: ChannelAccount, *, settings: Mapping[str, str], tokens: Mapping[str, str]
) -> None:
    """Keep a new account with its secrets. Raises SlugTaken."""
    _keep(account, settings, tokens)
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as error:
        raise SlugTaken from error
    record("channel.added", by="operator", on=account, chain=f"channel:{account.pk}")


@transaction.atomic
def renew_account(
    account: ChannelAccount, *, settings: Mapping[str, str], tokens: Mapping[str, str]
) -> None:
    """Other secrets for an account: what was stopped is tried again with them."""
    _keep(account, settings, tokens)
    # What the old secrets taught about the account may be true no more.
    account.learned, account.tokens_expire_at = {}, None
    account.save()
    record("channel.renewed", by="operator", on=account, chain=f"channel:{account.pk}")


def _keep(account: ChannelAccount, settings: Mapping[str, str], tokens: Mapping[str, str]) -> None:
    keep_secrets(account, settings)
    if tokens:
        keep_tokens(account, tokens)
