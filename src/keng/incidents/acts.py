"""What is done with many reports at once: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import WORKING
from keng.acts.act import Act, name_records

ANSWER_INCIDENT = Act(
    WORKING, {"incident.answered": _("One answer to all reporters of an incident")}
)
# Each answer that is taken back stands on record by itself.
WITHDRAW_INCIDENT_ANSWER = Act(WORKING)
RENAME_INCIDENT = Act(WORKING, {"incident.renamed": _("Renamed an incident")})
RECORD_INCIDENT_OUTCOME = Act(
    WORKING, {"incident.outcome": _("Recorded the outcome of an incident")}
)
CLOSE_INCIDENT = Act(WORKING, {"incident.closed": _("Ended the tips of an incident")})

DISMISS_WAVE = Act(WORKING, {"wave.dismissed": _("Said that a wave is none")})
TAKE_BACK_DISMISSAL = Act(WORKING, {"wave.reopened": _("Said that it is a wave after all")})

name_records({"wave.found": _("Found a wave of similar reports")})
