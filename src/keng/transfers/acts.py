"""What is done about a transfer: who may, and how it stands on record.

Each is a decision on its tip as well, which has the words on record.
"""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import AGREEING_TO_TRANSFERS, WORKING
from keng.acts.act import Act, name_records

ASK_FOR_TRANSFER = Act(WORKING, {"tip.xfer_asked": _("Asked that a tip goes to another province")})
DECIDE_ON_TRANSFER = Act(
    AGREEING_TO_TRANSFERS,
    {
        "tip.xfer_sent": _("Agreed that a tip goes to another province, and made its file"),
        "tip.xfer_no": _("Did not let a tip go to another province"),
    },
)
WRITE_TRANSFER_FILE = Act(
    WORKING, {"tip.xfer_file": _("Made a file about a tip for the other province")}
)
TAKE_TRANSFER_FILE_IN = Act(
    WORKING,
    {
        "tip.xfer_in": _("Took a tip over from another province"),
        "tip.xfer_news": _("Took in what the other province says of a tip"),
    },
)
RETURN_TRANSFER = Act(
    WORKING, {"tip.xfer_back": _("Gave a tip back to the province that it came from")}
)

name_records(
    {
        "installation.added": _("Added the installation of another province"),
        "installation.address": _("Said at which address another province takes files in"),
        "installation.removed": _("Removed the installation of another province"),
    }
)
