"""Accounts at providers, as an operator makes and mends them."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from keng.audit.actions import record
from keng.delivery import push_account
from keng.delivery.credentials import can_open_secrets, keep_secrets, keep_tokens
from keng.delivery.models import ChannelAccount
from keng.delivery.sender.accounts import RECONNECT
from keng.kit import times


class SlugTaken(ValueError):
    """Another account is called so."""


@transaction.atomic
def add_account(
    account: ChannelAccount, *, settings: Mapping[str, str], tokens: Mapping[str, str]
) -> None:
    """Keep a new account with its secrets. Raises SlugTaken."""
    _keep_settings_and_tokens(account, settings, tokens)
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
    _keep_settings_and_tokens(account, settings, tokens)
    # What the old secrets taught about the account may be true no more.
    account.learned, account.tokens_expire_at = {}, None
    account.save()
    record("channel.renewed", by="operator", on=account, chain=f"channel:{account.pk}")


@transaction.atomic
def stop_accounts_without_secrets(*, are_tokens_lost: bool) -> list[str]:
    """After a key of this machine was given up; the names of accounts that wait for other secrets.

    With what nothing opens they would bring down whoever reads them. The account of the pagers
    needs nobody's help: it gets a new key.
    """
    acts = []
    waiting = []
    for account in ChannelAccount.objects.select_for_update(no_key=True).order_by("id"):
        has_lost = not can_open_secrets(account)
        if has_lost:
            account.secrets_box = b""
        if are_tokens_lost and account.tokens_sealed:
            account.tokens_sealed = b""
            has_lost = True
        if not has_lost:
            continue
        account.previous_tokens_sealed = b""
        if account.channel == push_account.PUSH_CHANNEL:
            push_account.give_new_push_key(account)
            acts.append(("channel.renewed", account))
        else:
            account.circuit_open_since = times.now()
            account.circuit_reason = f"its secrets are lost with a key: {RECONNECT}"
            waiting.append(account.slug)
            acts.append(("channel.stopped", account))
        account.save()
    for act, account in acts:
        detail = {"reason": account.circuit_reason} if account.circuit_reason else None
        record(act, by="operator", on=account, chain=f"channel:{account.pk}", detail=detail)
    return waiting


def _keep_settings_and_tokens(
    account: ChannelAccount, settings: Mapping[str, str], tokens: Mapping[str, str]
) -> None:
    keep_secrets(account, settings)
    if tokens:
        keep_tokens(account, tokens)
