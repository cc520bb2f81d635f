"""When the weekly digests of subscribers go out: on Sunday morning, all of them."""

import datetime

from keng.kit import times

DIGEST_HOUR = datetime.timedelta(hours=8)
_SUNDAY = 6
_WEEK = datetime.timedelta(days=7)
# The rows of a large dispatch take a while.
_WRITTEN_WITHIN = datetime.timedelta(minutes=15)


def last_digest_time(now: datetime.datetime) -> datetime.datetime:
    """The last such moment that is over."""
    day = times.local_date(now)
    sunday = day - datetime.timedelta(days=(day.weekday() - _SUNDAY) % 7)
    moment = times.start_of(sunday) + DIGEST_HOUR
    return moment if moment <= now else moment - _WEEK


def lasts_until_digest(expires_at: datetime.datetime | None) -> bool:
    """Whether what is worth nothing from then on is still worth reading in the next digest.

    What is written shortly before that moment may be there after it: then it waits for the one
    behind.
    """
    return expires_at is None or expires_at > next_digest_time(times.now() + _WRITTEN_WITHIN)


def next_digest_time(now: datetime.datetime) -> datetime.datetime:
    """The next such moment."""
    return last_digest_time(now) + _WEEK
