"""One question to an account's provider, outside of the loop: for whoever waits at a console."""

import asyncio
import smtplib
from collections.abc import Mapping

from keng.channels.base import MailReply, Reply
from keng.channels.upkeep import AccountCheck, AccountFinding, CannotAsk
from keng.channels.wire import MailGreeting
from keng.delivery.imap_client import (
    MailboxAccess,
    MailboxFault,
    open_mailbox,
    return_mailbox_access,
)
from keng.delivery.sender.http import HttpClient, UnsendableRequest
from keng.delivery.sender.smtp import SmtpClient, smtp_server
from keng.kit.refused_certificates import refused_certificate


def ask_about_account(
    check: AccountCheck, base_url: str, credentials: Mapping[str, str]
) -> AccountFinding:
    """What the provider says of the account, or that nobody answered."""
    try:
        finding = check.finding(_answer(check, base_url, credentials))
    except CannotAsk as error:
        return AccountFinding(False, f"they cannot be used: {error}")
    except (OSError, smtplib.SMTPException, UnsendableRequest) as error:
        kind = type(error.__cause__ or error).__name__
        why = refused_certificate(error)
        kind = f"its certificate is not accepted: {why}" if why else kind
        return AccountFinding(False, f"its provider cannot be reached from here ({kind})")
    access = return_mailbox_access(credentials)
    return _with_return_mailbox(finding, access) if access and finding.is_well else finding


def _with_return_mailbox(finding: AccountFinding, access: MailboxAccess) -> AccountFinding:
    """The mailbox that letters come back to, too: opened and left as it is."""
    try:
        with open_mailbox(access):
            return AccountFinding(True, f"{finding.words}, and its return mailbox opens")
    except MailboxFault as fault:
        return AccountFinding(False, f"{finding.words}, but not its return mailbox: {fault}")


def _answer(
    check: AccountCheck, base_url: str, credentials: Mapping[str, str]
) -> Reply | MailReply:
    question = check.question(credentials)
    if isinstance(question, MailGreeting):
        mail_server = SmtpClient(smtp_server(base_url, credentials))
        try:
            return mail_server.greet()
        finally:
            mail_server.close()

    async def ask() -> Reply:
        http = HttpClient(1)
        try:
            return await http.carry(question)
        finally:
            await http.close()

    return asyncio.run(ask())
