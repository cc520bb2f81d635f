"""Secrets of a channel account: what verifies incoming calls, and tokens for the sender."""

import json
from collections.abc import Mapping

from django.conf import settings
from nacl.exceptions import CryptoError

from keng.channels.base import Credentials
from keng.delivery.models import ChannelAccount
from keng.kit import times
from keng.kit.secrets import site_box
from keng.vault import opening, seal
from keng.vault.hybrid import SealedKind

_BOX = "channel secrets"


def keep_secrets(account: ChannelAccount, secrets: Mapping[str, str]) -> None:
    """Put the account's lasting secrets (app id, webhook key, mailbox password) into its box.

    The caller saves the row.
    """
    account.secrets_box = bytes(site_box(_BOX).encrypt(json.dumps(dict(secrets)).encode()))
    _close_circuit(account)


def keep_tokens(account: ChannelAccount, tokens: Mapping[str, str]) -> None:
    """Seal an access and refresh pair to the sender, in place of the pair before it.

    The caller saves the row, and commits before the new pair is used.
    """
    account.tokens_sealed = seal.seal_for_sender(
        json.dumps(dict(tokens)), kind=SealedKind.TOKENS, ref=account.pk
    )
    account.tokens_renewed_at = times.now()
    _close_circuit(account)


def _close_circuit(account: ChannelAccount) -> None:
    """What stopped the account may have been the old secrets."""
    account.circuit_open_since, account.circuit_reason = None, ""


def can_open_secrets(account: ChannelAccount) -> bool:
    """Whether the box opens with the site key of now."""
    try:
        credentials_for_receiving(account)
    except CryptoError:
        return False
    return True


def credentials_for_receiving(account: ChannelAccount) -> Credentials:
    """What `parse` needs: lasting secrets, the base address and what was learned; no tokens."""
    return Credentials(given_settings(account) | account.learned)


def credentials_for_sending(account: ChannelAccount) -> Credentials:
    """The same with the tokens and `hook`, where the provider may post what comes back.

    Raises vault.opening.NotTheSender outside the sender.
    """
    hook = {"hook": webhook_of(account)}
    return Credentials(hook | credentials_for_receiving(account) | given_tokens(account))


def webhook_of(account: ChannelAccount) -> str:
    """Where the provider posts what comes in."""
    return f"{settings.PUBLIC_URL}/hooks/{account.channel}/{account.slug}"


def given_settings(account: ChannelAccount) -> dict[str, str]:
    """Its address and lasting secrets, as they were given. Raises CryptoError."""
    plain = site_box(_BOX).decrypt(bytes(account.secrets_box)) if account.secrets_box else b"{}"
    found = {"api_base": account.base_url} if account.base_url else {}
    return found | dict(json.loads(plain))


def given_tokens(account: ChannelAccount) -> dict[str, str]:
    """The pair of now. Raises vault.opening.NotTheSender outside the sender, CryptoError."""
    if not account.tokens_sealed:
        return {}
    opened = opening.open_as_sender(
        bytes(account.tokens_sealed), kind=SealedKind.TOKENS, ref=account.pk
    )
    return dict(json.loads(opened))
