"""What is done about warnings and their patterns: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import COMMUNE_WORKING, PROVINCE_WORKING, RELEASING, WORKING
from keng.acts.act import Act, name_records

DRAFT_WARNING = Act(WORKING, {"warning.drafted": _("Drafted a warning")})
DISMISS_ALERT = Act(
    PROVINCE_WORKING,
    {"warning.alert_dismissed": _("Put an alert of an official source aside")},
)
REVISE_WARNING = Act(WORKING, {"warning.revised": _("Changed the draft of a warning")})
SUBMIT_WARNING = Act(WORKING, {"warning.submitted": _("Handed a warning in for approval")})
SEND_BACK_WARNING = Act(RELEASING, {"warning.sent_back": _("Gave a warning back to its author")})
# What somebody was shown is kept for their next look, and is nothing for the record.
NOTE_READING = Act(RELEASING, is_look=True)
APPROVE_WARNING = Act(RELEASING, {"warning.approved": _("Approved and published a warning")})
LET_HELD_GO = Act(
    RELEASING, {"dispatch.let_go": _("Let a held warning go to more people than were approved")}
)
CALL_PROVINCE = Act(WORKING, {"warning.called": _("Called the province to approve a warning")})

RECALL_WARNING = Act(RELEASING)
ASK_RECALL = Act(WORKING, {"warning.recall_asked": _("Asked to take a warning back")})
APPROVE_RECALL = Act(RELEASING)
REFUSE_RECALL = Act(RELEASING, {"warning.recall_refused": _("Refused to take a warning back")})
WITHDRAW_RECALL = Act(
    WORKING, {"warning.recall_withdrawn": _("Withdrew the wish to take a warning back")}
)

MAKE_PATTERN = Act(WORKING, {"pattern.made": _("Wrote a pattern of a warning")})
APPROVE_PATTERN = Act(RELEASING, {"pattern.approved": _("Approved a pattern of a warning")})
END_PATTERN = Act(RELEASING, {"pattern.ended": _("Ended a pattern of a warning")})
SEND_PATTERN = Act(COMMUNE_WORKING, {"pattern.sent": _("Sent a warning by a pattern, alone")})
HAND_IN_PATTERN = Act(
    COMMUNE_WORKING,
    {"pattern.handed_in": _("Filled a pattern for a second person to let out")},
)
REVIEW_PATTERN_USE = Act(RELEASING, {"pattern.reviewed": _("Looked at what was sent by a pattern")})

# At once for a fixed reason, or by the second person in the words of who asked.
name_records({"warning.recalled": _("Took a warning back")})
