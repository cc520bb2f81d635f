"""What is done for opening what is sealed: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import SECOND_FOR_OPENING, WORKING
from keng.acts.act import Act, name_records

MAKE_HOLDER_KEY = Act(WORKING, {"holder.made": _("Made an own key for opening")})
ADD_WRAP = Act(WORKING, {"holder.passkey_added": _("Let a passkey unlock the own opening key")})
RENEW_PHRASE = Act(WORKING, {"holder.phrase_renewed": _("Made a new opening phrase")})
RETIRE_HOLDER_KEY = Act(WORKING, {"holder.retired": _("Gave the own key for opening up")})

ASK_OPENING = Act(WORKING, {"opening.asked": _("Asked to open what is sealed")})
APPROVE_OPENING = Act(SECOND_FOR_OPENING, {"opening.approved": _("Agreed to an opening")})
REFUSE_OPENING = Act(SECOND_FOR_OPENING, {"opening.refused": _("Refused an opening")})
# Whoever asked, as long as nothing was opened.
WITHDRAW_OPENING = Act(
    WORKING, {"opening.withdrawn": _("Took the own request for an opening back")}
)
# One of the two could let a text out there, as for an opening.
JOIN_RESHARING = Act(
    WORKING,
    {
        "keys.resharing_joined": _("Came to split keys anew by two"),
        "keys.resealing_joined": _("Came to reseal by two what is on legal hold"),
    },
)
# By the two of one opening: who asked works there, and so does who agreed.
GIVE_SHARE = Act(WORKING, {"opening.share_given": _("Gave the own share for an opening")})
SEND_IDENTITY_ON = Act(
    WORKING,
    {"opening.sent_on": _("Had who reported sealed to the desk of another province, unseen")},
)
SHOW_OPENED = Act(WORKING, {"opening.shown": _("Had what was opened shown, once")})

name_records(
    {
        "opening.resealed": _("Sealed who reported to the desk of another province"),
        "holder.phrase_gone": _("Destroyed an opening phrase of before a restore, renewed since"),
        "opening.lapsed": _("Ended a request for an opening that a restore brought back"),
    }
)
