"""A week of a rota without its people: weekdays, hours and roles."""

import datetime
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from keng.accounts.models import Post, Shift
from keng.accounts.who import Role
from keng.duty.rota import WATCHING_ROLES
from keng.kit import times
from keng.kit.time_words import weekday_words

_WEEK = datetime.timedelta(days=7)
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
        return str(Role(self.role).label)

    def begin_in_week(self, first_day: datetime.date) -> datetime.datetime:
        """When it begins in the seven days from this one on."""
        ahead = (self.weekday - first_day.weekday()) % 7
        day = first_day + datetime.timedelta(days=ahead)
        return self._begin_on(day).replace(tzinfo=times.VIETNAM)

    def _begin_on(self, day: datetime.date) -> datetime.datetime:
        return datetime.datetime.combine(day, datetime.time.fromisoformat(self.begins))


def shape_of_rota(unit_id: uuid.UUID) -> list[dict[str, Any]]:
    """The shifts of a desk that begin in the coming seven days, by weekday and hour."""
    return [asdict(line) for line in sorted(_lines_of_rota(unit_id))]


def read_shape(content: dict[str, Any]) -> list[ShapeLine]:
    """The lines of an offer."""
    return [ShapeLine(**line) for line in content["shifts"]]


def _lines_of_rota(unit_id: uuid.UUID) -> Iterator[ShapeLine]:
    now = times.now()
    shifts = Shift.objects.filter(
        unit=unit_id, removed_at__isnull=True, starts_at__gte=now, starts_at__lt=now + _WEEK
    )
    roles = _roles_at(unit_id)
    counted = Counter(
        (shift.starts_at, shift.ends_at, roles[shift.officer_id])
        for shift in shifts
        if shift.officer_id in roles
    )
    for (starts_at, ends_at, role), people in counted.items():
        begins = starts_at.astimezone(times.VIETNAM)
        minutes = int((ends_at - starts_at).total_seconds() // 60)
        yield ShapeLine(begins.weekday(), f"{begins:%H:%M}", minutes, role, people)


def _roles_at(unit_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """Of whoever can be on duty there the role in which they are."""
    posts = Post.objects.current().filter(unit=unit_id, role__in=WATCHING_ROLES)
    return dict(posts.order_by("pk").values_list("officer", "role"))
