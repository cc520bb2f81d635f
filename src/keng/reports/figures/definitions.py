"""What each figure counts. Lists, sums and reports use these and nothing else, so they balance."""

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When

from keng.accounts.models import Officer
from keng.delivery.models import Delivery, RelayTask
from keng.reports.figures.periods import Period
from keng.tips.models import Incident, Tip
from keng.tips.models.tip import is_readable_by
from keng.warnings.models import Warning

# The order decides: a tip is counted in the first class that fits, so the classes never overlap.
BALANCE_CLASSES = (
    "duplicate",
    "out_of_competence",
    "withdrawn",
    "of_value",
    "not_of_value",
    "unrated",
)
_OUTSIDE = ("out_of_competence", "not_a_tip")
ANSWERED = Q(first_answered_at__isnull=False)
# Nobody waits any more for a word on a report they took back.
WAITING = Q(first_answered_at__isnull=True, withdrawn_at__isnull=True)
# Their members know that it was reported (TakenDown.seen_by).
STOOD_IN_A_GROUP = Q(taken_down__seen_by__isnull=False)
# What a lead was asked, what the lead says, what an officer saw.
RELAY_STEPS = {
    "asked": Q(),
    "passed_on": Q(confirmed_at__isnull=False),
    "seen": Q(seen_at__isnull=False),
}
# What is added up over incidents, and where an incident keeps it.
INCIDENT_SUMS = {
    "lost": "money_lost",
    "saved": "money_saved",
    "recovered": "money_recovered",
    "helped": "persons_helped",
}


def tips_in_period(officer: Officer, period: Period) -> QuerySet[Tip]:
    """Carried over and received: the tips a period has to account for."""
    return Tip.objects.listed_for(officer).filter(_is_carried_over(period) | _is_received(period))


def tips_received(officer: Officer, period: Period) -> QuerySet[Tip]:
    """Tips that came in within the period."""
    return Tip.objects.listed_for(officer).filter(_is_received(period))


def tips_carried_over(officer: Officer, period: Period) -> QuerySet[Tip]:
    """Tips that came in earlier and were still open when the period began."""
    return Tip.objects.listed_for(officer).filter(_is_carried_over(period))


def _is_received(period: Period) -> Q:
    return Q(received_at__gte=period.since, received_at__lt=period.until)


def _is_carried_over(period: Period) -> Q:
    """Said by the state, too: each half is the condition of an index of the open or the closed
    ones, so that what ended long ago is not read.
    """
    ended_since = Q(state=Tip.State.CLOSED, closed_at__gte=period.since)
    is_open = ~Q(state=Tip.State.CLOSED)
    was_open = is_open & (Q(closed_at__isnull=True) | Q(closed_at__gte=period.since))
    return Q(received_at__lt=period.since) & (ended_since | was_open)


def warnings_published(officer: Officer, period: Period) -> QuerySet[Warning]:
    """Warnings that went out within the period."""
    return Warning.objects.visible_to(officer).filter(
        published_at__gte=period.since, published_at__lt=period.until
    )


def deliveries_sent(officer: Officer, period: Period, state: str = "") -> QuerySet[Delivery]:
    """Deliveries of all versions of these warnings, or those that ended in one state."""
    dispatches = warnings_published(officer, period).values("versions__dispatch")
    found = Delivery.objects.filter(dispatch__in=dispatches)
    return found.filter(state=state) if state else found


def relay_tasks(officer: Officer, period: Period, step: str = "asked") -> QuerySet[RelayTask]:
    """Groups in which a lead was asked to post these warnings, as far as a step of the way."""
    dispatches = warnings_published(officer, period).values("versions__dispatch")
    found = RelayTask.objects.filter(dispatch__in=dispatches, group__isnull=False)
    return found.filter(RELAY_STEPS[step]) if step in RELAY_STEPS else found.none()


def incidents_opened(officer: Officer, period: Period, by: str = "") -> QuerySet[Incident]:
    """Incidents opened within the period, or those that have a part in one of the sums."""
    found = Incident.objects.visible_to(officer).filter(
        opened_at__gte=period.since, opened_at__lt=period.until
    )
    if not by:
        return found
    return found.filter(adds_to_sum(by)) if by in INCIDENT_SUMS else found.none()


def adds_to_sum(name: str) -> Q:
    """Of incidents: those that add to one of the sums."""
    return ~Q(**{INCIDENT_SUMS[name]: 0})


# The class of the balance that a tip falls into.
_CLASS = Case(
    When(duplicate_of__isnull=False, then=Value("duplicate")),
    When(outcome__in=_OUTSIDE, then=Value("out_of_competence")),
    # Gone before anybody could rate it; what the desk had begun it rates like any other.
    When(outcome=Tip.Outcome.WITHDRAWN, then=Value("withdrawn")),
    When(value=Tip.Value.OF_VALUE, then=Value("of_value")),
    When(value=Tip.Value.NOT_OF_VALUE, then=Value("not_of_value")),
    default=Value("unrated"),
    output_field=CharField(),
)


def count_by_class(tips: QuerySet[Tip]) -> dict[str, int]:
    """How many of these tips fall into each class; classes without a tip are left out."""
    rows = tips.order_by().values(balance_class=_CLASS).annotate(n=Count("id"))
    return {row["balance_class"]: row["n"] for row in rows}


def tips_behind_figure(officer: Officer, period: Period, by: str, value: str) -> QuerySet[Tip]:
    """The tips behind one number of the page; all the period has to account for without a name."""
    if by == "arrival":
        if value == "received":
            return tips_received(officer, period)
        return tips_carried_over(officer, period) if value == "carried_over" else Tip.objects.none()
    tips = tips_in_period(officer, period)
    return filter_tips(tips, by, value) if by else tips


def readable_rows(tips: QuerySet[Tip], officer: Officer) -> QuerySet[Tip]:
    """Those of counted tips that stand in a row of their own.

    A number of one place or category would say of a matter for named officers what its line does
    not: it is counted, and no row is it.
    """
    return tips.filter(is_readable_by(officer))


def filter_tips(tips: QuerySet[Tip], by: str, value: str) -> QuerySet[Tip]:
    """Those of the tips that one row of a table counts. An unknown name gives none."""
    if by == "class":
        return tips.alias(balance_class=_CLASS).filter(Q(balance_class=value))
    if by == "answer":
        return tips.filter(ANSWERED if value == "given" else WAITING)
    if by == "exposure":
        return tips.filter(STOOD_IN_A_GROUP)
    field = {"state": "state", "category": "category", "place": "place__code", "channel": "channel"}
    if by not in field:
        return tips.none()
    if by == "place" and not value:
        return tips.filter(place__isnull=True)
    return tips.filter(**{field[by]: value})
