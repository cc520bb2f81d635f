"""Times as Vietnam counts them: a fixed +07:00, no daylight saving."""

from datetime import UTC, date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
# What a reporter did is written down no finer than this (tips/reporter_times.py says where).
COARSE = timedelta(minutes=5)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def local_date(moment: datetime) -> date:
    """The calendar day of a moment in Vietnam."""
    return moment.astimezone(VIETNAM).date()


def start_of(day: date) -> datetime:
    """00:00 of a day in Vietnam; the end of a day is the start of the next one."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM)


def soon_after_midnight(moment: datetime) -> datetime:
    """When the next day in Vietnam has begun by every clock: what counts by days may be tried."""
    return start_of(local_date(moment) + timedelta(days=1)) + timedelta(minutes=5)


def rounded_down(moment: datetime, step: timedelta) -> datetime:
    """The last whole step of the clock that is not after this moment, in the moment's own zone."""
    return moment - (moment - _EPOCH) % step
