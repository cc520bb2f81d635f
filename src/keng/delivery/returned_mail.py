"""What came back by e-mail, fetched from the mailboxes of return addresses: one after the other.

A letter is deleted only after what it says is committed. A worker that is killed in between reads
it again, and the second time it changes nothing.
"""

import logging

from keng.channels.email import Email
from keng.channels.email.returned import LONGEST_READ, read_returned_letter
from keng.delivery.actions import returned_letters as actions
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
    credentials = credentials_for_receiving(account)
    access = return_mailbox_access(credentials)
    mailbox_row = actions.mailbox_to_read(account.pk) if access else None
    if access is None or mailbox_row is None:
        return 0
    try:
        with open_mailbox(access) as mailbox:
            count = _read_letters(mailbox, mailbox_row, credentials["return_address"])
    except MailboxFault as fault:
        logger.warning("the return mailbox of %s: %s", account.slug, fault)
        actions.note_fault(account.pk, str(fault), is_refusal=fault.is_refusal)
        return 0
    actions.note_read(account.pk)
    return count


def _read_letters(mailbox: OpenMailbox, mailbox_row: ReturnMailbox, return_address: str) -> int:
    read_up_to = mailbox_row.read_up_to if mailbox_row.numbering == mailbox.numbering else 0
    numbers, looked_up_to = mailbox.numbers_after(read_up_to, MOST_A_ROUND)
    for number in numbers:
        raw = mailbox.beginning(number, LONGEST_READ)
        if raw is not None:
            letter = read_returned_letter(raw, return_address)
            if letter.tokens and actions.take_returned_letter(mailbox_row.account_id, letter):
                mailbox.delete([number])
        actions.note_read_up_to(mailbox_row.account_id, mailbox.numbering, number)
    if looked_up_to > read_up_to:
        actions.note_read_up_to(mailbox_row.account_id, mailbox.numbering, looked_up_to)
    return len(numbers)
