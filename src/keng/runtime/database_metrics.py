"""What waits in the database, and how long: asked by the worker alone, seldom, within limits.

A monitor that asks a process reads the last answers from its memory. An answer that has become old
is left out: a figure that nobody could take must not look like one of now. Every answer counts over
the whole installation, by class or channel: no unit, account or row is in it (decision 57).
"""

import datetime
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.db import DatabaseError, connection, connections
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from keng import channels
from keng.acts.errors import TryAgain
from keng.acts.work import work
from keng.alarms.calls_behind import CALLED_NOBODY, CALLED_WITHIN, NOT_CALLED, RINGING
from keng.kit import metrics, times
from keng.kit.database import REPLICA_ALIAS
from keng.kit.database_state import seconds_ahead
from keng.kit.postgresql.base import DatabaseWrapper, database_of_this_thread
from keng.kit.replica import has_replica, state_of_replica
from keng.kit.worker_tasks import TaskPace, WorkerTask
from keng.public_log.growth import GROWTH, WITNESS_IS_BEHIND
from keng.public_log.log_key import configured_witnesses
from keng.public_log.models import WitnessStanding
from keng.retention.due import due_tips

logger = logging.getLogger(__name__)
ASKED_EVERY = 30.0
ASKED_SELDOM = 600.0
# One that takes longer is left out; no page waits for it.
_STATEMENT_TAKES = "5s"
# An answer counts until it should have come anew three times.
_TURNS_KEPT = 3
# As long as it is no fault that the worker has not destroyed it yet: it does so in portions.
_RETENTION_MAY_TAKE = datetime.timedelta(days=2)

Sample = tuple[str, tuple[str, ...], float]
"""Which metric, the values of its labels, and how much."""

_FAMILIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "keng_queue_depth": ("How many wait, by what they wait for.", ("class",)),
    "keng_queue_oldest_seconds": ("For how long the first of them has waited.", ("class",)),
    "keng_deliveries_due": (
        "Deliveries whose turn has come and that have not gone out, urgent ones and others.",
        ("channel", "class"),
    ),
    "keng_deliveries_oldest_seconds": (
        "For how long the first of them has waited since it was made.",
        ("channel", "class"),
    ),
    "keng_accounts_stopped": (
        "Accounts at providers that were stopped until somebody mends them.",
        ("channel",),
    ),
    "keng_log_silent_seconds": ("Since the public log has grown.", ()),
    "keng_log_waiting": ("Entries on record that the public log does not have yet.", ()),
    "keng_witnesses_behind": ("Witnesses of the setting that have not cosigned of late.", ()),
    "keng_replica_read": ("Whether figures, reports and waves may read the replica.", ()),
    "keng_replica_behind_seconds": ("How far the replica is behind, where it answers.", ()),
}


@dataclass(frozen=True)
class Question:
    """One thing that is asked of the database."""

    name: str
    ask: Callable[[], list[Sample]]
    every: float = ASKED_EVERY


def _waiting(kind: str, sql: str, *values: float) -> Question:
    """`sql`: how many wait, and for how many seconds the first."""

    def ask() -> list[Sample]:
        ((count, oldest),) = _rows(sql, *values)
        return _queue(kind, count, oldest)

    return Question(kind, ask)


def _queue(kind: str, count: int, oldest: float | None) -> list[Sample]:
    return [
        ("keng_queue_depth", (kind,), float(count)),
        ("keng_queue_oldest_seconds", (kind,), max(0.0, float(oldest or 0.0))),
    ]


def _rows(sql: str, *values: float) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


# As `keng doctor` has it: since it was made, whether or not it has been tried. What is put off by
# more than a moment (until Sunday, until a chat opens) is not due.
_DUE_DELIVERIES = """
SELECT d.channel, d.is_urgent, count(*), extract(epoch FROM now() - min(d.created_at))
FROM delivery_delivery d
WHERE d.state IN ('queued', 'leased') AND d.account_id IS NOT NULL
  AND d.not_before < now() + interval '2 minutes'
  AND (d.expires_at IS NULL OR d.expires_at > now())
GROUP BY 1, 2
"""


def _due_deliveries() -> list[Sample]:
    found: list[Sample] = []
    for channel, is_urgent, count, oldest in _rows(_DUE_DELIVERIES):
        labels = (_channel_label(channel), "urgent" if is_urgent else "other")
        found.append(("keng_deliveries_due", labels, float(count)))
        found.append(("keng_deliveries_oldest_seconds", labels, max(0.0, float(oldest))))
    return found


def _stopped_accounts() -> list[Sample]:
    rows = _rows(
        "SELECT channel, count(*) FILTER (WHERE circuit_open_since IS NOT NULL)"
        " FROM delivery_channelaccount WHERE is_active GROUP BY 1"
    )
    return [
        ("keng_accounts_stopped", (_channel_label(channel),), float(count))
        for channel, count in rows
    ]


def _channel_label(code: str) -> str:
    """A channel that we know; a row may be of one that is gone."""
    return code if code in channels.channel_codes() else "other"


def _public_log() -> list[Sample]:
    found: list[Sample] = []
    for _size, silent, waiting in _rows(GROWTH):
        found.append(("keng_log_silent_seconds", (), max(0.0, float(silent))))
        found.append(("keng_log_waiting", (), float(waiting)))
    names = [witness.key.name for witness in configured_witnesses()]
    since = times.now() - datetime.timedelta(seconds=WITNESS_IS_BEHIND)
    up_to_date = WitnessStanding.objects.filter(witness__in=names, cosigned_at__gte=since).count()
    found.append(("keng_witnesses_behind", (), float(len(names) - up_to_date)))
    return found


def _retention() -> list[Sample]:
    count = due_tips(times.now() - _RETENTION_MAY_TAKE).count()
    return [("keng_queue_depth", ("retention",), float(count))]


def _replica() -> list[Sample]:
    """Nothing where none is set."""
    if not has_replica():
        return []
    replica = cast("DatabaseWrapper", connections[REPLICA_ALIAS])
    state = state_of_replica(database_of_this_thread(), replica)
    found: list[Sample] = [("keng_replica_read", (), float(state.fault is None))]
    if state.seconds_behind is not None:
        found.append(("keng_replica_behind_seconds", (), state.seconds_behind))
    return found


def _compare_clocks() -> list[Sample]:
    """As every process does that asks: what it hands out is its own."""
    connection.ensure_connection()
    metrics.clock_ahead.labels("worker").set(seconds_ahead(connection.connection))
    return []


QUESTIONS = (
    _waiting("ringing", RINGING),
    _waiting("not called", NOT_CALLED, CALLED_WITHIN, CALLED_WITHIN),
    _waiting("reached nobody", CALLED_NOBODY),
    _waiting(
        "examination",
        "SELECT count(*), extract(epoch FROM now() - min(received_at)) FROM tips_tip"
        " WHERE examined_at IS NULL",
    ),
    _waiting(
        "messages",
        "SELECT count(*), extract(epoch FROM now() - min(at)) FROM tips_dialoguemessage"
        " WHERE examined_at IS NULL AND author = 'reporter'",
    ),
    _waiting(
        "files to fetch",
        "SELECT count(*), extract(epoch FROM now() - min(i.received_at))"
        " FROM delivery_inboundmedia m JOIN delivery_inbound i ON i.id = m.inbound_id"
        " WHERE m.fetched_at IS NULL AND m.lost_at IS NULL AND m.next_try_at <= now()"
        " AND i.tip_ref IS NOT NULL",
    ),
    _waiting(
        "copies to view",
        "SELECT count(*), extract(epoch FROM now() - min(since)) FROM tips_waitingpicture",
    ),
    _waiting(
        "dispatches",
        "SELECT count(*), extract(epoch FROM now() - min(created_at)) FROM delivery_dispatch"
        " WHERE materialised_at IS NULL AND cancelled_at IS NULL AND held_at IS NULL",
    ),
    _waiting(
        "keys to destroy",
        "SELECT count(*), extract(epoch FROM now() - min(retired_at)) FROM vault_unitkey"
        " WHERE epoch IS NOT NULL AND retired_at IS NOT NULL AND destroyed_at IS NULL",
    ),
    Question("deliveries", _due_deliveries),
    Question("accounts", _stopped_accounts),
    Question("log", _public_log),
    Question("clock", _compare_clocks),
    Question("replica", _replica),
    Question("retention", _retention, every=ASKED_SELDOM),
)


class DatabaseFigures(Collector):
    """The last answers, and how old each is."""

    def __init__(
        self,
        questions: Iterable[Question] = QUESTIONS,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._questions = tuple(questions)
        self._clock = clock
        self._began = clock()
        self._answers: dict[str, tuple[float, list[Sample]]] = {}

    def due_questions(self) -> list[Question]:
        now = self._clock()
        return [
            each
            for each in self._questions
            if each.name not in self._answers or now - self._answers[each.name][0] >= each.every
        ]

    def keep(self, question: Question, samples: list[Sample]) -> None:
        self._answers[question.name] = (self._clock(), samples)

    def describe(self) -> Iterator[Metric]:
        """What there may be, so that registering asks nothing."""
        for name, (meaning, labels) in _FAMILIES.items():
            yield GaugeMetricFamily(name, meaning, labels=labels)

    def collect(self) -> Iterator[Metric]:
        now = self._clock()
        families = {metric.name: metric for metric in self.describe()}
        age = GaugeMetricFamily(
            "keng_figures_age_seconds",
            "Since the worker was answered by the database, by what it asked.",
            labels=["class"],
        )
        for question in self._questions:
            at, samples = self._answers.get(question.name, (self._began, []))
            age.add_metric([question.name], now - at)
            if now - at <= _TURNS_KEPT * question.every:
                for name, labels, value in samples:
                    families[name].add_metric(labels, value)  # type: ignore[attr-defined]
        yield from families.values()
        yield age


DATABASE_FIGURES = DatabaseFigures()


def measure_database() -> int:
    """Ask what is due. 0: nothing is left to do. One that takes too long holds up no other one."""
    for question in DATABASE_FIGURES.due_questions():
        try:
            samples = _answered(question)
        except (DatabaseError, TryAgain) as error:
            logger.warning("Not measured: %s (%s).", question.name, type(error).__name__)
            continue
        DATABASE_FIGURES.keep(question, samples)
    return 0


@work()
def _answered(question: Question) -> list[Sample]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [_STATEMENT_TAKES])
    return question.ask()


MEASURE_DATABASE = WorkerTask(
    "measure what waits",
    measure_database,
    every=datetime.timedelta(seconds=ASKED_EVERY),
    pace=TaskPace.SLOW,
)
