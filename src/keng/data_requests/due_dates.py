"""Until when a data request is confirmed and decided: the rules of law, counted from the asking."""

import datetime

from keng.data_requests.models import DataRequest
from keng.kit import times
from keng.tips.deadlines import clock_rule_in_force, due_by_rule
from keng.tips.models import ClockRule

REPLY_CLOCK = "DSR_REPLY"
CLOCK_OF_KIND = {
    DataRequest.Kind.SEE: "DSR_ACCESS",
    DataRequest.Kind.CORRECT: "DSR_ACCESS",
    DataRequest.Kind.DELETE: "DSR_ERASE",
    DataRequest.Kind.RESTRICT: "DSR_STOP",
    DataRequest.Kind.OBJECT: "DSR_STOP",
}


def reply_due(asked_at: datetime.datetime) -> datetime.datetime:
    """Until when somebody confirms that the request is there."""
    rule = clock_rule_in_force(REPLY_CLOCK, times.local_date(asked_at))
    return due_by_rule(rule, asked_at)


def decision_due(kind: str, asked_at: datetime.datetime) -> datetime.datetime:
    """Until when it is decided."""
    return due_by_rule(_decision_rule(kind, asked_at), asked_at)


def extended_due(request: DataRequest) -> datetime.datetime:
    """The same number of days once more, from the last day on."""
    rule = _decision_rule(request.kind, request.asked_at)
    return due_by_rule(rule, request.decide_by - datetime.timedelta(seconds=1))


def _decision_rule(kind: str, asked_at: datetime.datetime) -> ClockRule:
    return clock_rule_in_force(CLOCK_OF_KIND[DataRequest.Kind(kind)], times.local_date(asked_at))
