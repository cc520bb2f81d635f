"""What a process counts of itself for the operator's monitor: how many and how long, never of whom.

No label is finer than process, class, channel and what came of it, and each has a closed list of
values: no account, unit, place, address or row can be told from another one (decision 57). They are
counted whether or not anybody asks; `metrics_server` hands them out where KENG_METRICS_PORT is set.
"""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

METRIC_LABELS = frozenset({"process", "class", "channel", "outcome", "status"})
_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_PROVIDER_SECONDS = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

# When the first message came in by a channel is no figure that anybody needs.
disable_created_metrics()  # type: ignore[no-untyped-call]
# Not the library's own, which tells of Python and would be shared with whatever else uses it.
REGISTRY = CollectorRegistry(auto_describe=True)
# Its processor time, memory and open files.
ProcessCollector(registry=REGISTRY)

requests = Histogram(
    "keng_request_seconds",
    "From the last byte of a request to the first of its answer. Not those for health.",
    ["process", "status"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
requests_turned_away = Counter(
    "keng_requests_turned_away_total",
    "Readers who were asked to come again, since more was asked than the threads answered.",
    ["process"],
    registry=REGISTRY,
)
intake = Histogram(
    "keng_intake_seconds",
    "From a message or form to its rows in the database.",
    ["channel"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
intake_failures = Counter(
    "keng_intake_failures",
    "Calls of providers that were not taken, by what was wrong.",
    ["channel", "outcome"],
    registry=REGISTRY,
)
provider_outcomes = Counter(
    "keng_provider_outcomes",
    "Tries to send, by what came of them.",
    ["channel", "outcome"],
    registry=REGISTRY,
)
provider_answers = Histogram(
    "keng_provider_seconds",
    "How long a try to send took.",
    ["channel"],
    buckets=_PROVIDER_SECONDS,
    registry=REGISTRY,
)
database_errors = Counter(
    "keng_database_errors",
    "What the database did not do: busy (a limit of time, another's lock), away, full (its disk).",
    ["process", "class"],
    registry=REGISTRY,
)
clock_ahead = Gauge(
    "keng_clock_ahead_seconds",
    "By how much the clock of a process is ahead of the database's, when it looked last.",
    ["process"],
    registry=REGISTRY,
)
task_portions = Counter(
    "keng_worker_portions",
    "Portions of tasks that came through, by pace.",
    ["class"],
    registry=REGISTRY,
)
task_failures = Counter(
    "keng_worker_failures",
    "Portions of tasks that ended by a fault, by pace. Limits of time are no fault.",
    ["class"],
    registry=REGISTRY,
)


def status_class(status: int) -> str:
    """By its first digit: 2xx to 5xx."""
    return f"{status // 100}xx"
