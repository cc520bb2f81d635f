"""What is decided on tips: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import (
    AGREEING_TO_HOLDS,
    HANDING_OVER,
    HOLDER,
    OVERSEEING,
    RECUSING,
    WORKING,
)
from keng.acts.act import Act, name_records

NOTE_FIRST_READ = Act(WORKING, {"tip.read": _("Read a tip for the first time")}, is_look=True)
SHOW_ATTACHMENT = Act(WORKING, {"attachment.shown": _("Looked at a covered file")})
REQUEST_COPY = Act(WORKING, {"attachment.copy_asked": _("Asked for a copy to view of a file")})
COVER_PARTS = Act(WORKING, {"attachment.covered": _("Blacked out parts of a picture")})
QUARANTINE_FILE = Act(
    WORKING, {"attachment.quarantined": _("Quarantined a file and destroyed its copies")}
)
SET_SIGHTING_ROLE = Act(WORKING, {"sighting.role": _("Said what a number or link was used for")})
TICK_STEP = Act(WORKING, {"tip.ticked": _("Ticked a step of a critical tip")})
UNTICK_STEP = Act(WORKING, {"tip.unticked": _("Unticked a step of a critical tip, with a reason")})

ACCEPT_TIP = Act(WORKING, {"tip.accepted": _("Took a tip on")})
MARK_DUPLICATE = Act(WORKING, {"tip.duplicate": _("Joined a tip to an incident")})
SEPARATE_TIP = Act(WORKING, {"tip.separated": _("Took a tip out of an incident")})
ROUTE_TIP = Act(WORKING, {"tip.routed": _("Passed a tip to another unit")})
SORT_TIP = Act(WORKING)
MAKE_CRITICAL = Act(WORKING)
RATE_TIP = Act(WORKING, {"tip.rated": _("Rated a tip")})
PUT_OFF_TIP = Act(WORKING, {"tip.set_aside": _("Set a tip aside")})
SUSPEND_TIP = Act(WORKING, {"tip.suspended": _("Suspended a tip")})
RESUME_TIP = Act(WORKING)

NARROW_TIP = Act(WORKING, {"tip.narrowed": _("Made a tip a matter for named officers")})
WIDEN_TIP = Act(WORKING, {"tip.widened": _("Opened a matter for named officers to the desk")})
BREAK_IN = Act(WORKING, {"tip.broken_in": _("Opened a matter for named officers in an emergency")})
READ_BREAK_IN = Act(OVERSEEING, {"tip.break_in_read": _("Read why somebody had opened a matter")})
RECUSE_ONESELF = Act(WORKING)
RECUSE_OFFICER = Act(RECUSING)
END_RECUSAL = Act(RECUSING, {"tip.rejoined": _("Let an officer back into a tip")})

ASK_FOR_HOLD = Act(WORKING, {"tip.hold_asked": _("Asked for a legal hold on a tip")})
DECIDE_ON_HOLD = Act(AGREEING_TO_HOLDS, {"tip.held": _("Agreed to a legal hold on a tip")})
ASK_TO_END_HOLD = Act(WORKING, {"tip.unhold_ask": _("Asked for the end of a legal hold")})
DECIDE_ON_END_OF_HOLD = Act(
    AGREEING_TO_HOLDS, {"tip.unheld": _("Agreed to the end of a legal hold")}
)

RECORD_HAND_OVER = Act(
    HANDING_OVER, {"tip.hand_over": _("Made the file of a tip for investigators")}
)

RECORD_OUTCOME = Act(WORKING, {"tip.outcome": _("Recorded an outcome")})
DECLINE_TIP = Act(WORKING, {"tip.declined": _("Did not handle a tip")})
CLOSE_TIP = Act(WORKING, {"tip.closed": _("Closed a tip")})
# The value, the outcome and the end stand on record by themselves.
END_TIP = Act(WORKING)
RECORD_END = Act(WORKING)
REOPEN_TIP = Act(WORKING, {"tip.reopened": _("Reopened a tip")})
TAKE_BACK_DECISION = Act(WORKING, {"tip.taken_back": _("Took a decision back")})

# Each of their tips is decided on by an act of its own, which stands on record.
ACCEPT_TIPS = Act(WORKING)
SORT_TIPS = Act(WORKING)
PUT_OFF_TIPS = Act(WORKING)
JOIN_TIPS = Act(WORKING)
TAKE_BACK_DECISIONS = Act(WORKING)

OBJECT_TO_SEALING = Act(HOLDER, {"tip.objected": _("Reporter objected")})
SAY_MEANT_FOR_UNIT = Act(HOLDER)

name_records(
    {
        # Of the hold, or of its end.
        "tip.hold_no": _("Refused a legal hold, or its end"),
        # By the officer themselves, or by who leads.
        "tip.recused": _("Took an officer out of a tip"),
        # Sorted, or made critical.
        "tip.sorted": _("Sorted a tip"),
        # Taken up again, or ended while it was suspended.
        "tip.resumed": _("Took a suspended tip up again"),
        # On the page of the report, or in the chat.
        "tip.reporter_meant_unit": _("Reporter said that the tip is meant for the unit itself"),
        "tip.handed_down": _("Gave a tip to the unit its reporter meant"),
        "tip.restored": _("Gave sealed words back after an objection"),
        "tips.content_destroyed": _("Destroyed words that were out of scope or taken back"),
    }
)
