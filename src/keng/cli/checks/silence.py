"""Whether messages still come in: a provider that switched our webhook off does not say so.

Zalo does it after one or two hours in which our answers failed, and somebody has to switch it on
again in its console. All that can be seen from here is that nothing comes where much came before.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from keng import channels
from keng.cli.checks.check import (
    CheckedPlace,
    Finding,
    age_words,
    attention,
    ok,
    reading_connection,
)
from keng.kit import times

# People sleep: only what passes between these hours counts.
_DAY_BEGINS, _DAY_ENDS = 6, 22
# Silent for so many times the usual longest gap of a day, and never for less than Zalo tries again.
_USUAL_GAPS, _LEAST = 3, 2 * 3600
_LOOKS_BACK = timedelta(days=30)
_RHYTHM_OF = timedelta(days=14)
# A rhythm is something on every second day.
_DAYS_OF_A_RHYTHM = 7
# What is fetched breaks the silence, so it is named instead, until well after the last time.
_FETCHED_LATELY = 6 * 3600
# An account of yesterday has not been advertised yet; whoever set it up should write to it.
_NEW_FOR = timedelta(days=1)

# Seconds of daytime since an old day. The 14 days are those before the last message, so that a
# long silence does not become the rhythm.
_DAYTIME = """((({moment} AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - date '2020-01-01') * %(day)s
  + least(greatest(extract(epoch FROM ({moment} AT TIME ZONE 'Asia/Ho_Chi_Minh')::time)
      - %(begins)s, 0), %(day)s))::float8"""
_HEARD = f"""
WITH heard AS (
  SELECT account_id, received_at, {_DAYTIME.format(moment="received_at")} AS daytime,
    max(received_at) OVER (PARTITION BY account_id) AS last_at
  FROM delivery_inbound WHERE id >= %(since)s
),
gaps AS (
  SELECT account_id, last_at, max(daytime) OVER (PARTITION BY account_id) AS last_daytime,
    (received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
    daytime - lag(daytime) OVER (PARTITION BY account_id ORDER BY received_at) AS gap
  FROM heard WHERE received_at > last_at - %(rhythm)s::interval
),
days AS (
  SELECT account_id, last_at, last_daytime, day, max(gap) AS longest
  FROM gaps GROUP BY 1, 2, 3, 4
),
rhythms AS (
  SELECT account_id, last_at, last_daytime, count(*)::int AS days,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY longest) AS usual
  FROM days GROUP BY 1, 2, 3
)
SELECT a.id, a.slug,
  extract(epoch FROM now() - a.history_fetched_at)::float8, coalesce(r.days, 0), r.usual,
  {_DAYTIME.format(moment="now()")} - r.last_daytime,
  extract(epoch FROM now() - r.last_at)::float8
FROM delivery_channelaccount a LEFT JOIN rhythms r ON r.account_id = a.id
WHERE a.is_active AND a.channel = ANY(%(channels)s) ORDER BY a.slug
"""  # noqa: S608 -- our own pieces


@dataclass(frozen=True, slots=True)
class HeardAccount:
    """When messages came in by one account. Seconds; of daytime where that is said."""

    id: uuid.UUID
    slug: str
    fetched_ago: float | None
    """Since the sender last fetched what no webhook had brought."""
    days: int
    """On how many days of two weeks something came."""
    usual_gap: float | None
    """How long nothing came, at the longest, on a usual one of these days: daytime."""
    silent_daytime: float | None
    silent: float | None

    @property
    def is_new(self) -> bool:
        made_at = (self.id.int >> 80) / 1000
        return times.now().timestamp() - made_at < _NEW_FOR.total_seconds()

    @property
    def fault(self) -> str:
        """What is odd about it; "" where nothing is."""
        if self.fetched_ago is not None and self.fetched_ago < _FETCHED_LATELY:
            ago = age_words(self.fetched_ago)
            return f"{self.slug}: {ago} ago messages were fetched that no webhook had brought"
        if self.silent is None or self.silent_daytime is None:
            return "" if self.is_new else f"{self.slug}: nothing came in {_LOOKS_BACK.days} days"
        if self.days < _DAYS_OF_A_RHYTHM or self.usual_gap is None:
            return ""
        if self.silent_daytime < max(_LEAST, _USUAL_GAPS * self.usual_gap):
            return ""
        usual = age_words(self.usual_gap)
        return f"{self.slug}: nothing for {age_words(self.silent)}, at most {usual} is usual by day"


def inbound(place: CheckedPlace) -> Finding:
    """Accounts by which people write to us, and from which nothing comes any more."""
    with reading_connection() as connection:
        accounts = _heard_accounts(connection.execute(_HEARD.encode(), _values()).fetchall())
    faults = [fault for account in accounts if (fault := account.fault)]
    if faults:
        return attention(
            f"{'; '.join(faults)}. Write to it yourself. If that does not come in either, the "
            "provider may have switched the webhook off: look into its console, then "
            "keng channel check"
        )
    return ok(f"{len(accounts)} accounts for messages, none is oddly silent")


def _heard_accounts(rows: Iterable[tuple[Any, ...]]) -> list[HeardAccount]:
    return [HeardAccount(*row) for row in rows]


def _values() -> dict[str, Any]:
    writes = channels.codes_where(lambda one: one.can.can_receive and not one.facts.is_simulated)
    since = times.now() - _LOOKS_BACK
    return {
        "channels": list(writes),
        # The smallest key of that moment: the table has no index by time.
        "since": uuid.UUID(int=int(since.timestamp() * 1000) << 80),
        "rhythm": _RHYTHM_OF,
        "begins": _DAY_BEGINS * 3600,
        "day": (_DAY_ENDS - _DAY_BEGINS) * 3600,
    }
