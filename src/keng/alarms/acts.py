"""How it stands on record that people are called. A person who decides on a tip ends it."""

from django.utils.translation import gettext_lazy as _

from keng.acts.act import name_records

name_records(
    {
        "alarm.called": _("Called officers to a critical tip"),
        "alarm.answered": _("An officer answered a call by phone: coming"),
        "alarm.not_opened": _(
            "Gave back a critical tip that was taken by a link and then not opened"
        ),
        "alarm.ended": _("Told those who were called to stand down"),
        "tip.danger_heard": _("Found danger in a later message of a reporter"),
    }
)
