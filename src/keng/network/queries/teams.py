"""Self-management teams: who is on the rota until morning, and what the desk asked of them.

For the team itself and for its desk. Everybody else reads one number: how many keep a rota.
"""

import datetime
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from keng.kit import times
from keng.kit.sql_names import alphabetically
from keng.network.models import (
    Group,
    GroupKind,
    GroupQuerySet,
    Lead,
    TeamAnswer,
    TeamAsk,
    TeamShift,
)

# A night belongs to the evening it began in.
MORNING = datetime.time(6)
# How long a request stays on a team's page after its time, so that late answers are not lost.
_STILL_SHOWN = datetime.timedelta(hours=12)
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ShiftTurn:
    """A shift as it falls on one day."""

    shift: TeamShift
    starts_at: datetime.datetime
    ends_at: datetime.datetime

    @property
    def is_now(self) -> bool:
        return self.starts_at <= times.now() < self.ends_at

    @property
    def holder(self) -> str:
        """The role, or what the lead is called there; empty when nobody holds it any more."""
        return shift_holder(self.shift)


def shift_holder(shift: TeamShift) -> str:
    """A lead who stopped holds nothing any more."""
    lead = shift.lead
    if lead is None:
        return str(shift.role)
    return "" if lead.stopped_at else " · ".join(part for part in (lead.name, shift.role) if part)


def shift_day(shift: TeamShift) -> str:
    """The day or the weekday, in words."""
    if shift.day is not None:
        return str(date_format(shift.day, "D j/n/Y"))
    return _("Every %(day)s") % {"day": weekday_name(shift.weekday or 0)}


def weekday_name(number: int) -> str:
    """0 is Monday."""
    # 5 January 2026 was one.
    return str(date_format(datetime.date(2026, 1, 5 + number), "l"))


def rota_of(group: Group) -> list[TeamShift]:
    """What stands on the rota: the week in its order, then single days that are not over."""
    found = (
        TeamShift.objects.filter(group=group, ended_at__isnull=True)
        .filter(_not_over())
        .select_related("lead")
    )
    return sorted(found, key=_rota_order)


def turns_until_morning(group: Group) -> list[ShiftTurn]:
    """Whoever is on the rota from now until six in the morning."""
    now = times.now()
    morning = datetime.datetime.combine(times.local_date(now), MORNING, times.VIETNAM)
    until = morning if now < morning else morning + _DAY
    turns = [turn for shift in rota_of(group) for turn in _turns(shift, now, until)]
    return sorted(turns, key=lambda turn: (turn.starts_at, turn.ends_at))


def count_teams_with_rota(place_ids: Collection[uuid.UUID]) -> int:
    """How many teams of these places have somebody on a rota. Never which, when, or who."""
    held = Q(lead__isnull=True) | Q(lead__stopped_at__isnull=True)
    shifts = TeamShift.objects.filter(_not_over(), held, ended_at__isnull=True)
    teams = Group.objects.filter(kind=GroupKind.TEAM, is_active=True, place_id__in=place_ids)
    return teams.filter(pk__in=shifts.values("group")).count()


@dataclass(frozen=True, slots=True)
class AskProgress:
    """A request and how far it came: counts, and no names."""

    ask: TeamAsk
    leads: int
    done: int
    seen: int
    cannot: int

    @property
    def answered(self) -> int:
        return self.done + self.seen + self.cannot

    @property
    def is_open(self) -> bool:
        return self.ask.ended_at is None and self.ask.until > times.now()


def asks_with_progress(group: Group, *, limit: int = 20) -> list[AskProgress]:
    """What was asked of a team, newest first, with the number of its leads who answered."""
    asks = TeamAsk.objects.filter(group=group).prefetch_related("answers")
    leads = set(group.leads.filter(stopped_at__isnull=True).values_list("pk", flat=True))
    return [_progress_of(ask, leads) for ask in asks.order_by("-id")[:limit]]


def _progress_of(ask: TeamAsk, leads: set[uuid.UUID]) -> AskProgress:
    answers = list(ask.answers.all())
    said = [answer.said for answer in answers]
    # Whoever answered and left since is still one of those who were asked.
    there = leads | {answer.lead_id for answer in answers}
    counts = [said.count(value) for value in TeamAnswer.Said.values]
    return AskProgress(ask, len(there), *counts)


@dataclass(frozen=True, slots=True)
class LeadAsk:
    """A request on a lead's own page, and what this lead said to it."""

    ask: TeamAsk
    mine: TeamAnswer | None

    @property
    def is_late(self) -> bool:
        return bool(self.ask.until < times.now())


@dataclass(frozen=True, slots=True)
class LeadTeam:
    """What a lead's page holds of one team."""

    group: Group
    turns: list[ShiftTurn]
    tasks: list[LeadAsk]
    is_on_duty: bool


def teams_of_lead(lead: Lead) -> list[LeadTeam]:
    """The teams the lead belongs to, with nothing of anybody else's answers."""
    return [_team_on_page(group, lead) for group in _teams(lead)]


def team_of_lead(lead: Lead, group_id: uuid.UUID) -> Group | None:
    """One of the lead's own teams."""
    return _teams(lead).filter(pk=group_id).first()


def _teams(lead: Lead) -> GroupQuerySet:
    return (
        Group.objects.filter(leads=lead, kind=GroupKind.TEAM, is_active=True)
        .select_related("place", "unit")
        .order_by(alphabetically())
    )


def _team_on_page(group: Group, lead: Lead) -> LeadTeam:
    turns = turns_until_morning(group)
    asks = TeamAsk.objects.filter(
        group=group, ended_at__isnull=True, until__gt=times.now() - _STILL_SHOWN
    )
    mine = {a.ask_id: a for a in TeamAnswer.objects.filter(lead=lead, ask__in=asks)}
    tasks = [LeadAsk(ask, mine.get(ask.pk)) for ask in asks.order_by("until", "id")]
    # What is past and unanswered is nobody's task any more.
    tasks = [task for task in tasks if task.mine or not task.is_late]
    return LeadTeam(group, turns, tasks, any(turn.shift.lead_id == lead.pk for turn in turns))


def _not_over() -> Q:
    """A shift of yesterday may go on until this morning."""
    yesterday = times.local_date(times.now()) - _DAY
    return Q(weekday__isnull=False) | Q(day__gte=yesterday)


def _rota_order(shift: TeamShift) -> tuple[int, datetime.date, datetime.time, uuid.UUID]:
    weekday = 7 if shift.weekday is None else shift.weekday
    return weekday, shift.day or datetime.date.min, shift.begins, shift.pk


def _turns(
    shift: TeamShift, now: datetime.datetime, until: datetime.datetime
) -> Iterable[ShiftTurn]:
    today = times.local_date(now)
    for day in (today - _DAY, today, today + _DAY):
        if shift.day == day or shift.weekday == day.weekday():
            starts = datetime.datetime.combine(day, shift.begins, times.VIETNAM)
            ends = datetime.datetime.combine(day, shift.ends, times.VIETNAM)
            if ends <= starts:
                ends += _DAY
            if ends > now and starts < until:
                yield ShiftTurn(shift, starts, ends)
