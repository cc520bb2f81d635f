"""Whether an account works: what we know of it, and what its provider says. Nothing is sent."""

import os
from typing import TYPE_CHECKING

from keng import channels
from keng.channels.upkeep import AccountFinding
from keng.kit.database import data_folder

if TYPE_CHECKING:
    from keng.delivery.models import ChannelAccount

_SENDER_KEY = "KENG_SENDER_KEY_FILE"


def account_state(account: "ChannelAccount") -> str:
    """In a few words, without asking anybody."""
    if not account.is_active:
        return "switched off"
    if account.circuit_open_since is not None:
        since = account.circuit_open_since.strftime("%Y-%m-%d %H:%M")
        return f"STOPPED since {since}: {account.circuit_reason}"
    return "in use"


def provider_notes(account: "ChannelAccount") -> list[str]:
    """What an operator has to do or know at the provider's."""
    from django.conf import settings  # noqa: PLC0415 -- needs the settings

    channel = channels.get_channel(account.channel)
    notes = list(channel.facts.console_notes)
    if channel.facts.renewal:
        notes.append(channel.facts.renewal.note)
    if channel.can.can_receive and channel.facts.settings:
        hook = f"{settings.PUBLIC_URL}/hooks/{channel.code}/{account.slug}"
        notes.insert(0, f"Webhook address for the provider's console: {hook}")
    return notes


def check_account(account: "ChannelAccount") -> bool:
    """Print a line about the account; False when it does not work."""
    found = _ask_provider(account)
    is_well = found.is_well and account.circuit_open_since is None
    print(
        f"{'ok   ' if is_well else 'WRONG'}  {account.slug:<16} {found.words}; "
        f"{account_state(account)}"
    )
    for line in provider_notes(account):
        print(f"       {line}")
    return is_well


def _ask_provider(account: "ChannelAccount") -> AccountFinding:
    from keng.delivery.credentials import credentials_for_sending  # noqa: PLC0415 -- needs the settings
    from keng.delivery.sender.account_check import ask_about_account  # noqa: PLC0415
    from keng.vault.opening import NotTheSender  # noqa: PLC0415

    check = channels.get_channel(account.channel).facts.check
    if check is None:
        return AccountFinding(True, "asks nobody")
    os.environ.setdefault(_SENDER_KEY, str(data_folder() / "keys" / "sender.key"))
    try:
        credentials = credentials_for_sending(account)
    except (NotTheSender, OSError):
        return AccountFinding(
            False, f"its tokens open only with the sender's key: set {_SENDER_KEY}"
        )
    return ask_about_account(check, account.base_url, credentials)
