"""Times as Vietnam counts them: a fixed +07:00, no daylight saving."""

from datetime import UTC, date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def local_date(moment: datetime) -> date:
    """The calendar day of a moment in Vietnam."""
    return moment.astimezone(VIETNAM).date()


def start_of(day: date) -> datetime:
    """00:00 of a day in Vietnam; the end of a day is the start of the next one."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
