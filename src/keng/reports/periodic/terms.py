"""The terms of the identities: each asks decisions, or tips, its own question.

None is computed from another, and none is "the rest": so a decision that is lost or told twice
leaves a sum that does not agree, and the tip can be named. A test reads this file and holds it to
that. A decision counts by itself, not by its tip: one told twice counts twice.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from keng.reports.periodic import standing
from keng.reports.periodic.sight import Ask
from keng.reports.periodic.standing import K
from keng.tips.models import Decision, Tip

TERMS: dict[str, Callable[[Ask], QuerySet[Any]]] = {}
HOUSE_HOURS = timedelta(hours=24)
# How a tip may end within our competence, and how the report lists it.
RESULTS = ("solved", "prevented", "handed_over", "warned", "unfounded")


def term(function: Callable[[Ask], QuerySet[Any]]) -> Callable[[Ask], QuerySet[Any]]:
    """Register a term under its name."""
    TERMS[function.__name__] = function
    return function


def seen(ask: Ask) -> QuerySet[Tip]:
    """Every tip the report may know of."""
    return ask.seen


# What the period has to account for.
@term
def total(ask: Ask) -> QuerySet[Tip]:
    """Everything, whatever brought it in."""
    return seen(ask).filter(pk__among=ask.owed)


@term
def carried_over(ask: Ask) -> QuerySet[Tip]:
    """Came in earlier, and no decision had ended it when the period began."""
    return seen(ask).filter(received_at__lt=ask.since, pk__among=ask.at_start.not_over)


@term
def received(ask: Ask) -> QuerySet[Tip]:
    """Came in within the period."""
    return seen(ask).filter(received_at__gte=ask.since, received_at__lt=ask.until)


@term
def reopened(ask: Ask) -> QuerySet[Decision]:
    """Was over when the period began, and was begun again in it by an officer."""
    over = ask.over_before - ask.objected
    return ask.turned_at_end.begun_again(ask.since).filter(tip__among=over)


@term
def objected(ask: Ask) -> QuerySet[Tip]:
    """Was out of scope when the period began, and its reporter objected in it."""
    return seen(ask).filter(pk__among=ask.over_before & ask.objected)


# What it was worth.
@term
def of_value(ask: Ask) -> QuerySet[Decision]:
    """Rated of value, told first, within our competence."""
    return ask.owed_at_end.ratings(Tip.Value.OF_VALUE).filter(tip__among=ask.single)


@term
def not_of_value(ask: Ask) -> QuerySet[Decision]:
    """Rated not of value, told first, within our competence."""
    return ask.owed_at_end.ratings(Tip.Value.NOT_OF_VALUE).filter(tip__among=ask.single)


@term
def duplicate(ask: Ask) -> QuerySet[Decision]:
    """Joined to an incident that another tip had told first."""
    return ask.owed_at_end.joins().filter(tip__among=ask.owed)


@term
def out_of_competence(ask: Ask) -> QuerySet[Decision]:
    """Found to be somebody else's matter, or no tip, and answered so."""
    return ask.owed_at_end.outsides().filter(tip__among=ask.owed - ask.owed_at_end.again)


@term
def withdrawn(ask: Ask) -> QuerySet[Tip]:
    """Taken back by the reporter before anybody acted on it."""
    return seen(ask).filter(pk__among=ask.owed & ask.owed_at_end.withdrawn)


@term
def unrated(ask: Ask) -> QuerySet[Tip]:
    """Says itself that nobody had rated it at the end of the period."""
    return seen(ask).filter(pk__among=ask.single & ask.owed_at_end.unrated)


# How soon somebody said what it was.
@term
def sorted_in_time(ask: Ask) -> QuerySet[Decision]:
    """Received in the period, and sorted within 24 hours."""
    return ask.fresh_at_end.sortings().filter(
        tip__received_at__gte=ask.since, at__lte=F("tip__received_at") + HOUSE_HOURS
    )


@term
def sorted_late(ask: Ask) -> QuerySet[Decision]:
    """Received in the period, and sorted later than that."""
    return ask.fresh_at_end.sortings().filter(
        tip__received_at__gte=ask.since, at__gt=F("tip__received_at") + HOUSE_HOURS
    )


@term
def not_sorted(ask: Ask) -> QuerySet[Tip]:
    """Received in the period, and not sorted by its end."""
    return seen(ask).filter(
        received_at__gte=ask.since, received_at__lt=ask.until, pk__among=ask.fresh_at_end.unsorted
    )


# What came of it.
@term
def in_competence(ask: Ask) -> QuerySet[Tip]:
    """What the desk has to finish: all but what is somebody else's, or was taken back."""
    return seen(ask).filter(pk__among=ask.ours)


@term
def pending(ask: Ask) -> QuerySet[Tip]:
    """Says itself that it was open, and not suspended, at the end of the period."""
    end = ask.owed_at_end
    return seen(ask).filter(pk__among=ask.ours & (end.open - end.halted))


@term
def suspended(ask: Ask) -> QuerySet[Decision]:
    """Suspended by a decision, and not taken up again by the end of the period."""
    return ask.owed_at_end.halts().filter(tip__among=ask.ours)


def _ended(ask: Ask, how: Q) -> QuerySet[Decision]:
    return ask.owed_at_end.endings().filter(how, tip__among=ask.ours)


@term
def ended_solved(ask: Ask) -> QuerySet[Decision]:
    """Ended as cleared up."""
    return _ended(ask, Q(kind=K.CLOSED, detail__outcome="solved"))


@term
def ended_prevented(ask: Ask) -> QuerySet[Decision]:
    """Ended as prevented."""
    return _ended(ask, Q(kind=K.CLOSED, detail__outcome="prevented"))


@term
def ended_handed_over(ask: Ask) -> QuerySet[Decision]:
    """Ended by handing it over."""
    return _ended(ask, Q(kind=K.CLOSED, detail__outcome="handed_over"))


@term
def ended_warned(ask: Ask) -> QuerySet[Decision]:
    """Ended with a warning."""
    return _ended(ask, Q(kind=K.CLOSED, detail__outcome="warned"))


@term
def ended_unfounded(ask: Ask) -> QuerySet[Decision]:
    """Ended as unfounded, or as nothing that can be checked."""
    declined = Q(kind=K.DECLINED, detail__as_kind="not_checkable")
    return _ended(ask, Q(kind=K.CLOSED, detail__outcome="unfounded") | declined)


@term
def ended_with_incident(ask: Ask) -> QuerySet[Decision]:
    """Told again, and ended as somebody else's matter with the incident it was joined to."""
    declined = Q(kind=K.DECLINED, detail__as_kind__in=standing.OUTSIDE_KINDS)
    return _ended(ask, Q(kind=K.CLOSED, detail__outcome__in=standing.OUTSIDE) | declined)


# Whether it ended in time.
@term
def ended_here(ask: Ask) -> QuerySet[Decision]:
    """Ended within the period."""
    return ask.turned_at_end.endings().filter(at__gte=ask.since)


@term
def ended_in_time(ask: Ask) -> QuerySet[Decision]:
    """Ended within the period, before any of its deadlines had run out."""
    return ask.turned_at_end.endings().filter(~standing.overdue_clock(), at__gte=ask.since)


@term
def ended_late(ask: Ask) -> QuerySet[Decision]:
    """Ended within the period, after one of its deadlines had run out."""
    return ask.turned_at_end.endings().filter(standing.overdue_clock(), at__gte=ask.since)


@term
def closing_balance(ask: Ask) -> QuerySet[Tip]:
    """Everything that says it was still open at the end: what the next report carries over."""
    return seen(ask).filter(received_at__lt=ask.until, pk__among=ask.at_end.open)
