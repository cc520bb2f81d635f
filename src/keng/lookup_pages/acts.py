"""What is done about the look-up with tips and pictures: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import HEARING_OBJECTIONS, HOLDER, RELEASING, WORKING
from keng.acts.act import Act

# What these put on record, the acts of the look-up inside them do.
PROPOSE_SIGHTING = Act(WORKING)
CONFIRM_PROPOSAL = Act(RELEASING)
OBJECT_WITH_PICTURES = Act(HOLDER)
SHOW_PICTURE = Act(
    HEARING_OBJECTIONS, {"dispute.file_shown": _("Looked at a picture of an objection")}
)
