"""The figures of the dashboard, computed from the definitions."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Aggregate, Count, DurationField, F, QuerySet, Sum
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.delivery.models import Delivery
from keng.imported.counts import CLASSES, ImportedCounts, imported_counts
from keng.language import taxonomy
from keng.reports.figures import definitions
from keng.reports.figures.periods import Period
from keng.reports.periodic import report_labels
from keng.tips.models import Tip


class Percentile(Aggregate):
    """PERCENTILE_CONT over an ordered set; the share is 0 to 1."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()

    def __init__(self, expression: object, share: float) -> None:
        super().__init__(expression, share=share)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row of a table: what it counts, how many, and the filter that lists exactly those."""

    label: str
    count: int
    by: str
    value: str


@dataclass(frozen=True, slots=True)
class TipBalance:
    """Both sides of the identity: carried over + received = the classes together."""

    carried_over: int
    received: int
    classes: list[FigureRow]

    @property
    def owed(self) -> int:
        """How many tips the period has to account for."""
        return self.carried_over + self.received

    @property
    def accounted(self) -> int:
        """How many the classes add up to."""
        return sum(line.count for line in self.classes)

    @property
    def holds(self) -> bool:
        """Whether nothing is missing and nothing is counted twice."""
        return self.owed == self.accounted


@dataclass(frozen=True, slots=True)
class WaitingTimes:
    """How long reporters of the period waited for the first answer."""

    answered: int
    waiting: int
    median: timedelta | None
    ninth_tenth: timedelta | None


@dataclass(frozen=True, slots=True)
class WarningReach:
    """What became of the warnings of the period on their way."""

    warnings: int
    deliveries: list[FigureRow] = field(default_factory=list)
    asked: int = 0
    passed_on: int = 0
    seen: int = 0


def tip_balance(officer: Officer, period: Period) -> TipBalance:
    """What came in is what ended and what is still open: each side is counted by its own query."""
    counts = definitions.count_by_class(definitions.tips_in_period(officer, period))
    labels = balance_class_labels()
    return TipBalance(
        definitions.tips_carried_over(officer, period).count(),
        definitions.tips_received(officer, period).count(),
        [FigureRow(labels[c], counts.get(c, 0), "class", c) for c in definitions.BALANCE_CLASSES],
    )


def balance_class_labels() -> dict[str, str]:
    """What the classes of the balance are called."""
    return {
        "of_value": _("Of value"),
        "not_of_value": _("Not of value"),
        "duplicate": _("Reported again, joined to an incident"),
        "out_of_competence": _("Not ours, answered"),
        "withdrawn": _("Taken back by the reporter"),
        "unrated": _("Not rated yet"),
    }


def tips_by_state(tips: QuerySet[Tip]) -> list[FigureRow]:
    """Tips by where they stand."""
    counts = dict(tips.values_list("state").annotate(Count("id")).order_by())
    return [FigureRow(str(s.label), counts.get(s.value, 0), "state", s.value) for s in Tip.State]


def tips_by_category(tips: QuerySet[Tip]) -> list[FigureRow]:
    """Tips by category, the most frequent first; not yet sorted ones under their own name."""
    rows = tips.values_list("category").annotate(n=Count("id")).order_by("-n", "category")
    return [
        FigureRow(
            taxonomy.category_label(code, get_language() or "vi") if code else _("Not sorted yet"),
            n,
            "category",
            code,
        )
        for code, n in rows
    ]


def tips_by_place(tips: QuerySet[Tip]) -> list[FigureRow]:
    """Tips by commune, the most frequent first. Never a ranking: people report differently."""
    rows = tips.values_list("place__code", "place__full_name").annotate(n=Count("id"))
    return [
        FigureRow(name or _("Place not known"), n, "place", code or "")
        for code, name, n in rows.order_by("-n", "place__code")
    ]


def waiting_times(tips: QuerySet[Tip]) -> WaitingTimes:
    """Waiting times to the first answer; automatic acknowledgements do not count."""
    waited = F("first_answered_at") - F("received_at")
    found = tips.aggregate(
        answered=Count("id", filter=definitions.ANSWERED),
        waiting=Count("id", filter=definitions.WAITING),
        median=Percentile(waited, 0.5),
        ninth_tenth=Percentile(waited, 0.9),
    )
    return WaitingTimes(**found)


def warning_reach(officer: Officer, period: Period) -> WarningReach:
    """Warnings published in the period, their deliveries by outcome, and the relay by hand."""
    counts = dict(
        definitions.deliveries_sent(officer, period)
        .values_list("state")
        .annotate(Count("id"))
        .order_by()
    )
    steps = {step: Count("id", filter=where) for step, where in definitions.RELAY_STEPS.items()}
    tasks = definitions.relay_tasks(officer, period).aggregate(**steps)
    lines = [
        FigureRow(str(s.label), counts[s.value], "delivery", s.value)
        for s in Delivery.State
        if counts.get(s.value)
    ]
    return WarningReach(definitions.warnings_published(officer, period).count(), lines, **tasks)


@dataclass(frozen=True, slots=True)
class ImportedBalance:
    """What was imported of the period: it stands beside what was counted here, never in it."""

    counts: ImportedCounts
    rows: list[tuple[str, int]]

    @property
    def holds(self) -> bool:
        """Whether the classes, and the results, are all that was received."""
        return self.counts.classes == self.counts.results == self.counts.received


def imported_in_period(officer: Officer, period: Period) -> ImportedBalance | None:
    """The imported tips and warnings of the desks whose figures these are, if there are any."""
    found = imported_counts(officer.unit_ids, period.since, period.until)
    if not found.any:
        return None
    labels = report_labels.imported_labels()
    return ImportedBalance(found, [(labels[key], found.terms[key]) for key in CLASSES])


def incident_sums(officer: Officer, period: Period) -> dict[str, int]:
    """What incidents opened in the period say was lost, saved and recovered, in đồng."""
    sums = {name: Sum(field) for name, field in definitions.INCIDENT_SUMS.items()}
    found = definitions.incidents_opened(officer, period).aggregate(incidents=Count("id"), **sums)
    return {name: value or 0 for name, value in found.items()}
