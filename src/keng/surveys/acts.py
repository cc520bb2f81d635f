"""What is done with surveys: who may, and how it stands on record.

A resident's answer is no decision and is not on record: an entry would carry its moment.
"""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import GIVING_SURVEYS_BACK, HOLDER, RELEASING, SURVEYING
from keng.acts.act import Act, name_records

MAKE_SURVEY = Act(SURVEYING, {"survey.made": _("Wrote a survey")})
REVISE_SURVEY = Act(SURVEYING)
PUT_QUESTION = Act(SURVEYING)
REMOVE_QUESTION = Act(SURVEYING)
MOVE_QUESTION_UP = Act(SURVEYING)
SUBMIT_SURVEY = Act(SURVEYING, {"survey.submitted": _("Handed in a survey for approval")})

APPROVE_SURVEY = Act(RELEASING, {"survey.approved": _("Approved a survey")})
SEND_BACK_SURVEY = Act(
    GIVING_SURVEYS_BACK, {"survey.returned": _("Gave a survey back to be changed")}
)
MAKE_SLIPS = Act(SURVEYING, {"survey.slips_made": _("Made slips for a survey")})
OPEN_SURVEY = Act(SURVEYING, {"survey.opened": _("Opened a survey")})
CLOSE_SURVEY = Act(SURVEYING)

BEGIN_BATCH = Act(SURVEYING, {"survey.paper_begun": _("Began to type in paper forms of a survey")})
TYPE_IN_SHEET = Act(SURVEYING)
FINISH_BATCH = Act(SURVEYING)

DECIDE_FREE_TEXT = Act(SURVEYING, {"survey.text_read": _("Read a short text of a survey")})
SUBMIT_RESULT = Act(
    SURVEYING, {"survey.result_submitted": _("Handed in the result of a survey for release")}
)
PUBLISH_RESULT = Act(RELEASING, {"survey.published": _("Published the result of a survey")})
SEND_BACK_RESULT = Act(
    RELEASING, {"survey.result_returned": _("Gave the result of a survey back to be changed")}
)

# By the secret of the draft, which only the resident's browser has.
KEEP_DRAFT = Act(HOLDER)
SEND_DRAFT = Act(HOLDER)

name_records(
    {
        # By each act that changes a draft.
        "survey.changed": _("Changed a survey"),
        # By an officer, or by the worker after the last day.
        "survey.closed": _("Closed a survey"),
        # With the last sheet, or where the rest cannot be read.
        "survey.paper_typed": _("Typed in paper forms of a survey"),
    }
)
