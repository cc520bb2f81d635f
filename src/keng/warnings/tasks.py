"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import TaskPace, WorkerTask
from keng.warnings.actions.cap_importing import import_official_alerts
from keng.warnings.actions.cap_issuing import issue_cap_messages
from keng.warnings.actions.sending_digests import send_digests
from keng.warnings.actions.telling_when_over import tell_when_over

TASKS = [
    WorkerTask("make CAP files", issue_cap_messages, is_woken=True, every=timedelta(seconds=5)),
    WorkerTask(
        "ask official sources of alerts",
        import_official_alerts,
        every=timedelta(minutes=5),
        pace=TaskPace.SLOW,
    ),
    WorkerTask("send weekly digests to subscribers", send_digests, every=timedelta(minutes=1)),
    WorkerTask(
        "tell whoever asked that a warning is over", tell_when_over, every=timedelta(minutes=1)
    ),
]
