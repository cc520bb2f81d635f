"""What is done in the inbox of a partner: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import HOLDER
from keng.acts.act import Act
from keng.partners.members_right import MEMBER

MAKE_INBOX_KEY = Act(MEMBER, {"inbox.key_made": _("Made a key for a partner's inbox")})
OPEN_INBOX = Act(MEMBER, {"inbox.opened": _("Opened a partner's inbox")})
PROVE_INBOX_PHRASE = Act(MEMBER)
LET_IN = Act(MEMBER, {"inbox.member_let_in": _("Let somebody read a partner's inbox")})
END_INBOX_KEY = Act(MEMBER, {"inbox.key_ended": _("Ended a key for a partner's inbox")})
END_INBOX = Act(
    MEMBER, {"inbox.ended": _("Ended a partner's inbox, which nobody could read any more")}
)
SET_INBOX = Act(
    MEMBER,
    {"inbox.set": _("Set how long a partner's inbox keeps, and whether it takes something new")},
)
ANSWER_MATTER = Act(MEMBER, {"matter.answered": _("Answered somebody for a partner")})
ASK_CONSENT = Act(
    MEMBER, {"matter.consent_asked": _("Asked whether a matter may be passed to the police")}
)
PASS_ON_FOR_DANGER = Act(
    MEMBER, {"matter.danger_told": _("Passed on that somebody is in danger, without who told it")}
)
END_MATTER = Act(MEMBER, {"matter.ended": _("Ended a matter of a partner's inbox")})

ASK_PARTNER = Act(
    HOLDER,
    {
        "matter.asked": _("Somebody wrote to a partner"),
        "matter.danger_read": _("Danger was read in it: passed on, without who wrote it"),
    },
)
WRITE_TO_PARTNER = Act(HOLDER)
ANSWER_CONSENT = Act(
    HOLDER,
    {
        "matter.agreed": _("Whoever wrote to a partner agreed that the police get it"),
        "matter.declined": _("Whoever wrote to a partner said no to passing it on"),
    },
)
WITHDRAW_MATTER = Act(
    HOLDER, {"matter.withdrawn": _("Whoever wrote to a partner took it back; it is destroyed")}
)
