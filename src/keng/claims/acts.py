"""What is done about claims: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import CHECKING_CLAIMS, HOLDER
from keng.acts.act import Act

# Nothing about who asks is kept, so nothing of it goes on record.
ASK_CLAIM = Act(HOLDER)
ADD_CLAIM = Act(CHECKING_CLAIMS, {"claim.added": _("Wrote a rumour down")})

WRITE_CLAIM = Act(CHECKING_CLAIMS, {"claim.written": _("Wrote a claim check")})
SUBMIT_CLAIM = Act(CHECKING_CLAIMS, {"claim.submitted": _("Handed a claim check in")})
SEND_BACK_CLAIM = Act(
    CHECKING_CLAIMS, {"claim.sent_back": _("Gave a claim check back to its author")}
)
PUBLISH_CLAIM = Act(CHECKING_CLAIMS, {"claim.published": _("Published a claim check")})

ANSWER_CLAIM_WITH = Act(
    CHECKING_CLAIMS, {"claim.answered": _("Answered a claim with an earlier check")}
)
PUT_CLAIM_OUT_OF_SCOPE = Act(
    CHECKING_CLAIMS,
    {"claim.out_of_scope": _("Put a claim out of scope and destroyed its words")},
)
OBJECT_TO_OUT_OF_SCOPE = Act(
    HOLDER, {"claim.objected": _("Objected that a claim is about safety or services")}
)
WITHDRAW_CLAIM = Act(CHECKING_CLAIMS, {"claim.withdrawn": _("Took a claim check back")})
