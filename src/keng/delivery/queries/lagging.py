"""Which part of a dispatch is behind: a place, a kind of group or a language.

A part has its time: from the moment at which the rows were made until half of its recipients were
reached, or, while they are not, until now. It is behind when that is more than twice the median
time of the other parts. What leads pass on is compared with what leads pass on.
"""

import datetime
import statistics
from collections import defaultdict
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from keng.channels.by_hand import BY_HAND
from keng.delivery.models import Dispatch, DispatchLag
from keng.delivery.queries.outcomes import COLUMN_OF_STATE, QUIET_HOURS
from keng.network.models import GroupKind
from keng.places.models import Place

TIMES_THE_MEDIAN = 2
# Before that nobody needs to be called, and of fewer recipients half says nothing.
QUIET_FOR = datetime.timedelta(minutes=10)
FEWEST_RECIPIENTS = 3


@dataclass(frozen=True, slots=True)
class PartOfDispatch:
    """How far one part is."""

    of: str
    value: str
    is_by_hand: bool
    recipients: int
    reached: int
    half_reached_at: datetime.datetime | None

    def time(self, since: datetime.datetime, now: datetime.datetime) -> datetime.timedelta:
        """What it took, or has taken so far."""
        return (self.half_reached_at or now) - since


_REACHED = sorted(
    state for state, column in COLUMN_OF_STATE.items() if column in {"arrived", "sent"}
)
_PARTS = """
WITH place AS MATERIALIZED (
  SELECT p.id, CASE WHEN p.kind = 'hamlet' THEN p.parent_id ELSE p.id END AS commune
  FROM places_place p WHERE p.id IN (
    SELECT g.place_id FROM delivery_delivery d JOIN network_group g ON g.id = d.recipient_ref
    WHERE d.dispatch_id = %(dispatch)s AND d.recipient_kind = 'group')
), part AS (
  SELECT d.channel = %(hand)s AS by_hand, d.state = ANY(%(reached)s) AS is_reached, d.settled_at,
    g.kind, t.language,
    CASE WHEN (SELECT count(DISTINCT commune) FROM place) > 1 THEN place.commune ELSE place.id END
      AS place
  FROM delivery_delivery d
  LEFT JOIN network_group g ON d.recipient_kind = 'group' AND g.id = d.recipient_ref
  LEFT JOIN place ON place.id = g.place_id
  LEFT JOIN delivery_dispatchtext t ON t.id = d.text_id
  -- Put off until quiet hours end, or ended for good: that is on the page, and nobody hurries it.
  -- Put off because an account is closed or limited: those wait like any other.
  WHERE d.dispatch_id = %(dispatch)s AND d.part = 1 AND d.state NOT IN ('cancelled', 'gone')
    AND NOT (d.state = 'not_now' AND d.code = %(quiet)s)
)
SELECT of, value, by_hand, count(*)::int, (count(*) FILTER (WHERE is_reached))::int,
  nullif(percentile_disc(0.5) WITHIN GROUP (
    ORDER BY CASE WHEN is_reached THEN settled_at ELSE 'infinity' END), 'infinity')
FROM part CROSS JOIN LATERAL (
  VALUES ('place', place::text), ('kind', kind), ('language', language)) AS one (of, value)
WHERE value IS NOT NULL
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


def parts_of_dispatch(dispatch: Dispatch) -> list[PartOfDispatch]:
    """How far each part of it is."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PARTS,
            {"dispatch": dispatch.pk, "hand": BY_HAND, "reached": _REACHED, "quiet": QUIET_HOURS},
        )
        return [PartOfDispatch(*row) for row in cursor.fetchall()]


def parts_behind(
    parts: list[PartOfDispatch], *, since: datetime.datetime, now: datetime.datetime
) -> list[PartOfDispatch]:
    """Those that take more than twice as long as the median of the others."""
    compared: dict[tuple[str, bool], list[PartOfDispatch]] = defaultdict(list)
    for part in parts:
        if part.recipients >= FEWEST_RECIPIENTS:
            compared[part.of, part.is_by_hand].append(part)
    return [
        part
        for together in compared.values()
        for part in together
        if _is_behind(part, [one for one in together if one is not part], since, now)
    ]


def _is_behind(
    part: PartOfDispatch,
    others: list[PartOfDispatch],
    since: datetime.datetime,
    now: datetime.datetime,
) -> bool:
    if part.half_reached_at is not None or not others or now - since < QUIET_FOR:
        return False
    usual = statistics.median(one.time(since, now).total_seconds() for one in others)
    return (now - since).total_seconds() > TIMES_THE_MEDIAN * usual


@dataclass(frozen=True, slots=True)
class LagInWords:
    """A part that is behind, as the page names it."""

    name: str
    is_by_hand: bool
    noticed_at: datetime.datetime
    seen_by: str
    """Which officer takes care of it; "" while nobody does."""


def lags_in_words(dispatch: Dispatch) -> list[LagInWords]:
    """What is still behind, first noticed first."""
    lags = list(
        dispatch.lags.filter(caught_up_at__isnull=True)
        .select_related("seen_by")
        .order_by("noticed_at", "id")
    )
    keys = [lag.value for lag in lags if lag.of == DispatchLag.Of.PLACE]
    places = {str(place.pk): place.full_name for place in Place.objects.filter(pk__in=keys)}
    languages = dict(settings.LANGUAGES)
    names = {
        DispatchLag.Of.PLACE: places,
        DispatchLag.Of.KIND: {kind.value: str(kind.label) for kind in GroupKind},
        DispatchLag.Of.LANGUAGE: {code: _(str(name)) for code, name in languages.items()},
    }
    return [
        LagInWords(
            names[DispatchLag.Of(lag.of)].get(lag.value, lag.value),
            lag.is_by_hand,
            lag.noticed_at,
            str(lag.seen_by or ""),
        )
        for lag in lags
    ]
