"""Which handler is asked first about a message that comes in: the first that takes it has it."""

from keng.delivery.actions.inbound import GroupsChangedHandler, KeptHandler, ReceiptHandler
from keng.delivery.inbound_handlers import InboundHandler
from keng.delivery.subscribe_handler import SubscribeHandler
from keng.duty.pager_handler import PagerHandler
from keng.intake.chat_handlers import BeginAnewHandler, StopHandler, TipHandler
from keng.lookup_pages.chat_handler import LookupHandler
from keng.relay.lead_chat_handler import LeadChatHandler
from keng.surveys.chat.handler import SurveyHandler


def inbound_handlers() -> tuple[InboundHandler, ...]:
    """For settings.INBOUND_HANDLERS."""
    tips = TipHandler()
    return (
        # What a provider says of our own messages: no words of a person, so nobody else's.
        ReceiptHandler(),
        GroupsChangedHandler(),
        # Before the pager: the two codes differ, and neither is anybody else's.
        LeadChatHandler(),
        # Before the survey: in a chat that is an officer's pager, 1 answers the call.
        PagerHandler(),
        # Before "stop", since "dừng" may end a survey alone, and before the tip, since a number may
        # be an answer. Whether a survey waits for it only the database knows: what does not belong
        # to one goes to the next handler that takes it.
        SurveyHandler(),
        # Before everything that keeps words: whoever takes back the leave to be written to must be
        # heard even inside an open tip.
        StopHandler(tips),
        # Before the tip, or "NHAN" and a code would be reported as one.
        SubscribeHandler(tips),
        # Before the tip, or a question about a number would be reported as one.
        LookupHandler(tips),
        # Before the tip: "tin mới" alone is no part of the open one.
        BeginAnewHandler(),
        tips,
        # Takes whatever nobody else took, so it is the last.
        KeptHandler(),
    )
