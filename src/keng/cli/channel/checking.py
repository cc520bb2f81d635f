"""Whether an account works: what we know of it, and what its provider says. Nothing is sent."""

import asyncio
import os
import smtplib
from typing import TYPE_CHECKING

from keng import channels
from keng.kit.database import data_folder

if TYPE_CHECKING:
    from keng.delivery.models import ChannelAccount

_SENDER_KEY = "KENG_SENDER_KEY_FILE"


class AccountFaulty(Exception):
    """Why an account does not work."""


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
    if not (channel.can.can_receive and channel.facts.settings):
        return []
    hook = f"{settings.PUBLIC_URL}/hooks/{channel.code}/{account.slug}"
    return [f"Webhook address for the provider's console: {hook}", *channel.facts.console_notes]


def check_account(account: "ChannelAccount") -> bool:
    """Print a line about the account; False when it does not work."""
    try:
        answer, is_well = _ask_provider(account), account.circuit_open_since is None
    except AccountFaulty as fault:
        answer, is_well = str(fault), False
    print(
        f"{'ok   ' if is_well else 'WRONG'}  {account.slug:<16} {answer}; {account_state(account)}"
    )
    for line in provider_notes(account):
        print(f"       {line}")
    return is_well


def _ask_provider(account: "ChannelAccount") -> str:
    if account.channel == "zalo_oa":
        return _zalo(account)
    if account.channel == "email":
        return _mail_server(account)
    return "asks nobody"


def _zalo(account: "ChannelAccount") -> str:
    from keng.channels import reading  # noqa: PLC0415 -- needs the settings
    from keng.channels.zalo_oa.requests import account_facts_request  # noqa: PLC0415
    from keng.delivery.credentials import credentials_for_sending  # noqa: PLC0415
    from keng.delivery.sender.http import ConnectionBroken, HttpClient, UnsendableRequest  # noqa: PLC0415
    from keng.vault.opening import NotTheSender  # noqa: PLC0415

    async def asked() -> bytes:
        http = HttpClient(1)
        try:
            return (await http.carry(account_facts_request(credentials_for_sending(account)))).body
        finally:
            await http.close()

    os.environ.setdefault(_SENDER_KEY, str(data_folder() / "keys" / "sender.key"))
    try:
        body = reading.json_object(asyncio.run(asked()))
    except (ConnectionBroken, UnsendableRequest):
        raise AccountFaulty("the provider cannot be reached from here") from None
    except (NotTheSender, OSError):
        raise AccountFaulty(
            f"its tokens open only with the sender's key: set {_SENDER_KEY}"
        ) from None
    if code := reading.number(body.get("error")):
        said = reading.string(body.get("message"), 120)
        raise AccountFaulty(f"the provider says {int(code)} {said}: see `keng channel renew`")
    data = reading.mapping(body.get("data"))
    return f"the provider knows it as {reading.string(data.get('name'), 80)!r}"


def _mail_server(account: "ChannelAccount") -> str:
    from keng.delivery.credentials import credentials_for_receiving  # noqa: PLC0415 -- needs the settings
    from keng.delivery.sender.smtp import SmtpClient, SmtpServer  # noqa: PLC0415

    own = credentials_for_receiving(account)
    post = SmtpClient(SmtpServer(account.base_url, own.get("user", ""), own.get("password", "")))
    try:
        post.greet()
    except smtplib.SMTPResponseException as error:
        raise AccountFaulty(f"the mail server says {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise AccountFaulty(f"the mail server cannot be reached ({type(error).__name__})") from None
    finally:
        post.close()
    return "the mail server takes us"
