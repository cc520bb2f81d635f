"""What the worker does for this area."""

from datetime import timedelta

from keng.consent.texts import keep_consent_texts
from keng.kit.worker_tasks import WorkerTask

TASKS = [
    WorkerTask("keep words that ask for consent", keep_consent_texts, every=timedelta(days=1)),
]
