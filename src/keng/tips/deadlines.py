"""The deadlines of a tip: started, stopped, and the nearest one written on the tip."""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from keng.kit import times
from keng.places.models import Holiday
from keng.tips.models import Clock, ClockRule, Tip

SORT_CLOCK = "CLASSIFY_HOUSE"
URGENT_CLOCK = "URGENT_NOW"
LOOK_CLOCK = "LOOK_P1"
FINISH_CLOCK = "FOLLOW_HOUSE"

_CLOCK_OF_URGENCY = {"P0": URGENT_CLOCK, "P1": LOOK_CLOCK}
_DAYS_OFF = (Holiday.Kind.PUBLIC, Holiday.Kind.COMPENSATORY, Holiday.Kind.SWAPPED_OFF)


@dataclass(frozen=True, slots=True)
class ClockLimits:
    """How long each of the first clocks runs, as the rules in force say."""

    limits: Mapping[str, datetime.timedelta]

    def first_clocks(
        self, urgency: str, received_at: datetime.datetime
    ) -> list[tuple[str, datetime.datetime]]:
        """The clocks that start with a tip of this urgency, the nearest deadline first."""
        codes = [
            SORT_CLOCK,
            *([_CLOCK_OF_URGENCY[urgency]] if urgency in _CLOCK_OF_URGENCY else []),
        ]
        return sorted(
            ((c, received_at + self.limits[c]) for c in codes), key=lambda clock: clock[1]
        )


def clock_limits_in_force() -> ClockLimits:
    """Read the rules of today. The clocks that start with a tip count in hours and minutes."""
    today = times.local_date(times.now())
    rules = ClockRule.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=today),
        code__in=[SORT_CLOCK, URGENT_CLOCK, LOOK_CLOCK],
        valid_from__lte=today,
        limit_unit__in=["hour", "minute"],
    ).order_by("valid_from")
    return ClockLimits({r.code: datetime.timedelta(**{f"{r.limit_unit}s": r.limit}) for r in rules})


def clock_rule_in_force(code: str, on: datetime.date) -> ClockRule:
    """The version of a rule that held on a day."""
    return (
        ClockRule.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), code=code)
        .filter(valid_from__lte=on)
        .latest("valid_from")
    )


def due_by_rule(rule: ClockRule, starts_at: datetime.datetime) -> datetime.datetime:
    """When a clock runs out. Hours and minutes never pause; days end at 24:00 of a working day."""
    if rule.limit_unit == "minute":
        return starts_at + datetime.timedelta(minutes=rule.limit)
    if rule.limit_unit == "hour":
        return starts_at + datetime.timedelta(hours=rule.limit)
    if rule.limit_unit == "day":
        # The day of the event is not counted (Criminal Procedure Code art. 134).
        last = times.local_date(starts_at) + datetime.timedelta(days=rule.limit)
        return times.start_of(_first_working_day(last) + datetime.timedelta(days=1))
    message = f"rule {rule.code} counts in {rule.limit_unit}, which no clock here can"
    raise ValueError(message)


def start_clock(tip: Tip, code: str, *, at: datetime.datetime | None = None) -> Clock:
    """Start a clock, or let it run again from where it was if it started at the same moment."""
    starts_at = at or times.now()
    rule = clock_rule_in_force(code, times.local_date(starts_at))
    clock, _ = Clock.objects.update_or_create(
        tip=tip,
        rule_code=code,
        starts_at=starts_at,
        defaults={"due_at": due_by_rule(rule, starts_at), "stopped_at": None},
    )
    return clock


def stop_clocks(tip: Tip, *codes: str) -> None:
    """Stop these clocks of the tip; without codes, every one that runs."""
    running = tip.clocks.filter(stopped_at__isnull=True)
    if codes:
        running = running.filter(rule_code__in=codes)
    running.update(stopped_at=times.now())


def stop_clocks_by_id(tip: Tip, clock_ids: list[str]) -> None:
    """Stop clocks of the tip that would not run but for a decision that was undone."""
    tip.clocks.filter(pk__in=clock_ids, stopped_at__isnull=True).update(stopped_at=times.now())


def resume_clock(tip: Tip, code: str) -> None:
    """A deadline was not met after all (a decision was undone): it runs from its first start."""
    first = tip.clocks.filter(rule_code=code).order_by("starts_at").first()
    if first is None:
        start_clock(tip, code)
    else:
        Clock.objects.filter(pk=first.pk).update(stopped_at=None)


def set_due_at(tip: Tip) -> None:
    """Write the nearest deadline on the tip (the caller saves due_at).

    An open tip always has one: when nothing runs any more, the clock to finish it starts.
    """
    if not tip.is_open:
        stop_clocks(tip)
        tip.due_at = None
        return
    running = tip.clocks.filter(stopped_at__isnull=True).order_by("due_at")
    nearest = running.first() or start_clock(tip, FINISH_CLOCK)
    tip.due_at = nearest.due_at


def restore_clocks(tip: Tip, running: list[str]) -> None:
    """Let exactly these clocks run (the caller settles)."""
    ids = [uuid.UUID(clock_id) for clock_id in running]
    tip.clocks.exclude(pk__in=ids).filter(stopped_at__isnull=True).update(stopped_at=times.now())
    tip.clocks.filter(pk__in=ids).update(stopped_at=None)


def _first_working_day(day: datetime.date) -> datetime.date:
    near = [day + datetime.timedelta(days=n) for n in range(30)]
    kinds = dict(Holiday.objects.filter(on__in=near).values_list("on", "kind"))
    for each in near:
        is_weekend = each.isoweekday() > 5
        if kinds.get(each) == Holiday.Kind.WORKING_SATURDAY:
            return each
        if not is_weekend and kinds.get(each) not in _DAYS_OFF:
            return each
    return day
