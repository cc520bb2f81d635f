"""How often officers decided as the machine suggested, by category and month, rounded for good.

A month is written once, two weeks after its end, when its tips have been looked at; a tip that goes
later takes nothing out of it, and nothing in it tells of one. What everybody reads beside it, the
public month, says how many tips came in: so every number here is rounded, and no sum of them leads
back to a small one.
"""

import datetime
from collections import Counter
from functools import partial
from typing import Any

from django.db.models import Count, Q
from django.db.models.fields.json import KT

from keng.acts.work import work
from keng.kit import times
from keng.kit.replica import read_replica
from keng.kit.small_counts import FEWEST_SHOWN
from keng.language.categories import Strength
from keng.language.taxonomy import categories
from keng.places.models import Unit
from keng.reports.models import MachineMonth
from keng.reports.periodic import spans
from keng.tips.models import Suggestion, Tip

# So long officers have to look at the last tips of a month.
_TIME_TO_DECIDE = datetime.timedelta(days=14)
# How far back months are written that nobody wrote: after an update, or a long stop.
_MONTHS = 12
# Of fewer decisions no share is said: one more or less would show.
_FEWEST_FOR_SHARE = 100
_STEP = 5


def write_machine_months() -> int:
    """Write what is due and not written yet; how many months were."""
    written = 0
    due = [
        span
        for span in spans.recent_spans("month", _MONTHS + 1)
        if span.until + _TIME_TO_DECIDE <= times.now()
        # Before the first tip there was nothing to suggest.
        and Tip.objects.filter(received_at__lt=span.until).exists()
    ]
    for unit in Unit.objects.filter(kind=Unit.Kind.PROVINCE):
        have = set(MachineMonth.objects.filter(unit=unit).values_list("span", flat=True))
        for span in due:
            if span.code not in have:
                counted = read_replica(partial(agreement_figures, unit, span))
                _write_machine_month(unit, span, counted.value)
                written += 1
    return written


@work()
def _write_machine_month(unit: Unit, span: spans.Span, figures: dict[str, Any]) -> None:
    month = MachineMonth(unit=unit, span=span.code, figures=figures)
    # A worker that stood still may have written it by now.
    MachineMonth.objects.bulk_create([month], ignore_conflicts=True)


def agreement_figures(unit: Unit, span: spans.Span) -> dict[str, Any]:
    """{"format": 1, "lines": [[category, as suggested, otherwise]], "asked": n, "share": percent}.

    Numbers are rounded to fives, and None where there are fewer than five; a share is rounded to
    five of a hundred, and None where there are too few decisions. Of what must expose no family
    nothing is counted, whatever the machine took it for.
    """
    agreed, otherwise, asked = _count_decisions(unit, span)
    decided = agreed.total() + otherwise.total()
    share = round(100 * agreed.total() / decided / _STEP) * _STEP if decided else 0
    return {
        "format": 1,
        "lines": [
            [code, about(agreed[code]), about(otherwise[code])]
            for code, category in categories().items()
            if category.in_waves
        ],
        "asked": about(asked),
        "share": share if decided >= _FEWEST_FOR_SHARE else None,
    }


def about(count: int) -> int | None:
    """The nearest of the fives; None below five."""
    return (count + 2) // _STEP * _STEP if count >= FEWEST_SHOWN else None


def _count_decisions(unit: Unit, span: spans.Span) -> tuple[Counter[str], Counter[str], int]:
    """By the category that was suggested: decided so, decided otherwise; and asked without one."""
    counted = {code for code, category in categories().items() if category.in_waves}
    tips = (
        Tip.objects.filter(Q(responsible_unit=unit) | Q(responsible_unit__parent=unit))
        .filter(received_at__gte=span.since, received_at__lt=span.until, category__in=counted)
        .filter(withdrawn_at=None)
        .exclude(kind=Tip.Kind.OUT_OF_SCOPE)
    )
    decided = (
        Suggestion.objects.filter(tip__in=tips)
        .values_list("tip__category", KT("categories__0__code"), KT("categories__0__strength"))
        .annotate(count=Count("pk"))
    )
    agreed: Counter[str] = Counter()
    otherwise: Counter[str] = Counter()
    asked = 0
    for category, suggested, strength, count in decided:
        if suggested is None or strength == Strength.UNSURE:
            asked += count
        elif suggested in counted:
            (agreed if suggested == category else otherwise)[suggested] += count
    return agreed, otherwise, asked
