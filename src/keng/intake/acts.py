"""What comes in: who may take it down for somebody, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import WORKING
from keng.acts.act import Act, name_records

TAKE_DOWN_TIP = Act(WORKING, {"tip.taken_down": _("Took a report down for somebody")})

name_records(
    {
        "tip.left_alone": _("Stopped writing to a reporter who asked for it"),
        "intake.batch": _("Received messages"),
    }
)
