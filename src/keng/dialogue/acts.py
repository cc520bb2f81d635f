"""What is said between a desk and a reporter: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import HOLDER, LEADING, WORKING
from keng.acts.act import Act

ANSWER_REPORTER = Act(WORKING, {"tip.replied": _("Answered a reporter")})
WITHDRAW_ANSWER = Act(WORKING, {"tip.reply_withdrawn": _("Took an answer back")})
ADD_NOTE = Act(WORKING, {"tip.note": _("Wrote an internal note")})

WRITE_READY_ANSWER = Act(LEADING, {"tips.answer_written": _("Wrote a ready answer")})
SET_READY_ANSWER_REMOVED = Act(
    LEADING,
    {
        "tips.answer_retired": _("Took a ready answer out of use"),
        "tips.answer_used_again": _("Took a ready answer into use again"),
    },
)

ADD_REPORTER_MESSAGE = Act(HOLDER, {"tip.reporter_wrote": _("Reporter wrote again")})
NOTE_FEAR = Act(HOLDER, {"tip.reporter_afraid": _("Reporter is worried about being found out")})
WITHDRAW_TIP = Act(HOLDER, {"tip.reporter_withdraw": _("Reporter took the tip back")})
# The new report is received like every other one, and stands on record with those.
OPEN_TIP_FOR_DANGER = Act(HOLDER)
OPEN_ONE_TIME_LINK = Act(HOLDER, {"receipt.shown": _("Receipt code was shown, once")})
EXCHANGE_CODE = Act(
    HOLDER, {"receipt.exchanged": _("Code on paper was exchanged for another one, once")}
)
REPLACE_CODE = Act(HOLDER, {"receipt.replaced": _("Reporter took a new receipt code")})
DISPUTE_CODE = Act(
    HOLDER, {"receipt.disputed": _("A holder of a code said that replacing it was not theirs")}
)
# What their phone shows is theirs to choose: it tells nobody anything.
CHOOSE_WHAT_CHAT_SHOWS = Act(HOLDER)
# Who closes the page of a code tells nobody anything.
STOP_SHOWING_CODE = Act(HOLDER)
