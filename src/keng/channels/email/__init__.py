"""E-mail over SMTP: one recipient per message, built here, carried by the sender.

credentials: from_address, from_name?, list_id?, unsubscribe_address?, return_address?. What comes
back to the return address is read by `returned`, and fetched by keng.delivery.returned_mail.
"""

from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from keng.channels.base import (
    RECEIVES_NOTHING,
    Address,
    Capabilities,
    Mail,
    MailReply,
    Outcome,
    OutgoingMessage,
    ParsedCall,
)
from keng.channels.email.addresses import fault_of_return_address, is_mailbox
from keng.channels.email.letter import build_letter
from keng.channels.email.replies import MAIL_SERVER_CHECK, outcome_of_smtp_reply
from keng.channels.facts import AccountSetting, Facts

__all__ = ["Email", "build_letter", "is_mailbox", "outcome_of_smtp_reply"]


def _is_server(value: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _fault_of_server(value: str) -> str | None:
    is_right = _is_server(value, "smtp", "smtps")
    return None if is_right else "no mail server: smtps://mail.example:465 is one"


def _fault_of_mailbox(value: str) -> str | None:
    return None if is_mailbox(value) else "no e-mail address: canh-bao@keng.example is one"


def _fault_of_return_server(value: str) -> str | None:
    is_right = _is_server(value, "imap", "imaps")
    return None if is_right else "no mailbox server: imaps://mail.example:993 is one"


class Email:
    """Idempotent in so far as mail programs show one Message-ID once."""

    code = "email"
    transport: Literal["smtp"] = "smtp"
    can = Capabilities(
        can_person=True, rate_per_minute=600, idempotent=True, any_account_reaches=True
    )
    facts = Facts(
        name=_("E-mail"),
        origin=_("e-mail"),
        settings={
            "server": AccountSetting(
                "Mail server, such as smtps://mail.example:465",
                is_address=True,
                fault=_fault_of_server,
            ),
            "from_address": AccountSetting(
                "Address that letters come from", fault=_fault_of_mailbox
            ),
            "from_name": AccountSetting("Name beside it (may be empty)", is_optional=True),
            "user": AccountSetting("User at the server (may be empty)", is_optional=True),
            "password": AccountSetting(
                "Password at the server (may be empty)", is_secret=True, is_optional=True
            ),
            "return_address": AccountSetting(
                "Address that letters come back to, such as tra-lai@keng.example (may be empty)",
                is_optional=True,
                fault=fault_of_return_address,
            ),
            "return_server": AccountSetting(
                "Where its mailbox is read, such as imaps://mail.example:993 (may be empty)",
                is_optional=True,
                fault=_fault_of_return_server,
            ),
            "return_user": AccountSetting(
                "User there (empty: as at the mail server)", is_optional=True
            ),
            "return_password": AccountSetting(
                "Password there (empty: as at the mail server)", is_secret=True, is_optional=True
            ),
        },
        more_settings=("list_id", "unsubscribe_address"),
        check=MAIL_SERVER_CHECK,
    )

    def parse(
        self, raw: bytes, headers: Mapping[str, str], credentials: Mapping[str, str], now: datetime
    ) -> ParsedCall:
        return RECEIVES_NOTHING

    def steps(
        self,
        message: OutgoingMessage,
        address: Address,
        credentials: Mapping[str, str],
        now: datetime,
    ) -> Generator[Mail, MailReply, Outcome]:
        if not is_mailbox(address.value):
            return Outcome("gone", reason="not an address", scope="address")
        if not is_mailbox(credentials.get("from_address", "")):
            return Outcome("config", reason="no sender's address")
        if not message.reference:
            return Outcome("reject", reason="no reference for the Message-ID")
        reply = yield build_letter(message, address, credentials, now)
        return outcome_of_smtp_reply(reply, message.reference)
