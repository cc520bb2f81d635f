"""Tells the desk's processes which of its pages have something to look at anew.

Whoever changes a tip says nothing: a notification takes a lock of the whole server when its
transaction commits, and a hundred webhooks would wait for each other. One worker looks at what
pages show of changes, four times a second, and notifies at most so often.
"""

import datetime
import hashlib
import time
import uuid
from collections.abc import Iterable

from django.db import connection
from django.db.models import Count, Max

from keng.kit import times
from keng.kit.changes import CHANGES_CHANNEL, NOTHING_NEW, ChangeKind, payloads
from keng.kit.ids import first_coarse_id, first_id
from keng.openings.second_person import standing_requests
from keng.tips.models import Decision, DialogueMessage, Tip

LOOKED_EVERY = datetime.timedelta(milliseconds=250)
# What comes into a list may be seen a moment later; an alarm may not.
_LIST_EVERY = 2.0
# A transaction that wrote a tip before may still be on its way.
_LIST_LOOKS_BACK = datetime.timedelta(seconds=12)
SIGN_EVERY = 3.0
# More than ring anywhere at once: in a flood pages look anew whenever one of the newest changes.
_MOST_RINGING = 2000
_Digests = dict[str, str]
# By topic and sort: how many came in the last seconds, and when the last of them.
_Arrivals = dict[tuple[str, str], tuple[int, datetime.datetime]]


class ChangeLookout:
    """What was there at the last look, topic by topic."""

    def __init__(self) -> None:
        self._ringing: _Digests = {}
        self._arrived: _Arrivals = {}
        self._listed_at = 0.0
        self._said_at = 0.0

    def announce(self) -> int:
        """Look, and notify of what is otherwise than before; 0, since all is done in one go."""
        topics = self._changed_alarms() | self._changed_lists()
        now = time.monotonic()
        if topics or now - self._said_at >= SIGN_EVERY:
            _notify(payloads(topics) or [NOTHING_NEW])
            self._said_at = now
        return 0

    def _changed_alarms(self) -> set[str]:
        before, self._ringing = self._ringing, _ringing_digests()
        return _differing(before, self._ringing)

    def _changed_lists(self) -> set[str]:
        now = time.monotonic()
        if now - self._listed_at < _LIST_EVERY:
            return set()
        self._listed_at = now
        before, self._arrived = self._arrived, _arrivals()
        return {
            topic
            for (topic, sort), (count, last) in self._arrived.items()
            if not (known := before.get((topic, sort))) or count > known[0] or last > known[1]
        }


def _differing(before: _Digests, after: _Digests) -> set[str]:
    return {
        topic for topic in before.keys() | after.keys() if before.get(topic) != after.get(topic)
    }


def _ringing_digests() -> _Digests:
    """Of all that decides what the red bars show, a digest for each unit where something rings."""
    rows = (
        Tip.objects.ringing()
        .order_by("-id")
        .values_list(
            *("responsible_unit", "id", "danger_at", "danger_unheard", "urgency_is_rated"),
            *("gravity_band", "category", "happening", "money_moved", "place", "place_detail"),
        )[:_MOST_RINGING]
    )
    found = {ChangeKind.ALARM.at(unit): digest for unit, digest in _digest_by_unit(rows).items()}
    waiting = list(
        standing_requests().filter(is_emergency=True).order_by("id").values_list("id", flat=True)
    )
    if waiting:
        found[ChangeKind.EMERGENCY] = " ".join(each.hex for each in waiting)
    return found


def _digest_by_unit(rows: Iterable[tuple[object, ...]]) -> dict[uuid.UUID, str]:
    digests: dict[uuid.UUID, hashlib.blake2b] = {}
    for unit, *columns in rows:
        assert isinstance(unit, uuid.UUID)  # noqa: S101 -- a tip has a unit
        digests.setdefault(unit, hashlib.blake2b(digest_size=16)).update(repr(columns).encode())
    return {unit: digest.hexdigest() for unit, digest in digests.items()}


def _arrivals() -> _Arrivals:
    """What came into each list in the last seconds: new tips, those passed on, answers."""
    since = times.now() - _LIST_LOOKS_BACK
    came = Tip.objects.filter(id__gte=first_coarse_id(since), received_at__gt=since)
    passed_on = Decision.objects.filter(kind=Decision.Kind.ROUTED, id__gt=first_id(since))
    answered = DialogueMessage.objects.filter(
        id__gt=first_id(since), author=DialogueMessage.Author.REPORTER
    )
    found: _Arrivals = {}
    for sort, rows, unit, moment in (
        ("came", came, "responsible_unit", "received_at"),
        ("passed on", passed_on, "tip__responsible_unit", "at"),
        ("answered", answered, "tip__responsible_unit", "at"),
    ):
        counted = rows.order_by().values_list(unit).annotate(n=Count("pk"), last=Max(moment))
        for unit_id, count, last in counted:
            found[ChangeKind.TIPS.at(unit_id), sort] = count, last
    return found


def _notify(texts: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, each) FROM unnest(%s::text[]) each", [CHANGES_CHANNEL, texts]
        )


LOOKOUT = ChangeLookout()
