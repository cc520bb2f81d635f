"""Whether an account works: what we know of it, and what its provider says. Nothing is sent."""

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from keng import channels
from keng.channels.upkeep import AccountCheck, AccountFinding
from keng.kit.database import data_folder

if TYPE_CHECKING:
    from keng.delivery.models import ChannelAccount

_SENDER_KEY = "KENG_SENDER_KEY_FILE"


def account_state(account: "ChannelAccount") -> str:
    """In a few words, without asking anybody."""
    if not account.is_active:
        return f"switched off: `keng channel start {account.slug}`"
    if account.circuit_open_since is not None:
        since = account.circuit_open_since.strftime("%Y-%m-%d %H:%M")
        return f"STOPPED since {since}: {account.circuit_reason}"
    return "in use"


def provider_notes(account: "ChannelAccount") -> list[str]:
    """What an operator has to do or know at the provider's."""
    from keng.delivery.credentials import webhook_of  # noqa: PLC0415 -- needs the settings

    channel = channels.get_channel(account.channel)
    notes = list(channel.facts.console_notes)
    if channel.facts.renewal:
        notes.append(channel.facts.renewal.note)
    is_typed_there = bool(channel.facts.settings) and channel.facts.registration is None
    if channel.can.can_receive and is_typed_there:
        notes.insert(0, f"Webhook address for the provider's console: {webhook_of(account)}")
    return notes


def register_webhook(account: "ChannelAccount") -> AccountFinding | None:
    """Tell the provider where to post; None where its console wants it by hand."""
    from keng.delivery.credentials import webhook_of  # noqa: PLC0415 -- needs the settings
    from keng.delivery.sender.account_check import ask_about_account  # noqa: PLC0415 -- as above

    registration = channels.get_channel(account.channel).facts.registration
    if registration is None:
        return None
    hook = webhook_of(account)
    question = AccountCheck(lambda given: registration.request(given, hook), registration.finding)
    return ask_about_account(question, account.base_url, present_credentials(account))


def check_account(account: "ChannelAccount") -> bool:
    """Print a line about the account; False when it does not work."""
    found = _ask_provider(account)
    is_well = found.is_well and account.is_active and account.circuit_open_since is None
    print(
        f"{'ok   ' if is_well else 'WRONG'}  {account.slug:<16} {found.words}; "
        f"{account_state(account)}"
    )
    for line in provider_notes(account):
        print(f"       {line}")
    return is_well


def _ask_provider(account: "ChannelAccount") -> AccountFinding:
    from keng.vault.opening import NotTheSender  # noqa: PLC0415 -- needs the settings

    if channels.get_channel(account.channel).facts.check is None:
        return AccountFinding(True, "asks nobody")
    try:
        credentials = present_credentials(account)
    except (NotTheSender, OSError):
        return AccountFinding(
            False, f"its tokens open only with the sender's key: set {_SENDER_KEY}"
        )
    return provider_finding(account.channel, account.base_url, credentials)


def present_credentials(account: "ChannelAccount") -> dict[str, str]:
    """All that the account keeps now. Raises NotTheSender, OSError without the sender's key."""
    from keng.delivery.credentials import credentials_for_sending  # noqa: PLC0415 -- as above

    os.environ.setdefault(_SENDER_KEY, str(data_folder() / "keys" / "sender.key"))
    return dict(credentials_for_sending(account))


def kept_settings(account: "ChannelAccount") -> dict[str, str]:
    """What the account was given, as far as the keys here open it; without what it learned."""
    from nacl.exceptions import CryptoError  # noqa: PLC0415 -- only where it is asked

    from keng.delivery import credentials  # noqa: PLC0415 -- needs the settings
    from keng.vault.opening import NotTheSender  # noqa: PLC0415

    os.environ.setdefault(_SENDER_KEY, str(data_folder() / "keys" / "sender.key"))
    found: dict[str, str] = {}
    with suppress(CryptoError):
        found |= credentials.given_settings(account)
    with suppress(CryptoError, NotTheSender, OSError):
        found |= credentials.given_tokens(account)
    return found


def provider_finding(channel: str, base_url: str, credentials: Mapping[str, str]) -> AccountFinding:
    """What the provider says of these, whether or not they are kept. Nothing is sent."""
    from keng.delivery.sender.account_check import ask_about_account  # noqa: PLC0415 -- as above

    check = channels.get_channel(channel).facts.check
    if check is None:
        return AccountFinding(True, "asks nobody")
    return ask_about_account(check, base_url, credentials)
