"""What is done about sending: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import HOLDER, WORKING
from keng.acts.act import Act, name_records

# Stopping needs no commander: a mistake on its way to thousands is stopped by whoever sees it.
CANCEL_DISPATCH = Act(WORKING)
RESEND_UNKNOWN = Act(
    WORKING, {"dispatch.unknown_resent": _("Sent again where the outcome was not known")}
)

RESEND_MISSED = Act(
    WORKING, {"dispatch.resend_asked": _("Had a warning sent again to whoever was missed")}
)

ASK_FOR_GROUPS = Act(
    WORKING, {"channel.groups_asked": _("Asked for the groups of an account to be listed anew")}
)
ASK_FOR_NEW_GROUP = Act(WORKING, {"channel.group_asked": _("Asked for a new group of an account")})

SEE_LAGS = Act(WORKING, {"dispatch.lags_seen": _("Saw that a part of a warning was behind")})

# Who subscribes is nobody's business: no entry names an address or its hash.
ASK_TO_SUBSCRIBE = Act(HOLDER)
STOP_SUBSCRIPTION = Act(HOLDER)

name_records(
    {
        # By whoever approves, corrects or recalls a warning.
        "dispatch.sent": _("Sent a warning out"),
        "dispatch.cancelled": _("Stopped what had not left yet"),
        # By the worker, which makes the rows of what was sent out.
        "dispatch.materialised": _("Made the list of everybody who gets a warning"),
        "dispatch.missed_resent": _("Sent a warning again to whoever was missed"),
        "dispatch.held": _("Held a warning: many more people would get it than were approved"),
        # By the operator at the console, and by the sender.
        "channel.added": _("Added an account of a channel"),
        "channel.renewed": _("Gave an account of a channel other secrets"),
        "channel.changed": _("Corrected an account of a channel"),
        "channel.switched_off": _("Switched an account of a channel off"),
        "channel.switched_on": _("Switched an account of a channel on again"),
        "channel.removed": _("Removed an account of a channel, with its secrets"),
        "channel.stopped": _("An account of a channel stopped"),
        "channel.runs_again": _("An account of a channel runs again"),
        "channel.tokens_renewed": _("Renewed the tokens of an account"),
        "channel.group_made": _("Made a new group for an account"),
        "channel.learned": _("Learned how an account answers"),
        "data.restored": _("Restored a backup: what was on its way then is not sent"),
        "address.gone": _("An address no longer exists"),
        "address.moved": _("An address has moved"),
    }
)
