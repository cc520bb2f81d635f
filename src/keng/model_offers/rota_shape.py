"""The shifts of a rota as a pattern: hours and roles, no people and no gaps.

What one week really lacks stays at its desk: every desk of the country reads an offer.
"""

import datetime
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from keng.accounts.models import Post, Shift
from keng.accounts.who import Role
from keng.duty.rota import WATCHING_ROLES
from keng.kit import times
from keng.kit.time_words import weekday_words
from keng.model_offers.errors import HoursWithNobody

_WEEK = datetime.timedelta(days=7)
_DAY_MINUTES = 24 * 60
_A_MONDAY = datetime.date(2024, 1, 1)


@dataclass(frozen=True, slots=True, order=True)
class ShapeLine:
    """Some shifts of one weekday that begin and end together."""

    weekday: int
    """Monday is 0."""
    begins: str
    """Hour and minute in Vietnam, as 19:00."""
    minutes: int
    role: str
    """Empty where it would tell who it is."""
    people: int

    @property
    def ends(self) -> str:
        """Hour and minute at which it ends, perhaps on the next day."""
        return f"{self._begin_on(datetime.date.min) + self.length:%H:%M}"

    @property
    def length(self) -> datetime.timedelta:
        return datetime.timedelta(minutes=self.minutes)

    @property
    def weekday_label(self) -> str:
        return weekday_words(self.begin_in_week(_A_MONDAY))

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label) if self.role else ""

    def begin_in_week(self, first_day: datetime.date) -> datetime.datetime:
        """When it begins in the seven days from this one on."""
        ahead = (self.weekday - first_day.weekday()) % 7
        day = first_day + datetime.timedelta(days=ahead)
        return self._begin_on(day).replace(tzinfo=times.VIETNAM)

    def _begin_on(self, day: datetime.date) -> datetime.datetime:
        return datetime.datetime.combine(day, datetime.time.fromisoformat(self.begins))


def shape_of_rota(unit_id: uuid.UUID) -> list[dict[str, Any]]:
    """The shifts that begin in the coming seven days, each as on every weekday.

    Empty if there is none. Raises HoursWithNobody.
    """
    most = _most_on_a_day(unit_id)
    if most and not _cover_a_day(most):
        raise HoursWithNobody
    lines = (
        ShapeLine(weekday, begins, minutes, role, people)
        for weekday in range(7)
        for (begins, minutes, role), people in most.items()
    )
    return [asdict(line) for line in sorted(lines)]


def read_shape(content: dict[str, Any]) -> list[ShapeLine]:
    """The lines of an offer."""
    return [ShapeLine(**line) for line in content["shifts"]]


def _most_on_a_day(unit_id: uuid.UUID) -> dict[tuple[str, int, str], int]:
    """By begin, minutes and role how many stand there on the fullest weekday.

    A day with fewer, or with nobody, does not show.
    """
    now = times.now()
    shifts = Shift.objects.filter(
        unit=unit_id, removed_at__isnull=True, starts_at__gte=now, starts_at__lt=now + _WEEK
    )
    roles = _roles_that_tell_nobody(unit_id)
    counted = Counter(
        (shift.starts_at, shift.ends_at, roles[shift.officer_id])
        for shift in shifts
        if shift.officer_id in roles
    )
    most: dict[tuple[str, int, str], int] = {}
    for (starts_at, ends_at, role), people in counted.items():
        minutes = int((ends_at - starts_at).total_seconds() // 60)
        key = (f"{starts_at.astimezone(times.VIETNAM):%H:%M}", minutes, role)
        most[key] = max(people, most.get(key, 0))
    return most


def _cover_a_day(shifts: Iterable[tuple[str, int, str]]) -> bool:
    """Whether somebody stands there at every hour, so that no hour without anybody travels."""
    covered: set[int] = set()
    for begins, minutes, _role in shifts:
        first = datetime.time.fromisoformat(begins)
        start = first.hour * 60 + first.minute
        covered.update((start + n) % _DAY_MINUTES for n in range(min(minutes, _DAY_MINUTES)))
    return len(covered) == _DAY_MINUTES


def _roles_that_tell_nobody(unit_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """Of whoever can be on duty there the role in which they are.

    Empty for all of them where one role has one holder: the hours of that role would be theirs.
    """
    posts = Post.objects.current().filter(unit=unit_id, role__in=WATCHING_ROLES)
    roles = dict(posts.order_by("pk").values_list("officer", "role"))
    if min(Counter(roles.values()).values(), default=0) > 1:
        return roles
    return dict.fromkeys(roles, "")
