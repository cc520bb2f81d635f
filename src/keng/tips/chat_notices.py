"""What a chat shows when there is something to read about a report: nothing that tells of it.

A message of a chat stands on a locked screen, and in a phone that others pick up. So it says only
that there is an answer; the words are read on the page of the report, with its code. Whoever wants
them in the chat says so on that page.
"""

import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from keng.delivery.models import Conversation
from keng.kit import times
from keng.kit.urgency import Urgency
from keng.tips.models import Tip

# Whoever called for help and wrote here so lately has the chat open, with the call in it.
STILL_TALKING = datetime.timedelta(minutes=10)


def words_for_chat(
    tip: Tip, conversation: Conversation, words: str, *, says_whom_to_ring: bool = False
) -> str:
    """What the chat shows of these words.

    All of them to whoever asked for that. And where a life hangs on it: while somebody who calls
    for help writes, an officer's question and whom to ring cannot wait for a page and a code. Not
    where somebody near may be who it is about: they fear being found out, or it is a matter for
    named officers.
    """
    if tip.chat_shows_answers:
        return words
    if tip.feared_at or tip.is_for_named:
        return neutral_notice(tip.language)
    is_call = says_whom_to_ring or (tip.urgency == Urgency.P0 and tip.is_open)
    if is_call and conversation.last_inbound_at >= times.now() - STILL_TALKING:
        return words
    return neutral_notice(tip.language)


def neutral_notice(language: str) -> str:
    """The whole of it: no unit, no code, no matter, no address."""
    with translation.override(language):
        return _("You have a new answer")
