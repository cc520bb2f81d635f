"""What leads say and officers do about passing on: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import HOLDER, WORKING
from keng.acts.act import Act, name_records

CONFIRM_TASKS = Act(HOLDER, {"relay.confirmed": _("A lead said it was passed on")})
UNDO_CONFIRMATION = Act(HOLDER, {"relay.taken_back": _("A lead took that back")})
NOTE_WHY_NOT = Act(HOLDER, {"relay.cannot": _("A lead said they cannot")})

MARK_HANDED_OUT = Act(WORKING, {"relay.handed_out": _("Handed a warning to a lead")})
REMIND_LEAD = Act(WORKING, {"relay.reminded": _("Reminded a lead who had not confirmed")})
MARK_SEEN = Act(
    WORKING,
    {
        "relay.seen": _("Saw the warning in the group"),
        "relay.not_seen": _("Took back having seen it"),
    },
)

# An officer writes down what a lead told them; or the lead says it themselves.
NOTE_ROOMS_TOLD = Act(WORKING)
SAY_ROOMS_TOLD = Act(HOLDER)
name_records({"relay.rooms_told": _("Wrote down in how many houses the rooms were told")})

name_records({"relay.leads_told": _("Told leads by their own channel")})

# The desk on request, or the lead on their own page.
ERASE_LEAD = Act(WORKING)
ASK_TO_BE_ERASED = Act(HOLDER)
name_records({"lead.erased": _("A lead was erased, as they asked")})
# Their superior says who takes the place on, or the desk.
TAKE_ON_PLACE = Act(WORKING)
GIVE_PLACE = Act(HOLDER)
name_records({"lead.place_taken_on": _("Somebody took on the place of an erased lead")})

# On record as what the desk does with a lead (keng.network.acts).
STOP_LEAD = Act(HOLDER)
RESUME_LEAD = Act(HOLDER)
