"""The deadlines of a tip: when each ends, started, stopped, and the nearest one on the tip.

What a clock rule needs beside its row stands here: its code, its word, and whether it starts with a
tip. An act that starts or stops it calls `start_clock` or `stop_clocks`.
"""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_noop

from keng.kit import times
from keng.kit.urgency import Urgency
from keng.places.models import Holiday
from keng.tips.models import Clock, ClockRule, Tip

SORT_CLOCK = "CLASSIFY_HOUSE"
URGENT_CLOCK = "URGENT_NOW"
LOOK_CLOCK = "LOOK_P1"
TAKE_CLOCK = "TAKE_P1"
MONEY_CLOCK = "HOLD_MONEY"
FINISH_CLOCK = "FOLLOW_HOUSE"

# A clock in the one word that fits a row of the inbox; what a page says of its rule is in the rule.
_WORDS = {
    SORT_CLOCK: gettext_noop("Sort"),
    URGENT_CLOCK: gettext_noop("At once"),
    LOOK_CLOCK: gettext_noop("Look"),
    TAKE_CLOCK: gettext_noop("Take"),
    MONEY_CLOCK: gettext_noop("Hold money"),
    FINISH_CLOCK: gettext_noop("Finish"),
}
# The clocks that start with a tip: of every one, and of those that are this urgent.
_OF_EVERY_TIP = (SORT_CLOCK,)
# Somebody takes on or sorts an urgent tip: by one of these it stands where urgent ones are.
UNTIL_TAKEN = (URGENT_CLOCK, LOOK_CLOCK, TAKE_CLOCK)
CLOCK_OF_URGENCY: Mapping[str, str] = {Urgency.P0: URGENT_CLOCK, Urgency.P1: LOOK_CLOCK}
_DAYS_OFF = (Holiday.Kind.PUBLIC, Holiday.Kind.COMPENSATORY, Holiday.Kind.SWAPPED_OFF)
# What goes on from where it began when a tip comes from another installation: the others begin with
# the tip, from when it was first received there.
CONTINUED_CLOCKS = (TAKE_CLOCK, MONEY_CLOCK, FINISH_CLOCK)
# Further than this from its last day no deadline moves, whatever the calendar says.
_MOVES_WITHIN = 30


@dataclass(frozen=True, slots=True)
class FirstClocks:
    """The rules of the clocks that start with a tip, and the calendar for those that count in days.

    Read once and asked for many tips, without a query for any of them.
    """

    rules: Sequence[ClockRule]
    """Every version, the oldest first: whoever keeps this over midnight counts by the new day."""
    day_kinds: Mapping[datetime.date, str]

    def due(
        self, urgency: str, received_at: datetime.datetime
    ) -> list[tuple[str, datetime.datetime]]:
        """The clocks of a tip of this urgency and when each runs out, the nearest first."""
        codes = list(_OF_EVERY_TIP)
        if urgency in CLOCK_OF_URGENCY:
            codes.append(CLOCK_OF_URGENCY[urgency])
        on = times.local_date(received_at)
        due = [
            (code, due_by_rule(self._rule_in_force(code, on), received_at, self.day_kinds))
            for code in codes
        ]
        return sorted(due, key=lambda clock: clock[1])

    def _rule_in_force(self, code: str, on: datetime.date) -> ClockRule:
        versions = [rule for rule in self.rules if rule.code == code]
        held = [rule for rule in versions if rule.holds_on(on)]
        # What came in before there was a rule has the first one: the past of a demo, say.
        return held[-1] if held else versions[0]


def read_first_clocks() -> FirstClocks:
    """Read the rules of the clocks that start with a tip; the calendar only where one needs it."""
    codes = {*_OF_EVERY_TIP, *CLOCK_OF_URGENCY.values()}
    rules = list(ClockRule.objects.filter(code__in=codes).order_by("valid_from"))
    counts_in_days = any(rule.limit_unit == "day" for rule in rules)
    return FirstClocks(rules, _day_kinds(Holiday.objects.all()) if counts_in_days else {})


def clock_rule_in_force(code: str, on: datetime.date) -> ClockRule:
    """The version of a rule that held on a day."""
    return (
        ClockRule.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), code=code)
        .filter(valid_from__lte=on)
        .latest("valid_from")
    )


def due_by_rule(
    rule: ClockRule,
    starts_at: datetime.datetime,
    day_kinds: Mapping[datetime.date, str] | None = None,
) -> datetime.datetime:
    """When a clock runs out. Hours and minutes never pause; days end at 24:00 of a working day,
    and working days count no other ones.

    `day_kinds` is the calendar where it was read before; otherwise a rule in days reads it.
    """
    if rule.limit_unit == "minute":
        return starts_at + datetime.timedelta(minutes=rule.limit)
    if rule.limit_unit == "hour":
        return starts_at + datetime.timedelta(hours=rule.limit)
    if rule.limit_unit == "working_day":
        last = times.local_date(starts_at)
        for _number in range(rule.limit):
            last = _first_working_day(last + datetime.timedelta(days=1), day_kinds)
        return times.start_of(last + datetime.timedelta(days=1))
    if rule.limit_unit == "day":
        # The day of the event is not counted (Criminal Procedure Code art. 134).
        last = times.local_date(starts_at) + datetime.timedelta(days=rule.limit)
        last = _first_working_day(last, day_kinds)
        return times.start_of(last + datetime.timedelta(days=1))
    message = f"rule {rule.code} counts in {rule.limit_unit}, which no clock here can"
    raise ValueError(message)


def clock_name(code: str) -> str:
    """A clock in the one word that fits a row of the inbox."""
    return gettext(_WORDS[code]) if code in _WORDS else ""


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


def resume_until_taken(tip: Tip, running: list[str]) -> None:
    """Nobody has it after all: of the clocks that ran before, those run on that taking it stopped.

    Whoever sorted it since has looked at it: then it is only still to be taken. The clock to finish
    it stops, which began when somebody had it (the caller settles).
    """
    was_sorted = not tip.clocks.filter(rule_code=SORT_CLOCK, stopped_at=None).exists()
    codes = (URGENT_CLOCK,) if was_sorted else UNTIL_TAKEN
    tip.clocks.filter(pk__in=running, rule_code__in=codes).update(stopped_at=None)
    tip.clocks.filter(rule_code=FINISH_CLOCK, stopped_at=None).exclude(pk__in=running).update(
        stopped_at=times.now()
    )


def _first_working_day(
    day: datetime.date, day_kinds: Mapping[datetime.date, str] | None
) -> datetime.date:
    near = [day + datetime.timedelta(days=n) for n in range(_MOVES_WITHIN)]
    if day_kinds is None:
        day_kinds = _day_kinds(Holiday.objects.filter(on__in=near))
    for each in near:
        is_weekend = each.isoweekday() > 5
        if day_kinds.get(each) == Holiday.Kind.WORKING_SATURDAY:
            return each
        if not is_weekend and day_kinds.get(each) not in _DAYS_OFF:
            return each
    return day


def _day_kinds(holidays: QuerySet[Holiday]) -> dict[datetime.date, str]:
    return dict(holidays.values_list("on", "kind"))
