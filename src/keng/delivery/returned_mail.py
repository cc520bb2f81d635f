"""What came back by e-mail, fetched from the mailboxes of return addresses: one after the other.

A letter is deleted only after what it says is committed. A worker that is killed in between reads
it again, and the second time it changes nothing.
"""

import logging
import uuid

from keng.channels.email import Email
from keng.channels.email.returned import LONGEST_READ, read_returned_letter
from keng.delivery.actions import returned_letters as actions
from keng.delivery.actions.returned_letters import TakenLetter
from keng.delivery.credentials import credentials_for_receiving
from keng.delivery.imap_client import MailboxFault, OpenMailbox, open_mailbox, return_mailbox_access
from keng.delivery.models import ChannelAccount, ReturnMailbox

logger = logging.getLogger(__name__)
MOST_A_ROUND = 50


def read_returned_mail() -> int:
    """One round over every mailbox; how many letters were read."""
    accounts = ChannelAccount.objects.filter(channel=Email.code, is_active=True).order_by("pk")
    return sum(_read_mailbox_of(account) for account in accounts)


def _read_mailbox_of(account: ChannelAccount) -> int:
    try:
        return _read_round(account)
    except MailboxFault as fault:
        words, is_refusal = str(fault), fault.is_refusal
    except Exception as error:  # noqa: BLE001 -- one account stops no other
        words, is_refusal = f"it cannot be read ({type(error).__name__})", False
    logger.warning("the return mailbox of %s: %s", account.slug, words)
    actions.note_fault(account.pk, words, is_refusal=is_refusal)
    return 0


def _read_round(account: ChannelAccount) -> int:
    credentials = credentials_for_receiving(account)
    access = return_mailbox_access(credentials)
    mailbox_row = actions.mailbox_to_read(account.pk) if access else None
    if access is None or mailbox_row is None:
        return 0
    with open_mailbox(access) as mailbox:
        count = _read_letters(mailbox, mailbox_row, credentials["return_address"])
    actions.note_read(account.pk)
    return count


def _read_letters(mailbox: OpenMailbox, mailbox_row: ReturnMailbox, return_address: str) -> int:
    account_id, numbering = mailbox_row.account_id, mailbox.numbering
    read_up_to = mailbox_row.read_up_to if mailbox_row.numbering == numbering else 0
    count, is_one_early = 0, False
    for numbers, looked_up_to in mailbox.portions_after(read_up_to, MOST_A_ROUND):
        for number in numbers:
            is_one_early |= _is_early(mailbox, number, account_id, return_address)
            # The next round begins with the first letter that came too early.
            if not is_one_early:
                actions.note_read_up_to(account_id, numbering, number)
        if not is_one_early:
            actions.note_read_up_to(account_id, numbering, looked_up_to)
        count += len(numbers)
    return count


def _is_early(
    mailbox: OpenMailbox, number: int, account_id: uuid.UUID, return_address: str
) -> bool:
    """Read one letter, and whether it is to be read again."""
    raw = mailbox.beginning(number, LONGEST_READ)
    if raw is None:
        return False
    taken = actions.take_returned_letter(account_id, read_returned_letter(raw, return_address))
    if taken is TakenLetter.DONE:
        mailbox.delete(number)
    return taken is TakenLetter.EARLY
