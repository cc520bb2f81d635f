"""What came back by e-mail, fetched from the mailboxes of return addresses: one after the other.

A letter is deleted only after what it says is committed. A worker that is killed in between reads
it again, and the second time it changes nothing.
"""

import logging

from keng.channels.email import Email
from keng.channels.email.returned import LONGEST_READ, read_returned_letter
from keng.delivery.actions import returned_letters as actions
from keng.delivery.credentials import credentials_for_receiving
from keng.delivery.imap_client import MailStoreFault, OpenMailbox, mail_store_of, open_mailbox
from keng.delivery.models import ChannelAccount, ReturnMailbox

logger = logging.getLogger(__name__)
MOST_A_ROUND = 50


def read_returned_mail() -> int:
    """One round over every mailbox; how many letters were read."""
    accounts = ChannelAccount.objects.filter(channel=Email.code, is_active=True).order_by("pk")
    return sum(_read_mailbox_of(account) for account in accounts)


def _read_mailbox_of(account: ChannelAccount) -> int:
    credentials = credentials_for_receiving(account)
    store = mail_store_of(credentials)
    known = actions.mailbox_to_read(account.pk) if store else None
    if store is None or known is None:
        return 0
    try:
        with open_mailbox(store) as mailbox:
            count = _read_letters(mailbox, known, credentials["return_address"])
    except MailStoreFault as fault:
        logger.warning("the return mailbox of %s: %s", account.slug, fault)
        actions.note_fault(account.pk, str(fault), is_refusal=fault.is_refusal)
        return 0
    actions.note_read(account.pk)
    return count


def _read_letters(mailbox: OpenMailbox, known: ReturnMailbox, return_address: str) -> int:
    position = known.position if known.epoch == mailbox.epoch else 0
    numbers, looked_up_to = mailbox.numbers_after(position, MOST_A_ROUND)
    for number in numbers:
        raw = mailbox.beginning(number, LONGEST_READ)
        if raw is not None:
            letter = read_returned_letter(raw, return_address)
            if letter.tokens and actions.take_returned_letter(known.account_id, letter):
                mailbox.delete([number])
        actions.note_position(known.account_id, mailbox.epoch, number)
    if looked_up_to > position:
        actions.note_position(known.account_id, mailbox.epoch, looked_up_to)
    return len(numbers)
