"""What imported records count, term by term: opening balances, always shown as imported.

Each term asks its own question, as those of the report do (reports/periodic/identity_terms.py), so
a row that is in no class, or in two, leaves a sum that does not agree.
"""

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from keng.imported.models import EARLIEST, ImportedTip, ImportedWarning
from keng.kit import times
from keng.tips.models import Tip

RECEIVED, OF_VALUE = "imported_received", "imported_of_value"
_OUTSIDE = Q(outcome__in=[Tip.Outcome.OUT_OF_COMPETENCE, Tip.Outcome.NOT_A_TIP])
BEGINNING = times.start_of(EARLIEST)
_WITHDRAWN = Q(outcome=Tip.Outcome.WITHDRAWN)
_OURS = ~_OUTSIDE & ~_WITHDRAWN
# What they were worth: the order of the report, one class for each.
CLASSES = {
    OF_VALUE: _OURS & Q(value=Tip.Value.OF_VALUE),
    "imported_not_of_value": _OURS & Q(value=Tip.Value.NOT_OF_VALUE),
    "imported_out_of_competence": _OUTSIDE,
    "imported_withdrawn": _WITHDRAWN,
    "imported_unrated": _OURS & Q(value=Tip.Value.UNRATED),
}
# What came of them; the others are neither ours nor tips any more.
_ENDED_HERE = (
    Tip.Outcome.SOLVED,
    Tip.Outcome.PREVENTED,
    Tip.Outcome.HANDED_OVER,
    Tip.Outcome.WARNED,
    Tip.Outcome.UNFOUNDED,
)
RESULTS = {
    **{f"imported_ended_{outcome.value}": Q(outcome=outcome) for outcome in _ENDED_HERE},
    "imported_ended_outside": _OUTSIDE | _WITHDRAWN,
    "imported_no_outcome": Q(outcome=Tip.Outcome.NONE),
}
WARNINGS = "imported_warnings"


@dataclass(frozen=True, slots=True)
class ImportedCounts:
    """Every term of some desks and a stretch of time, counted in two statements."""

    terms: dict[str, int]

    @property
    def any(self) -> bool:
        """Whether there is anything to show."""
        return any(self.terms.values())

    @property
    def received(self) -> int:
        """How many tips."""
        return self.terms[RECEIVED]

    @property
    def warnings(self) -> int:
        """How many earlier warnings."""
        return self.terms[WARNINGS]

    @property
    def classes(self) -> int:
        """What the classes add up to."""
        return sum(self.terms[key] for key in CLASSES)

    @property
    def results(self) -> int:
        """What the results add up to."""
        return sum(self.terms[key] for key in RESULTS)


def imported_counts(
    unit_ids: Collection[uuid.UUID], since: datetime.datetime, until: datetime.datetime
) -> ImportedCounts:
    """Of these desks, by the day on which each was received: from `since` to before `until`."""
    within = Q(
        unit__in=unit_ids,
        on__gte=times.local_date(since),
        on__lte=times.local_date(until - datetime.timedelta(microseconds=1)),
    )
    asked = {
        key: Sum("count", filter=where, default=0) for key, where in {**CLASSES, **RESULTS}.items()
    }
    tips = ImportedTip.objects.filter(within)
    terms = tips.aggregate(**{RECEIVED: Sum("count", default=0)}, **asked)
    warnings = ImportedWarning.objects.filter(within).aggregate(n=Count("pk"))["n"]
    return ImportedCounts({**terms, WARNINGS: warnings})
