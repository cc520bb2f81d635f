"""What residents ask and report, and what a desk says to everybody: who may, and on record how."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import HOLDER, RELEASING, WORKING
from keng.acts.act import Act, name_records

PROPOSE_MEETING = Act(WORKING, {"meeting.proposed": _("Handed in a meeting")})
LET_OUT_MEETING = Act(RELEASING, {"meeting.announced": _("Announced a meeting")})
DROP_MEETING = Act(WORKING, {"meeting.dropped": _("Dropped a meeting before it was announced")})
CALL_OFF_MEETING = Act(WORKING, {"meeting.called_off": _("Called a meeting off")})

PROPOSE_CHANNEL = Act(WORKING, {"channel.proposed": _("Handed in a channel for the official list")})
LET_OUT_CHANNEL = Act(RELEASING, {"channel.listed": _("Put a channel on the official list")})
DROP_CHANNEL = Act(WORKING, {"channel.dropped": _("Dropped a channel before it was listed")})
CHECK_CHANNELS = Act(WORKING, {"channel.looked_at": _("Looked at the official channels: right")})
DOUBT_CHANNEL = Act(
    WORKING, {"channel.doubted": _("Asked to take a channel off the official list")}
)
# Of these only whoever doubted it, or a second person.
KEEP_CHANNEL = Act(WORKING, {"channel.kept": _("Kept a channel on the official list")})
END_CHANNEL = Act(RELEASING, {"channel.unlisted": _("Took a channel off the official list")})

ANSWER_QUESTION = Act(WORKING, {"question.handed_in": _("Handed in a public answer to a question")})
LET_OUT_ANSWER = Act(RELEASING)
DECLINE_QUESTION = Act(
    WORKING, {"question.declined": _("Did not answer a question: no matter of this site")}
)
MOVE_QUESTION = Act(WORKING, {"question.moved": _("Made a report of a question")})

# Anybody asks and reports, and needs to show nothing. What they hold is what they chose for it:
# the token of the form becomes the code that opens the answer. Nothing of it names who they are.
ASK_DESK = Act(HOLDER)
REPORT_URGENT_QUESTION = Act(HOLDER)
SEND_REPORT = Act(HOLDER)
SEND_REPORT_AT_ONCE = Act(HOLDER)
OBJECT_TO_OPINION = Act(
    HOLDER,
    {"question.objected": _("Objected that a question is about safety or services")},
)

# For the asker alone by one officer, for everybody by two.
name_records({"question.answered": _("Answered a question")})
