"""Tells the desk's processes which of its pages have something to look at anew.

Whoever changes a tip says nothing: a notification takes a lock of the whole server when its
transaction commits, and a hundred webhooks would wait for each other. One worker looks at what
pages show of changes, four times a second, and notifies at most so often.
"""

import datetime
import hashlib
import logging
import math
import time
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import OperationalError, connection
from django.db.models import Count, Max, QuerySet, Value

from keng.alarms.bar import CHANGING_COLUMNS
from keng.kit import times
from keng.kit.changes import CHANGES_CHANNEL, NOTHING_NEW, ChangeKind, payloads
from keng.kit.compiled_queries import CompiledQuery
from keng.kit.ids import first_coarse_id, first_id
from keng.openings.second_person import standing_requests
from keng.tips.models import Decision, DialogueMessage, Tip

log = logging.getLogger(__name__)
LOOKED_EVERY = datetime.timedelta(milliseconds=250)
# An alarm is told at once. Where more rings every moment, its pages are not made to ask as often.
_TOPIC_EVERY = 1.0
# What comes into a list may be seen a moment later; an alarm may not.
_LIST_EVERY = 2.0
# A transaction that wrote a tip before may still be on its way, and the clock of an edge may be
# behind that of this process.
_LIST_LOOKS_BACK = datetime.timedelta(seconds=60)
SIGN_EVERY = 3.0
# After that another worker has looked, or nobody: what this one remembers is not what pages know.
_REMEMBERS_FOR = 3.0
# More than ring anywhere at once: in a flood pages look anew whenever one of the newest changes.
_MOST_RINGING = 2000
_Digests = dict[str, str]
# By topic and sort: how many came in the last seconds, and when the last of them.
_Arrivals = dict[tuple[str, str], tuple[int, datetime.datetime]]


class ChangeLookout:
    """What was there at the last look, topic by topic, and what was not notified of yet."""

    def __init__(self) -> None:
        self._ringing: _Digests = {}
        self._arrived: _Arrivals = {}
        self._alarms_looked_at = self._lists_looked_at = self._notified_at = -math.inf
        self._unnotified: set[str] = set()
        # Only of the last moment.
        self._topic_notified_at: dict[str, float] = {}

    def announce(self) -> int:
        """Look, and notify of what is otherwise than before; 0, since all is done in one go.

        What cannot be notified of now waits for the next look, and no list holds back an alarm.
        """
        self._look_at_alarms()
        self._notify_of_changes()
        self._look_at_lists()
        self._notify_of_changes()
        if time.monotonic() - self._notified_at >= SIGN_EVERY:
            self._notify([NOTHING_NEW])
        return 0

    def _look_at_alarms(self) -> None:
        now, ringing = time.monotonic(), _ringing_digests()
        if now - self._alarms_looked_at > _REMEMBERS_FOR:
            self._unnotified |= self._ringing.keys() | ringing.keys()
        else:
            self._unnotified |= _differing(self._ringing, ringing)
        self._ringing, self._alarms_looked_at = ringing, now

    def _look_at_lists(self) -> None:
        now = time.monotonic()
        if now - self._lists_looked_at < _LIST_EVERY:
            return
        self._lists_looked_at = now
        try:
            before, self._arrived = self._arrived, _arrivals()
        except OperationalError as error:
            # The worker would pause, and alarms with it. Pages also ask for lists by the clock.
            log.warning("What came into lists cannot be read (%s).", type(error).__name__)
            return
        self._unnotified |= {
            topic
            for (topic, sort), (count, last) in self._arrived.items()
            if not (known := before.get((topic, sort))) or count > known[0] or last > known[1]
        }

    def _notify_of_changes(self) -> None:
        now = time.monotonic()
        recent = {
            topic: at for topic, at in self._topic_notified_at.items() if now - at < _TOPIC_EVERY
        }
        topics = self._unnotified - recent.keys()
        if not topics:
            return
        self._notify(payloads(topics))
        self._unnotified -= topics
        self._topic_notified_at = recent | dict.fromkeys(topics, now)

    def _notify(self, texts: list[str]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_notify(%s, each) FROM unnest(%s::text[]) each",
                [CHANGES_CHANNEL, texts],
            )
        self._notified_at = time.monotonic()


def _differing(before: _Digests, after: _Digests) -> set[str]:
    return {
        topic for topic in before.keys() | after.keys() if before.get(topic) != after.get(topic)
    }


def _ringing_digests() -> _Digests:
    """Of all that decides what the red bars show, a digest for each unit where something rings."""
    digests = _digest_by_unit(_RINGING.fetch_rows())
    found = {ChangeKind.ALARM.topic_of(unit): digest for unit, digest in digests.items()}
    if waiting := _EMERGENCIES.fetch_rows():
        found[ChangeKind.EMERGENCY] = " ".join(each.hex for (each,) in waiting)
    return found


def _ringing_query() -> QuerySet[Tip, Any]:
    return (
        Tip.objects.ringing()
        .order_by("-id")
        .values_list(
            *("responsible_unit", "id", *CHANGING_COLUMNS),
            # A bundle shows how many ring as one.
            "bundled_call__first_ref",
        )[:_MOST_RINGING]
    )


def _emergency_query() -> QuerySet[Any, Any]:
    return standing_requests().filter(is_emergency=True).order_by("id").values_list("id")


# Asked four times a second, also while nothing happens.
_RINGING, _EMERGENCIES = CompiledQuery(_ringing_query), CompiledQuery(_emergency_query)


def _digest_by_unit(rows: Iterable[tuple[object, ...]]) -> dict[uuid.UUID, str]:
    digests: dict[uuid.UUID, hashlib.blake2b] = {}
    for unit, *columns in rows:
        assert isinstance(unit, uuid.UUID)  # noqa: S101 -- a tip has a unit
        digests.setdefault(unit, hashlib.blake2b(digest_size=16)).update(repr(columns).encode())
    return {unit: digest.hexdigest() for unit, digest in digests.items()}


def _arrivals() -> _Arrivals:
    """What came into each list in the last seconds: new tips, those passed on, answers."""
    since = times.now() - _LIST_LOOKS_BACK
    rows = _ARRIVALS.fetch_rows(
        since=since, coarse_id=first_coarse_id(since), id_since=first_id(since)
    )
    return {
        (ChangeKind.TIPS.topic_of(unit_id), sort): (count, last)
        for sort, unit_id, count, last in rows
    }


def _arrivals_query(
    *, since: datetime.datetime, coarse_id: uuid.UUID, id_since: uuid.UUID
) -> QuerySet[Any, Any]:
    came = Tip.objects.filter(id__gte=coarse_id, received_at__gt=since)
    passed_on = Decision.objects.filter(kind=Decision.Kind.ROUTED, id__gt=id_since)
    answered = DialogueMessage.objects.filter(
        id__gt=id_since, author=DialogueMessage.Author.REPORTER
    )
    first: QuerySet[Any, Any]
    first, *others = (
        rows.order_by()
        .annotate(sort=Value(sort))
        .values("sort", unit)
        .annotate(n=Count("pk"), last=Max(moment))
        .values_list("sort", unit, "n", "last")
        for sort, rows, unit, moment in (
            ("came", came, "responsible_unit", "received_at"),
            ("passed on", passed_on, "tip__responsible_unit", "at"),
            ("answered", answered, "tip__responsible_unit", "at"),
        )
    )
    return first.union(*others, all=True)


_ARRIVALS = CompiledQuery(_arrivals_query)
LOOKOUT = ChangeLookout()
