"""What is done to tips below every decision: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import WORKING
from keng.acts.act import Act, name_records

# Who reads is on no record.
NOTE_READER = Act(WORKING, is_look=True)

# The worker says it (viewing_copies).
name_records({"attachment.not_shown": _("No copy to view could be made of a picture")})
