"""What is done with models to copy: who may, and how it stands on record.

Offering and taking over is for whoever may write the thing itself.
"""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import LEADING, PROVINCE_WORKING, WORKING
from keng.acts.act import Act, name_records

OFFER_PATTERN = Act(WORKING)
OFFER_LESSON = Act(PROVINCE_WORKING)
OFFER_ROTA = Act(LEADING)
WITHDRAW_OFFER = Act(WORKING, {"model.withdrawn": _("No longer offers a model to other desks")})
TAKE_OVER_PATTERN = Act(WORKING)
TAKE_OVER_LESSON = Act(PROVINCE_WORKING)
TAKE_OVER_ROTA = Act(LEADING)
# Each shift stands on record as any other.
FILL_COPIED_ROTA = Act(LEADING)

name_records(
    {
        "model.offered": _("Offered a model to other desks"),
        "model.taken_over": _("Took a model of another desk over, as a draft"),
    }
)
