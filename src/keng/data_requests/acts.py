"""What is done about a data request: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import AGREEING_TO_ERASURE, ANSWERING_DATA_REQUESTS, HOLDER, WORKING
from keng.acts.act import Act

ASK_BY_RECEIPT = Act(
    HOLDER, {"data_request.by_receipt": _("A reporter asked about the data of a report")}
)
ASK_BY_FORM = Act(HOLDER, {"data_request.by_form": _("Somebody asked about data by the form")})
ACKNOWLEDGE = Act(
    ANSWERING_DATA_REQUESTS, {"data_request.acknowledged": _("Confirmed a data request")}
)
EXTEND = Act(
    ANSWERING_DATA_REQUESTS,
    {"data_request.extended": _("Extended the time for a data request, once")},
)
ASK_DESK = Act(
    ANSWERING_DATA_REQUESTS, {"data_request.desk_asked": _("Asked a desk about a data request")}
)
SAY_FOR_DESK = Act(
    WORKING, {"data_request.desk_said": _("Said for the desk what there is to a data request")}
)
DECIDE = Act(ANSWERING_DATA_REQUESTS, {"data_request.decided": _("Decided on a data request")})
LIFT_RESTRICTION = Act(
    ANSWERING_DATA_REQUESTS,
    {"data_request.restriction_lifted": _("Let a report be used again that was only kept")},
)
DECIDE_ON_ERASURE = Act(
    AGREEING_TO_ERASURE,
    {
        "data_request.erasure_agreed": _("Agreed that a report is deleted as its reporter asked"),
        "data_request.erasure_returned": _("Gave a deletion that was asked for back"),
    },
)
