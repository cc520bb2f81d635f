"""What is done about breaches: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import AGREEING_TO_WAIVERS, RECORDING_BREACHES
from keng.acts.act import Act, name_records

RECORD_BREACH = Act(RECORDING_BREACHES, {"breach.recorded": _("Recorded a data incident")})
ASSESS_BREACH = Act(
    RECORDING_BREACHES, {"breach.assessed": _("Said what a data incident reached, and its harm")}
)
FILE_BREACH = Act(
    RECORDING_BREACHES,
    {
        "breach.notified": _("Noted that the authority was notified of a data incident"),
        "breach.supplemented": _("Noted a supplement to a notification of a data incident"),
    },
)
ASK_WAIVER = Act(
    RECORDING_BREACHES,
    {"breach.waiver_asked": _("Proposed not to notify the authority of a data incident")},
)
DECIDE_ON_WAIVER = Act(
    AGREEING_TO_WAIVERS,
    {
        "breach.waiver_agreed": _("Agreed not to notify the authority of a data incident"),
        "breach.waiver_refused": _("Refused not to notify the authority of a data incident"),
    },
)
TELL_REPORTERS = Act(
    RECORDING_BREACHES, {"breach.notice_asked": _("Had reporters told of a data incident")}
)
CLOSE_BREACH = Act(RECORDING_BREACHES, {"breach.closed": _("Closed a data incident")})
EXPORT_REGISTER = Act(
    RECORDING_BREACHES, {"register.exported": _("Exported the register of processing")}
)

name_records(
    {
        "breach.reporters_told": _("Put a notice of a data incident on pages of reports"),
        "breach.called_again": _("Called the people of a data incident once more"),
    }
)
