"""What is done with searches: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import WORKING
from keng.acts.act import Act

RECORD_NAME_SEARCH = Act(
    WORKING, {"tips.name_searched": _("Searched for what looks like a person's name")}
)
SAVE_SEARCH = Act(WORKING)
REMOVE_SEARCH = Act(WORKING)
