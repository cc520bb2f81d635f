"""Accounts at providers, as an operator makes and mends them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError
from django.db.models import ProtectedError, QuerySet

from keng.acts.errors import Refused
from keng.acts.locks import lock
from keng.acts.work import savepoint, work
from keng.audit.actions import record
from keng.channels.upkeep import RECONNECT, NewTokens
from keng.delivery import push_account
from keng.delivery.actions import stranded
from keng.delivery.actions.calling_off import call_off_deliveries
from keng.delivery.actions.returned_letters import forget_mailbox
from keng.delivery.credentials import can_open_secrets, keep_secrets, keep_tokens
from keng.delivery.models import ChannelAccount, Conversation, Delivery
from keng.kit import times

REMOVED_PREFIX = "removed-"
"""What the short name of an account begins with whose row stays for the sake of what it sent."""


class SlugTaken(Refused):
    """Another account is called so."""


class SlugReserved(Refused):
    """Accounts that were removed are called so."""


@dataclass(frozen=True, slots=True)
class RemovedAccount:
    """What the end of an account took along."""

    unsent: int
    """Rows that waited for it and are called off."""
    chats: int
    """People who can be answered by it no more."""


# The row is the console's: a second try would find the new tokens in it and keep them as old ones.
@work(retry=False)
def add_account(
    account: ChannelAccount, *, settings: Mapping[str, str], tokens: Mapping[str, str]
) -> None:
    """Keep a new account with its secrets. Raises SlugTaken, SlugReserved."""
    if account.slug.startswith(REMOVED_PREFIX):
        raise SlugReserved
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
    account.learned = {}
    account.tokens_expire_at = None
    # The secrets may be those of another account, with a package of its own.
    _forget_package(account)
    account.save()
    forget_mailbox(account.pk)
    record("channel.renewed", by="operator", on=account, chain=f"channel:{account.pk}")


@work()
def keep_connected_tokens(account_id: uuid.UUID, tokens: NewTokens) -> None:
    """Whoever manages the account agreed anew: other tokens, and nothing else of it changes."""
    account = lock(ChannelAccount.objects.all()).get(pk=account_id)
    keep_tokens(account, tokens.secrets)
    account.tokens_expire_at = tokens.expire_at
    account.save()
    record("channel.renewed", by="operator", on=account, chain=f"channel:{account.pk}")


@work()
def change_account(account_id: uuid.UUID, changes: Mapping[str, Any]) -> None:
    """Correct what is no secret: `name`, `unit`, `place` or `rate_per_minute`, by field."""
    account = lock(ChannelAccount.objects.all()).get(pk=account_id)
    for field, value in changes.items():
        setattr(account, field, value)
    account.save(update_fields=list(changes))
    detail = {"fields": sorted(changes)}
    record(
        "channel.changed", by="operator", on=account, chain=f"channel:{account.pk}", detail=detail
    )


@work()
def switch_account(account_id: uuid.UUID, *, is_active: bool) -> bool:
    """Stop an account, or let it go on; False when it was so already.

    While it is stopped nothing comes in by it, and rows that it has wait, but for corrections and
    recalls (`stranded`). Rows to many that are made meanwhile get another account of the channel,
    or are refused for good (`no_account`).
    """
    account = lock(ChannelAccount.objects.all()).get(pk=account_id)
    if account.is_active == is_active:
        return False
    account.is_active = is_active
    account.save(update_fields=["is_active"])
    action = "channel.switched_on" if is_active else "channel.switched_off"
    record(action, by="operator", on=account, chain=f"channel:{account.pk}")
    return True


def use_of_account(account: ChannelAccount) -> RemovedAccount:
    """What its end would take along."""
    return RemovedAccount(unsent=_unsent(account).count(), chats=_chats(account).count())


@work()
def remove_account(account_id: uuid.UUID) -> RemovedAccount:
    """Destroy its secrets for good; its row stays only where something that was sent names it.

    What waits for it is called off, corrections and recalls go by another account or end told
    (`stranded`), and whoever wrote by it is answered by it no more.
    """
    ended = ChannelAccount(pk=account_id)
    stranded.rescue_rows(leaving=account_id)
    chats = _chats(ended).update(reply_address_sealed=b"")
    removed = RemovedAccount(call_off_deliveries(_unsent(ended)), chats)
    # After what hangs on it, as locks are taken everywhere.
    account = lock(ChannelAccount.objects.all(), to_delete=True).get(pk=account_id)
    try:
        with savepoint():
            account.delete()
    except ProtectedError:
        account.slug = f"{REMOVED_PREFIX}{account.pk.hex[-12:]}"
        account.is_active = False
        account.base_url = ""
        account.learned = {}
        account.tokens_expire_at = None
        account.tokens_renewed_at = None
        account.secrets_box = b""
        account.tokens_sealed = b""
        _forget_package(account)
        account.save()
    detail = {"unsent": removed.unsent, "chats": removed.chats}
    record("channel.removed", by="operator", on=ended, chain=f"channel:{ended.pk}", detail=detail)
    return removed


def _forget_package(account: ChannelAccount) -> None:
    """What the provider said of another pair of secrets, or of an account that is gone."""
    account.package_name = ""
    account.package_ends_on = None
    account.package_asked_at = None


def _unsent(account: ChannelAccount) -> QuerySet[Delivery]:
    waiting = (Delivery.State.QUEUED, Delivery.State.LEASED, Delivery.State.NOT_NOW)
    return Delivery.objects.filter(account=account, state__in=waiting)


def _chats(account: ChannelAccount) -> QuerySet[Conversation]:
    return Conversation.objects.reachable().filter(account=account)


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
            account.tokens_renewed_at = None
            has_lost = True
        if not has_lost:
            continue
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
