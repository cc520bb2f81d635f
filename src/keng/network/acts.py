"""What is done in the network: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import HOLDER, SETTING_TARGETS, WORKING
from keng.acts.act import Act

ADD_GROUP = Act(WORKING, {"group.added": _("Added a group")})
CHANGE_GROUP = Act(WORKING, {"group.changed": _("Changed a group")})
SET_GROUP_ACTIVE = Act(
    WORKING,
    {
        "group.retired": _("Took a group out of use"),
        "group.taken_back": _("Took a group into use again"),
    },
)
IMPORT_GROUPS = Act(WORKING, {"group.imported": _("Imported a sheet of groups")})
EXPORT_GROUPS = Act(WORKING, {"group.exported": _("Took a list of groups out as a file")})
SET_TARGETS = Act(
    SETTING_TARGETS, {"group.targets_set": _("Set how many groups a commune should have")}
)

ADD_LEAD = Act(WORKING, {"lead.added": _("Added a lead")})
CHANGE_LEAD = Act(WORKING, {"lead.changed": _("Changed a lead")})
REISSUE_LEAD_LINK = Act(WORKING, {"lead.link_reissued": _("Gave a lead a new link")})
SHOW_LEAD_LINK = Act(WORKING, {"lead.link_shown": _("Looked at a lead's link")})
SET_LEAD_STOPPED = Act(
    WORKING,
    {
        "lead.stopped": _("A lead takes part no more"),
        "lead.taken_back": _("A lead takes part again"),
    },
)

IMPORT_LEADS = Act(WORKING, {"lead.imported": _("Imported a sheet of leads")})
ENTER_LEAD_WAY = Act(WORKING, {"lead.way_entered": _("Wrote down how a lead is told")})
CHOOSE_LEAD_WAY = Act(HOLDER, {"lead.way_chosen": _("A lead chose how to be told")})
CONFIRM_LEAD_WAY = Act(HOLDER, {"lead.way_confirmed": _("A lead agreed to be told there")})
ADD_PERSON_BELOW = Act(HOLDER, {"lead.added_below": _("A lead added somebody who answers to them")})
# A wish of the lead about their own phone: nothing that an auditor reads.
CHOOSE_QUIET_HOURS = Act(HOLDER)
ASK_LEAD_CHAT_CODE = Act(HOLDER)

ADD_ESTABLISHMENT = Act(WORKING, {"establishment.added": _("Added a house")})
CHANGE_ESTABLISHMENT = Act(WORKING, {"establishment.changed": _("Changed a house")})
SET_ESTABLISHMENT_OPEN = Act(
    WORKING,
    {
        "establishment.closed": _("Wrote down that a house has closed"),
        "establishment.reopened": _("Wrote down that a house is open again"),
    },
)
IMPORT_ESTABLISHMENTS = Act(WORKING, {"establishment.imported": _("Imported a sheet of houses")})

ADD_HAMLET = Act(WORKING, {"hamlet.added": _("Added a hamlet")})
CHANGE_HAMLET = Act(WORKING, {"hamlet.changed": _("Changed a hamlet")})
IMPORT_HAMLETS = Act(WORKING, {"hamlet.imported": _("Imported a sheet of hamlets")})

ADD_SHIFT = Act(
    WORKING,
    {
        "group.shift_added": _("Put a shift on the rota of a team"),
        "group.shift_handed_over": _("Handed a shift of a team over"),
    },
)
END_SHIFT = Act(WORKING, {"group.shift_ended": _("Took a shift off the rota of a team")})
ASK_TEAM = Act(WORKING, {"group.asked": _("Asked a team for something")})
END_ASK = Act(WORKING, {"group.ask_ended": _("Took back what a team was asked")})
ANSWER_ASK = Act(HOLDER, {"group.answered": _("A lead answered what the team was asked")})

# Who subscribes is nobody's business: no entry names an address or its hash.
CONFIRM_SUBSCRIPTION = Act(HOLDER)
CHANGE_SUBSCRIPTION = Act(HOLDER)
SUBSCRIBE_BROWSER = Act(HOLDER)
WISH_BY_CHAT = Act(HOLDER)
