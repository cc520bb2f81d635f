"""The terms of the identities: each asks decisions, or tips, its own question.

None is computed from another, and none is "the rest": so a decision that is lost or told twice
leaves a sum that does not agree, and the tip can be named. A test reads this file and holds it to
that. A decision counts by itself, not by its tip: one told twice counts twice.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, Q, QuerySet

from keng.reports.periodic import tip_states
from keng.reports.periodic.tip_states import DecisionKind
from keng.reports.periodic.whose_report import ReportAsk
from keng.tips.models import Decision, Tip

TERMS: dict[str, Callable[[ReportAsk], QuerySet[Any]]] = {}
HOUSE_HOURS = timedelta(hours=24)
# How a tip may end within our competence, and how the report lists it.
RESULT_OUTCOMES = ("solved", "prevented", "handed_over", "warned", "unfounded")


def term(function: Callable[[ReportAsk], QuerySet[Any]]) -> Callable[[ReportAsk], QuerySet[Any]]:
    """Register a term under its name."""
    TERMS[function.__name__] = function
    return function


def tips_seen(ask: ReportAsk) -> QuerySet[Tip]:
    """Every tip the report may know of."""
    return ask.seen


# What the period has to account for.
@term
def total(ask: ReportAsk) -> QuerySet[Tip]:
    """Everything, whatever brought it in."""
    return tips_seen(ask).filter(pk__among=ask.owed)


@term
def carried_over(ask: ReportAsk) -> QuerySet[Tip]:
    """Came in earlier, and no decision had ended it when the period began."""
    return tips_seen(ask).filter(received_at__lt=ask.since, pk__among=ask.at_start.not_over)


@term
def received(ask: ReportAsk) -> QuerySet[Tip]:
    """Came in within the period."""
    return tips_seen(ask).filter(received_at__gte=ask.since, received_at__lt=ask.until)


@term
def reopened(ask: ReportAsk) -> QuerySet[Decision]:
    """Was over when the period began, and was begun again in it by an officer."""
    over = ask.over_before - ask.objected
    return ask.turned_at_end.begun_again(ask.since).filter(tip__among=over)


@term
def objected(ask: ReportAsk) -> QuerySet[Tip]:
    """Was out of scope when the period began, and its reporter objected in it."""
    return tips_seen(ask).filter(pk__among=ask.over_before & ask.objected)


# What it was worth.
@term
def of_value(ask: ReportAsk) -> QuerySet[Decision]:
    """Rated of value, told first, within our competence."""
    return ask.single_at_end.ratings(Tip.Value.OF_VALUE)


@term
def not_of_value(ask: ReportAsk) -> QuerySet[Decision]:
    """Rated not of value, told first, within our competence."""
    return ask.single_at_end.ratings(Tip.Value.NOT_OF_VALUE)


@term
def duplicate(ask: ReportAsk) -> QuerySet[Decision]:
    """Joined to an incident that another tip had told first."""
    return ask.owed_at_end.joins()


@term
def out_of_competence(ask: ReportAsk) -> QuerySet[Decision]:
    """Found to be somebody else's matter, or no tip, and answered so."""
    return ask.told_first_at_end.outsides()


@term
def withdrawn(ask: ReportAsk) -> QuerySet[Tip]:
    """Taken back by the reporter before anybody acted on it."""
    return tips_seen(ask).filter(pk__among=ask.owed & ask.owed_at_end.withdrawn)


@term
def unrated(ask: ReportAsk) -> QuerySet[Tip]:
    """Says itself that nobody had rated it at the end of the period."""
    return tips_seen(ask).filter(pk__among=ask.single & ask.owed_at_end.unrated)


# How soon somebody said what it was.
_WITHIN_HOUSE_HOURS = Q(received_at__gte=OuterRef("at") - HOUSE_HOURS)


@term
def sorted_in_time(ask: ReportAsk) -> QuerySet[Decision]:
    """Received in the period, and sorted within 24 hours."""
    in_time = tip_states.is_of_tip_received(ask.since, _WITHIN_HOUSE_HOURS)
    return ask.fresh_at_end.sortings().filter(in_time)


@term
def sorted_late(ask: ReportAsk) -> QuerySet[Decision]:
    """Received in the period, and sorted later than that."""
    late = tip_states.is_of_tip_received(ask.since, ~_WITHIN_HOUSE_HOURS)
    return ask.fresh_at_end.sortings().filter(late)


@term
def not_sorted(ask: ReportAsk) -> QuerySet[Tip]:
    """Received in the period, and not sorted by its end."""
    return tips_seen(ask).filter(
        received_at__gte=ask.since, received_at__lt=ask.until, pk__among=ask.fresh_at_end.unsorted
    )


# What came of it.
@term
def in_competence(ask: ReportAsk) -> QuerySet[Tip]:
    """What the desk has to finish: all but what is somebody else's, or was taken back."""
    return tips_seen(ask).filter(pk__among=ask.ours)


@term
def pending(ask: ReportAsk) -> QuerySet[Tip]:
    """Says itself that it was open, and not suspended, at the end of the period."""
    end = ask.owed_at_end
    return tips_seen(ask).filter(pk__among=ask.ours & (end.open - end.suspended))


@term
def suspended(ask: ReportAsk) -> QuerySet[Decision]:
    """Suspended by a decision, and not taken up again by the end of the period."""
    return ask.ours_at_end.suspensions()


def _ended(ask: ReportAsk, how: Q) -> QuerySet[Decision]:
    return ask.ours_at_end.endings().filter(how)


@term
def ended_solved(ask: ReportAsk) -> QuerySet[Decision]:
    """Ended as cleared up."""
    return _ended(ask, Q(kind=DecisionKind.CLOSED, detail__outcome=Tip.Outcome.SOLVED))


@term
def ended_prevented(ask: ReportAsk) -> QuerySet[Decision]:
    """Ended as prevented."""
    return _ended(ask, Q(kind=DecisionKind.CLOSED, detail__outcome=Tip.Outcome.PREVENTED))


@term
def ended_handed_over(ask: ReportAsk) -> QuerySet[Decision]:
    """Ended by handing it over."""
    return _ended(ask, Q(kind=DecisionKind.CLOSED, detail__outcome=Tip.Outcome.HANDED_OVER))


@term
def ended_warned(ask: ReportAsk) -> QuerySet[Decision]:
    """Ended with a warning."""
    return _ended(ask, Q(kind=DecisionKind.CLOSED, detail__outcome=Tip.Outcome.WARNED))


@term
def ended_unfounded(ask: ReportAsk) -> QuerySet[Decision]:
    """Ended as unfounded, or as nothing that can be checked."""
    declined = Q(kind=DecisionKind.DECLINED, detail__as_kind=Decision.DeclinedAs.NOT_CHECKABLE)
    return _ended(
        ask, Q(kind=DecisionKind.CLOSED, detail__outcome=Tip.Outcome.UNFOUNDED) | declined
    )


@term
def ended_with_incident(ask: ReportAsk) -> QuerySet[Decision]:
    """Told again, and ended as somebody else's matter with the incident it was joined to."""
    declined = Q(kind=DecisionKind.DECLINED, detail__as_kind__in=tip_states.OUTSIDE_KINDS)
    return _ended(
        ask, Q(kind=DecisionKind.CLOSED, detail__outcome__in=tip_states.OUTSIDE_OUTCOMES) | declined
    )


# Whether it ended in time.
@term
def ended_here(ask: ReportAsk) -> QuerySet[Decision]:
    """Ended within the period."""
    return ask.turned_at_end.endings().filter(at__gte=ask.since)


@term
def ended_in_time(ask: ReportAsk) -> QuerySet[Decision]:
    """Ended within the period, before any of its deadlines had run out."""
    return ask.turned_at_end.endings().filter(~tip_states.overdue_clock(), at__gte=ask.since)


@term
def ended_late(ask: ReportAsk) -> QuerySet[Decision]:
    """Ended within the period, after one of its deadlines had run out."""
    return ask.turned_at_end.endings().filter(tip_states.overdue_clock(), at__gte=ask.since)


@term
def closing_balance(ask: ReportAsk) -> QuerySet[Tip]:
    """Everything that says it was still open at the end: what the next report carries over."""
    return tips_seen(ask).filter(received_at__lt=ask.until, pk__among=ask.at_end.open)
