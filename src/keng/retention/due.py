"""Which closed tips are due by a period, when, and what holds one back. No word of a tip."""

import calendar
import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from keng.accounts.models import Officer
from keng.accounts.who import READING_PERIODS
from keng.audit.models import Entry
from keng.data_requests.models import DataRequest
from keng.kit import times
from keng.places.models import Unit
from keng.retention.models import FIRST_PURGE_AFTER, ClosedAs, RetentionPeriod
from keng.tips.held_back import HELD_BACK as TIPS_HELD_BACK
from keng.tips.held_back import held_back_as as tips_held_back_as
from keng.tips.models import Tip

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_OUTCOMES: Mapping[ClosedAs, tuple[str, ...]] = {
    ClosedAs.FOUNDED: (Tip.Outcome.SOLVED, Tip.Outcome.PREVENTED, Tip.Outcome.WARNED),
    ClosedAs.UNFOUNDED: (Tip.Outcome.UNFOUNDED,),
    ClosedAs.NO_TIP: (Tip.Outcome.NOT_A_TIP, Tip.Outcome.OUT_OF_COMPETENCE, Tip.Outcome.NONE),
}
# Why a tip that is due stays, the first that is true of it: the words.
HELD_BACK: "Mapping[str, str | _StrPromise]" = {
    "request": _("Its reporter asked about the data, and is not answered yet"),
    **TIPS_HELD_BACK,
}


def tips_closed_as(closed_as: str) -> Q:
    """Closed tips that ended so, whose words are still there."""
    return Q(state=Tip.State.CLOSED, purged_at=None, outcome__in=outcomes_closed_as(closed_as))


def outcomes_closed_as(closed_as: str) -> tuple[str, ...]:
    """The outcomes of tips that a period of this kind is for."""
    return _OUTCOMES[ClosedAs(closed_as)]


def tips_of_period(period: RetentionPeriod) -> Q:
    """Those for which this period counts: one of their category alone stands above one of all.

    It does so when it was stopped as well, or one person alone could have destroyed by the general
    one what a longer one kept; until two people agree to a general one after that.
    """
    desks = Unit.objects.filter(Q(pk=period.unit_id) | Q(parent=period.unit_id))
    theirs = Q(responsible_unit__in=desks.values("pk")) & tips_closed_as(period.closed_as)
    if period.category:
        return theirs & Q(category=period.category)
    return theirs & ~Q(category__in=categories_apart(period))


def categories_apart(period: RetentionPeriod) -> QuerySet[RetentionPeriod, Any]:
    """Which categories a general period does not count for: they have or had one of their own."""
    own = RetentionPeriod.objects.filter(
        Q(ended_at=None) | Q(ended_at__gte=period.agreed_at),
        unit=period.unit_id,
        closed_as=period.closed_as,
        agreed_at__isnull=False,
    )
    return own.exclude(category="").values("category")


def due_before(period: RetentionPeriod, now: datetime.datetime) -> datetime.datetime:
    """Whatever was closed before this moment is due now."""
    return months_later(now, -period.months)


def months_later(moment: datetime.datetime, months: int) -> datetime.datetime:
    """The same day and hour in Vietnam so many months on, or the last day of that month."""
    local = moment.astimezone(times.VIETNAM)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    _weekday, last_day = calendar.monthrange(year, month + 1)
    return local.replace(year=year, month=month + 1, day=min(local.day, last_day))


def held_back_as() -> Case:
    """The key of `HELD_BACK` that keeps a tip, or empty."""
    asked = DataRequest.objects.open().filter(tip=OuterRef("pk"))
    return Case(
        When(Exists(asked), then=Value("request")),
        default=tips_held_back_as(),
        output_field=CharField(),
    )


def due_tips(now: datetime.datetime) -> QuerySet[Tip]:
    """What is to be destroyed now: due by a period that is old enough, or as its reporter asked
    and two people decided; and not held back.
    """
    after_restore = _restored_at()
    if after_restore is not None and now < after_restore + FIRST_PURGE_AFTER:
        return Tip.objects.none()
    agreed = DataRequest.objects.erasures_agreed().values("tip")
    parts = [Tip.objects.filter(pk__in=agreed, state=Tip.State.CLOSED, purged_at=None)]
    for period in RetentionPeriod.objects.in_force():
        begins = period.purges_from
        if begins is not None and begins <= now:
            before = due_before(period, now)
            parts.append(Tip.objects.filter(tips_of_period(period), closed_at__lt=before))
    # One list made of several, each by its index: of conditions joined by OR none would use one.
    first, *others = (part.order_by().values("pk") for part in parts)
    due = first.union(*others, all=True) if others else first
    return Tip.objects.annotate(held_back=held_back_as()).filter(pk__in=due, held_back="")


def _restored_at() -> datetime.datetime | None:
    """When a backup was brought back: what kept a tip and came after the backup is lost with it."""
    restores = Entry.objects.filter(chain="installation", action="data.restored")
    return restores.order_by("-at").values_list("at", flat=True).first()


class DueLine:
    """One period, and how many tips fall due by it: by month, and held back."""

    def __init__(self, period: RetentionPeriod) -> None:
        self.period = period
        self.months: Counter[datetime.date] = Counter()
        """By the first day of the month in which they fall due; what is due already in this one."""
        self.held: Counter[str] = Counter()
        """Of those that are due already, by the key of `HELD_BACK`."""

    @property
    def held_in_words(self) -> "list[tuple[str | _StrPromise, int]]":
        """Why, and how many."""
        return [(HELD_BACK[key], self.held[key]) for key in HELD_BACK if self.held[key]]

    @property
    def in_order(self) -> list[tuple[datetime.date, int]]:
        """The months, the first one first."""
        return sorted(self.months.items())


def due_lines(officer: Officer, periods: Iterable[RetentionPeriod]) -> list[DueLine]:
    """What falls due by each of these, as far as the officer may know that a tip is there."""
    sight = READING_PERIODS.unit_sight(officer)
    found, now = [], times.now()
    for period in periods:
        line = DueLine(period)
        theirs = Tip.objects.listed_for(sight).filter(tips_of_period(period))
        theirs = theirs.annotate(
            held_back=held_back_as(), closed_in=TruncMonth("closed_at", tzinfo=times.VIETNAM)
        )
        limit = due_before(period, now)
        is_due = Case(When(closed_at__lt=limit, then=Value("y")), default=Value(""))
        rows = theirs.annotate(is_due=is_due).values_list("closed_in", "is_due", "held_back")
        for closed_in, due, held_back, n in rows.annotate(n=Count("pk")).order_by():
            if due and held_back:
                line.held[held_back] += n
            else:
                falls = now if due else months_later(closed_in, period.months)
                line.months[times.local_date(falls).replace(day=1)] += n
        found.append(line)
    return found


def kept_without_period(officer: Officer) -> int:
    """How many closed tips have no period: they are kept."""
    sight = READING_PERIODS.unit_sight(officer)
    covered = Q(pk__in=[])
    for period in RetentionPeriod.objects.in_force():
        covered |= tips_of_period(period)
    closed = Tip.objects.listed_for(sight).filter(state=Tip.State.CLOSED, purged_at=None)
    return closed.exclude(outcome=Tip.Outcome.WITHDRAWN).exclude(covered).count()


def provinces_of(officer: Officer) -> list[Unit]:
    """Whose periods the officer reads."""
    return [unit for unit in READING_PERIODS.own_units(officer) if unit.kind == Unit.Kind.PROVINCE]


def purged_by_month(officer: Officer) -> list[tuple[datetime.date, int]]:
    """How many were destroyed in each month, the newest first."""
    sight = READING_PERIODS.unit_sight(officer)
    rows = (
        Tip.objects.listed_for(sight)
        .filter(purged_at__isnull=False)
        .annotate(month=TruncMonth("purged_at", tzinfo=times.VIETNAM))
        .values_list("month")
        .annotate(n=Count("pk"))
        .order_by(F("month").desc())
    )
    return [(times.local_date(month), n) for month, n in rows[:12]]
