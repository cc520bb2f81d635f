"""One letter: headers that mail services ask for, plain text, perhaps a picture inside."""

from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from keng.channels.email.addresses import domain_of, with_token
from keng.channels.text import clean_text, one_line
from keng.channels.wire import Address, Mail, OutgoingMessage

# We do not ask a server whether it takes eight bits, so it gets seven.
_SEVEN_BITS = SMTP.clone(cte_type="7bit")


def build_letter(
    message: OutgoingMessage, address: Address, credentials: Mapping[str, str], now: datetime
) -> Mail:
    """The same message reference always gives the same Message-ID."""
    sender = credentials["from_address"]
    letter = EmailMessage(policy=_SEVEN_BITS)
    name = one_line(credentials.get("from_name", ""), 80)
    letter["From"] = Mailbox(display_name=name, addr_spec=sender)
    letter["To"] = Mailbox(addr_spec=address.value)
    letter["Subject"] = one_line(message.subject or message.text, 120)
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = f"<{message.reference}@{domain_of(sender)}>"
    # No person typed it, so nobody's absence note need answer it (RFC 3834).
    letter["Auto-Submitted"] = "auto-generated"
    if message.is_bulk:
        for header, value in _bulk_headers(message, credentials):
            letter[header] = value
    letter.set_content(clean_text(message.text) + "\n", charset="utf-8")
    if message.image is not None:
        subtype = message.image_mime.removeprefix("image/")
        letter.add_attachment(
            message.image,
            maintype="image",
            subtype=subtype,
            disposition="inline",
            filename=f"canh-bao.{subtype}",
        )
    return Mail(_comes_back_to(message, credentials), address.value, letter.as_bytes())


def _comes_back_to(message: OutgoingMessage, credentials: Mapping[str, str]) -> str:
    """The sender of the envelope: an address of this letter alone, where its mailbox is read."""
    if message.return_token and (return_address := _read_return_address(credentials)):
        return with_token(return_address, message.return_token)
    return credentials.get("return_address") or credentials["from_address"]


def _read_return_address(credentials: Mapping[str, str]) -> str:
    """The return address, where Kẻng reads its mailbox; else ""."""
    return credentials.get("return_address", "") if credentials.get("return_server") else ""


def _bulk_headers(
    message: OutgoingMessage, credentials: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Marks of a letter to many, and the one-click way out (RFC 2369, 2919, 8058).

    A call to an officer and a reply to a reporter have none: mail services put such letters aside.
    """
    headers = [("Precedence", "bulk")]
    if list_id := one_line(credentials.get("list_id", ""), 200):
        headers.append(("List-Id", f"<{list_id}>"))
    ways_out = []
    if message.unsubscribe_url:
        ways_out.append(f"<{message.unsubscribe_url}>")
    mailbox = credentials.get("unsubscribe_address")
    if message.stop_token and (return_address := _read_return_address(credentials)):
        mailbox = with_token(return_address, message.stop_token)
    if mailbox:
        ways_out.append(f"<mailto:{mailbox}?subject=unsubscribe>")
    if ways_out:
        headers.append(("List-Unsubscribe", ", ".join(ways_out)))
    if message.unsubscribe_url.startswith("https://"):
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return headers
