"""What the reporter reads of their data requests, under the code of the report."""

import uuid

from keng.data_requests.models import DataRequest
from keng.tips.models import Restriction

# What officers wrote for officers, and the asker's own words, are not read back.
_TOLD = (
    "id",
    "unit_id",
    "tip_id",
    "number",
    "kind",
    "asked_at",
    "reply_by",
    "decide_by",
    "acknowledged_at",
    "extended_at",
    "extension_reason",
    "outcome",
    "ground",
    "answer",
    "settled_at",
)


def requests_for_reporter(tip_id: uuid.UUID) -> list[DataRequest]:
    """What was asked about this report, the newest first; a decision once everybody has decided.

    Of what was to be used less, `lifted_at` says since when it is used again.
    """
    told = list(DataRequest.objects.filter(tip=tip_id).only(*_TOLD).order_by("-asked_at", "id"))
    lifted = dict(
        Restriction.objects.filter(tip=tip_id, lifted_at__isnull=False).values_list(
            "number", "lifted_at"
        )
    )
    for request in told:
        request.lifted_at = lifted.get(request.number)
        if not request.settled_at:
            request.outcome = request.ground = request.answer = ""
    return told


def has_answered_request(tip_id: uuid.UUID) -> bool:
    """Whether an answer is there to be read."""
    return DataRequest.objects.filter(tip=tip_id, settled_at__isnull=False).exists()


def is_erased_by_request(tip_id: uuid.UUID) -> bool:
    """Whether two people decided that this report is deleted as its reporter asked."""
    return DataRequest.objects.erasures_agreed().filter(tip=tip_id).exists()
