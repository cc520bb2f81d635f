"""Words that come into a matter, by either side."""

from keng.accounts.models import PartnerMember
from keng.accounts.partner_role import in_partner_role
from keng.partner_inbox.models import InboxMatter, InboxMessage
from keng.partner_inbox.seals import open_words, seal_words


def add_sealed_message(
    matter: InboxMatter, words: str, matter_private: bytes, *, member: PartnerMember | None = None
) -> InboxMessage | None:
    """Seal words of the member, or of the asker, into the locked matter.

    None where the last message says the same: the button was pressed twice.
    """
    author = InboxMessage.Author.PARTNER if member else InboxMessage.Author.ASKER
    with in_partner_role():
        last = InboxMessage.objects.filter(matter=matter).order_by("id").last()
        if last and last.author == author and open_words(last, matter_private) == words:
            return None
        message = InboxMessage(matter=matter, author=author, member=member)
        seal_words(matter, message, words)
        message.save(force_insert=True)
        matter.last_at = message.written_at
        matter.waits_for_partner = member is None and matter.ended_at is None
        matter.save(update_fields=["last_at", "waits_for_partner"])
    return message
