"""What is decided about periods: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import AGREEING_TO_PERIODS, PROPOSING_PERIODS, READING_PERIODS
from keng.acts.act import Act, name_records

PROPOSE_PERIOD = Act(PROPOSING_PERIODS, {"period.proposed": _("Proposed a retention period")})
DECIDE_ON_PERIOD = Act(
    AGREEING_TO_PERIODS,
    {
        "period.agreed": _("Agreed to a retention period"),
        "period.refused": _("Refused a retention period"),
    },
)
# By one person: it only keeps what would have been destroyed.
STOP_PERIOD = Act(READING_PERIODS, {"period.stopped": _("Stopped a retention period")})

name_records({"tips.purged": _("Destroyed what was due by a retention period")})
