"""Every value that a label of a metric may have: closed lists, none of them of people or places."""

from collections.abc import Iterable

from prometheus_client.samples import Sample

from keng import channels
from keng.channels.outcomes import OUTCOME_KINDS
from keng.kit.alive import WORKER_SIGNS
from keng.kit.database import PROCESSES
from keng.kit.own_certificates import CERTIFICATE_CLASSES
from keng.kit.worker_tasks import TaskPace
from keng.runtime.database_metrics import QUESTIONS

LABEL_VALUES: dict[str, set[str]] = {
    # The last is played by a demo, under its supervisor.
    "process": {*PROCESSES, *WORKER_SIGNS.values(), "supervisor", "zalo_fake"},
    "class": {
        *(question.name for question in QUESTIONS),
        *map(str, TaskPace),
        *CERTIFICATE_CLASSES,
        *("urgent", "other", "busy", "away", "full"),
    },
    "channel": {
        *channels.channel_codes(),
        # How a tip came in that came by no channel (tips/origins.py), and rows of one that is gone.
        *("web", "team", "partner", "phone", "counter", "chat", "transfer", "other"),
    },
    "outcome": {
        *OUTCOME_KINDS,
        *("too large", "too slow", "busy", "not written", "failed", "unverified"),
    },
    "status": {f"{first}xx" for first in range(1, 6)},
}
# What the library adds to a histogram.
_BUCKET = "le"


def finer_labels(samples: Iterable[Sample]) -> list[tuple[str, str, str]]:
    """Metric, label and value of whatever is none of these."""
    return [
        (sample.name, label, value)
        for sample in samples
        for label, value in sample.labels.items()
        if label != _BUCKET and value not in LABEL_VALUES.get(label, set())
    ]
