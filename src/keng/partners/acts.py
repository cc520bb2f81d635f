"""What partners write and the desk does about them: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import COORDINATING, HOLDER, INVITING
from keng.acts.act import Act, name_records
from keng.partners.members_right import MEMBER

INVITE_PARTNER = Act(INVITING, {"partner.invited": _("Invited a partner")})
ADD_MEMBER = Act(INVITING, {"partner.member_added": _("Added somebody who signs in for a partner")})
# As the second person to who made the sign-in; of the partner's own people see AGREE_TO_MEMBER.
AGREE_FOR_PARTNER = Act(INVITING)
CLOSE_MEMBER = Act(
    INVITING, {"partner.member_closed": _("Ended the sign-in of somebody of a partner")}
)
SET_PARTNER_ACTIVE = Act(
    INVITING,
    {
        "partner.closed": _("Closed a partner"),
        "partner.opened": _("Let a partner publish again"),
    },
)
# Anybody asks, by name and in public.
ASK_FOR_KIT = Act(HOLDER)
ACCEPT_KIT_REQUEST = Act(INVITING, {"kit.accepted": _("Accepted a person of good standing")})
DECLINE_KIT_REQUEST = Act(INVITING, {"kit.declined": _("Declined somebody who asked for the kit")})
PUBLISH_FOR_PARTNER = Act(COORDINATING)
GIVE_BACK_TO_PARTNER = Act(COORDINATING)

AGREE_TO_MEMBER = Act(MEMBER)
WRITE_ARTICLE = Act(MEMBER, {"article.written": _("Wrote an article")})
WITHDRAW_ARTICLE = Act(MEMBER, {"article.withdrawn": _("Withdrew an article")})
BEGIN_MANUSCRIPT = Act(MEMBER)
WRITE_MANUSCRIPT = Act(MEMBER, {"manuscript.written": _("Wrote a text of a partner")})
# Begins, writes and hands in, as far as is wished.
SAVE_MANUSCRIPT = Act(MEMBER)
DISCARD_MANUSCRIPT = Act(MEMBER, {"manuscript.discarded": _("Threw a draft of a partner away")})
WITHDRAW_MANUSCRIPT = Act(MEMBER, {"manuscript.withdrawn": _("Withdrew a text of a partner")})
SUBMIT_TEXT = Act(
    MEMBER,
    {
        "article.submitted": _("Handed an article in"),
        "manuscript.submitted": _("Handed in a text of a partner"),
    },
)
PUBLISH_TEXT = Act(MEMBER)
GIVE_BACK_TEXT = Act(MEMBER)
TAKE_IN_PARTNER_FILM = Act(MEMBER, {"partner_film.uploaded": _("Uploaded a film of a partner")})
DISCARD_PARTNER_FILM = Act(MEMBER, {"partner_film.discarded": _("Threw a film of a partner away")})
# Nobody but the partner sees it.
NOTE_KIT_SHARE = Act(MEMBER)
SET_KIT_SHARE_RIGHT = Act(MEMBER)
# Of a campaign only numbers of a commune and a day are kept: no entry tells the moment.
TAKE_PART_IN_CAMPAIGN = Act(HOLDER)
NOTE_CAMPAIGN_SHARE = Act(MEMBER)
# Numbers of a commune and a day, as above.
COUNT_OPENING = Act(HOLDER)
NOTE_PASSED_ON = Act(MEMBER)

# Surveys: the partner's own, in its own chain. No officer acts on one.
MAKE_PARTNER_SURVEY = Act(MEMBER, {"partner_survey.made": _("Began a survey of a partner")})
REVISE_PARTNER_SURVEY = Act(MEMBER)
PUT_PARTNER_QUESTION = Act(MEMBER)
REMOVE_PARTNER_QUESTION = Act(MEMBER)
MOVE_PARTNER_QUESTION_UP = Act(MEMBER)
SUBMIT_PARTNER_SURVEY = Act(
    MEMBER, {"partner_survey.submitted": _("Handed in a survey of a partner")}
)
OPEN_PARTNER_SURVEY = Act(
    MEMBER, {"partner_survey.opened": _("Opened a survey of a partner, as the second person")}
)
GIVE_BACK_PARTNER_SURVEY = Act(
    MEMBER, {"partner_survey.returned": _("Gave a survey of a partner back")}
)
CLOSE_PARTNER_SURVEY = Act(MEMBER, {"partner_survey.closed": _("Closed a survey of a partner")})
SUBMIT_PARTNER_RESULT = Act(
    MEMBER,
    {"partner_survey.result_submitted": _("Handed in the result of a survey of a partner")},
)
PUBLISH_PARTNER_RESULT = Act(
    MEMBER, {"partner_survey.published": _("Published the result of a survey of a partner")}
)
WITHDRAW_PARTNER_RESULT = Act(
    MEMBER, {"partner_survey.withdrawn": _("Took the result of a survey of a partner back")}
)
GIVE_BACK_PARTNER_RESULT = Act(
    MEMBER,
    {"partner_survey.result_returned": _("Gave the result of a survey of a partner back")},
)

# By one of the partner, or by the province where nobody of the partner is left to do it.
name_records(
    {
        # By each act that changes a draft.
        "partner_survey.changed": _("Changed a survey of a partner"),
        "partner.member_agreed": _("Agreed that somebody signs in for a partner"),
        "article.published": _("Published an article of a partner"),
        "article.given_back": _("Gave an article back"),
        "manuscript.published": _("Published a text of a partner"),
        "manuscript.given_back": _("Gave a text of a partner back"),
    }
)
