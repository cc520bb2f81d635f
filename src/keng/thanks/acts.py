"""What is done about thanks: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import RELEASING, WORKING
from keng.acts.act import Act

PROPOSE_THANKS = Act(WORKING, {"thanks.proposed": _("Handed in a word of thanks to groups")})
SEND_THANKS = Act(RELEASING, {"thanks.sent": _("Sent a word of thanks to groups")})
DROP_THANKS = Act(WORKING, {"thanks.dropped": _("Dropped a word of thanks before it was sent")})
REFUSE_THANKS = Act(
    RELEASING, {"thanks.refused": _("Sent no thanks: somebody could guess who reported")}
)
