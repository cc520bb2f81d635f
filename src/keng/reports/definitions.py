"""What each figure counts. Lists, sums and reports use these and nothing else, so they balance."""

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When

from keng.accounts.models import Officer
from keng.delivery.models import Delivery, RelayTask
from keng.reports.periods import Period
from keng.tips.models import Incident, Tip
from keng.warnings.models import Warning

# The order decides: a tip is counted in the first class that fits, so the classes never overlap.
CLASSES = ("duplicate", "out_of_competence", "withdrawn", "of_value", "not_of_value", "unrated")
_OUTSIDE = ("out_of_competence", "not_a_tip")
ANSWERED = Q(first_answered_at__isnull=False)
# Nobody waits any more for a word on a report they took back.
WAITING = Q(first_answered_at__isnull=True, withdrawn_at__isnull=True)
# What a lead was asked, what the lead says, what an officer saw.
RELAYS = {
    "asked": Q(),
    "passed_on": Q(confirmed_at__isnull=False),
    "seen": Q(seen_at__isnull=False),
}
# What is added up over incidents, and where an incident keeps it.
SUMS = {
    "lost": "money_lost",
    "saved": "money_saved",
    "recovered": "money_recovered",
    "helped": "persons_helped",
}


def in_period(officer: Officer, period: Period) -> QuerySet[Tip]:
    """Carried over and received: the tips a period has to account for."""
    return carried_over(officer, period) | received(officer, period)


def received(officer: Officer, period: Period) -> QuerySet[Tip]:
    """Tips that came in within the period."""
    return Tip.objects.visible_to(officer).filter(
        received_at__gte=period.since, received_at__lt=period.until
    )


def carried_over(officer: Officer, period: Period) -> QuerySet[Tip]:
    """Tips that came in earlier and were still open when the period began."""
    return Tip.objects.visible_to(officer).filter(
        Q(closed_at__isnull=True) | Q(closed_at__gte=period.since), received_at__lt=period.since
    )


def published(officer: Officer, period: Period) -> QuerySet[Warning]:
    """Warnings that went out within the period."""
    return Warning.objects.visible_to(officer).filter(
        published_at__gte=period.since, published_at__lt=period.until
    )


def sent(officer: Officer, period: Period, state: str = "") -> QuerySet[Delivery]:
    """Deliveries of all versions of these warnings, or those that ended in one state."""
    dispatches = published(officer, period).values("versions__dispatch")
    found = Delivery.objects.filter(dispatch__in=dispatches)
    return found.filter(state=state) if state else found


def relays(officer: Officer, period: Period, step: str = "asked") -> QuerySet[RelayTask]:
    """Groups in which a lead was asked to post these warnings, as far as a step of the way."""
    dispatches = published(officer, period).values("versions__dispatch")
    found = RelayTask.objects.filter(dispatch__in=dispatches, group__isnull=False)
    return found.filter(RELAYS[step]) if step in RELAYS else found.none()


def opened(officer: Officer, period: Period, by: str = "") -> QuerySet[Incident]:
    """Incidents opened within the period, or those that have a part in one of the sums.

    One of whose tips none is visible does not exist for this officer, on its page nor in a sum.
    """
    seen = Tip.objects.visible_to(officer).filter(incident=OuterRef("pk"))
    found = Incident.objects.visible_to(officer).filter(
        Exists(seen), opened_at__gte=period.since, opened_at__lt=period.until
    )
    if not by:
        return found
    return found.filter(has_part(by)) if by in SUMS else found.none()


def has_part(name: str) -> Q:
    """Of incidents: those that add to one of the sums."""
    return ~Q(**{SUMS[name]: 0})


# The class of the balance that a tip falls into.
_CLASS = Case(
    When(duplicate_of__isnull=False, then=Value("duplicate")),
    When(outcome__in=_OUTSIDE, then=Value("out_of_competence")),
    # Gone before anybody could rate it; what the desk had begun it rates like any other.
    When(outcome="withdrawn", then=Value("withdrawn")),
    When(value="of_value", then=Value("of_value")),
    When(value="not_of_value", then=Value("not_of_value")),
    default=Value("unrated"),
    output_field=CharField(),
)


def count_classes(tips: QuerySet[Tip]) -> dict[str, int]:
    """How many of these tips fall into each class; classes without a tip are left out."""
    rows = tips.order_by().values(balance_class=_CLASS).annotate(n=Count("id"))
    return {row["balance_class"]: row["n"] for row in rows}


def behind(officer: Officer, period: Period, by: str, value: str) -> QuerySet[Tip]:
    """The tips behind one number of the page; all the period has to account for without a name."""
    if by == "arrival":
        if value == "received":
            return received(officer, period)
        return carried_over(officer, period) if value == "carried_over" else Tip.objects.none()
    tips = in_period(officer, period)
    return filtered(tips, by, value) if by else tips


def filtered(tips: QuerySet[Tip], by: str, value: str) -> QuerySet[Tip]:
    """Those of the tips that one row of a table counts. An unknown name gives none."""
    if by == "class":
        return tips.alias(balance_class=_CLASS).filter(Q(balance_class=value))
    if by == "answer":
        return tips.filter(ANSWERED if value == "given" else WAITING)
    field = {"state": "state", "category": "category", "place": "place__code", "channel": "channel"}
    if by not in field:
        return tips.none()
    if by == "place" and not value:
        return tips.filter(place__isnull=True)
    return tips.filter(**{field[by]: value})
