"""What is done about earlier records: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import AGREEING_TO_IMPORTS, PROPOSING_IMPORTS, READING_IMPORTS
from keng.acts.act import Act, name_records

PROPOSE_IMPORT = Act(
    PROPOSING_IMPORTS, {"import.proposed": _("Proposed to take earlier records in")}
)
DECIDE_ON_IMPORT = Act(
    AGREEING_TO_IMPORTS,
    {
        "import.agreed": _("Agreed to take earlier records in"),
        "import.refused": _("Refused earlier records"),
    },
)
# By one person: nothing comes in by it.
WITHDRAW_IMPORT = Act(READING_IMPORTS, {"import.withdrawn": _("Withdrew earlier records")})

name_records(
    {
        "import.done": _("Took earlier records in"),
        "import.expired": _("Destroyed a sheet of earlier records whose time was over"),
        "import.purged": _("Destroyed words of imported tips by a retention period"),
    }
)
