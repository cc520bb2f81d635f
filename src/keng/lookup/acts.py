"""What is done about the public look-up: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import HEARING_OBJECTIONS, HOLDER, RELEASING, WORKING
from keng.acts.act import Act, name_records

PROPOSE_LISTING = Act(WORKING, {"listing.proposed": _("Proposed a number for the public look-up")})
CONFIRM_LISTING = Act(
    RELEASING,
    {"listing.confirmed": _("Made an entry of the look-up public, as second person")},
)
REFUSE_LISTING = Act(RELEASING)
# Whoever proposed it takes it off as well, though they could not have made it public.
END_LISTING = Act(WORKING)

OBJECT_TO_LISTING = Act(HOLDER, {"dispute.made": _("Somebody objected to an entry of the look-up")})
DECIDE_DISPUTE = Act(
    HEARING_OBJECTIONS, {"dispute.decided": _("Decided an objection to the look-up")}
)

name_records(
    {
        # By an officer, by what was decided about an objection, by what took its place, by its day.
        "listing.ended": _("Ended an entry of the look-up"),
        "listing.restored": _("An entry stood again, since the one in its place ended"),
        # At the console.
        "block_list.imported": _("Imported a list of others for the look-up"),
        "block_list.removed": _("Removed a list of others from the look-up"),
    }
)
