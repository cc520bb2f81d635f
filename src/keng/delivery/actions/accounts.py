"""Accounts at providers, as an operator makes and mends them."""

import uuid
from collections.abc import Mapping

from django.db import IntegrityError

from keng.acts.errors import Refused
from keng.acts.locks import lock
from keng.acts.work import savepoint, work
from keng.audit.actions import record
from keng.channels.upkeep import RECONNECT
from keng.delivery import push_account
from keng.delivery.credentials import can_open_secrets, keep_secrets, keep_tokens
from keng.delivery.models import ChannelAccount
from keng.kit import times


class SlugTaken(Refused):
    """Another account is called so."""


# The row is the console's: a second try would find the new tokens in it and keep them as old ones.
@work(retry=False)
def add_account(
    account: ChannelAccount, *, settings: Mapping[str, str], tokens: Mapping[str, str]
) -> None:
    """Keep a new account with its secrets. Raises SlugTaken."""
    _keep_settings_and_tokens(account, settings, tokens)
    try:
        with savepoint():
            account.save(force_insert=True)
    except IntegrityError as error:
        raise SlugTaken from error
    record("channel.added", by="operator", on=account, chain=f"channel:{account.pk}")


@work()
def renew_account(
    account_id: uuid.UUID,
    *,
    base_url: str,
    settings: Mapping[str, str],
    tokens: Mapping[str, str],
) -> None:
    """Other secrets for an account: what was stopped is tried again with them."""
    account = lock(ChannelAccount.objects.all()).get(pk=account_id)
    account.base_url = base_url
    _keep_settings_and_tokens(account, settings, tokens)
    # What the old secrets taught about the account may be true no more.
    account.learned, account.tokens_expire_at = {}, None
    account.save()
    record("channel.renewed", by="operator", on=account, chain=f"channel:{account.pk}")


@work()
def stop_accounts_without_secrets(*, are_tokens_lost: bool) -> list[str]:
    """After a key of this machine was given up; the names of accounts that wait for other secrets.

    With what nothing opens they would bring down whoever reads them. The account of the pagers
    needs nobody's help: it gets a new key.
    """
    waiting = []
    for account in lock(ChannelAccount.objects.all()):
        has_lost = not can_open_secrets(account)
        if has_lost:
            account.secrets_box = b""
        if are_tokens_lost and account.tokens_sealed:
            account.tokens_sealed = b""
            has_lost = True
        if not has_lost:
            continue
        account.previous_tokens_sealed = b""
        action, detail = "channel.renewed", None
        if account.channel == push_account.PUSH_CHANNEL:
            push_account.give_new_push_key(account)
        else:
            account.circuit_open_since = times.now()
            account.circuit_reason = f"its secrets are lost with a key: {RECONNECT}"
            waiting.append(account.slug)
            action, detail = "channel.stopped", {"reason": account.circuit_reason}
        account.save()
        record(action, by="operator", on=account, chain=f"channel:{account.pk}", detail=detail)
    return waiting


def _keep_settings_and_tokens(
    account: ChannelAccount, settings: Mapping[str, str], tokens: Mapping[str, str]
) -> None:
    keep_secrets(account, settings)
    if tokens:
        keep_tokens(account, tokens)
